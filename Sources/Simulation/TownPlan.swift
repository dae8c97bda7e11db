/// A town's streets, lots, roofs, gardens and shadows as a function of map position. Edges are sharp: what the sensor makes of them is for
/// the point spread to say.
struct TownPlan: Sendable {
    private let town: Scenario.Town
    private let outline: NoiseField
    private let districts: CounterRandom
    private let lots: CounterRandom
    private let sine: Double
    private let cosine: Double

    private static let districtMetres = 420.0
    private static let asphalt: SIMD4<Double> = [1300, 1520, 1760, 1950]
    private static let concrete: SIMD4<Double> = [2250, 2500, 2750, 2900]
    private static let garden: SIMD4<Double> = [620, 900, 800, 3000]

    init(_ town: Scenario.Town, random: CounterRandom, index: Int) {
        self.town = town
        outline = NoiseField(random.stream(.townShape, index))
        districts = random.stream(.townDistricts, index)
        lots = random.stream(.townLots, index)
        (sine, cosine) = ExactMath.sinCos(degrees: town.bearingDegrees)
    }

    /// The furthest from its centre that the town reaches, in metres.
    var reachMetres: Double { town.radiusMetres * 2 }
    var centre: MapPoint { town.centre }

    /// What stands at a position, given the soil there; the soil itself outside the town.
    func reflectance(_ x: Double, _ y: Double, soil: SIMD4<Double>) -> SIMD4<Double> {
        let east = x - town.centre.x
        let north = y - town.centre.y
        let radius = (east * east + north * north).squareRoot() / town.radiusMetres
        let edge = 1 - radius + 0.09 * outline.fractal(x, y, longest: 900, shortest: 450, persistence: 0.5)
        guard radius < 2, edge > 0 else { return soil }

        let u = cosine * east - sine * north
        let v = sine * east + cosine * north
        let column = (u / Self.districtMetres).rounded(.down)
        let row = (v / Self.districtMetres).rounded(.down)
        let inDistrictU = u - column * Self.districtMetres
        let inDistrictV = v - row * Self.districtMetres
        let district = districts.bits(Int(column), Int(row))
        let isOnAvenue = min(inDistrictU, inDistrictV) < 9 || max(inDistrictU, inDistrictV) > Self.districtMetres - 9
        if isOnAvenue { return soil * 0.3 + Self.asphalt * 0.7 }

        let blocksAcross = Double(3 + district % 4)
        let blocksAlong = Double(4 + (district >> 8) % 4)
        let blockWidth = Self.districtMetres / blocksAcross
        let blockDepth = Self.districtMetres / blocksAlong
        let blockColumn = (inDistrictU / blockWidth).rounded(.down)
        let blockRow = (inDistrictV / blockDepth).rounded(.down)
        let inBlockU = inDistrictU - blockColumn * blockWidth
        let inBlockV = inDistrictV - blockRow * blockDepth
        let street = 4.5
        guard inBlockU > street, inBlockU < blockWidth - street, inBlockV > street, inBlockV < blockDepth - street else {
            // Streets at the edge are not paved.
            let paved = 0.75 * ExactMath.smoothStep(edge / 0.2)
            return soil * (0.95 - 0.95 * paved) + Self.asphalt * paved
        }

        let density = town.built * ExactMath.smoothStep(edge / 0.3) * (0.5 + 0.5 * Double((district >> 16) & 0xFF) / 255)
        let lotWidth = 16.0 + Double((district >> 24) & 0xF)
        let lotDepth = blockDepth / 2 - street
        let lotColumn = ((inBlockU - street) / lotWidth).rounded(.down)
        let lotRow = ((inBlockV - street) / lotDepth).rounded(.down)
        let lotX = Int(column) * 4096 + Int(blockColumn) * 128 + Int(lotColumn)
        let lotY = Int(row) * 4096 + Int(blockRow) * 128 + Int(lotRow)
        let lot = lots.bits(lotX, lotY)
        return self.lot(
            lot, density: density, u: inBlockU - street - lotColumn * lotWidth, v: inBlockV - street - lotRow * lotDepth,
            width: lotWidth, depth: lotDepth, soil: soil)
    }

    /// One lot, `u` and `v` metres from its corner: a roof with its shadow, a garden, or bare ground.
    private func lot(
        _ lot: UInt64, density: Double, u: Double, v: Double, width: Double, depth: Double, soil: SIMD4<Double>
    ) -> SIMD4<Double> {
        func share(_ shift: UInt64) -> Double { Double((lot >> shift) & 0xFF) / 255 }
        let yard = soil * (0.9 + 0.16 * share(0))
        guard share(8) < density else {
            return share(16) < 0.12 * town.built ? soil * 0.25 + Self.garden * 0.75 : yard
        }
        let left = 1.5 + 3 * share(24)
        let right = width - 1.5 - 3 * share(32)
        let front = 1.5 + 0.25 * depth * share(40)
        let back = depth - 2 - 0.4 * depth * share(48)
        if u > left, u < right, v > front, v < back {
            let kind = share(56)
            let tone = 0.9 + 0.2 * share(0)
            switch kind {
            case ..<0.25: return Self.concrete * (1.55 * tone)
            case ..<0.6: return Self.concrete * (1.1 * tone)
            case ..<0.85: return soil * tone
            default: return Self.concrete * (0.6 * tone)
            }
        }
        let shadow = 3 + 4 * share(16)
        if u > left - shadow * 0.6, u < right - shadow * 0.6, v > front, v < back + shadow { return yard * 0.45 }
        return yard
    }
}
