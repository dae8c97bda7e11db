import PixelKernels
import Raster
import Testing

@testable import ChangeDetection

@Suite("Normalisation, slow field, old structure")
struct ModelTests {
    private let window = PixelWindow(x: 0, y: 0, width: 256, height: 256)

    @Test("gain and offset come back although a tenth of the pixels changed")
    func normalisation() {
        let ground = TestScene.Ground(seed: 11)
        let before = TestScene.block(ground, window: window, gains: [1, 1], offsets: [0, 0], noise: 0.05, seed: 1)
        let after = TestScene.block(ground, window: window, gains: [0.9, 1.2], offsets: [0.3, -0.1], noise: 0.05, seed: 2) { x, y in
            x < 80 && y < 80 ? 2 : 0
        }
        let fit = Normalisation.fit(before: before.planes.map(\.values), after: after.planes.map(\.values))
        #expect(abs(fit.gain[0] - 1 / 0.9) < 0.01)
        #expect(abs(fit.gain[1] - 1 / 1.2) < 0.01)
        #expect(abs(fit.offset[0] + 0.3 / 0.9) < 0.02)
        #expect(abs(fit.offset[1] - 0.1 / 1.2) < 0.02)
    }

    @Test(
        "a date in other units is brought to the earlier one's, as well as one in the same",
        arguments: [0.0001, 0.004, 1.0, 40.0, 10_000.0])
    func units(unit: Double) {
        let ground = TestScene.Ground(seed: 11)
        let before = TestScene.block(ground, window: window, gains: [1, 1], offsets: [0, 0], noise: 0.05, seed: 1)
        let after = TestScene.block(ground, window: window, gains: [0.9, 1.2], offsets: [0.3, -0.1], noise: 0.05, seed: 2) { x, y in
            x < 80 && y < 80 ? 2 : 0
        }
        let other = after.planes.map { plane in plane.values.map { $0 * Float(unit) } }
        let fit = Normalisation.fit(before: before.planes.map(\.values), after: other)
        #expect(abs(fit.gain[0] * unit - 1 / 0.9) < 0.01)
        #expect(abs(fit.gain[1] * unit - 1 / 1.2) < 0.01)
        #expect(abs(fit.offset[0] + 0.3 / 0.9) < 0.02)
        #expect(abs(fit.offset[1] - 0.1 / 1.2) < 0.02)
    }

    @Test("a date of clouds is not taken for one in other units")
    func clouds() {
        let ground = TestScene.block(TestScene.Ground(seed: 11), window: window, gains: [0.01], offsets: [0.2], noise: 0.001, seed: 3)
        let clouds = TestScene.block(TestScene.Ground(seed: 5), window: window, gains: [1], offsets: [0.6], noise: 0.001, seed: 4)
        #expect(Normalisation.fit(before: [ground.planes[0].values], after: [clouds.planes[0].values]).gain == [1])
    }

    @Test("bands without common texture are matched in level only")
    func noTexture() {
        let a = TestScene.block(TestScene.Ground(seed: 0), window: window, gains: [0], offsets: [0.2], noise: 0.01, seed: 3)
        let b = TestScene.block(TestScene.Ground(seed: 0), window: window, gains: [0], offsets: [0.25], noise: 0.01, seed: 4)
        let fit = Normalisation.fit(before: [a.planes[0].values], after: [b.planes[0].values])
        #expect(fit.gain == [1])
        #expect(abs(fit.offset[0] + 0.05) < 1e-3)
    }

