import Raster
import Testing

@Suite struct GeoTransformTests {
    @Test func invertUndoesApply() {
        var generator = SystemlessGenerator(state: 11)
        for _ in 0..<500 {
            let transform = GeoTransform(
                originX: generator.real(-1e6, 1e6), xPerColumn: generator.real(0.5, 30), xPerRow: generator.real(-0.4, 0.4),
                originY: generator.real(-1e7, 1e7), yPerColumn: generator.real(-0.4, 0.4), yPerRow: generator.real(-30, -0.5))
            let column = generator.real(-100, 11_000)
            let row = generator.real(-100, 11_000)
            let map = transform.apply(column: column, row: row)
            let back = transform.invert(x: map.x, y: map.y)
            #expect(abs(back.column - column) < 1e-6 && abs(back.row - row) < 1e-6)
        }
    }

    @Test func cornersAreNotCentres() {
        let transform = GeoTransform(originX: 600_000, originY: 3_500_040, pixelWidth: 10, pixelHeight: 10)
        #expect(transform.apply(column: 0, row: 0) == (600_000, 3_500_040))
        #expect(transform.apply(column: 0.5, row: 0.5) == (600_005, 3_500_035))
        #expect(transform.isNorthUp)
        #expect(transform.pixelWidth == 10 && transform.pixelHeight == 10)
    }

    @Test func windowsAndOverviewsStayInPlace() {
        let transform = GeoTransform(originX: 1, xPerColumn: 2, xPerRow: 0.25, originY: 3, yPerColumn: -0.5, yPerRow: -4)
        let part = transform.translated(column: 8, row: 16, scale: 2)
        #expect(part.apply(column: 0, row: 0) == transform.apply(column: 8, row: 16))
        #expect(part.apply(column: 3, row: 5) == transform.apply(column: 14, row: 26))
    }

    @Test(arguments: [
        GeoTransform(originX: 0, originY: 0, pixelWidth: 0, pixelHeight: 10),
        GeoTransform(originX: .nan, originY: 0, pixelWidth: 10, pixelHeight: 10),
        GeoTransform(originX: 0, xPerColumn: 1, xPerRow: 2, originY: 0, yPerColumn: 2, yPerRow: 4),
        GeoTransform(originX: 0, xPerColumn: 1e-200, xPerRow: 0, originY: 0, yPerColumn: 0, yPerRow: 1e-200),
    ]) func transformsWithoutAreaAreToldApart(_ transform: GeoTransform) {
        #expect(!transform.isInvertible)
    }
}
