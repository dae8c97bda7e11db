import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Steps of coarse levels in one standard deviation.
    static let stepsPerSigmaInt8: Float = 10
    /// Steps of fine levels in one standard deviation.
    static let stepsPerSigmaInt16: Float = 100

    /// The signed change of a row of one band, `z(x) = row[x] · table[steps[x]]`, in two quantisations: coarse in steps of 0.1, clamped to ±127, −128 where not
    /// valid or not a number; fine in steps of 0.01, clamped to ±32 767, −32 768 where not valid or not a number.
    ///
    /// - Parameters:
    ///   - table: weight of the difference in each step of noise, in standard deviations a unit.
    ///   - fine: nil where it is not wanted.
    public func signedChange(
        row: UnsafePointer<Float>, steps: UnsafePointer<UInt16>, table: [Float], validity: UnsafePointer<UInt8>,
        coarse: UnsafeMutablePointer<Int8>, fine: UnsafeMutablePointer<Int16>?, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.signedChangeOfOne : PixelKernelsBaseline.signedChangeOfOne
        withUnsafeTemporaryAllocation(of: Float.self, capacity: PixelKernelsBaseline.signedChangePiece) { z in
            guard let z = z.baseAddress else { return }
            kernel(row, steps, table, validity, Self.stepsPerSigmaInt8, coarse, Self.stepsPerSigmaInt16, fine, z, count)
        }
    }
}
