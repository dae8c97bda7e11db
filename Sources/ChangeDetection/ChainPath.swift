/// The last beamlets of a chain, noted while the origins that they are told from are at hand.
struct ChainPath: Sendable {
    private static let longest = 8

    /// Two bits a beamlet, the last one's lowest.
    private let origins: UInt16
    private let noted: UInt8
    /// Whether these are all.
    let isWhole: Bool

    init(strip: Int, column: Int, slope: Int, sign: ChainSearch.Sign, layout: ChainOrigins, origins words: UnsafePointer<UInt16>) {
        var (strip, column, slope) = (strip, column, slope)
        var origins: UInt16 = 0
        var count = 0
        var isWhole = false
        while count < Self.longest, !isWhole {
            column -= slope - BeamletSums.maximumSlope
            let origin = layout.origin(in: words, strip: strip, sign: sign, column: column, slope: slope)
            origins |= UInt16(truncatingIfNeeded: origin) << UInt16(2 * count)
            count += 1
            isWhole = origin == ChainOrigins.start || strip == 0
            slope += origin - 1
            strip -= 1
        }
        (self.origins, noted, self.isWhole) = (origins, UInt8(truncatingIfNeeded: count), isWhole)
    }

    /// Beamlets noted.
    var count: Int { Int(noted) }

    /// The origin of the beamlet so many before the last.
    subscript(index: Int) -> Int { Int(truncatingIfNeeded: origins >> UInt16(2 * index)) & 3 }
}
