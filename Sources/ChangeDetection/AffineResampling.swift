import Geodesy
import Raster

extension InterpolationTaps {
    /// Floats from one entry of `table` to the next.
    static let tableStride = 8
    /// Positions between two pixels that are told apart.
    static let tableSteps = 4096

    /// The six weights at 0/4096 … 4096/4096 of a pixel, as `init(positions:origin:length:)` makes them.
    static let table: [Float] = {
        let steps = (0...tableSteps).map { 2.5 + Double($0) / Double(tableSteps) }
        let taps = InterpolationTaps(positions: steps, origin: 0, length: 8)
        var table = [Float](repeating: 0, count: (tableSteps + 1) * tableStride)
        for step in 0..<tableSteps {
            for k in 0..<count { table[step * tableStride + k] = taps.weights[step * count + k] }
        }
        // The last step is the next pixel's own sample.
        table[tableSteps * tableStride + 3] = 1
        return table
    }()
}

/// The taps of one line of pixels whose source positions grow evenly: six weights for each pixel, tap by tap, so that neighbours are worked on together.
private struct LineTaps {
    let count: Int
    /// Index of the first tap in the source line, less the pixel's own index.
    var offsets: [Int32]
    /// The k-th weight of pixel i at k · count + i.
    var weights: [Float]
    /// Step of the table that each pixel's weights come from.
    var steps: [Int32]

    init(count: Int) {
        self.count = count
        offsets = [Int32](repeating: 0, count: count)
        weights = [Float](repeating: 0, count: count * InterpolationTaps.count)
        steps = [Int32](repeating: 0, count: count)
    }

    /// Places pixel `i` at `start + slope · (first + i + 0.5)` of the source axis, continuous, of which the samples from `origin` on are there.
    mutating func place(start: Double, slope: Double, first: Int, origin: Int) {
        let count = count
        InterpolationTaps.table.withUnsafeBufferPointer { table in
            offsets.withUnsafeMutableBufferPointer { offsets in
                weights.withUnsafeMutableBufferPointer { weights in
                    steps.withUnsafeMutableBufferPointer { steps in
                        for i in 0..<count {
                            let centred = start + slope * (Double(first &+ i) + 0.5) - 0.5
                            let base = centred.rounded(.down)
                            let step = Int(((centred - base) * Double(InterpolationTaps.tableSteps)).rounded())
                            offsets[i] = Int32(truncatingIfNeeded: Int(base) &- 2 &- origin &- i)
                            steps[i] = Int32(truncatingIfNeeded: step)
                            let entry = table.baseAddress.unsafelyUnwrapped + step &* InterpolationTaps.tableStride
                            weights[i] = entry[0]
                            weights[count &+ i] = entry[1]
                            weights[2 &* count &+ i] = entry[2]
                            weights[3 &* count &+ i] = entry[3]
                            weights[4 &* count &+ i] = entry[4]
                            weights[5 &* count &+ i] = entry[5]
                        }
                    }
                }
            }
        }
    }

    /// The pixels from `start` on whose taps lie equally far from them.
    func run(from start: Int) -> Range<Int> {
        var end = start + 1
        while end < count, offsets[end] == offsets[start] { end += 1 }
        return start..<end
    }

    /// out[i] = Σ weight · source[(i + offset) + k · stride] for a run; the caller has seen to it that all lie in the source.
    @inline(__always)
    func sum(
        _ run: Range<Int>, source: UnsafePointer<Float>, stride: Int, into out: UnsafeMutablePointer<Float>
    ) {
        weights.withUnsafeBufferPointer { weights in
            let w0 = weights.baseAddress.unsafelyUnwrapped
            let (w1, w2, w3, w4, w5) = (w0 + count, w0 + 2 * count, w0 + 3 * count, w0 + 4 * count, w0 + 5 * count)
            let (s1, s2, s3, s4, s5) = (source + stride, source + 2 * stride, source + 3 * stride, source + 4 * stride, source + 5 * stride)
            for i in run {
                out[i] = source[i] * w0[i] + s1[i] * w1[i] + s2[i] * w2[i] + s3[i] * w3[i] + s4[i] * w4[i] + s5[i] * w5[i]
            }
        }
    }

    /// The logical product of the validities that count for pixel `i`.
    @inline(__always)
    func valid(_ i: Int, source: UnsafePointer<UInt8>, stride: Int) -> UInt8 {
        // On a pixel's centre the others have no weight.
        if steps[i] == 0 { return source[2 * stride] }
        if steps[i] == Int32(InterpolationTaps.tableSteps) { return source[3 * stride] }
        return source[0] & source[stride] & source[2 * stride] & source[3 * stride] & source[4 * stride] & source[5 * stride]
    }
}

