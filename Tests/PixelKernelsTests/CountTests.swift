import PixelKernels
import Testing

@Suite struct CountTests {
    @Test(arguments: KernelSet.available, [0, 1, 15, 16, 17, 4_095, 4_096, 70_001])
    func `bytes of a value are counted`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 41)
        // One value in most places, so that lanes fill up.
        let bytes: [UInt8] = (0..<count).map { _ -> UInt8 in
            let isOther = Int.random(in: 0..<9, using: &random) == 0
            return isOther ? UInt8.random(in: 0...255, using: &random) : 128
        }
        for value in [UInt8(0), 128, 255] {
            let expected = bytes.count { $0 == value }
            #expect(kernels.count(of: value, in: bytes) == expected)
            #expect(kernels.count(of: Int8(bitPattern: value), in: bytes.map { Int8(bitPattern: $0) }) == expected)
        }
    }

    @Test(arguments: KernelSet.available, [Int8(0), 80, 127])
    func `levels of a cell are counted as far as they were observed`(_ kernels: KernelSet, _ limit: Int8) {
        var random = SeededGenerator(seed: 42)
        let pitch = 41
        for missing in [0, 3, 32] {
            let levels: [Int8] = (0..<(pitch * 32)).map { _ -> Int8 in
                let isMissing = Int.random(in: 0..<32, using: &random) < missing
                return isMissing ? -128 : Int8.random(in: -127...127, using: &random)
            }
            let all: [Int8] = (0..<32).flatMap { y in Array(levels[(y * pitch + 5)..<(y * pitch + 37)]) }
            let cell = all.filter { $0 != -128 }
            let found = levels.withUnsafeBufferPointer { levels in
                levels.baseAddress.map { kernels.countsOfCell($0 + 5, pitch: pitch, limit: limit) }
            }
            #expect(found?.observed == cell.count)
            #expect(found?.beyond == cell.count { abs(Int($0)) > Int(limit) })
        }
    }
}
