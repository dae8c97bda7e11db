/// Reflectance of open desert as a function of map position: crust of many scales, stony plains, dunes and dry valleys (wadis).
///
/// The spectrum of the crust follows the reference scenes: deviations fall by a sixth from each wavelength to half of it, from 5 km to 20 m.
struct Desert: Sendable {
    /// Mean digital numbers of the bands.
    static let soil: SIMD4<Double> = [1610, 2076, 2595, 3062]

    private let ground: Scenario.Ground
    private let crust: NoiseField
    private let colour: NoiseField
    private let dunes: NoiseField
    private let wadis: NoiseField

    init(_ ground: Scenario.Ground, random: CounterRandom) {
        self.ground = ground
        crust = NoiseField(random.stream(.texture))
        colour = NoiseField(random.stream(.colour))
        dunes = NoiseField(random.stream(.dunes))
        wadis = NoiseField(random.stream(.wadis))
    }

    func reflectance(_ x: Double, _ y: Double) -> SIMD4<Double> {
        let large = crust.value(x / 5120, y / 5120)
        var brightness = 1 + ground.texture * 0.05 * (large + crust.fractal(x, y, longest: 2560, shortest: 20, persistence: 0.84))
        // Stony plains end more sharply than sand thins out.
        let plain = crust.fractal(x + 3.1e5, y, longest: 3000, shortest: 180, persistence: 0.5)
        brightness -= ground.texture * 0.05 * ExactMath.smoothStep((plain - 0.6) / 0.35)
        if ground.dunes > 0 { brightness += ground.dunes * dune(x, y) }
        if ground.wadis > 0 { brightness *= 1 - ground.wadis * wadi(x, y) }
        let tint = 0.007 * ground.texture * colour.fractal(x, y, longest: 2560, shortest: 160, persistence: 0.7)
        let tints: SIMD4<Double> = [1, 0.3, -0.3, -0.5]
        return Self.soil * max(brightness, 0.3) * (1 + tint * tints)
    }

    /// Crests about 260 m apart along 20° east of north, gentle on one side and steep on the other, only where there is sand.
    private func dune(_ x: Double, _ y: Double) -> Double {
        let sand = ExactMath.smoothStep(0.6 * dunes.value(x / 4000 + 11, y / 4000) + 0.3)
        guard sand > 0 else { return 0 }
        let along = 0.342 * x + 0.94 * y
        let across = 0.94 * x - 0.342 * y
        let bend = 45 * dunes.value(along / 900, across / 700)
        let phase = (across + bend) / 260
        let position = phase - phase.rounded(.down)
        let height = position < 0.75 ? position / 0.75 : (1 - position) / 0.25
        let strength = 0.6 + 0.15 * dunes.value(along / 700 + 31, across / 300)
        return 0.09 * sand * strength * (height - 0.5)
    }

    /// Darkening by dry valleys: they follow the zero lines of a smooth field, and lie in part of the land only.
    private func wadi(_ x: Double, _ y: Double) -> Double {
        let land = ExactMath.smoothStep(0.6 * wadis.value(x / 3500 - 7, y / 3500) + 0.4)
        guard land > 0 else { return 0 }
        let course = wadis.fractal(x, y, longest: 1600, shortest: 100, persistence: 0.45)
        let branch = wadis.fractal(x + 5e5, y - 5e5, longest: 700, shortest: 80, persistence: 0.45)
        // The field climbs about ten times its deviation over a wavelength: metres from the zero line.
        let distance = course.magnitude * 170
        let branchDistance = branch.magnitude * 75
        let main = 1 / (1 + (distance / 14) * (distance / 14))
        let side = 1 / (1 + (branchDistance / 7) * (branchDistance / 7))
        return land * (0.2 * main * main + 0.1 * side * side)
    }
}
