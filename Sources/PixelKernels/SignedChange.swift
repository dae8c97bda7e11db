import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Steps of coarse levels in one standard deviation.
    static let stepsPerSigmaInt8: Float = 10
    /// Steps of fine levels in one standard deviation.
    static let stepsPerSigmaInt16: Float = 100

    /// The signed change of some rows of a block: `z(x) = Σ_b d_b(x) · weights[step(x) · bands + b]`, b rising, in two quantisations.
    ///
    /// - Parameters:
    ///   - differences: planes, one a band, `width` pixels a row. - `steps`, `validity`: of the same shape.
    ///   - columns, rows: the part that is wanted.
    ///   - weights: of each band in each step of noise, in standard deviations a unit.
    /// - Returns: row by row of the part, `coarse` in steps of 0.1, clamped to ±127, −128 where not valid or not a number; `fine` in steps of 0.01,
    ///   clamped to ±32 767, −32 768 where not valid or not a number; empty where it is not wanted.
    public func signedChange(
        differences: [[Float]], width: Int, columns: Range<Int>, rows: Range<Int>, steps: [UInt16], weights: [Float], validity: [UInt8],
        wantsFine: Bool = true
    ) -> (coarse: [Int8], fine: [Int16]) {
        precondition(differences.allSatisfy { $0.count == validity.count } && steps.count == validity.count, "the planes differ in size")
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width && rows.lowerBound >= 0, "the part lies outside the planes")
        precondition(rows.upperBound * width <= validity.count, "the part lies outside the planes")
        let bands = differences.count
        let ofFour = usesAVX2 ? PixelKernelsAVX2.signedChangeOfFour : PixelKernelsBaseline.signedChangeOfFour
        let weigh = usesAVX2 ? PixelKernelsAVX2.weighedByStep : PixelKernelsBaseline.weighedByStep
        let toInt8 = usesAVX2 ? PixelKernelsAVX2.quantiseInt8 : PixelKernelsBaseline.quantiseInt8
        let toInt16 = usesAVX2 ? PixelKernelsAVX2.quantiseInt16 : PixelKernelsBaseline.quantiseInt16
        let count = columns.count * rows.count
        var fine: [Int16] = []
        let coarse = [Int8](unsafeUninitializedCapacity: count) { coarse, coarseCount in
            fine = [Int16](unsafeUninitializedCapacity: wantsFine ? count : 0) { fine, fineCount in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: max(columns.count, PixelKernelsBaseline.signedChangePiece)) { z in
                    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 2 * max(1, bands)) { pointers in
                        guard let z = z.baseAddress, let bandsOfRow = pointers.baseAddress, let coarse = coarse.baseAddress else { return }
                        let fine = wantsFine ? fine.baseAddress : nil
                        let planes = UnsafeMutableBufferPointer(rebasing: pointers[bands...])
                        withRows(of: differences, at: columns.lowerBound, into: planes) {
                            validity.withUnsafeBufferPointer { validity in
                                steps.withUnsafeBufferPointer { steps in
                                    guard let validity = validity.baseAddress, let steps = steps.baseAddress else { return }
                                    for (k, y) in rows.enumerated() {
                                        let (start, target) = (y * width + columns.lowerBound, k * columns.count)
                                        for band in 0..<bands { (bandsOfRow + band).initialize(to: planes[band] + y * width) }
                                        guard bands != 4 else {
                                            ofFour(
                                                bandsOfRow, steps + start, weights, validity + start, Self.stepsPerSigmaInt8,
                                                coarse + target, Self.stepsPerSigmaInt16, fine.map { $0 + target }, z, columns.count)
                                            continue
                                        }
                                        weigh(bandsOfRow, bands, steps + start, weights, z, columns.count)
                                        toInt8(z, Self.stepsPerSigmaInt8, validity + start, coarse + target, columns.count)
                                        if let fine {
                                            toInt16(z, Self.stepsPerSigmaInt16, validity + start, fine + target, columns.count)
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                fineCount = wantsFine ? count : 0
            }
            coarseCount = count
        }
        return (coarse, fine)
    }

    /// Calls `body` while the addresses of the bands' samples at `offset` stand in `pointers`.
    func withRows(
        of planes: [[Float]], at offset: Int, into pointers: UnsafeMutableBufferPointer<UnsafePointer<Float>>, _ body: () -> Void
    ) {
        func open(_ index: Int) {
            guard index < planes.count else { return body() }
            planes[index].withUnsafeBufferPointer { plane in
                guard let base = plane.baseAddress else { return }
                pointers.initializeElement(at: index, to: base + offset)
                open(index + 1)
            }
        }
        open(0)
    }
}