extension SceneBlock {
    /// The block's planes interpolated on a grid that is turned, stretched or sheared a little against their own: Lanczos-3.
    ///
    /// First along the source's rows, then along the result's columns (Catmull & Smith, "3-D Transformations of Images in Scanline Order", 1980): twelve
    /// taps a pixel. Each of the six rows that a pixel is made from is read where the grid's own column crosses it, so that every sample enters once.
    ///
    /// - Parameter map: from the target's pixels to the source raster's, continuous; its rows run down (`rowPerRow` above 0).
    /// - Returns: a block of `target`'s place and size. A pixel is valid where all 36 samples it is made from are (those of weight zero do not
    ///   count) and 0 elsewhere.
    public func resampled(by map: GridMapping.Affine, to target: PixelWindow) -> SceneBlock {
        precondition(map.rowPerRow > 0, "the map's rows do not run down")
        let width = target.width
        let height = target.height
        let sourceWidth = window.width
        let sourceHeight = window.height
        var result = SceneBlock(
            window: target, planes: planes.map { _ in FloatPlane(width: width, height: height) },
            validity: BytePlane(width: width, height: height))
        guard width > 0, height > 0, sourceWidth >= InterpolationTaps.count, sourceHeight >= InterpolationTaps.count else { return result }
        let isWhole = validity.values.allSatisfy { $0 == 255 }

        // Along rows: the target's column X crosses the source's row r at c = columnOrigin + columnPerColumn X + columnPerRow Y, where Y solves
        // r = rowOrigin + rowPerColumn X + rowPerRow Y.
        let lean = map.columnPerRow / map.rowPerRow
        let slope = map.columnPerColumn - lean * map.rowPerColumn
        var taps = LineTaps(count: width)
        var across = planes.map { _ in [Float](repeating: 0, count: sourceHeight * width) }
        var acrossValidity = [UInt8](repeating: 0, count: sourceHeight * width)
        for y in 0..<sourceHeight {
            let start = map.columnOrigin + lean * (Double(window.y + y) + 0.5 - map.rowOrigin)
            taps.place(start: start, slope: slope, first: target.x, origin: window.x)
            var x = 0
            while x < width {
                let offset = Int(taps.offsets[x])
                let run = taps.run(from: x)
                x = run.upperBound
                let usable = max(run.lowerBound, -offset)..<max(run.lowerBound, -offset, min(run.upperBound, sourceWidth - 5 - offset))
                guard !usable.isEmpty else { continue }
                for band in planes.indices {
                    planes[band].values.withUnsafeBufferPointer { source in
                        across[band].withUnsafeMutableBufferPointer { out in
                            taps.sum(
                                usable, source: source.baseAddress.unsafelyUnwrapped + (y * sourceWidth + offset), stride: 1,
                                into: out.baseAddress.unsafelyUnwrapped + y * width)
                        }
                    }
                }
                validity.values.withUnsafeBufferPointer { source in
                    for i in usable {
                        acrossValidity[y * width + i] =
                            isWhole
                            ? 255
                            : taps.valid(i, source: source.baseAddress.unsafelyUnwrapped + (y * sourceWidth + offset + i), stride: 1)
                    }
                }
            }
        }
        let isAcrossWhole = acrossValidity.allSatisfy { $0 == 255 }

        for y in 0..<height {
            let start = map.rowOrigin + map.rowPerRow * (Double(target.y + y) + 0.5)
            taps.place(start: start, slope: map.rowPerColumn, first: target.x, origin: window.y)
            var x = 0
            while x < width {
                // Here the taps of neighbours lie in the same rows while the row itself is the same.
                let first = Int(taps.offsets[x]) + x
                var end = x + 1
                while end < width, Int(taps.offsets[end]) + end == first { end += 1 }
                let run = x..<end
                x = end
                guard first >= 0, first + InterpolationTaps.count <= sourceHeight else { continue }
                for band in planes.indices {
                    across[band].withUnsafeBufferPointer { source in
                        result.planes[band].values.withUnsafeMutableBufferPointer { out in
                            taps.sum(
                                run, source: source.baseAddress.unsafelyUnwrapped + first * width, stride: width,
                                into: out.baseAddress.unsafelyUnwrapped + y * width)
                        }
                    }
                }
                acrossValidity.withUnsafeBufferPointer { source in
                    for i in run {
                        result.validity.values[y * width + i] =
                            isAcrossWhole
                            ? 255 : taps.valid(i, source: source.baseAddress.unsafelyUnwrapped + (first * width + i), stride: width)
                    }
                }
            }
        }
        if !isAcrossWhole {
            for i in result.validity.values.indices where result.validity.values[i] == 0 {
                for band in planes.indices { result.planes[band].values[i] = 0 }
            }
        }
        return result
    }
}
