import PixelKernels
import Testing

@Suite struct KernelSetTests {
    @Test func `the best set is one that the processor can run`() {
        #expect(KernelSet.available.contains(KernelSet.best))
        #expect(KernelSet.available.first == .baseline)
        #expect(KernelSet.available.count == (KernelSet.avx2 == nil ? 1 : 2))
    }
}
