import Foundation

/// An earthwork's cross-section: what an implant of it assumes. Heights and distances in metres.
///
/// How bright a real trench is nobody knows before it is found, so that power always rests on such an assumption. The reference section is a
/// modest one: a ditch of 3.5 m at the top, 1.5 m deep, with its own soil piled beside it (3.75 m² each), in soil that once disturbed is a tenth
/// brighter than the crust about it.
public struct ImplantSection: Sendable, Equatable, Codable {
    /// A vertex of the ground's outline across a line, or outwards from the rim's outer foot of a compact work.
    public struct Vertex: Sendable, Equatable, Codable {
        public var offset: Double
        public var height: Double

        public init(offset: Double, height: Double) {
            self.offset = offset
            self.height = height
        }
    }

    /// Where the soil is disturbed, and its reflectance over the crust's.
    public struct Soil: Sendable, Equatable, Codable {
        public var from: Double
        public var to: Double
        public var brightness: Double

        public init(from: Double, to: Double, brightness: Double) {
            self.from = from
            self.to = to
            self.brightness = brightness
        }
    }

    /// The outline, offsets ascending; flat ground of height 0 before it, and after it at the height of its last vertex.
    public var relief: [Vertex]
    public var soils: [Soil]

    public init(relief: [Vertex], soils: [Soil]) {
        self.relief = relief
        self.soils = soils
    }

    /// Disturbed desert soil is lighter than the crust or pavement, which desert varnish and coarse stones darken, by 5 to 30 %; the lower part of that
    /// range, because power must not be claimed from luck.
    public static let spoilBrightness = 1.1
    /// Share of the light on level ground that comes from the sky and not from the sun, on a clear desert day: 0.2 in blue, 0.1 in the near infrared.
    static let skyShare = 0.15

    /// A ditch of 3.5 m with its soil on the right hand; offsets grow to the right of the line's direction.
    public static let referenceTrench = ImplantSection(
        relief: [
            Vertex(offset: -4.5, height: 0), Vertex(offset: -3.5, height: -1.5), Vertex(offset: -2, height: -1.5),
            Vertex(offset: -1, height: 0), Vertex(offset: 0, height: 0), Vertex(offset: 2.5, height: 1.5), Vertex(offset: 5, height: 0),
        ],
        soils: [Soil(from: -4.5, to: 7, brightness: spoilBrightness)])

    /// From a position's outer foot inwards: a rampart like the trench's berm, and a floor 1 m deep that reaches to the middle.
    public static let referencePosition = ImplantSection(
        relief: [
            Vertex(offset: 0, height: 0), Vertex(offset: 2.5, height: 1.5), Vertex(offset: 5, height: 0), Vertex(offset: 6, height: -1),
        ],
        soils: [Soil(from: -2, to: .greatestFiniteMagnitude, brightness: spoilBrightness)])

    func height(at offset: Double) -> Double {
        guard let first = relief.first, let last = relief.last, offset > first.offset else { return 0 }
        for (a, b) in zip(relief, relief.dropFirst()) where offset <= b.offset {
            guard b.offset > a.offset else { continue }
            return a.height + (b.height - a.height) * (offset - a.offset) / (b.offset - a.offset)
        }
        return last.height
    }

    func brightness(at offset: Double) -> Double {
        soils.last { offset >= $0.from && offset < $0.to }?.brightness ?? 1
    }

    /// Offsets between which the section differs from level crust.
    var extent: ClosedRange<Double> {
        let low = min(relief.map(\.offset).min() ?? 0, soils.map(\.from).min() ?? 0)
        let high = max(relief.map(\.offset).max() ?? 0, soils.map(\.to).filter { $0 < 1e6 }.max() ?? 0)
        return low...max(low, high)
    }

    /// What a patch of ground sends upwards over what level crust does, less one.
    ///
    /// Lambert's law for the direct light (nothing of it in shadow), an even sky for the rest.
    ///
    /// - Parameters `slopeToSun`: rise of the ground per metre of horizontal way towards the sun: what rises towards it faces away. `slope`: its
    ///   steepest rise.
    static func contrast(brightness: Double, slope: Double, slopeToSun: Double, sunRun: Double, isInShadow: Bool) -> Double {
        let upright = 1 / (1 + slope * slope).squareRoot()
        let direct = isInShadow ? 0 : max(0, 1 - slopeToSun * sunRun) * upright
        return brightness * ((1 - skyShare) * direct + skyShare * (1 + upright) / 2) - 1
    }
}
