import ChangeDetection
import Foundation
import Geodesy
import Raster
import Testing

@testable import Pipeline

/// A landscape that is smooth enough to be interpolated, seen by a sensor: exact at every pixel's centre, moved by `shift` pixels right and down.
private struct Landscape: SceneSource {
    var grid: RasterGrid
    var shift: (x: Double, y: Double) = (0, 0)
    /// Where the landscape lies, in the coordinates that brightness is a function of.
    var toPlace: @Sendable (Double, Double) -> (x: Double, y: Double) = { ($0, $1) }

    /// Waves of 90 to 210 m.
    static func brightness(_ x: Double, _ y: Double) -> Double {
        let (u, v) = (x - 600_000, y - 3_400_000)
        return 0.3 + 0.05 * sin(u / 21 + 0.4) * cos(v / 17) + 0.03 * sin((u + 2 * v) / 33)
    }

    func read(_ window: PixelWindow) throws -> SceneBlock {
        var plane = FloatPlane(width: window.width, height: window.height)
        var validity = BytePlane(width: window.width, height: window.height)
        for y in 0..<window.height {
            for x in 0..<window.width where PixelWindow(grid.size).contains(x: window.x + x, y: window.y + y) {
                let map = grid.transform.apply(column: Double(window.x + x) + 0.5 - shift.x, row: Double(window.y + y) + 0.5 - shift.y)
                let place = toPlace(map.x, map.y)
                plane[x, y] = Float(Self.brightness(place.x, place.y))
                validity[x, y] = 255
            }
        }
        return SceneBlock(window: window, planes: [plane], validity: validity)
    }
}

@Suite("Aligned pair")
struct AlignedPairTests {
    private static func grid(
        left: Double = 600_000, top: Double = 3_400_000, pixel: Double = 10, width: Int = 96, height: Int = 80,
        crs: CoordinateSystem = .epsg(32633)
    ) -> RasterGrid {
        RasterGrid(
            size: RasterSize(width: width, height: height),
            transform: GeoTransform(originX: left, originY: top, pixelWidth: pixel, pixelHeight: pixel), crs: crs)
    }

    private static let inner = PixelWindow(x: 20, y: 20, width: 48, height: 40)

    /// The largest difference of the dates where both are usable, and the share of pixels where they are.
    private func difference(_ block: PairBlock) -> (largest: Float, usable: Double) {
        var largest: Float = 0
        var usable = 0
        for i in 0..<block.before.window.pixelCount where block.before.validity.values[i] & block.after.validity.values[i] != 0 {
            largest = max(largest, abs(block.before.planes[0].values[i] - block.after.planes[0].values[i]))
            usable += 1
        }
        return (largest, Double(usable) / Double(block.before.window.pixelCount))
    }

    @Test(
        "scenes on different grids come out on the earlier one's",
        arguments: [
            Self.grid(), Self.grid(left: 599_970, top: 3_400_050), Self.grid(left: 599_966.3, top: 3_400_021.7),
            Self.grid(left: 599_900, top: 3_400_100, pixel: 8, width: 200, height: 160),
        ])
    func differentGrids(later: RasterGrid) throws {
        let pair = try AlignedPair(before: Landscape(grid: Self.grid()), after: Landscape(grid: later))
        let block = try pair.read(Self.inner)
        #expect(block.before.window == Self.inner && block.after.window == Self.inner)
        let found = difference(block)
        #expect(found.usable == 1)
        #expect(found.largest < 0.002)
    }

    @Test("a scene in another coordinate system comes out aligned")
    func otherSystem() throws {
        let toFirst = try CoordinateTransformation(from: .epsg(32634), to: .epsg(32633))
        let toSecond = try CoordinateTransformation(from: .epsg(32633), to: .epsg(32634))
        let corner = try toSecond.transform(x: 600_000, y: 3_400_000)
        let later = Landscape(
            grid: Self.grid(left: corner.x - 600, top: corner.y + 600, width: 220, height: 220, crs: .epsg(32634)),
            toPlace: { x, y in (try? toFirst.transform(x: x, y: y)).map { ($0.x, $0.y) } ?? (0, 0) })
        let pair = try AlignedPair(before: Landscape(grid: Self.grid()), after: later)
        let found = difference(try pair.read(Self.inner))
        #expect(found.usable == 1)
        #expect(found.largest < 0.003)
    }

