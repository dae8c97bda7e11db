import RasterIO

/// The 256 colours of a diff picture and what pixels get which.
///
/// Greys carry the ground and the text, the next colours the ground tinted by signed change, the last ones the annotation with its
/// blends at antialiased edges. Orange against blue stays apart in every common kind of colour blindness, and neither hides the ground: its
/// brightness goes on to modulate the tint.
struct PicturePalette {
    static let ink = PictureColour(0x1A1A1A)
    static let quietInk = PictureColour(0x555555)
    static let paper = PictureColour(0xFFFFFF)
    static let rule = PictureColour(0xBBBBBB)
    static let outline = PictureColour(0xFFE135)
    static let claimOutline = PictureColour(0xFF4FC3)
    static let casing = PictureColour(0x1A1A1A)
    static let banner = PictureColour(0x8C1A6A)
    static let brighter = PictureColour(0xF07800)
    static let darker = PictureColour(0x1E63D0)

    private static let greyCount = 72
    private static let strengthSteps = 6
    private static let groundSteps = 13

    let colours: [PNGWriter.RGB]
    let paperIndex: UInt8
    /// Palette index by brightness (0 no data) and change (as an unsigned byte): `[brightness << 8 | change]`.
    let groundIndices: [UInt8]
    /// Palette index of a hatch line by brightness, for pixels without data or not observed.
    let hatchIndices: [UInt8]

    /// - Parameter zLimit: change in σ from which the tint is seen.
    init(zLimit: Float) {
        var entries: [PictureColour] = (0..<Self.greyCount).map { PictureColour(grey: Double($0) / Double(Self.greyCount - 1)) }
        let tintStart = entries.count
        for hue in [Self.brighter, Self.darker] {
            for strength in 0..<Self.strengthSteps {
                for ground in 0..<Self.groundSteps {
                    let brightness = 255 * Double(ground) / Double(Self.groundSteps - 1)
                    entries.append(
                        Self.tinted(brightness: brightness, hue: hue, strength: Double(strength) / Double(Self.strengthSteps - 1)))
                }
            }
        }
        for colour in [Self.outline, Self.claimOutline] {
            entries.append(colour)
            for share in [0.3, 0.6, 0.85] { entries.append(colour.mixed(with: Self.casing, share)) }
            for share in [0.35, 0.65] { entries.append(colour.mixed(with: PictureColour(grey: 0.55), share)) }
        }
        entries.append(Self.banner)
        for share in [0.2, 0.4, 0.6, 0.8] { entries.append(Self.banner.mixed(with: Self.paper, share)) }
        colours = entries.map(\.bytes)
        paperIndex = UInt8(Self.greyCount - 1)

        func greyIndex(_ level: Double) -> UInt8 { UInt8((min(max(level, 0), 255) / 255 * Double(Self.greyCount - 1)).rounded()) }
        var ground = [UInt8](repeating: 0, count: 1 << 16)
        for brightness in 0...255 {
            let plain = greyIndex(Self.groundLevel(Double(brightness)))
            let step = (Double(brightness) / 255 * Double(Self.groundSteps - 1)).rounded()
            for byte in 0...255 {
                let change = Int8(truncatingIfNeeded: byte)
                let index: UInt8
                if brightness == 0 {
                    index = greyIndex(236)
                } else if change == -128 {
                    index = greyIndex(Self.veiledLevel(Double(brightness)))
                } else if let strength = Self.strength(ofChange: change, zLimit: zLimit) {
                    let sign = change > 0 ? 0 : 1
                    let level = Int((strength * Double(Self.strengthSteps - 1)).rounded())
                    index = UInt8(tintStart + (sign * Self.strengthSteps + level) * Self.groundSteps + Int(step))
                } else {
                    index = plain
                }
                ground[brightness << 8 | byte] = index
            }
        }
        groundIndices = ground
        hatchIndices = (0...255).map { greyIndex($0 == 0 ? 205 : Self.veiledLevel(Double($0)) - 58) }
    }

