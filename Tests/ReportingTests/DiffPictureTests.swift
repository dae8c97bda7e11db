import ChangeDetection
import Foundation
import Geodesy
import Raster
import RasterIO
import TestSupport
import Testing

@testable import Reporting

@Suite struct DiffPictureTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A ramp with a changed stripe and a corner that was not observed.
    private struct Ramp: DiffPictureRows {
        var width = 120
        var wrongCount = false

        func luminance(rows: Range<Int>) throws -> [UInt8] {
            rows.flatMap { row in (0..<width).map { UInt8(clamping: 1 + ($0 + row) % 255) } }
        }

        func change(rows: Range<Int>) throws -> [Int8] {
            let all = rows.flatMap { row -> [Int8] in
                (0..<width).map { x in x < 10 && row < 10 ? -128 : x == 60 ? 110 : x == 80 ? -110 : 5 }
            }
            return wrongCount ? Array(all.dropLast()) : all
        }
    }

    private static let utm = RasterGrid(
        size: RasterSize(width: 120, height: 90),
        transform: GeoTransform(originX: 597_000, originY: 3_450_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
    private static let geographic = RasterGrid(
        size: RasterSize(width: 120, height: 90),
        transform: GeoTransform(originX: 16, originY: 31, pixelWidth: 0.0001, pixelHeight: 0.0001), crs: .epsg(4326))

    private static func line(_ id: String, on grid: RasterGrid, from a: (Double, Double), to b: (Double, Double), snr: Double = 9) throws
        -> Earthwork
    {
        let toDegrees = try CoordinateTransformation(from: grid.crs, to: .epsg(4326))
        let points = try [a, b].map { column, row in
            let place = grid.transform.apply(column: column, row: row)
            let degrees = try toDegrees.transform(x: place.x, y: place.y)
            return GeographicPoint(longitude: degrees.x, latitude: degrees.y)
        }
        return Earthwork(
            id: id, group: id, kind: .linear, status: .provisional, firstSeen: CalendarDate(iso: "2021-01-19"),
            lastAbsent: CalendarDate(iso: "2020-05-14"), lastSeen: nil, shape: .line(points), lengthMetres: 840, widthMetres: 10,
            bearingDegrees: 90, areaSquareMetres: nil, sign: .brighter, snr: snr, confidence: 0.99, falseAlarmsPer1000SquareKilometres: 0.1,
            tiles: [], scenes: [])
    }

    private func content(_ grid: RasterGrid = utm, earthworks: [Earthwork] = [], isSimulated: Bool = false) -> DiffPictureContent {
        DiffPictureContent(
            tile: "33RXQ", before: "2020-05-14", after: "2021-01-19", grid: grid, earthworks: earthworks,
            sourceCredit: "Contains modified Copernicus Sentinel data 2021", isSimulated: isSimulated, notes: ["no registration lock"],
            zLimit: 4)
    }

    private func pixels(_ path: String) throws -> (info: RasterInfo, bytes: [UInt8]) {
        let reader = try RasterReader(path: path)
        return (reader.info, try reader.read(PixelWindow(reader.info.size)).bytes)
    }

    @Test(arguments: [utm, geographic])
    func placesEachMapPixel(_ grid: RasterGrid) throws {
        let path = folder.file("d.png")
        let placed = try DiffPicture.write(content(grid), rows: Ramp(), to: path)
        let (info, bytes) = try pixels(path)
        #expect(info.size == placed.size)
        #expect(info.transform == placed.transform)
        #expect(info.crs == grid.crs)
        // 120 pixels are enlarged tenfold.
        #expect(abs(placed.transform.xPerColumn - grid.transform.xPerColumn / 10) < 1e-12)
        // The stripe of brighter ground is where its column lies on the map.
        for row in [20.5, 70.5] {
            let place = grid.transform.apply(column: 60.5, row: row)
            let pixel = placed.transform.invert(x: place.x, y: place.y)
            let index = Int(pixel.row) * info.size.width + Int(pixel.column)
            let count = info.size.pixelCount
            #expect(Int(bytes[index]) > Int(bytes[2 * count + index]) + 60, "orange")
            let blue = index + 200
            #expect(Int(bytes[2 * count + blue]) > Int(bytes[blue]) + 60, "blue")
            #expect(bytes[index + 100] == bytes[count + index + 100], "grey")
        }
    }

    @Test func isPalettedAndSaysWhatItIs() throws {
        let path = folder.file("d.png")
        try DiffPicture.write(content(isSimulated: true), rows: Ramp(), to: path)
        let header = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)).prefix(26))
        #expect(header[24] == 8 && header[25] == 3)
        let info = try pixels(path).info
        #expect(info.metadata["Title"] == "Change on the ground between 2020-05-14 and 2021-01-19")
        #expect(info.metadata["Source"] == "Contains modified Copernicus Sentinel data 2021")
        #expect(info.metadata["SIMULATED"] == "YES")
    }

    @Test func sameContentSameBytes() throws {
        let works = try (0..<30).map { try Self.line("E\($0)", on: Self.utm, from: (Double($0) * 3, 10), to: (100, 80), snr: Double($0)) }
        for name in ["a.png", "b.png"] { try DiffPicture.write(content(earthworks: works), rows: Ramp(), to: folder.file(name)) }
        for suffix in ["png", "pgw", "png.aux.xml"] {
            #expect(FileManager.default.contentsEqual(atPath: folder.file("a.\(suffix)"), andPath: folder.file("b.\(suffix)")))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 6)
    }

    @Test func stripsMadeInAnyOrderGiveTheSameBytes() throws {
        let works = try (0..<5).map { try Self.line("E\($0)", on: Self.utm, from: (Double($0) * 9, 10), to: (100, 80), snr: Double($0)) }
        try DiffPicture.write(content(earthworks: works), rows: Ramp(), to: folder.file("a.png"))
        try DiffPicture.write(content(earthworks: works), rows: Ramp(), to: folder.file("b.png")) { count, make, take in
            #expect(count > 2)
            let bands = try (0..<count).reversed().map { try make($0) }
            for band in bands.reversed() { try take(band) }
        }
        #expect(FileManager.default.contentsEqual(atPath: folder.file("a.png"), andPath: folder.file("b.png")))
    }

    @Test func simulatedImageryBearsABannerOnPageAndMap() throws {
        try DiffPicture.write(content(), rows: Ramp(), to: folder.file("real.png"))
        try DiffPicture.write(content(isSimulated: true), rows: Ramp(), to: folder.file("simulated.png"))
        func bannerPixels(_ name: String) throws -> Int {
            let (info, bytes) = try pixels(folder.file(name))
            let count = info.size.pixelCount
            var found = 0
            for index in 0..<count where bytes[index] == 0x8C && bytes[count + index] == 0x1A && bytes[2 * count + index] == 0x6A {
                found += 1
            }
            return found
        }
        #expect(try bannerPixels("real.png") == 0)
        #expect(try bannerPixels("simulated.png") > 30_000)
    }

    @Test func outlineLeavesTheGroundBetweenItsLinesFree() throws {
        let work = try Self.line("E1", on: Self.utm, from: (20, 45), to: (100, 45))
        let plain = folder.file("plain.png")
        let outlined = folder.file("outlined.png")
        let placed = try DiffPicture.write(content(), rows: Ramp(), to: plain)
        try DiffPicture.write(content(earthworks: [work]), rows: Ramp(), to: outlined)
        let (info, before) = try pixels(plain)
        let after = try pixels(outlined).bytes
        try #require(after.count == before.count)
        let start = Self.utm.transform.apply(column: 30, row: 45)
        let pixel = placed.transform.invert(x: start.x, y: start.y)
        let row = Int(pixel.row)
        // On the line the map is as it was; ten pixels beside it, it is not.
        for column in stride(from: Int(pixel.column), to: Int(pixel.column) + 100, by: 7) {
            #expect(after[row * info.size.width + column] == before[row * info.size.width + column])
        }
        var changedRows = 0
        for other in row - 25..<row + 25 {
            let index = other * info.size.width + Int(pixel.column)
            if after[index] != before[index] { changedRows += 1 }
        }
        #expect(changedRows >= 4)
    }

    @Test(arguments: [0, 1, 14, 15, 200])
    func anyNumberOfDetectionsCanBeDrawn(_ count: Int) throws {
        var works: [Earthwork] = []
        for index in 0..<count {
            let start = (Double(index * 37 % 110), Double(index * 23 % 85))
            let end = (Double(index * 41 % 119), 88.0)
            works.append(try Self.line("E\(index)", on: Self.utm, from: start, to: end, snr: Double(index)))
        }
        let figure = try PictureFigure(content(earthworks: works))
        let page = PictureRect(x: 0, y: 0, width: Double(figure.size.width), height: Double(figure.size.height))
        let text = try PictureText()
        var words: [String] = []
        for shape in figure.shapes {
            guard case .text(let word, let origin, let font, _) = shape.kind else { continue }
            words.append(word)
            // Nothing that is written runs off the page.
            #expect(origin.x >= 0 && origin.x + text.width(word, font) <= page.maxX && origin.y <= page.maxY, "\(word)")
        }
        if count == 1 { #expect(words.contains("E0") && words.contains("840 m") && words.contains("2020-05-14 – 2021-01-19")) }
        if count == 200 {
            #expect(words.contains("E199"))
            #expect(words.contains { $0.hasPrefix("and ") && $0.hasSuffix(" more in detections.geojson") })
        }
    }

    @Test func labelsNeverMeetEachOtherOrLeaveTheMap() {
        let map = PictureRect(x: 50, y: 50, width: 900, height: 700)
        var labels = PictureLabels(map: map, unit: 1, obstacles: [], reserved: [PictureRect(x: 60, y: 60, width: 200, height: 30)])
        var places: [PictureRect] = []
        for index in 0..<60 {
            let anchor = PicturePoint(x: 300 + Double(index * 53 % 300), y: 300 + Double(index * 31 % 200))
            guard let place = labels.place(.init(anchors: [anchor], width: 60, height: 24)) else { continue }
            #expect(map.contains(place.rect))
            #expect(!places.contains { $0.meets(place.rect) })
            places.append(place.rect)
        }
        #expect(places.count > 20)
    }

    @Test(
        arguments: [
            (DiffPictureContent(
                tile: "\u{0}\n\u{202E}", before: String(repeating: "x", count: 5000), after: "<b>&amp;", grid: utm, earthworks: [],
                sourceCredit: String(repeating: "word ", count: 3000), notes: ["\u{1B}[31m"], zLimit: .nan))
        ])
    func textFromOutsideIsDrawnLiterally(_ content: DiffPictureContent) throws {
        let figure = try PictureFigure(content)
        #expect(figure.size.width < 4000 && figure.size.height < 4000)
        for shape in figure.shapes {
            if case .text(let word, _, _, _) = shape.kind { #expect(!word.unicodeScalars.contains { $0.value < 0x20 }) }
        }
        try DiffPicture.write(content, rows: Ramp(), to: folder.file("odd.png"))
    }

    @Test func wrongRowsAreAnErrorAndLeaveNothing() throws {
        #expect(throws: InputError.self) { try DiffPicture.write(content(), rows: Ramp(wrongCount: true), to: folder.file("d.png")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func gridThatLiesNowhereIsAnError() {
        var grid = Self.utm
        grid.transform.xPerColumn = .nan
        #expect(throws: InputError.self) { try PictureFigure(content(grid)) }
        grid.size.width = 0
        #expect(throws: InputError.self) { try PictureFigure(content(grid)) }
    }

    @Test(arguments: [(37.0, 20.0), (1000, 1000), (999.9, 500), (0.3, 0.2), (5, 5)])
    func scaleBarsAreRound(_ limit: Double, _ expected: Double) {
        #expect(abs(RoundNumber.largest(atMost: limit) - expected) < 1e-9)
    }

    @Test(
        arguments: [
            (0.5, 6, 3.0, true, "0°15′E"), (0.1, 6, -7, false, "0°07′S"), (0.003, 6, 2, true, "0°00′04″E"), (40, 6, 2, false, "20°N"),
            (1e-6, 5, 3, true, "0.0000006°E"), (12, 4, 43, true, "145°W"),
        ])
    func ticksAreRoundInTheUnitTheyAreWrittenIn(_ span: Double, _ most: Int, _ multiple: Double, _ isLongitude: Bool, _ label: String) {
        #expect(PictureDegreeStep.smallest(span: span, most: most).label(multiple: multiple, isLongitude: isLongitude) == label)
    }

    @Test(.enabled(if: OtherReader.has("gdalinfo"), "needs gdalinfo of Debian's gdal-bin"))
    func gdalPlacesTheMapsCornerRight() throws {
        let path = folder.file("d.png")
        let placed = try DiffPicture.write(content(), rows: Ramp(), to: path)
        let report = try OtherReader.run("gdalinfo", [path]).output
        #expect(report.contains("32633"))
        #expect(report.contains("Origin = (\(Int(placed.transform.originX))."))
        #expect(report.contains("Pixel Size = (1.000000000000000,-1.000000000000000)"))
        let corner = placed.transform.invert(x: 597_000, y: 3_450_000)
        #expect(corner.column == corner.column.rounded() && corner.row == corner.row.rounded())
    }
}
