import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Longest line of 8-bit levels whose sum surely fits 16 bits.
    public static let maximumLineLength = 256

    /// Sums along lines of one shape from every pixel: `S(x, y) = Σ_i levels(x + i, y + offsets[i])`.
    ///
    /// A level of −128 (not valid) and pixels outside the plane count as 0. Steep lines are summed in the transposed plane.
    ///
    /// - Parameters:
    ///   - levels: Shape: `height` × `width`; `out` likewise.
    ///   - offsets: rows by which the line lies lower at each of its columns, 1 to 256 of them.
    public func lineSum(_ levels: Span<Int8>, width: Int, height: Int, offsets: [Int], into out: consuming MutableSpan<Int16>) {
        precondition((1...Self.maximumLineLength).contains(offsets.count), "a line of 1 to \(Self.maximumLineLength) pixels")
        precondition(width >= 0 && height >= 0 && levels.count == width * height, "the plane does not fit its shape")
        precondition(out.count == levels.count, "the planes differ in size")
        let clean = usesAVX2 ? PixelKernelsAVX2.zeroInvalidLevels : PixelKernelsBaseline.zeroInvalidLevels
        let addFour = usesAVX2 ? PixelKernelsAVX2.addFourLevels : PixelKernelsBaseline.addFourLevels
        // Rows end in zeros, so that every column of the line is added over the whole width.
        let pitch = width + offsets.count
        var padded = [Int8](repeating: 0, count: (height + 1) * pitch)
        out.withPointer { out, count in
            out.update(repeating: 0, count: count)
            levels.withPointer { levels in
                padded.withUnsafeMutableBufferPointer { padded in
                    guard let base = padded.baseAddress else { return }
                    for row in 0..<height { clean(levels + row * width, base + row * pitch, width) }
                    let rows = LineRows(base: UnsafePointer(base), pitch: pitch, height: height, offsets: offsets)
                    for row in 0..<height {
                        for i in stride(from: 0, to: offsets.count, by: 4) {
                            addFour(
                                out + row * width, rows.pointer(row, i), rows.pointer(row, i + 1), rows.pointer(row, i + 2),
                                rows.pointer(row, i + 3), width)
                        }
                    }
                }
            }
        }
    }

    /// The same of 16-bit levels, −32 768 counting as 0; the sums wrap beyond 32 bits, that is from 65 536 pixels on.
    public func lineSum(_ levels: Span<Int16>, width: Int, height: Int, offsets: [Int], into out: consuming MutableSpan<Int32>) {
        precondition(!offsets.isEmpty, "a line of at least one pixel")
        precondition(width >= 0 && height >= 0 && levels.count == width * height, "the plane does not fit its shape")
        precondition(out.count == levels.count, "the planes differ in size")
        let clean = usesAVX2 ? PixelKernelsAVX2.zeroInvalidLevelsInt16 : PixelKernelsBaseline.zeroInvalidLevelsInt16
        let add = usesAVX2 ? PixelKernelsAVX2.addLevelsInt16 : PixelKernelsBaseline.addLevelsInt16
        let pitch = width + offsets.count
        var padded = [Int16](repeating: 0, count: (height + 1) * pitch)
        out.withPointer { out, count in
            out.update(repeating: 0, count: count)
            levels.withPointer { levels in
                padded.withUnsafeMutableBufferPointer { padded in
                    guard let base = padded.baseAddress else { return }
                    for row in 0..<height { clean(levels + row * width, base + row * pitch, width) }
                    let rows = LineRows(base: UnsafePointer(base), pitch: pitch, height: height, offsets: offsets)
                    for row in 0..<height {
                        for i in offsets.indices { add(out + row * width, rows.pointer(row, i), width) }
                    }
                }
            }
        }
    }

    /// Levels as 16-bit integers, −128 (not valid) as 0: lines of length one, for `addShifted` to double.
    public func widen(_ levels: Span<Int8>, into out: consuming MutableSpan<Int16>) {
        precondition(levels.count == out.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.widenLevels : PixelKernelsBaseline.widenLevels
        out.withPointer { out, count in levels.withPointer { kernel($0, out, count) } }
    }

    /// `out(x, y) = a(x, y) + b(x + dx, y + dy)`, saturating at 16 bits; what lies outside `b` counts as 0.
    ///
    /// Lines of twice the length come from lines of half of it: S₂ₗ(x, y) = Sₗ(x, y) + Sₗ(x + l, y + rise). Source of the construction:
    /// D. Donoho & X. Huo, "Beamlets and Multiscale Image Analysis" (2002).
    ///
    /// - Parameters:
    ///   - a: Shape: `height` × `width`; `b` and `out` likewise.
    public func addShifted(
        _ a: Span<Int16>, _ b: Span<Int16>, width: Int, height: Int, dx: Int, dy: Int, into out: consuming MutableSpan<Int16>
    ) {
        precondition(width >= 0 && height >= 0 && a.count == width * height, "the plane does not fit its shape")
        precondition(b.count == a.count && out.count == a.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.addSaturating : PixelKernelsBaseline.addSaturating
        // A shift beyond the plane finds nothing, however far it goes.
        let shiftX = min(max(dx, -width), width)
        let shiftY = min(max(dy, -height), height)
        let left = max(0, -shiftX)
        let right = min(width, width - shiftX)
        out.withPointer { out, _ in
            a.withPointer { a in
                b.withPointer { b in
                    for row in 0..<height {
                        let start = row * width
                        guard (0..<height).contains(row + shiftY), left < right else {
                            (out + start).update(from: a + start, count: width)
                            continue
                        }
                        (out + start).update(from: a + start, count: left)
                        kernel(a + start + left, b + (row + shiftY) * width + left + shiftX, out + start + left, right - left)
                        (out + start + right).update(from: a + start + right, count: width - right)
                    }
                }
            }
        }
    }

    /// Where `candidate` is greater than `response` it takes its place and `indices` gets `index`; on a tie the earlier one stays.
    public func takeGreater(
        _ candidate: Span<Int16>, index: UInt8, into response: consuming MutableSpan<Int16>, indices: consuming MutableSpan<UInt8>
    ) {
        precondition(candidate.count == response.count && indices.count == response.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.takeGreaterInt16 : PixelKernelsBaseline.takeGreaterInt16
        response.withPointer { response, count in
            indices.withPointer { indices, _ in candidate.withPointer { kernel(response, indices, $0, index, count) } }
        }
    }

    /// The same of floats. A NaN in `candidate` never wins, one in `response` never yields.
    public func takeGreater(
        _ candidate: Span<Float>, index: UInt8, into response: consuming MutableSpan<Float>, indices: consuming MutableSpan<UInt8>
    ) {
        precondition(candidate.count == response.count && indices.count == response.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.takeGreaterFloat : PixelKernelsBaseline.takeGreaterFloat
        response.withPointer { response, count in
            indices.withPointer { indices, _ in candidate.withPointer { kernel(response, indices, $0, index, count) } }
        }
    }
}

/// The rows that a line crosses in a padded plane whose last row is all zeros.
private struct LineRows<Level> {
    let base: UnsafePointer<Level>
    let pitch: Int
    let height: Int
    let offsets: [Int]

    /// Where column `i` of the line that starts in `row` has its levels; zeros outside the plane and beyond the line's end.
    func pointer(_ row: Int, _ i: Int) -> UnsafePointer<Level> {
        guard i < offsets.count else { return base + height * pitch }
        let (target, overflow) = row.addingReportingOverflow(offsets[i])
        guard !overflow, (0..<height).contains(target) else { return base + height * pitch }
        return base + (target * pitch + i)
    }
}
