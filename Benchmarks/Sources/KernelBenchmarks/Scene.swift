/// A plane that may be read and written some way beyond its ends, as rows of larger planes may. Its memory lasts as long as the program.
struct Plane<Sample: BitwiseCopyable> {
    let width: Int
    let height: Int
    let base: UnsafeMutablePointer<Sample>

    init(_ width: Int, _ height: Int, _ sample: (Int) -> Sample) {
        (self.width, self.height) = (width, height)
        let margin = 32 * width + 128
        let memory = UnsafeMutablePointer<Sample>.allocate(capacity: width * height + 2 * margin)
        for i in 0..<(width * height + 2 * margin) { (memory + i).initialize(to: sample(i)) }
        base = memory + margin
    }

    var count: Int { width * height }
    var array: [Sample] { Array(UnsafeBufferPointer(start: base, count: count)) }
    /// What a benchmark compares.
    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: base, count: count)) }

    func row(_ y: Int) -> UnsafeMutablePointer<Sample> { base + y * width }
}

/// A fixed sequence of numbers.
struct Sequence64 {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    /// About the sum of twelve evenly spread ones: mean 0, standard deviation 1.
    mutating func nearlyNormal() -> Float {
        var sum: Float = -6
        for _ in 0..<12 { sum += Float(next() & 0xFFFF) / 65_536 }
        return sum
    }
}

/// Planes with plausible contents to run the kernels on.
struct Scene {
    static let bandCount = 4
    static let stepCount = 300

    let width: Int
    let height: Int
    /// Differences of the bands, and other floats about 1.
    let bands: [Plane<Float>]
    let floats: [Plane<Float>]
    let validity: Plane<UInt8>
    let steps: Plane<UInt16>
    /// Samples of four bands, pixel by pixel.
    let quads: Plane<UInt16>
    let bytes: Plane<UInt8>
    /// Two planes of levels with some pixels that are not valid, and two of old structure without.
    let levels: [Plane<Int8>]
    let structure: [Plane<Int8>]
    /// Small 16-bit numbers, and large positive ones.
    let sums: [Plane<Int16>]
    let factors: Plane<UInt16>
    /// Weights of each band in each step.
    let table: [Float]

    // What is written.
    let outFloats: [Plane<Float>]
    let outWords: [Plane<Int16>]
    let outBytes: [Plane<Int8>]
    let outIntegers: Plane<Int32>

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        var random = Sequence64()
        bands = (0..<Self.bandCount).map { _ in Plane(width, height) { _ in Float(random.next() % 2000) / 1000 - 1 } }
        floats = (0..<4).map { _ in Plane(width, height) { _ in 0.5 + Float(random.next() % 10_000) / 10_000 } }
        validity = Plane(width, height) { _ in random.next() % 50 == 0 ? 0 : 255 }
        steps = Plane(width, height) { _ in UInt16(random.next() % UInt64(Self.stepCount)) }
        quads = Plane(4 * width, height) { _ in UInt16(random.next() % 4000) }
        bytes = Plane(width, height) { _ in UInt8(truncatingIfNeeded: random.next()) }
        levels = (0..<2).map { _ in
            Plane(width, height) { _ in random.next() % 2000 == 0 ? -128 : Int8(truncatingIfNeeded: Int(random.nearlyNormal() * 10)) }
        }
        structure = (0..<2).map { _ in Plane(width, height) { _ in Int8(random.next() % 40) } }
        sums = (0..<8).map { _ in Plane(width, height) { _ in Int16(truncatingIfNeeded: Int(random.next() % 400) - 200) } }
        factors = Plane(width, height) { _ in UInt16(8000 + random.next() % 8000) }
        table = (0..<(Self.stepCount * Self.bandCount)).map { _ in 0.2 + Float(random.next() % 1000) / 500 }
        outFloats = (0..<4).map { _ in Plane(width, height) { _ in 0 } }
        outWords = (0..<2).map { _ in Plane(width, height) { _ in 0 } }
        outBytes = (0..<2).map { _ in Plane(width, height) { _ in 0 } }
        outIntegers = Plane(width, height) { _ in 0 }
    }

    var count: Int { width * height }
}
