import CProcessor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The pixel kernels in one of the instruction sets they were compiled for. All sets give the same bits.
///
/// Every kernel works on whole rows, blocks or planes, row by row without gaps, and checks the counts once. Validity planes hold 0 (not
/// usable) or 255. Unless said otherwise a NaN or infinity in a valid pixel goes through the arithmetic like any other float, and what stands in an
/// invalid pixel, NaN too, has no influence on anything.
///
///     let kernels = KernelSet.best
///     kernels.gaussianBlur(plane.values.span, width: plane.width, height: plane.height, taps: taps, into: smooth.values.mutableSpan)
public struct KernelSet: Sendable, Hashable, CustomStringConvertible {
    let usesAVX2: Bool

    /// What every processor of the platform can run.
    public static let baseline = KernelSet(usesAVX2: false)
    /// nil where the processor has no AVX2.
    public static let avx2: KernelSet? = processor_has_avx2() ? KernelSet(usesAVX2: true) : nil
    /// The widest set that the processor can run; the environment variable `TRENCHWATCH_KERNELS` (`baseline` or `avx2`) narrows the choice.
    public static let best: KernelSet = {
        let wish = getenv("TRENCHWATCH_KERNELS").map { String(cString: $0) }
        return wish == "baseline" ? baseline : avx2 ?? baseline
    }()
    /// The sets that this processor can run.
    public static let available: [KernelSet] = [baseline] + (avx2.map { [$0] } ?? [])

    public var description: String { usesAVX2 ? "avx2" : "baseline" }
}
