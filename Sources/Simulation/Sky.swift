import Raster

/// Clouds of one date, their shadows and the mask that goes with them.
struct Sky: Sendable {
    private let field: NoiseField
    private let texture: NoiseField
    /// The field's value at a cloud's edge; infinite for a clear sky.
    private let edge: Double

    /// Codes of the Sentinel-2 scene classification.
    enum SceneClass: UInt8 { case shadow = 3, soil = 5, cloudMediumProbability = 8, cloudHighProbability = 9 }

    struct Look {
        /// 0 clear to 1 wholly clouded.
        var opacity: Double
        /// 0 in the sun to 1 in deep shadow.
        var shadow: Double
        /// Digital number of the cloud itself.
        var brightness: Double

        var sceneClass: SceneClass {
            if opacity > 0.5 { return .cloudHighProbability }
            if opacity > 0.08 { return .cloudMediumProbability }
            return shadow > 0.3 ? .shadow : .soil
        }
    }

    init(_ clouds: Scenario.Clouds?, tiles: [PixelWindow], pixelMetres: Double, random: CounterRandom, acquisition: Int) {
        field = NoiseField(random.stream(.clouds, acquisition))
        texture = NoiseField(random.stream(.cloudTexture, acquisition))
        if let clouds, clouds.cover > 0 {
            edge = Self.edge(of: field, cover: clouds.cover, tiles: tiles, pixelMetres: pixelMetres)
        } else {
            edge = .infinity
        }
    }

    /// The value that the share `cover` of the tiles' ground exceeds.
    private static func edge(of field: NoiseField, cover: Double, tiles: [PixelWindow], pixelMetres: Double) -> Double {
        let step = 8
        var values: [Double] = []
        for tile in tiles {
            for row in stride(from: tile.y + step / 2, to: tile.maxY, by: step) {
                for column in stride(from: tile.x + step / 2, to: tile.maxX, by: step) {
                    values.append(density(field, Double(column) * pixelMetres, -Double(row) * pixelMetres))
                }
            }
        }
        values.sort()
        let index = Int((1 - cover) * Double(values.count))
        return index < values.count ? values[index] : .infinity
    }

    private static func density(_ field: NoiseField, _ x: Double, _ y: Double) -> Double {
        field.fractal(x, y, longest: 2560, shortest: 80, persistence: 0.55)
    }

    var isClear: Bool { edge == .infinity }

    func look(_ x: Double, _ y: Double) -> Look {
        // The sun stands in the south-east at the overpass.
        Look(
            opacity: opacity(x, y), shadow: opacity(x + 380, y - 520),
            brightness: 5400 + 350 * texture.fractal(x, y, longest: 600, shortest: 75, persistence: 0.6))
    }

    private func opacity(_ x: Double, _ y: Double) -> Double {
        ExactMath.smoothStep((Self.density(field, x, y) - edge) / 0.3 + 0.35)
    }
}
