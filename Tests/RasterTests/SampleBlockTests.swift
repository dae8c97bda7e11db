import Raster
import Testing

@Suite struct SampleBlockTests {
    /// 1, 2 and the type's extremes, as the machine stores them.
    private func block<Sample>(_ type: SampleType, _ samples: [Sample]) -> SampleBlock {
        let bytes = samples.withUnsafeBytes { Array($0) }
        return SampleBlock(window: PixelWindow(x: 5, y: 6, width: 2, height: 1), bandCount: samples.count / 2, type: type, bytes: bytes)
    }

    @Test func everyTypeGivesItsNumbers() {
        #expect(block(.uint8, [1, 2, 0, UInt8.max]).doubles(band: 1) == [0, 255])
        #expect(block(.int8, [1, 2, Int8.min, Int8.max]).doubles(band: 1) == [-128, 127])
        #expect(block(.uint16, [1, 2, 0, UInt16.max]).doubles(band: 1) == [0, 65_535])
        #expect(block(.int16, [1, 2, Int16.min, Int16.max]).doubles(band: 1) == [-32_768, 32_767])
        #expect(block(.uint32, [1, 2, 0, UInt32.max]).doubles(band: 1) == [0, 4_294_967_295])
        #expect(block(.int32, [1, 2, Int32.min, Int32.max]).doubles(band: 1) == [-2_147_483_648, 2_147_483_647])
        #expect(block(.float32, [1, 2, -0.5, Float.greatestFiniteMagnitude]).doubles(band: 1)[0] == -0.5)
        #expect(block(.float64, [1, 2, 0.1, 1e300]).doubles(band: 1) == [0.1, 1e300])
    }

    @Test(arguments: SampleType.allCases) func floatsAreTheDoublesRounded(_ type: SampleType) {
        var block = SampleBlock(window: PixelWindow(x: 0, y: 0, width: 8, height: 4), bandCount: 3, type: type)
        #expect(block.bytes.count == 8 * 4 * 3 * type.byteCount)
        for index in block.bytes.indices { block.bytes[index] = UInt8(truncatingIfNeeded: index &* 37 &+ 11) & 0x3F }
        for band in 0..<3 { #expect(block.floats(band: band) == block.doubles(band: band).map { Float($0) }) }
    }
}

@Suite struct MessageTests {
    @Test func anErrorStandsOnOneLineAndSteersNoTerminal() {
        let error = InputError(path: "a\nb\u{1B}[2J.tif", problem: "is empty", advice: "get it again")
        #expect(error.description == "a\\nb\\u{1b}[2J.tif: is empty; get it again")
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
    }
}