    /// Grey level of the ground; neither black nor white, which are the annotation's.
    private static func groundLevel(_ brightness: Double) -> Double { 34 + brightness * 0.74 }

    private static func veiledLevel(_ brightness: Double) -> Double { 150 + groundLevel(brightness) * 0.34 }

    /// 0–1 from the limit to full strength, nil below the limit. One step of `change` is 0.1 σ.
    private static func strength(ofChange change: Int8, zLimit: Float) -> Double? {
        let z = abs(Double(change)) / 10
        let limit = Double(zLimit)
        guard z > 0, z >= limit else { return nil }
        let full = fullStrength(zLimit: zLimit)
        return full > limit ? min((z - limit) / (full - limit), 1) : 1
    }

    /// Change in σ at which the tint is strongest; the stored bytes reach to 12.7.
    static func fullStrength(zLimit: Float) -> Double { min(Double(zLimit) * 2.5, max(12, Double(zLimit))) }

    /// The colour of ground of some brightness (0–255) under a change of some strength (0–1).
    static func tinted(brightness: Double, hue: PictureColour, strength: Double) -> PictureColour {
        let ground = PictureColour(grey: groundLevel(brightness) / 255)
        // The hue follows the ground's brightness halfway, so that the relief goes on through it.
        let shade = 0.62 + 0.5 * brightness / 255
        var lit = hue
        lit.red = min(hue.red * shade, 1)
        lit.green = min(hue.green * shade, 1)
        lit.blue = min(hue.blue * shade, 1)
        return ground.mixed(with: lit, 0.42 + 0.5 * strength)
    }
}

extension PictureColour {
    fileprivate var bytes: PNGWriter.RGB {
        func byte(_ value: Double) -> UInt8 { UInt8((min(max(value, 0), 1) * 255).rounded()) }
        return PNGWriter.RGB(byte(red), byte(green), byte(blue))
    }
}

/// Finds the nearest colour of a palette, remembering answers: an annotation has few different colours.
///
/// What is asked before changes no answer, so that strips may be drawn in any order.
struct PictureColourIndex {
    private let reds: [Int32]
    private let greens: [Int32]
    private let blues: [Int32]
    /// The colour asked for last of those that share a place, and its answer.
    private var askedColours = [UInt32](repeating: .max, count: 1 << placeBits)
    private var answers = [UInt8](repeating: 0, count: 1 << placeBits)

    private static let placeBits = 15

    init(_ colours: [PNGWriter.RGB]) {
        reds = colours.map { Int32($0.red) }
        greens = colours.map { Int32($0.green) }
        blues = colours.map { Int32($0.blue) }
    }

    /// - Parameters: components from 0 to 255.
    mutating func nearest(red: Int, green: Int, blue: Int) -> UInt8 {
        let colour = UInt32(truncatingIfNeeded: red << 16 | green << 8 | blue)
        // Multiplication by the golden ratio's bits spreads neighbouring colours over the places.
        let place = Int((colour &* 0x9E37_79B1) >> UInt32(32 - Self.placeBits))
        if askedColours[place] == colour { return answers[place] }
        let answer = search(red: Int32(red), green: Int32(green), blue: Int32(blue))
        askedColours[place] = colour
        answers[place] = answer
        return answer
    }

    private func search(red: Int32, green: Int32, blue: Int32) -> UInt8 {
        reds.withUnsafeBufferPointer { reds in
            greens.withUnsafeBufferPointer { greens in
                blues.withUnsafeBufferPointer { blues in
                    var best = Int32.max
                    for i in reds.indices {
                        let (r, g, b) = (reds[i] &- red, greens[i] &- green, blues[i] &- blue)
                        // The eye weighs green most, then red. Of equal distances the first wins.
                        let distance = 3 &* r &* r &+ 4 &* g &* g &+ 2 &* b &* b
                        best = min(best, distance &<< 8 | Int32(truncatingIfNeeded: i))
                    }
                    return UInt8(truncatingIfNeeded: best)
                }
            }
        }
    }
}
