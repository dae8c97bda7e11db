import PixelKernels

/// Where each chain came from: for every strip, sign, slope and column of a beamlet's upper end, what its best chain's slope was before.
///
/// As `KernelSet.extendChains` writes it: two bits a slope, seven slopes a word.
struct ChainOrigins: Sendable {
    /// What stands for a chain's start.
    static let start = 3
    static let words = BeamletSums.slopeCount / KernelSet.slopesPerWord

    /// Words of a row.
    let pitch: Int
    var stripSize: Int { ChainSearch.Sign.allCases.count * Self.words * pitch }

    init(width: Int) { pitch = (width + 15) / 16 * 16 }

    /// 0, 1, 2 for a slope one less, equal, one more, or `start`.
    @inline(__always)
    func origin(in origins: UnsafePointer<UInt16>, strip: Int, sign: ChainSearch.Sign, column: Int, slope: Int) -> Int {
        let word = slope / KernelSet.slopesPerWord
        let place = slope - word * KernelSet.slopesPerWord
        return Int(origins[strip * stripSize + (sign.rawValue * Self.words + word) * pitch + column] >> UInt16(2 * place)) & 3
    }
}
