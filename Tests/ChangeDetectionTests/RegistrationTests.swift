import Raster
import Testing

@testable import ChangeDetection

@Suite("Registration")
struct RegistrationTests {
    private func samples(shift: (Double, Double), gain: Float = 1, noise: Float = 0.1, change: Bool = false) -> [PairBlock] {
        let ground = TestScene.Ground(seed: 7)
        return [0, 1, 2, 3].map { k in
            let window = PixelWindow(x: 300 * k, y: 100 * k, width: 160, height: 160)
            let before = TestScene.block(ground, window: window, gains: [1], noise: noise, seed: UInt64(10 + k))
            let after = TestScene.block(
                ground, window: window, shift: shift, gains: [gain], offsets: [0.4], noise: noise, seed: UInt64(20 + k)
            ) { x, y in
                // A tenth of the ground is built over.
                change && Int(x / 16) % 5 == 0 && Int(y / 16) % 2 == 0 ? 3 : 0
            }
            return PairBlock(before: before, after: after)
        }
    }

    @Test(
        "recovers shifts to 0.05 px",
        arguments: [(0.0, 0.0), (0.31, -0.22), (-0.5, 0.5), (1.2, 0.7), (-2.6, 2.9), (5.3, -4.8)])
    func recovers(shift: (Double, Double)) {
        let found = ShiftEstimator.estimate(samples(shift: shift, gain: 1.15))
        #expect(found.lock)
        #expect(abs(found.x - shift.0) < 0.05)
        #expect(abs(found.y - shift.1) < 0.05)
    }

    @Test("dates that lie on whole pixels are not moved by the fraction that noise alone makes", arguments: [(0.0, 0.0), (3.0, -2.0)])
    func staysWhole(shift: (Double, Double)) {
        let found = ShiftEstimator.estimate(samples(shift: shift, gain: 1.15, noise: 0.5))
        #expect(found.lock)
        #expect((found.x, found.y) == shift)
        // With as much noise a fraction that can be told is kept.
        let fraction = ShiftEstimator.estimate(samples(shift: (shift.0 + 0.12, shift.1 - 0.1), gain: 1.15, noise: 0.5))
        #expect(abs(fraction.x - shift.0 - 0.12) < 0.03 && abs(fraction.y - shift.1 + 0.1) < 0.03)
    }

    @Test("true change over a tenth of the ground does not pull it away")
    func robust() {
        let found = ShiftEstimator.estimate(samples(shift: (0.4, -0.3), change: true))
        #expect(found.lock)
        #expect(abs(found.x - 0.4) < 0.05)
        #expect(abs(found.y + 0.3) < 0.05)
    }

    @Test("swapping the dates reverses the shift")
    func antisymmetric() {
        let forward = samples(shift: (0.62, -0.35))
        let backward = forward.map { PairBlock(before: $0.after, after: $0.before) }
        let (a, b) = (ShiftEstimator.estimate(forward), ShiftEstimator.estimate(backward))
        #expect(abs(a.x + b.x) < 0.02)
        #expect(abs(a.y + b.y) < 0.02)
    }

    @Test("two scenes that show different ground give no lock, and no shift")
    func noLock() {
        let window = PixelWindow(x: 0, y: 0, width: 256, height: 256)
        let noise = (1...2).map { TestScene.block(TestScene.Ground(seed: 0), window: window, gains: [0], noise: 1, seed: UInt64($0)) }
        let found = ShiftEstimator.estimate([PairBlock(before: noise[0], after: noise[1])])
        #expect(!found.lock)
        #expect(found.x == 0 && found.y == 0)
    }

    @Test("blank scenes, masked scenes and windows that are too small give no lock")
    func degenerate() {
        let window = PixelWindow(x: 0, y: 0, width: 200, height: 200)
        let blank = TestScene.block(TestScene.Ground(seed: 0), window: window, gains: [0])
        #expect(ShiftEstimator.estimate([PairBlock(before: blank, after: blank)]) == .none)
        var masked = TestScene.block(TestScene.Ground(seed: 1), window: window)
        masked.validity = BytePlane(width: 200, height: 200)
        #expect(ShiftEstimator.estimate([PairBlock(before: masked, after: masked)]) == .none)
        let small = TestScene.block(TestScene.Ground(seed: 1), window: PixelWindow(x: 0, y: 0, width: 40, height: 40))
        #expect(ShiftEstimator.estimate([PairBlock(before: small, after: small)]) == .none)
        #expect(ShiftEstimator.estimate([]) == .none)
    }
}
