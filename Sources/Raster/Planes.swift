/// One band of floats, row by row. Shape: `height` × `width`.
public struct FloatPlane: Sendable, Equatable {
    public let width: Int
    public let height: Int
    public var values: [Float]

    public init(width: Int, height: Int, repeating value: Float = 0) {
        self.init(width: width, height: height, values: [Float](repeating: value, count: width * height))
    }

    /// - Precondition: `values.count == width * height`.
    public init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height, "the values do not fit the plane's shape")
        self.width = width
        self.height = height
        self.values = values
    }

    /// - Parameter fill: sets every one of the values.
    public init(width: Int, height: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
        self.init(
            width: width, height: height,
            values: [Float](unsafeUninitializedCapacity: width * height) { buffer, count in
                fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<(width * height)]))
                count = width * height
            })
    }

    public subscript(x: Int, y: Int) -> Float {
        get { values[y * width + x] }
        set { values[y * width + x] = newValue }
    }
}

/// One byte a pixel, row by row: a mask (0 is not usable, 255 is usable) or a picture's palette indices. Shape: `height` × `width`.
public struct BytePlane: Sendable, Equatable {
    public let width: Int
    public let height: Int
    public var values: [UInt8]

    public init(width: Int, height: Int, repeating value: UInt8 = 0) {
        self.init(width: width, height: height, values: [UInt8](repeating: value, count: width * height))
    }

    /// - Precondition: `values.count == width * height`.
    public init(width: Int, height: Int, values: [UInt8]) {
        precondition(values.count == width * height, "the values do not fit the plane's shape")
        self.width = width
        self.height = height
        self.values = values
    }

    public subscript(x: Int, y: Int) -> UInt8 {
        get { values[y * width + x] }
        set { values[y * width + x] = newValue }
    }
}

extension BytePlane {
    /// Of two masks: usable where both are. - Precondition: the shapes are the same.
    public mutating func formIntersection(_ other: BytePlane) {
        precondition(width == other.width && height == other.height, "the masks differ in size")
        values.withUnsafeMutableBufferPointer { own in
            other.values.withUnsafeBufferPointer { other in
                for i in 0..<own.count { own[i] &= other[i] }
            }
        }
    }
}

/// The pixels of one scene in one window, as reflectance (or the file's own units where it gives no scale), with their validity.
///
/// Shape: every plane and the mask have the window's size. A pixel that is outside the scene, nodata, cloud, shadow or not finite has
/// validity 0, and its values mean nothing; a usable one has 255.
public struct SceneBlock: Sendable {
    public let window: PixelWindow
    public var planes: [FloatPlane]
    public var validity: BytePlane

    public init(window: PixelWindow, planes: [FloatPlane], validity: BytePlane) {
        self.window = window
        self.planes = planes
        self.validity = validity
    }
}

extension Array {
    /// Of a plane's rows the first, and each that lies a multiple of `step` below it.
    public func rows(every step: Int, width: Int) -> [Element] {
        guard step > 1, width > 0 else { return self }
        var rows: [Element] = []
        rows.reserveCapacity((count / width + step - 1) / step * width)
        for start in stride(from: 0, to: count, by: step * width) { rows += self[start..<(start + width)] }
        return rows
    }
}
