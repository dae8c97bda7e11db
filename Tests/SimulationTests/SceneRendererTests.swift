import Raster
import Testing

@testable import Simulation

@Suite struct SceneRendererTests {
    /// FNV-1a over the samples' bytes, low byte first.
    private func checksum(_ samples: [UInt16]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for sample in samples {
            for byte in [sample & 0xFF, sample >> 8] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return hash
    }

    @Test func pixelsAreTheSameOnEveryMachine() throws {
        let renderer = SceneRenderer(try SmallScenario.load())
        let patch = renderer.ground(renderer.scenario.tiles[0].window(pixelMetres: 10))
        let sums = (0..<3).map { checksum(renderer.scene($0, on: patch)) }
        #expect(sums == [9_640_109_348_934_039_944, 4_967_308_078_403_161_416, 18_005_427_561_140_715_931])
    }

    @Test func tilesShareOneGround() throws {
        let renderer = SceneRenderer(try SmallScenario.load())
        let first = renderer.scenario.tiles[0].window(pixelMetres: 10)
        let second = renderer.scenario.tiles[1].window(pixelMetres: 10)
        let shared = first.intersection(second)
        try #require(shared.pixelCount == 38 * 20)
        for date in 0..<3 {
            let a = renderer.scene(date, on: renderer.ground(first))
            let b = renderer.scene(date, on: renderer.ground(second))
            var differing = 0
            for band in 0..<4 {
                for row in shared.y..<shared.maxY {
                    for column in shared.x..<shared.maxX {
                        let left = a[band * first.pixelCount + (row - first.y) * first.width + column - first.x]
                        let right = b[band * second.pixelCount + (row - second.y) * second.width + column - second.x]
                        if left != right { differing += 1 }
                    }
                }
            }
            #expect(differing == 0, "date \(date)")
        }
    }

    @Test func anotherSeedGivesAnotherScene() throws {
        let window = PixelWindow(x: 64000, y: -344000, width: 16, height: 16)
        let a = SceneRenderer(try SmallScenario.load())
        let b = SceneRenderer(try SmallScenario.load(SmallScenario.text.replacing("seed: 7", with: "seed: 8")))
        #expect(a.scene(0, on: a.ground(window)) != b.scene(0, on: b.ground(window)))
    }

    /// The mean of a line's four bands at its centre, over the noise: what a CNR means.
    @Test(arguments: [("bright", Contrast.line), ("dark", -Contrast.line), ("dipole", 0)])
    func lineHasTheContrastThatItsRatioSays(profile: String, centre: Double) throws {
        // On a pixel's centre line, so that a column of pixels samples the peak.
        let text = SmallScenario.text
            .replacing(
                "[[640050, 3439950], [640200, 3439500]], profile: bright",
                with: "[[640205, 3440500], [640205, 3439000]], profile: \(profile)"
            )
            .replacing("shift_px: [0.31, -0.22]", with: "shift_px: [0, 0]")
        let scenario = try SmallScenario.load(text)
        let window = PixelWindow(x: 64010, y: -344000, width: 20, height: 10)
        let imprint = Imprint(window: window, acquisition: 2, scenario: scenario, shift: (0, 0), random: CounterRandom(seed: 1))
        for row in 0..<10 {
            #expect(abs(imprint.values[row * 20 + 10] - 4 * 25 * centre) < 1e-9)
            if profile == "dipole" {
                let (left, right) = (imprint.values[row * 20 + 9], imprint.values[row * 20 + 11])
                #expect(abs(left + right) < 1e-9)
                #expect(abs(right) > 0.8 * 4 * 25 * Contrast.lobe)
            }
        }
        #expect(Contrast.spectrum.reduce(0, +) == 4)
    }

    @Test func earthworksStandBetweenOnsetAndRemoval() throws {
        let scenario = try SmallScenario.load()
        let window = PixelWindow(x: 64010, y: -343980, width: 40, height: 48)
        let strengths = (0..<3).map { date in
            Imprint(window: window, acquisition: date, scenario: scenario, shift: (0, 0), random: CounterRandom(seed: 1))
                .values.reduce(0) { $0 + abs($1) }
        }
        #expect(strengths[0] == 0)
        #expect(strengths[1] > 0)
        #expect(strengths[2] > 0)
    }

    @Test func shiftMovesTheGroundRightAndDown() throws {
        let renderer = SceneRenderer(try SmallScenario.load())
        let window = renderer.scenario.tiles[0].window(pixelMetres: 10)
        let patch = renderer.ground(window)
        let still = patch.sampled(band: 2, shift: (0, 0))
        let moved = patch.sampled(band: 2, shift: (1, 2))
        for row in 2..<window.height {
            for column in 1..<window.width {
                #expect(abs(moved[row * window.width + column] - still[(row - 2) * window.width + column - 1]) < 0.01)
            }
        }
    }

    @Test func cloudsCoverAboutTheirShareAndTheMaskShowsThem() throws {
        let text = SmallScenario.text.replacing("width: 48, height: 40", with: "width: 240, height: 240")
        let renderer = SceneRenderer(try SmallScenario.load(text))
        let window = renderer.scenario.tiles[0].window(pixelMetres: 10)
        let classes = renderer.sceneClasses(1, window: window)
        let share = Double(classes.count { $0 == 8 || $0 == 9 }) / Double(classes.count)
        #expect(abs(share - 0.3) < 0.1)
        #expect(Set(classes) == [3, 5, 8, 9])
        #expect(Set(renderer.sceneClasses(0, window: window)) == [5])
    }
}
