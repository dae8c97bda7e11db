import Raster

/// Pixels of any window of the map on any date. A pure function of the scenario: neither tiling nor order matters.
struct SceneRenderer: Sendable {
    let scenario: Scenario
    private let random: CounterRandom
    private let skies: [Sky]
    private let conditions: [Conditions]

    /// What sets one date's pixels apart from another's.
    struct Conditions: Sendable {
        var shift: (x: Double, y: Double)
        /// One a band.
        var gain: [Double]
        var offset: [Double]
    }

    init(_ scenario: Scenario) {
        self.scenario = scenario
        let random = CounterRandom(seed: scenario.seed)
        self.random = random
        let windows = scenario.tiles.map { $0.window(pixelMetres: scenario.pixelMetres) }
        skies = scenario.dates.enumerated().map {
            Sky($1.clouds, tiles: windows, pixelMetres: scenario.pixelMetres, random: random, acquisition: $0)
        }
        conditions = scenario.dates.enumerated().map { index, acquisition in
            func drawn(_ purpose: CounterRandom.Purpose, _ which: Int) -> Double {
                min(max(random.stream(purpose, index).normal(which), -2.5), 2.5)
            }
            return Conditions(
                shift: acquisition.shift ?? (x: 0.35 * drawn(.shift, 0), y: 0.35 * drawn(.shift, 1)),
                gain: acquisition.gain ?? (0..<4).map { (1 + 0.03 * drawn(.gain, 4)) * (1 + 0.035 * drawn(.gain, $0)) },
                offset: acquisition.offset ?? (0..<4).map { 20 * drawn(.offset, $0) })
        }
    }

    /// How date number `index` was taken, drawn values included.
    func conditions(of index: Int) -> Conditions { conditions[index] }

    /// The lasting ground of a window; the same for all dates.
    func ground(_ window: PixelWindow) -> GroundPatch { GroundPatch(window, scenario: scenario, random: random) }

    /// One date's digital numbers. Shape: 4 bands × `patch.window.height` × `patch.window.width`.
    func scene(_ acquisition: Int, on patch: GroundPatch) -> [UInt16] {
        let window = patch.window
        let date = conditions[acquisition]
        let sky = skies[acquisition]
        let imprint = Imprint(window: window, acquisition: acquisition, scenario: scenario, shift: date.shift, random: random)
        let haze = self.haze(window, acquisition: acquisition)
        let looks = sky.isClear ? [] : self.looks(window, sky)
        let step = Double(scenario.stepDN)
        var out = [UInt16](repeating: 0, count: 4 * window.pixelCount)
        for band in 0..<4 {
            let ground = patch.sampled(band: band, shift: date.shift)
            let noise = random.stream(.sensorNoise, acquisition * 4 + band)
            for row in 0..<window.height {
                for column in 0..<window.width {
                    let at = row * window.width + column
                    var value = Double(ground[at]) + Contrast.spectrum[band] * imprint.values[at]
                    if !looks.isEmpty { value *= 1 - 0.38 * looks[at].shadow }
                    value = date.gain[band] * value + date.offset[band] + Self.hazeSpectrum[band] * haze[at]
                    if !looks.isEmpty { value += looks[at].opacity * (looks[at].brightness - value) }
                    value += scenario.noise * noise.normal(window.x + column, window.y + row)
                    let rounded = (value / step + 0.5).rounded(.down) * step
                    // 0 is no data.
                    out[band * window.pixelCount + at] = UInt16(min(max(rounded, 1), 65535))
                }
            }
        }
        return out
    }

    /// One date's scene classification; what the date's clouds hide, as the mask's makers saw it.
    func sceneClasses(_ acquisition: Int, window: PixelWindow) -> [UInt8] {
        guard !skies[acquisition].isClear else { return [UInt8](repeating: Sky.SceneClass.soil.rawValue, count: window.pixelCount) }
        return looks(window, skies[acquisition]).map(\.sceneClass.rawValue)
    }

    /// Scattered light is bluer than the ground; the four factors have mean 1.
    private static let hazeSpectrum = [1.3, 1.05, 0.9, 0.75]

    private func haze(_ window: PixelWindow, acquisition: Int) -> [Double] {
        let field = NoiseField(random.stream(.haze, acquisition))
        return perPixel(window) { 0.894 * scenario.haze * field.fractal($0, $1, longest: 3200, shortest: 1600, persistence: 0.5) }
    }

    private func looks(_ window: PixelWindow, _ sky: Sky) -> [Sky.Look] { perPixel(window, sky.look) }

    /// A function of map position at each pixel's centre.
    private func perPixel<Value>(_ window: PixelWindow, _ value: (Double, Double) -> Value) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(window.pixelCount)
        for row in window.y..<window.maxY {
            for column in window.x..<window.maxX {
                values.append(value((Double(column) + 0.5) * scenario.pixelMetres, -(Double(row) + 0.5) * scenario.pixelMetres))
            }
        }
        return values
    }
}

extension Scenario.Tile {
    /// The tile in pixels of the whole map: column = x / pixel size, row = −y / pixel size.
    func window(pixelMetres: Double) -> PixelWindow {
        PixelWindow(x: Int(west / pixelMetres), y: Int(-north / pixelMetres), width: size.width, height: size.height)
    }
}
