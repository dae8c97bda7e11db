import PixelKernels

/// Where each chain came from, for the strips last passed: for every strip, sign, slope and column of a beamlet's upper end, what its best chain's slope was
/// before.
///
/// As `KernelSet.extendChains` writes it: two bits a slope, seven slopes a word.
final class ChainOrigins {
    /// What stands for a chain's start.
    static let start = 3
    static let words = BeamletSums.slopeCount / KernelSet.slopesPerWord
    /// Strips that are remembered. A chain is followed back to what has been noted of it, which is the strip before for a chain that stands out; only one that
    /// stays unremarkable for 512 rows loses its beginning.
    static let strips = 64

    /// Words of a row.
    let pitch: Int
    private let stripSize: Int
    private let rows: UnsafeMutablePointer<UInt16>

    init(width: Int) {
        pitch = (width + 15) / 16 * 16
        stripSize = ChainSearch.Sign.allCases.count * Self.words * pitch
        rows = .allocate(capacity: Self.strips * stripSize)
        rows.initialize(repeating: 0, count: Self.strips * stripSize)
    }

    deinit { rows.deallocate() }

    /// The words of a strip, in place of those of the strip that is forgotten for it.
    func row(strip: Int) -> UnsafeMutablePointer<UInt16> { rows + strip % Self.strips * stripSize }

    /// The slope before; nil where the chain starts.
    @inline(__always)
    func slopeBefore(strip: Int, sign: ChainSearch.Sign, column: Int, slope: Int) -> Int? {
        let word = slope / KernelSet.slopesPerWord
        let place = (word + 1) * KernelSet.slopesPerWord - 1 - slope
        let words = row(strip: strip) + (sign.rawValue * Self.words + word) * pitch
        switch Int(words[column] >> UInt16(2 * place)) & 3 {
        case 0: return slope + 1
        case 1: return slope - 1
        case 2: return slope
        default: return nil
        }
    }
}
