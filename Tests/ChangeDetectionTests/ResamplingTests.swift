import Raster
import Testing

@testable import ChangeDetection

@Suite("Resampling")
struct ResamplingTests {
    private let window = PixelWindow(x: 0, y: 0, width: 96, height: 80)

    private func shifted(_ block: SceneBlock, by shift: (x: Double, y: Double)) -> SceneBlock {
        block.resampled(
            columns: InterpolationTaps(positions: (0..<96).map { Double($0) + 0.5 + shift.x }, origin: 0, length: 96),
            rows: InterpolationTaps(positions: (0..<80).map { Double($0) + 0.5 + shift.y }, origin: 0, length: 80), to: window)
    }

    @Test("at whole pixels the samples themselves come back, and their validity")
    func wholePixels() {
        var block = TestScene.block(TestScene.Ground(seed: 1), window: window, noise: 1, seed: 2)
        block.validity[40, 30] = 0
        let same = shifted(block, by: (0, 0))
        for y in 3..<76 { for x in 3..<92 { #expect(same.planes[0][x, y] == block.planes[0][x, y]) } }
        #expect(same.validity[40, 30] == 0)
        #expect(same.validity[41, 30] == 255)
        let moved = shifted(block, by: (2, -1))
        for y in 4..<75 { for x in 4..<90 { #expect(moved.planes[0][x, y] == block.planes[0][x + 2, y - 1]) } }
    }

    @Test("a shift and its inverse give the image back", arguments: [(0.25, 0), (0, -0.4), (0.31, -0.22), (-0.5, 0.5)])
    func inverse(shift: (Double, Double)) {
        let block = TestScene.block(TestScene.Ground(seed: 3), window: window)
        let back = shifted(shifted(block, by: shift), by: (-shift.0, -shift.1))
        for y in 8..<72 { for x in 8..<88 { #expect(abs(back.planes[0][x, y] - block.planes[0][x, y]) < 0.06) } }
    }

    @Test("a constant stays a constant and an unusable pixel spoils what it enters")
    func constantAndValidity() {
        var block = SceneBlock(
            window: window, planes: [FloatPlane(width: 96, height: 80, repeating: 0.3)],
            validity: BytePlane(width: 96, height: 80, repeating: 255))
        block.validity[50, 40] = 0
        let moved = shifted(block, by: (0.37, 0.11))
        for y in 4..<75 { for x in 4..<91 { #expect(abs(moved.planes[0][x, y] - 0.3) < 1e-6) } }
        #expect(moved.validity[50, 40] == 0)
        #expect(moved.validity[47, 40] == 0)
        #expect(moved.validity[46, 40] == 255)
        #expect(moved.validity[1, 40] == 0, "taps beyond the edge are no data")
    }

    @Test("positions pixel by pixel give the same values as rows and columns")
    func arbitraryPositions() {
        let block = TestScene.block(TestScene.Ground(seed: 4), window: window, noise: 0.5, seed: 5)
        let separable = shifted(block, by: (0.3, -0.7))
        var columns: [Double] = []
        var rows: [Double] = []
        for y in 0..<80 {
            for x in 0..<96 {
                columns.append(Double(x) + 0.8)
                rows.append(Double(y) - 0.2)
            }
        }
        let free = block.resampled(columnPositions: columns, rowPositions: rows, to: window)
        #expect(free.validity == separable.validity)
        for i in free.planes[0].values.indices where free.validity.values[i] != 0 {
            #expect(abs(free.planes[0].values[i] - separable.planes[0].values[i]) < 1e-4)
        }
    }
}
