import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct COGWriterTests {
    static let utm = GeoTransform(originX: 600_000, originY: 3_400_000, pixelWidth: 10, pixelHeight: 10)

    static func description(
        _ width: Int, _ height: Int, type: SampleType = .int16, bands: Int = 2, noData: Double? = -32768,
        crs: CoordinateSystem = .epsg(32633),
        transform: GeoTransform = utm
    ) -> COGDescription {
        COGDescription(
            grid: RasterGrid(size: RasterSize(width: width, height: height), transform: transform, crs: crs),
            bandNames: (1...bands).map { "band \($0) <&\">" }, sampleType: type, noData: noData, scale: 0.01, offset: -3,
            metadata: ["SIMULATED": "YES", "NOTE": "a < b & \"c\""], dateTime: "2021:01:19 09:15:00")
    }

    static func samples(_ description: COGDescription) -> SampleBlock {
        TIFFFixture(size: description.grid.size, bandCount: description.bandNames.count, type: description.sampleType).samples()
    }

    static func write(_ description: COGDescription, _ samples: SampleBlock, to path: String, classicLimit: Int = 0xFFFF_FFFF) throws {
        let writer = try COGWriter(path: path, description: description, classicLimit: classicLimit)
        for window in PixelWindow(description.grid.size).blocks(side: description.blockSize) {
            try writer.write(samples.cropped(to: window))
        }
        try writer.finish()
    }

    @Test func overviewsCanBeLeftOut() throws {
        let folder = try TemporaryFolder()
        var description = Self.description(130, 97)
        (description.blockSize, description.hasOverviews) = (64, false)
        let samples = Self.samples(description)
        try Self.write(description, samples, to: folder.file("a.tif"))
        let reader = try RasterReader(path: folder.file("a.tif"))
        #expect(reader.info.overviews.isEmpty)
        #expect(firstDifference(try reader.read(PixelWindow(samples.window.size)).bytes, samples.bytes) == nil)
    }

    @Test(arguments: [(1, 1), (130, 97), (64, 300)], [true, false])
    func bandsCanStandOneAfterTheOther(size: (Int, Int), hasOverviews: Bool) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.tif")
        for type in [SampleType.uint8, .int16, .float32] {
            var description = Self.description(size.0, size.1, type: type, bands: 3, noData: nil)
            (description.blockSize, description.hasOverviews, description.isPlanar) = (64, hasOverviews, true)
            let samples = Self.samples(description)
            try Self.write(description, samples, to: path)
            let reader = try RasterReader(path: path)
            let whole = PixelWindow(description.grid.size)
            #expect(firstDifference(try reader.read(whole).bytes, samples.bytes) == nil)
            // A band by itself, as one with the bands of a pixel together gives it.
            description.isPlanar = false
            try Self.write(description, samples, to: folder.file("b.tif"))
            let other = try RasterReader(path: folder.file("b.tif"))
            for band in 0..<3 {
                #expect(firstDifference(try reader.read(whole, bands: [band]).bytes, try other.read(whole, bands: [band]).bytes) == nil)
            }
            #expect(reader.info.overviews == other.info.overviews)
            for (level, smaller) in reader.info.overviews.enumerated() {
                let (one, two) = (
                    try reader.read(PixelWindow(smaller), bands: [0, 1, 2], overview: level),
                    try other.read(PixelWindow(smaller), bands: [0, 1, 2], overview: level)
                )
                #expect(firstDifference(one.bytes, two.bytes) == nil)
            }
            guard OtherReader.has("gdalinfo"), type != .float32 else { continue }
            let theirs = try #require(try gdalChecksums(path))
            #expect(theirs.map(\.checksum) == (0..<3).map { gdalChecksum(samples, band: $0) })
        }
    }

    static let sizes = [(1, 1), (40, 25), (64, 64), (64, 300), (130, 97), (128, 510), (3, 200), (513, 70)]

    @Test(arguments: sizes)
    func samplesComeBackUnchanged(width: Int, height: Int) throws {
        let folder = try TemporaryFolder()
        for type in width == 130 ? SampleType.allCases : [.int16, .float32] {
            var description = Self.description(width, height, type: type, noData: nil)
            description.blockSize = 64
            let samples = Self.samples(description)
            for limit in [0xFFFF_FFFF, 0] {
                try Self.write(description, samples, to: folder.file("a.tif"), classicLimit: limit)
                let reader = try RasterReader(path: folder.file("a.tif"))
                #expect(firstDifference(try reader.read(PixelWindow(samples.window.size)).bytes, samples.bytes) == nil)
                let info = reader.info
                #expect(info.isBigTIFF == (limit == 0) && info.isTiled && info.compression == "deflate")
                #expect(info.predictor == (type.isFloatingPoint ? 3 : 2) && info.sampleType == type)
                #expect(info.grid == description.grid && info.bandNames == description.bandNames && info.dateTime == description.dateTime)
                #expect(info.metadata == description.metadata && info.scales == [0.01, 0.01] && info.offsets == [-3, -3])
                if max(width, height) > 64 {
                    #expect(info.overviews.first == RasterSize(width: (width + 1) / 2, height: (height + 1) / 2))
                    #expect(info.overviews.last.map { max($0.width, $0.height) <= 64 } == true)
                } else {
                    #expect(info.overviews.isEmpty)
                }
            }
        }
    }

    @Test(
        .enabled(if: OtherReader.has("rio"), "needs rio-cogeo"),
        arguments: [(40, 25), (512, 600), (1024, 1030), (304, 700)])
    func filesAreValidByRioCogeo(width: Int, height: Int) throws {
        let folder = try TemporaryFolder()
        let description = Self.description(width, height, bands: 1)
        for limit in [0xFFFF_FFFF, 0] {
            try Self.write(description, Self.samples(description), to: folder.file("a.tif"), classicLimit: limit)
            let (_, output) = try OtherReader.run("rio", ["cogeo", "validate", "--strict", folder.file("a.tif")])
            #expect(output.contains("is a valid cloud optimized GeoTIFF"), "\(output)")
        }
    }

    @Test(.enabled(if: OtherReader.has("gdalinfo"), "needs gdalinfo"))
    func gdalReadsPlaceNamesAndPixels() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.tif")
        for (crs, words) in [
            (CoordinateSystem.epsg(32633), ["ID[\"EPSG\",32633]]", "WGS 84 / UTM zone 33N"]),
            (.epsg(4326), ["ID[\"EPSG\",4326]]", "GEOGCRS[\"WGS 84\""]),
            (
                .definition("+proj=tmerc +lat_0=0 +lon_0=16.5 +k=0.9996 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs"),
                ["Transverse Mercator", "16.5"]
            ),
            (.definition("EPSG:3035"), ["ID[\"EPSG\",3035]]"]),
        ] {
            let transform = crs == .epsg(4326) ? GeoTransform(originX: 16, originY: 31, pixelWidth: 0.0001, pixelHeight: 0.0001) : Self.utm
            let description = Self.description(600, 30, crs: crs, transform: transform)
            let samples = Self.samples(description)
            try Self.write(description, samples, to: path)
            let (status, output) = try OtherReader.run("gdalinfo", [path])
            #expect(status == 0 && !output.contains("ERROR") && !output.contains("Warning"))
            let expected =
                words + [
                    "SIMULATED=YES", "NOTE=a < b & \"c\"", "NoData Value=-32768", "Offset: -3,   Scale:0.01", "band 2 <&\">",
                    "Overviews: 300x15",
                    "2021:01:19 09:15:00", "LAYOUT=COG", "AREA_OR_POINT=Area",
                ]
            for word in expected { #expect(output.contains(word), "\(word) in \(output)") }
            let theirs = try #require(try gdalChecksums(path))
            #expect(theirs.map(\.checksum) == [0, 1].map { gdalChecksum(samples, band: $0) })
        }
    }

    @Test func aRotatedPlaceComesBack() throws {
        let folder = try TemporaryFolder()
        let transform = GeoTransform(originX: 5, xPerColumn: 2, xPerRow: 0.5, originY: 9, yPerColumn: 0.25, yPerRow: -3)
        let description = Self.description(20, 10, transform: transform)
        try Self.write(description, Self.samples(description), to: folder.file("a.tif"))
        #expect(try RasterReader(path: folder.file("a.tif")).info.transform == transform)
    }

    /// The same bytes from one thread in order, and from many in any order with blocks of other sizes.
    @Test func bytesDoNotDependOnOrderOrThreads() async throws {
        let folder = try TemporaryFolder()
        var description = Self.description(300, 400, type: .float32)
        description.blockSize = 64
        let samples = Self.samples(description)
        try Self.write(description, samples, to: folder.file("a.tif"))
        let writer = try COGWriter(path: folder.file("b.tif"), description: description)
        var generator = SeededGenerator(state: 5)
        let windows = PixelWindow(description.grid.size).blocks(side: 128).shuffled(using: &generator)
        try await withThrowingTaskGroup { group in
            for window in windows { group.addTask { try writer.write(samples.cropped(to: window)) } }
            try await group.waitForAll()
        }
        try writer.finish()
        let a = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.tif")))
        let b = try Data(contentsOf: URL(fileURLWithPath: folder.file("b.tif")))
        #expect(a.count > 10_000)
        #expect(firstDifference(Array(a), Array(b)) == nil)
    }

    @Test func overviewsLeaveNodataOut() throws {
        let folder = try TemporaryFolder()
        var description = Self.description(64, 64, bands: 1)
        description.blockSize = 32
        var samples = SampleBlock(window: PixelWindow(RasterSize(width: 64, height: 64)), bandCount: 1, type: .int16)
        samples.bytes.withUnsafeMutableBytes { raw in
            let values = raw.bindMemory(to: Int16.self)
            for i in values.indices { values[i] = -32768 }
            (values[0], values[1], values[64]) = (10, 13, -40)
            (values[2], values[3]) = (5, 6)
        }
        for (resampling, expected) in [(OverviewResampling.average, [-6, 6]), (.nearest, [10, 5]), (.maximumMagnitude, [-40, 6])] {
            description.overviewResampling = resampling
            try Self.write(description, samples, to: folder.file("a.tif"))
            let reader = try RasterReader(path: folder.file("a.tif"))
            let overview = try reader.read(PixelWindow(x: 0, y: 0, width: 3, height: 1), overview: 0)
            #expect(overview.doubles(band: 0) == expected.map(Double.init) + [-32768])
        }
    }

    @Test func anUnfinishedWriterLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let description = Self.description(1000, 600)
        let samples = Self.samples(description)
        do {
            let writer = try COGWriter(path: folder.file("a.tif"), description: description)
            let corner = samples.cropped(to: PixelWindow(x: 0, y: 0, width: 512, height: 512))
            try writer.write(corner)
            #expect(throws: OutputError.self) { try writer.write(corner) }
            #expect(throws: OutputError.self) { try writer.write(samples.cropped(to: PixelWindow(x: 5, y: 0, width: 512, height: 512))) }
            #expect(throws: OutputError.self) { try writer.finish() }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func whatCannotBeWrittenIsRefused() throws {
        let folder = try TemporaryFolder()
        func refuses(_ change: (inout COGDescription) -> Void) -> Bool {
            var description = Self.description(10, 10)
            change(&description)
            do {
                _ = try COGWriter(path: folder.file("a.tif"), description: description)
                return false
            } catch { return error is OutputError }
        }
        #expect(refuses { $0.blockSize = 100 })
        #expect(refuses { $0.noData = 0.5 })
        #expect(refuses { $0.predictor = 3 })
        #expect(refuses { $0.dateTime = "2021-01-19" })
        #expect(refuses { $0.bandNames = [] })
        #expect(refuses { $0.grid.crs = .epsg(1) })
        #expect(refuses { $0.grid.crs = .definition("nonsense") })
        #expect(refuses { $0.grid.transform = GeoTransform(originX: 0, originY: 0, pixelWidth: 0, pixelHeight: 1) })
        #expect(!refuses { _ in })
    }
}
