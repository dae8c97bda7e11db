import Foundation
import Raster
import Testing

@testable import ChangeDetection

/// Turn, scale and shear between two dates of waves that are known everywhere.
@Suite("Registration of turned and scaled scenes")
struct SlopeRegistrationTests {
    private static let size = RasterSize(width: 480, height: 480)

    /// The displacement that a rotation, a scale and a shear make, each by what they move a corner, in pixels.
    private static func displacement(
        shift: (Double, Double), rotation: Double = 0, scale: Double = 0, shear: Double = 0
    ) -> Displacement {
        let radius = (240.0 * 240 * 2).squareRoot()
        let angle = rotation / radius
        return Displacement(
            x: shift.0, y: shift.1,
            slope: .init(
                xPerColumn: cos(angle) - 1 + scale / radius, xPerRow: -sin(angle) + shear / radius,
                yPerColumn: sin(angle) + shear / radius, yPerRow: cos(angle) - 1 + scale / radius, middleColumn: 240, middleRow: 240))
    }

    private static func samples(_ displacement: Displacement, noise: Float = 0.1, otherGround: Bool = false) -> [PairBlock] {
        let ground = TestScene.Ground(seed: 7)
        let other = TestScene.Ground(seed: otherGround ? 8 : 7)
        return (0..<9).map { k in
            let window = PixelWindow(x: 184 * (k % 3), y: 184 * (k / 3), width: 112, height: 112)
            let before = TestScene.block(ground, window: window, gains: [1], noise: noise, seed: UInt64(10 + k))
            var generator = SeededGenerator(seed: UInt64(30 + k))
            var plane = FloatPlane(width: window.width, height: window.height)
            for y in 0..<window.height {
                for x in 0..<window.width {
                    let (column, row) = (Double(window.x + x) + 0.5, Double(window.y + y) + 0.5)
                    // What lies here on the later date is where p + displacement(p) is here.
                    var place = (column, row)
                    for _ in 0..<4 {
                        let d = displacement.at(column: place.0, row: place.1)
                        place = (column - d.x, row - d.y)
                    }
                    plane[x, y] = 1.15 * Float(other.height(place.0 - 0.5, place.1 - 0.5)) + 0.4 + noise * generator.normal()
                }
            }
            let after = SceneBlock(window: window, planes: [plane], validity: before.validity)
            return PairBlock(before: before, after: after)
        }
    }

    /// Root mean square over the scene of what is left.
    private static func error(_ found: Displacement, _ truth: Displacement) -> Double {
        var sum = 0.0
        for row in stride(from: 0.0, through: 480, by: 60) {
            for column in stride(from: 0.0, through: 480, by: 60) {
                let (a, b) = (found.at(column: column, row: row), truth.at(column: column, row: row))
                sum += (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
            }
        }
        return (sum / 81).squareRoot()
    }

    @Test(
        "a turn, a scale error and a shear are recovered to 0.05 px over the scene",
        arguments: [
            Self.displacement(shift: (0, 0), rotation: 1.5), Self.displacement(shift: (0.4, -2.3), rotation: -1.5),
            Self.displacement(shift: (-3, 3), scale: 1.5), Self.displacement(shift: (1.2, 0.6), rotation: 1, scale: -1, shear: 0.3),
            Self.displacement(shift: (0.3, 0.1), shear: 0.2),
        ])
    func recovers(truth: Displacement) {
        let found = ShiftEstimator.estimate(Self.samples(truth), over: Self.size)
        #expect(found.lock)
        #expect(found.slope != nil)
        #expect(Self.error(found.displacement, truth) < 0.05)
        #expect(found.residual < 0.05)
    }

    @Test("a plain shift is given no slope", arguments: [(0.0, 0.0), (0.31, -0.22), (-2.6, 2.9)])
    func plainShift(shift: (Double, Double)) {
        let truth = Displacement(x: shift.0, y: shift.1)
        let found = ShiftEstimator.estimate(Self.samples(truth), over: Self.size)
        #expect(found.lock)
        #expect(found.slope == nil)
        #expect(Self.error(found.displacement, truth) < 0.05)
    }

    @Test("swapping the dates gives the inverse map")
    func swapped() {
        let there = Self.samples(Self.displacement(shift: (0.62, -0.35), rotation: 1, scale: 0.5))
        let back = there.map { PairBlock(before: $0.after, after: $0.before) }
        let a = ShiftEstimator.estimate(there, over: Self.size).displacement.map
        let b = ShiftEstimator.estimate(back, over: Self.size).displacement.map
        for (column, row) in [(0.0, 0.0), (480, 0), (0, 480), (480, 480), (240, 240)] {
            let there = a.map(column: column, row: row)
            let home = b.map(column: there.column, row: there.row)
            #expect(abs(home.column - column) < 0.03 && abs(home.row - row) < 0.03)
        }
    }

    @Test("scenes of different ground give no lock, however many pixels they have")
    func differentGround() {
        let found = ShiftEstimator.estimate(Self.samples(.none, otherGround: true), over: Self.size)
        #expect(found == .none)
    }

    @Test("half of the fraction, and what is left of it, make up the whole")
    func halves() {
        let whole = Self.displacement(shift: (1.4, -2.7), rotation: 1)
        let half = whole.halfOfFraction
        #expect(abs(half.x - 0.2) < 1e-12 && abs(half.y - 0.15) < 1e-12)
        let place = whole.map.map(column: 100, row: 400)
        let moved = half.mapBack.map(column: 100, row: 400)
        let d = half.at(column: 100, row: 400)
        #expect(abs(moved.column + d.x - 100) < 1e-9 && abs(moved.row + d.y - 400) < 1e-9)
        let at = whole.at(column: 100, row: 400)
        #expect(abs(place.column - 100 - at.x) < 1e-9 && abs(place.row - 400 - at.y) < 1e-9)
    }
}
