import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite("Undirected size of the change")
struct ChangeSizeTests {
    /// Two dates of three bands, with a patch that changed and holes of the kind that masks make.
    private struct Scene {
        let whole: PairBlock
        let size: RasterSize

        init(side: Int, holes: Int, frame: Int = 0) {
            let window = PixelWindow(x: 0, y: 0, width: side, height: side)
            let ground = TestScene.Ground(seed: 31)
            var before = TestScene.block(ground, window: window, gains: [0.1, 0.2, 0.1], offsets: [1, 2, 1], noise: 0.03, seed: 1)
            let after = TestScene.block(ground, window: window, gains: [0.11, 0.19, 0.1], offsets: [1.1, 1.9, 1], noise: 0.03, seed: 2) {
                (40..<60).contains($0) && (50..<58).contains($1) ? 2 : 0
            }
            var generator = SeededGenerator(seed: 3)
            for _ in 0..<holes {
                let (x, y) = (Int.random(in: 0..<side, using: &generator), Int.random(in: 0..<side, using: &generator))
                let (width, height) = (Int.random(in: 1...24, using: &generator), Int.random(in: 1...24, using: &generator))
                for v in y..<min(side, y + height) {
                    for u in x..<min(side, x + width) {
                        before.validity[u, v] = 0
                        before.planes[0][u, v] = .nan
                    }
                }
            }
            for y in 0..<side {
                for x in 0..<side where min(x, y, side - 1 - x, side - 1 - y) < frame { before.validity[x, y] = 0 }
            }
            whole = PairBlock(before: before, after: after)
            size = window.size
        }

        func pair(_ window: PixelWindow) -> PairBlock {
            func crop(_ scene: SceneBlock) -> SceneBlock {
                var result = SceneBlock(
                    window: window, planes: scene.planes.map { _ in FloatPlane(width: window.width, height: window.height) },
                    validity: BytePlane(width: window.width, height: window.height))
                for y in window.y..<window.maxY {
                    for x in window.x..<window.maxX where scene.window.contains(x: x, y: y) {
                        result.validity[x - window.x, y - window.y] = scene.validity[x, y]
                        for band in scene.planes.indices { result.planes[band][x - window.x, y - window.y] = scene.planes[band][x, y] }
                    }
                }
                return result
            }
            return PairBlock(before: crop(whole.before), after: crop(whole.after))
        }

        func change(_ model: ChangeModel, in block: PixelWindow, frame: Int = 0) -> ChangeBlock {
            model.change(
                of: pair(ChangeModel.readWindow(for: block, in: size)), in: block,
                levels: model.levels(of: pair(ChangeModel.levelWindow(for: block, in: size))),
                sizeOver: SceneFrame(size: size, columns: frame, rows: frame))
        }
    }

    /// The statistic as its definition reads, in double precision.
    private func naive(_ model: ChangeModel, _ difference: DifferenceBlock, x: Int, y: Int) -> Double {
        func noise(_ band: Int, _ sharpness: Double) -> Double {
            let (centres, levels) = (model.sharpnessOfClass.map(Double.init), model.noiseByClass[band].map(Double.init))
            guard let upper = centres.firstIndex(where: { $0 > sharpness }) else {
                return levels[levels.count - 1] * sharpness / centres[centres.count - 1]
            }
            guard upper > 0 else { return levels[0] }
            let t = (sharpness - centres[upper - 1]) / (centres[upper] - centres[upper - 1])
            return levels[upper - 1] + t * (levels[upper] - levels[upper - 1])
        }
        var sum = 0.0
        for sigma in [1.0, 4.0] {
            let radius = Int(3 * sigma)
            var (energy, weights) = (0.0, 0.0)
            for v in max(0, y - radius)...min(difference.window.height - 1, y + radius) {
                for u in max(0, x - radius)...min(difference.window.width - 1, x + radius) where difference.validity[u, v] != 0 {
                    let weight = exp(-Double((u - x) * (u - x) + (v - y) * (v - y)) / (2 * sigma * sigma))
                    weights += weight
                    for band in difference.differences.indices {
                        let class2 = noise(band, Double(difference.sharpness[u, v])) * Double(model.noiseOfScene[band])
                        let d = Double(difference.differences[band][v * difference.window.width + u])
                        energy += weight * min(d * d / class2, 16) / Double(difference.differences.count)
                    }
                }
            }
            sum += 0.5 * energy / weights
        }
        return sum.squareRoot()
    }