    @Test(
        "the shift is folded in, half of its fraction on each side",
        arguments: [(0.3, -0.2), (1, 0), (-2.4, 3.3), (0.5, 0.5), (7.9, -7.9)] as [(Double, Double)])
    func shift(x: Double, y: Double) throws {
        let registration = Registration(x: x, y: y, residual: 0, lock: true)
        let pair = try AlignedPair(
            before: Landscape(grid: Self.grid()), after: Landscape(grid: Self.grid(), shift: (x, y)), registration: registration)
        #expect(max(abs(pair.displacement.x), abs(pair.displacement.y)) <= 0.25)
        let block = try pair.read(Self.inner)
        let found = difference(block)
        #expect(found.usable == 1)
        #expect(found.largest < 0.002)
        // Both lie where `displacement` says.
        let expected = try Landscape(grid: Self.grid(), shift: (pair.displacement.x, pair.displacement.y)).read(Self.inner)
        #expect(difference(PairBlock(before: expected, after: block.before)).largest < 0.002)
    }

    @Test(
        "exchanging the dates and turning the shift round gives the same pixels",
        arguments: [(0.3, -0.2), (0.45, 0.45), (-0.1, 0)] as [(Double, Double)])
    func inverse(x: Double, y: Double) throws {
        let first = Landscape(grid: Self.grid())
        let second = Landscape(grid: Self.grid(), shift: (x, y))
        let there = try AlignedPair(before: first, after: second, registration: Registration(x: x, y: y, residual: 0, lock: true))
        let back = try AlignedPair(before: second, after: first, registration: Registration(x: -x, y: -y, residual: 0, lock: true))
        let a = try there.read(Self.inner)
        let b = try back.read(Self.inner)
        #expect(difference(PairBlock(before: a.before, after: b.after)).largest < 1e-6)
        #expect(difference(PairBlock(before: a.after, after: b.before)).largest < 1e-6)
    }

    @Test(
        "a block read alone has the pixels it has within a larger one",
        arguments: [(0, 0), (0.3, -1.2)] as [(Double, Double)], [Self.grid(), Self.grid(left: 599_966.3, top: 3_400_021.7)])
    func blocks(shift: (Double, Double), later: RasterGrid) throws {
        let pair = try AlignedPair(
            before: Landscape(grid: Self.grid()), after: Landscape(grid: later),
            registration: Registration(x: shift.0, y: shift.1, residual: 0, lock: true))
        let whole = try pair.read(PixelWindow(x: -8, y: -8, width: 112, height: 96))
        for window in PixelWindow(x: 0, y: 0, width: 96, height: 80).blocks(side: 37) {
            let part = try pair.read(window)
            for y in 0..<window.height {
                for x in 0..<window.width {
                    let (column, row) = (window.x + x + 8, window.y + y + 8)
                    try #require(part.after.validity[x, y] == whole.after.validity[column, row])
                    try #require(part.before.planes[0][x, y] == whole.before.planes[0][column, row])
                    guard part.after.validity[x, y] != 0 else { continue }
                    try #require(part.after.planes[0][x, y] == whole.after.planes[0][column, row])
                }
            }
        }
    }

    @Test("scenes that do not meet have no usable pixel in common")
    func apart() throws {
        let pair = try AlignedPair(before: Landscape(grid: Self.grid()), after: Landscape(grid: Self.grid(left: 700_000)))
        let block = try pair.read(Self.inner)
        #expect(block.after.planes.count == 1)
        #expect(difference(block).usable == 0)
    }
}

@Suite("Sample windows")
struct SampleWindowsTests {
    @Test(
        "lie within the scene, do not overlap, and are no more than asked for",
        arguments: [(1, 1), (100, 3), (320, 320), (321, 640), (1280, 1279), (1281, 5000), (10980, 10980), (7, 20000)],
        [(320, 16), (512, 9), (64, 1)])
    func spread(size: (Int, Int), lattice: (Int, Int)) {
        let raster = RasterSize(width: size.0, height: size.1)
        let windows = SampleWindows.spread(over: raster, side: lattice.0, atMost: lattice.1)
        #expect(!windows.isEmpty && windows.count <= lattice.1)
        for (index, window) in windows.enumerated() {
            #expect(PixelWindow(raster).contains(window) && !window.isEmpty)
            #expect(window.width <= lattice.0 && window.height <= lattice.0)
            for other in windows[(index + 1)...] { #expect(window.intersection(other).isEmpty) }
        }
    }

    @Test("cover all of a scene that is small enough", arguments: [(10, 10), (640, 320), (1280, 1280), (1000, 701)])
    func cover(width: Int, height: Int) {
        let windows = SampleWindows.spread(over: RasterSize(width: width, height: height), side: 320, atMost: 16)
        #expect(windows.reduce(0) { $0 + $1.pixelCount } == width * height)
    }
}