    @Test("a slope is taken away and a line is left")
    func slowField() {
        var plane = FloatPlane(width: 512, height: 512)
        for y in 0..<512 { for x in 0..<512 { plane[x, y] = 0.01 * Float(x) - 0.02 * Float(y) + (x == 200 ? 1 : 0) } }
        let window = PixelWindow(x: 0, y: 0, width: 512, height: 512)
        let mask = BytePlane(width: 512, height: 512, repeating: 255)
        let nothing = FloatPlane(width: 512, height: 512)
        let pair = PairBlock(
            before: SceneBlock(window: window, planes: [nothing], validity: mask),
            after: SceneBlock(window: window, planes: [plane], validity: mask))
        let levels = CellLevels(pair, normalisation: Normalisation(gain: [1], offset: [0]))
        let field = SlowField.field(around: window, levels: levels, band: 0)
        plane.values.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress {
                KernelSet.best.subtractInterpolated(base, columns: 16, firstRow: 0, rowCount: 512, field: field)
            }
        }
        // Within reach of the edges the field is one-sided, so the middle is looked at.
        for y in 192..<320 {
            #expect(abs(plane[200, y] - 1) < 0.02)
            #expect(abs(plane[260, y]) < 0.02)
        }
    }

    @Test("what a residual shift of 0.1 px leaves is explained by old structure; a new line is not")
    func structuralResidual() {
        let ground = TestScene.Ground(seed: 13)
        let before = TestScene.block(ground, window: window, noise: 0.01, seed: 5)
        let line = TestScene.line(amplitude: 0.4, rows: 64...192) { 128 + 0.2 * ($0 - 128) }
        let after = TestScene.block(ground, window: window, shift: (0.1, -0.05), noise: 0.01, seed: 6, change: line)
        let pair = PairBlock(before: before, after: after)
        let identity = Normalisation(gain: [1], offset: [0])
        func spread(_ block: DifferenceBlock) -> Float {
            RobustStatistics.centredDeviation((96..<160).flatMap { y in (20..<90).map { block.differences[0][y * 256 + $0] } })
        }
        let plain = DifferenceBlock(pair: pair, normalisation: identity)
        var explained = plain
        let moments = plain.structureMoments(noise: plain.differences.map { RobustStatistics.centredDeviation($0) })
        explained.explain(moments: moments, noise: StructureNoise([moments], bandCount: 1))
        #expect(spread(explained) < 0.5 * spread(plain))
        #expect(spread(explained) < 0.03)
        let onLine = (100..<156).map { y in explained.differences[0][y * 256 + Int((128 + 0.2 * (Double(y) - 128)).rounded())] }
        #expect(onLine.reduce(0, +) / Float(onLine.count) > 0.28)
    }

    @Test("old roads on ground that is little but noise are not printed into the change", arguments: [Float(-6), -2, 5])
    func oldRoads(contrast: Float) throws {
        let ground = TestScene.Ground(seed: 29)
        let scene = PixelWindow(x: 0, y: 0, width: 768, height: 512)
        func distance(_ x: Double, _ y: Double) -> Double { abs((x - 0.3 * y).truncatingRemainder(dividingBy: 192) - 96) }
        func date(_ seed: UInt64) -> SceneBlock {
            // Noise of 1, and ground that varies by a tenth of it.
            TestScene.block(ground, window: scene, gains: [0.1, 0.1], offsets: [100, 80], noise: 1, seed: seed) { x, y in
                x > 0.3 * y && distance(x, y) < 1.5 ? 10 * contrast : 0
            }
        }
        let pair = PairBlock(before: date(31), after: date(32))
        let model = try #require(ChangeModel.fit([pair]))
        let change = model.change(of: pair, in: scene)
        for offset in [0.0, 3, 5] {
            var (sum, count) = (0.0, 0)
            for y in 32..<480 {
                for x in 176..<736 where abs(distance(Double(x), Double(y)) - offset) < 1 {
                    sum += Double(change.signed[y * 768 + x]) / 10
                    count += 1
                }
            }
            #expect(count > 2000)
            #expect(abs(sum / Double(count)) < 0.08, "\(offset) px beside the roads the change is \(sum / Double(count)) σ")
        }
    }

    @Test("the change statistic of unchanged ground has unit variance, and blocks agree where they overlap")
    func statistic() throws {
        let ground = TestScene.Ground(seed: 17)
        let block = PixelWindow(x: 0, y: 0, width: 512, height: 512)
        func pair(_ window: PixelWindow) -> PairBlock {
            // Noise must belong to the place, not to the order of reading: one big window, cropped.
            PairBlock(before: crop(whole.before, window), after: crop(whole.after, window))
        }
        func crop(_ scene: SceneBlock, _ window: PixelWindow) -> SceneBlock {
            var result = SceneBlock(
                window: window, planes: scene.planes.map { _ in FloatPlane(width: window.width, height: window.height) },
                validity: BytePlane(width: window.width, height: window.height))
            for y in window.y..<window.maxY {
                for x in window.x..<window.maxX where scene.window.contains(x: x, y: y) {
                    let i = (y - window.y) * window.width + x - window.x
                    result.validity.values[i] = 255
                    for band in scene.planes.indices {
                        result.planes[band].values[i] = scene.planes[band][x - scene.window.x, y - scene.window.y]
                    }
                }
            }
            return result
        }
        let whole = PairBlock(
            before: TestScene.block(ground, window: block, gains: [0.1, 0.2], offsets: [1, 2], noise: 0.02, seed: 7),
            after: TestScene.block(ground, window: block, gains: [0.11, 0.19], offsets: [1.1, 1.9], noise: 0.02, seed: 8))
        let model = try #require(ChangeModel.fit([pair(ChangeModel.readWindow(for: block, in: block.size))]))
        let change = model.change(
            of: pair(ChangeModel.readWindow(for: block, in: block.size)), in: block,
            sizeOver: SceneFrame(size: block.size, columns: 0, rows: 0))
        let values = change.signedFine.filter { $0 != ChangeBlock.notObserved }.map { Double($0) / 100 }
        let meanSquare = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        #expect(abs(meanSquare.squareRoot() - 1) < 0.05)
        let part = PixelWindow(x: 256, y: 192, width: 128, height: 96)
        let levels = model.levels(of: pair(ChangeModel.levelWindow(for: part, in: block.size)))
        let alone = model.change(of: pair(ChangeModel.readWindow(for: part, in: block.size)), in: part, levels: levels)
        for y in 0..<part.height {
            for x in 0..<part.width {
                #expect(alone.signed[y * part.width + x] == change.signed[(part.y + y) * 512 + part.x + x])
            }
        }
    }

    @Test("masked pixels are not observed, whatever stands in them")
    func masked() throws {
        let ground = TestScene.Ground(seed: 19)
        var before = TestScene.block(ground, window: window, noise: 0.02, seed: 9)
        let after = TestScene.block(ground, window: window, noise: 0.02, seed: 10)
        for y in 100..<120 {
            for x in 60..<90 {
                before.validity[x, y] = 0
                before.planes[0][x, y] = .nan
            }
        }
        let pair = PairBlock(before: before, after: after)
        let model = try #require(ChangeModel.fit([pair]))
        let change = model.change(of: pair, in: window)
        for y in 100..<120 { for x in 60..<90 { #expect(change.signed[y * 256 + x] == -128) } }
        #expect(change.signed.filter { $0 == -128 }.count == 600)
        #expect(change.signed.filter { abs(Int($0)) > 60 && $0 != -128 }.isEmpty, "the mask's edge makes no change of 6 σ")
    }

    @Test("beside gaps of whole rows, at the edges and between, the change is that of ground without gaps", arguments: [1, 5, 40, 80])
    func gaps(height: Int) throws {
        let ground = TestScene.Ground(seed: 19)
        let before = TestScene.block(ground, window: window, noise: 0.02, seed: 9)
        let after = TestScene.block(ground, window: window, noise: 0.02, seed: 10)
        let model = try #require(ChangeModel.fit([PairBlock(before: before, after: after)]))
        let whole = model.change(of: PairBlock(before: before, after: after), in: window)
        var hidden = before
        let gaps = [0..<height, 128..<(128 + height), 256 - height / 2..<256]
        for y in gaps.joined() {
            for x in 0..<256 {
                hidden.validity[x, y] = 0
                hidden.planes[0][x, y] = y % 2 == 0 ? .nan : 1e6
            }
        }
        let change = model.change(of: PairBlock(before: hidden, after: after), in: window)
        for y in 0..<256 {
            let row = y * 256..<(y + 1) * 256
            guard !gaps.contains(where: { $0.contains(y) }) else {
                #expect(change.signed[row].allSatisfy { $0 == -128 })
                continue
            }
            // What is taken for brightness beyond the gap's edge changes the weights within reach of the filters, and coefficients a little beyond.
            let limit = gaps.allSatisfy { y < $0.lowerBound - 8 || y >= $0.upperBound + 8 } ? 6 : 30
            for x in row { #expect(abs(Int(change.signed[x]) - Int(whole.signed[x])) <= limit) }
        }
    }

    @Test("an unmasked cloud over a twentieth of the scene is neither taken for noise nor searched, and the rest is")
    func cloud() throws {
        let ground = TestScene.Ground(seed: 23)
        let scene = PixelWindow(x: 0, y: 0, width: 512, height: 512)
        let before = TestScene.block(ground, window: scene, gains: [0.02], offsets: [0.3], noise: 0.003, seed: 11)
        let cloudless = TestScene.block(ground, window: scene, gains: [0.02], offsets: [0.3], noise: 0.003, seed: 12)
        let cloudy = TestScene.block(ground, window: scene, gains: [0.02], offsets: [0.3], noise: 0.003, seed: 12) { x, y in
            let d = (x - 140) * (x - 140) + (y - 150) * (y - 150)
            return d < 4900 ? 15 : 0
        }
        let clear = try #require(ChangeModel.fit([PairBlock(before: before, after: cloudless)]))
        let hidden = try #require(ChangeModel.fit([PairBlock(before: before, after: cloudy)]))
        #expect(hidden.noiseSigma[0] < 1.1 * clear.noiseSigma[0])
        let change = hidden.change(
            of: PairBlock(before: before, after: cloudy), in: scene, sizeOver: SceneFrame(size: scene.size, columns: 0, rows: 0))
        #expect(change.signedFine[150 * 512 + 140] != ChangeBlock.notObserved, "the raster keeps what was measured")
        var planes = SearchPlanes(size: scene.size)
        planes.store(change)
        let isAnyTaken = planes.closeMasks()
        #expect(isAnyTaken)
        #expect(planes.signed[150 * 512 + 140] == -128, "the cloud's middle")
        #expect(planes.signed[150 * 512 + 208] == -128, "the cloud's edge")
        #expect(planes.signed[400 * 512 + 400] != -128)
        let observed = planes.signed.filter { $0 != -128 }
        #expect(observed.count > 512 * 512 * 3 / 5)
        #expect(observed.filter { abs(Int($0)) > 60 }.isEmpty)
    }

    @Test("masks are widened, specks are not, and what hangs on a mask goes with it")
    func fringe() {
        var planes = TestScene.planes(width: 300, height: 300, seed: 41)
        for i in planes.signed.indices { planes.signed[i] = min(20, max(-20, planes.signed[i])) }
        for y in 100..<140 { for x in 100..<140 { planes.signed[y * 300 + x] = -128 } }
        planes.signed[250 * 300 + 250] = -128
        for x in 164..<172 { planes.signed[120 * 300 + x] = 100 }
        for y in 0..<300 { planes.signed[y * 300] = -128 }
        let isAnyTaken = planes.closeMasks()
        #expect(isAnyTaken)
        #expect(planes.signed[120 * 300 + 160] == -128)
        #expect(planes.signed[120 * 300 + 170] == -128, "change that hangs on the mask")
        #expect(planes.signed[110 * 300 + 170] != -128)
        #expect(planes.signed[250 * 300 + 252] != -128, "beside a speck")
        #expect(planes.signed[50 * 300 + 2] != -128, "beside the scene's edge")
    }
}