    @Test("is what its definition says, to one step, beside holes and edges too", arguments: [0, 6, 40])
    func definition(holes: Int) throws {
        let scene = Scene(side: 160, holes: holes)
        let block = PixelWindow(scene.size)
        let model = try #require(ChangeModel.fit([scene.whole]))
        let change = scene.change(model, in: block)
        var difference = DifferenceBlock(pair: scene.whole, normalisation: model.normalisation)
        difference.explain(moments: difference.structureMoments(noise: model.noiseByClass.map { $0[0] }), noise: model.structureNoise)
        var generator = SeededGenerator(seed: 5)
        var seen = 0
        for k in 0..<600 {
            // Every fourth place lies at an edge.
            let x = k % 4 == 0 ? k % 8 / 4 * 159 : Int.random(in: 0..<160, using: &generator)
            let y = Int.random(in: 0..<160, using: &generator)
            let found = change.size[y * 160 + x]
            guard difference.validity[x, y] != 0 else {
                #expect(found == ChangeBlock.notObserved)
                continue
            }
            seen += 1
            #expect(abs(100 * naive(model, difference, x: x, y: y) - Double(found)) <= 1)
        }
        #expect(seen > 300)
        #expect(change.size.allSatisfy { $0 <= 400 })
        let changed = (52..<56).flatMap { y in (44..<56).map { change.size[y * 160 + $0] } }.filter { $0 >= 0 }.sorted()
        #expect(changed[changed.count / 2] > 250)
    }

    @Test("does not depend on how the scene is cut into blocks")
    func blocks() throws {
        let scene = Scene(side: 768, holes: 60, frame: 3)
        let whole = PixelWindow(scene.size)
        let model = try #require(ChangeModel.fit([scene.pair(PixelWindow(x: 128, y: 128, width: 512, height: 512))]))
        let expected = scene.change(model, in: whole, frame: 3)
        for part in [
            PixelWindow(x: 0, y: 0, width: 64, height: 64), PixelWindow(x: 32, y: 256, width: 96, height: 32),
            PixelWindow(x: 352, y: 352, width: 64, height: 64), PixelWindow(x: 365, y: 371, width: 50, height: 41),
            PixelWindow(x: 704, y: 320, width: 64, height: 64), PixelWindow(x: 700, y: 690, width: 68, height: 78),
        ] {
            let alone = scene.change(model, in: part, frame: 3)
            for y in 0..<part.height {
                let row = (part.y + y) * 768 + part.x
                #expect(
                    alone.size[(y * part.width)..<((y + 1) * part.width)].elementsEqual(expected.size[row..<(row + part.width)]),
                    "row \(y) of \(part)")
            }
        }
    }

    @Test("the frame that interpolation leaves takes the nearest pixel's; what is hidden stays without")
    func frame() throws {
        var scene = Scene(side: 160, holes: 0, frame: 3)
        let model = try #require(ChangeModel.fit([scene.whole]))
        let block = PixelWindow(scene.size)
        #expect(scene.change(model, in: block).size.filter { $0 == ChangeBlock.notObserved }.count == 160 * 160 - 154 * 154)
        let framed = scene.change(model, in: block, frame: 3)
        #expect(framed.size.allSatisfy { $0 != ChangeBlock.notObserved })
        #expect(framed.signedFine.filter { $0 == ChangeBlock.notObserved }.count == 160 * 160 - 154 * 154)
        scene = Scene(side: 160, holes: 12, frame: 5)
        let hidden = scene.change(model, in: block, frame: 3)
        for i in hidden.size.indices { #expect((hidden.size[i] < 0) == (scene.whole.before.validity.values[i] == 0)) }
    }

    @Test("nothing is made that is not asked for")
    func notAsked() throws {
        let scene = Scene(side: 160, holes: 0)
        let model = try #require(ChangeModel.fit([scene.whole]))
        let change = model.change(of: scene.whole, in: PixelWindow(scene.size))
        #expect(change.size.isEmpty && change.signedFine.isEmpty && change.signed.count == 160 * 160)
    }
}
