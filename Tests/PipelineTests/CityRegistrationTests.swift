import ChangeDetection
import Foundation
import Geodesy
import Raster
import Scenes
import TestSupport
import Testing

@testable import Pipeline

/// A scene as another date would show it: displaced by a known map through a long windowed sinc, with noise.
private struct DisplacedScene: SceneSource {
    let grid: RasterGrid
    private let block: SceneBlock

    /// Half the taps of the interpolation along an axis: twice those of the product's.
    private static let reach = 6

    init(_ source: any SceneSource, displacement: Displacement, noise: Float) throws {
        grid = source.grid
        let original = try source.read(PixelWindow(grid.size))
        let inverse = displacement.map.inverse
        var generator = SplitMix(state: 17)
        let (width, height) = (grid.size.width, grid.size.height)
        var planes = original.planes.map { _ in FloatPlane(width: width, height: height) }
        var weightsX = [Float](repeating: 0, count: 2 * Self.reach)
        var weightsY = weightsX
        for y in 0..<height {
            for x in 0..<width {
                let place = inverse.map(column: Double(x) + 0.5, row: Double(y) + 0.5)
                let left = Self.place(place.column - 0.5, &weightsX)
                let top = Self.place(place.row - 0.5, &weightsY)
                for band in planes.indices {
                    original.planes[band].values.withUnsafeBufferPointer { values in
                        var sum: Float = 0
                        for j in 0..<(2 * Self.reach) {
                            let row = max(0, min(height - 1, top + j)) * width
                            var line: Float = 0
                            for i in 0..<(2 * Self.reach) { line += weightsX[i] * values[row + max(0, min(width - 1, left + i))] }
                            sum += weightsY[j] * line
                        }
                        planes[band][x, y] = sum + noise * generator.normal()
                    }
                }
            }
        }
        block = SceneBlock(window: original.window, planes: planes, validity: original.validity)
    }

    /// Weights of a sinc in a Hann window round a place, which sum to one; returns the first tap.
    private static func place(_ position: Double, _ weights: inout [Float]) -> Int {
        let base = position.rounded(.down)
        var sum: Float = 0
        for k in weights.indices {
            let t = position - base + Double(reach - 1 - k)
            let hann = 0.5 + 0.5 * cos(.pi * t / Double(reach))
            weights[k] = t == 0 ? 1 : Float(sin(.pi * t) / (.pi * t) * hann)
            sum += weights[k]
        }
        for k in weights.indices { weights[k] /= sum }
        return Int(base) - reach + 1
    }

    func read(_ window: PixelWindow) throws -> SceneBlock {
        var result = SceneBlock(
            window: window, planes: block.planes.map { _ in FloatPlane(width: window.width, height: window.height) },
            validity: BytePlane(width: window.width, height: window.height))
        for y in 0..<window.height {
            for x in 0..<window.width where block.window.contains(x: window.x + x, y: window.y + y) {
                for band in block.planes.indices { result.planes[band][x, y] = block.planes[band][window.x + x, window.y + y] }
                result.validity[x, y] = block.validity[window.x + x, window.y + y]
            }
        }
        return result
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func uniform() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Float((z ^ (z >> 31)) >> 40) / Float(1 << 24)
    }

    /// Close enough to normal: the sum of twelve.
    mutating func normal() -> Float { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

/// Known displacements put into real scenes, and into the second dates of real pairs.
@Suite("Registration of real scenes")
struct CityRegistrationTests {
    static let cities = ["abudhabi", "bercy", "bordeaux", "hongkong", "nantes", "pisa", "rennes"]

    private static func reader(_ city: String, date index: Int, bands: [String]) throws -> SceneReader {
        let scenes = try SceneFinder.find(in: SharedData.path("imagery/oscd/\(city)")).scenes.sorted { $0.name < $1.name }
        return try SceneReader(scenes[index], bands: bands)
    }

    /// A shift, and a turn and a scale error that each move the corners by a pixel.
    private static func displacement(over size: RasterSize) -> Displacement {
        let (w, h) = (Double(size.width), Double(size.height))
        let rate = 2 / (w * w + h * h).squareRoot()
        return Displacement(
            x: 2.2, y: -1.3,
            slope: .init(
                xPerColumn: rate, xPerRow: -rate, yPerColumn: rate, yPerRow: rate, middleColumn: w / 2, middleRow: h / 2))
    }

    private static func error(_ found: Displacement, _ truth: Displacement, over size: RasterSize) -> Double {
        var sum = 0.0
        for j in 0...8 {
            for i in 0...8 {
                let (column, row) = (Double(size.width) * Double(i) / 8, Double(size.height) * Double(j) / 8)
                let (a, b) = (found.at(column: column, row: row), truth.at(column: column, row: row))
                sum += (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
            }
        }
        return (sum / 81).squareRoot()
    }

    @Test(
        "a shift with a turn and a scale error is recovered to 0.05 px on every city's texture",
        .enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"), arguments: cities)
    func displaced(city: String) throws {
        let before = try Self.reader(city, date: 0, bands: ["B04"])
        let truth = Self.displacement(over: before.grid.size)
        let after = try DisplacedScene(before, displacement: truth, noise: 0.003)
        let found = try AlignedPair(before: before, after: after).estimatedShift(jobs: 2)
        #expect(found.lock)
        #expect(Self.error(found.displacement, truth, over: before.grid.size) < 0.05)
    }

    @Test("two cities have nothing to lock on", .enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func differentGround() throws {
        for (first, second) in [("abudhabi", "pisa"), ("nantes", "bordeaux"), ("rennes", "bercy"), ("hongkong", "abudhabi")] {
            let before = try Self.reader(first, date: 0, bands: ["B04"])
            let after = Elsewhere(source: try Self.reader(second, date: 0, bands: ["B04"]), grid: before.grid)
            #expect(try AlignedPair(before: before, after: after).estimatedShift(jobs: 2) == .none)
        }
    }

    @Test("a scene against its turned and scaled copy shows no line", .enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func noFalseLine() throws {
        let before = try Self.reader("bercy", date: 0, bands: ["B02", "B03", "B04", "B08"])
        let after = try DisplacedScene(before, displacement: Self.displacement(over: before.grid.size), noise: 0.003)
        let analysis = try PairAnalysis(before: before, after: after, settings: DetectionSettings(), jobs: 2, progress: { _ in })
        #expect(analysis.lines.isEmpty)
    }
}

/// Pixels of one scene, said to be another's place.
private struct Elsewhere: SceneSource {
    let source: SceneReader
    let grid: RasterGrid

    func read(_ window: PixelWindow) throws -> SceneBlock { try source.read(window) }
}
