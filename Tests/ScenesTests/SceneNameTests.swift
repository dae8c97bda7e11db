import Foundation
import Raster
import Testing

@testable import Scenes

/// What names alone say; no file is opened.
@Suite struct SceneNameTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var path: String
        var tile: String?
        var date: String?
        var source: DateSource?
        var sensor: String?
        var part: ScenePart
        var testDescription: String { path }

        init(
            _ path: String, tile: String? = nil, _ date: String? = nil, _ source: DateSource? = nil, sensor: String? = nil,
            _ part: ScenePart = .whole
        ) {
            self.path = path
            self.tile = tile
            self.date = date
            self.source = source
            self.sensor = sensor
            self.part = part
        }
    }

    static let msi = "Sentinel-2 MSI"
    static let product = "S2A_MSIL2A_20200701T093041_N0214_R136_T33RXQ_20200701T121949.SAFE"
    static let granule = product + "/GRANULE/L2A_T33RXQ_A026246_20200701T093040/IMG_DATA"

    static let rows = [
        Row("\(granule)/R10m/T33RXQ_20200701T093041_B04_10m.tif", tile: "33RXQ", "2020-07-01", .productName, sensor: msi, .band("B04")),
        Row("\(granule)/R20m/T33RXQ_20200701T093041_B8A_20m.tif", tile: "33RXQ", "2020-07-01", .productName, sensor: msi, .band("B8A")),
        Row(
            "\(granule)/R20m/T33RXQ_20200701T093041_SCL_20m.tif", tile: "33RXQ", "2020-07-01", .productName, sensor: msi,
            .mask(.sceneClassification)),
        Row("\(granule)/R10m/T33RXQ_20200701T093041_TCI_10m.tif", tile: "33RXQ", "2020-07-01", .productName, sensor: msi, .extra),
        Row("S2B_MSIL1C_20210119T091319_N0209_R050_T33RXQ_20210119T100011.tif", tile: "33RXQ", "2021-01-19", .productName, sensor: msi),
        Row(
            "S2C_MSIL2A_20250301T093041_N0511_R136_T33RXP_20250301T121949/B03.tif", tile: "33RXP", "2025-03-01", .productName, sensor: msi,
            .band("B03")),
        Row("T30TXT_20171014T110959_B11.tif", tile: "30TXT", "2017-10-14", .productName, sensor: msi, .band("B11")),
        Row("L2A_T32TPP_20180211T102141_B02_10m.tif", tile: "32TPP", "2018-02-11", .productName, sensor: msi, .band("B02")),
        Row(
            "nantes/2015-08-21/S2A_OPER_MSI_L1C_TL_EPA__20160706T155721_A000849_T30TXT_B04.tif", tile: "30TXT", "2015-08-21", .folderName,
            sensor: msi, .band("B04")),
        Row("S2A_OPER_MSI_L1C_TL_MTI__20160120T104345_A003020_T39QZG_B04.tif", tile: "39QZG", sensor: msi, .band("B04")),
        Row(
            "S2A_OPER_PRD_MSIL1C_PDMC_20160706T155721_R094_V20150821T110931_20150821T110931.SAFE/x_B04.tif", tile: nil, "2015-08-21",
            .productName, sensor: msi, .band("B04")),
        Row("33/R/XQ/2020/7/S2A_33RXQ_20200701_0_L2A/B04.tif", tile: "33RXQ", "2020-07-01", .productName, sensor: msi, .band("B04")),
        Row(
            "33/R/XQ/2020/7/S2A_33RXQ_20200701_0_L2A/SCL.tif", tile: "33RXQ", "2020-07-01", .productName, sensor: msi,
            .mask(.sceneClassification)),
        Row("S2B_T33RXQ_20210119T091319_L2A/B08.tif", tile: "33RXQ", "2021-01-19", .productName, sensor: msi, .band("B08")),
        Row("tiles/33/R/XQ/2020/7/1/0/B04.tif", tile: "33RXQ", "2020-07-01", .folderName, .band("B04")),
        Row(
            "LC08_L2SP_187038_20200701_20200913_02_T1_SR_B4.TIF", tile: "187038", "2020-07-01", .productName, sensor: "Landsat 8 OLI/TIRS",
            .band("B4")),
        Row(
            "LC09_L2SP_187038_20220115_20230501_02_T1/LC09_L2SP_187038_20220115_20230501_02_T1_QA_PIXEL.TIF", tile: "187038", "2022-01-15",
            .productName, sensor: "Landsat 9 OLI/TIRS", .mask(.landsatQuality)),
        Row(
            "LE07_L1TP_187038_20000317_20200918_02_T1_B3.TIF", tile: "187038", "2000-03-17", .productName, sensor: "Landsat 7 ETM+",
            .band("B3")),
        Row(
            "LT05_L2SP_187038_19840601_20200918_02_T1_ST_B6.TIF", tile: "187038", "1984-06-01", .productName, sensor: "Landsat 5 TM", .extra
        ),
        Row("sirte/20210119_081516_35_2518_3B_AnalyticMS_SR.tif", tile: "sirte", "2021-01-19", .productName, sensor: "PlanetScope"),
        Row("20210119_081516_35_2518_3B_udm2.tif", tile: nil, "2021-01-19", .productName, sensor: "PlanetScope", .mask(.planetUsableData)),
        Row(
            "20170623_180038_0f34_3B_AnalyticMS_DN_udm.tif", tile: nil, "2017-06-23", .productName, sensor: "PlanetScope",
            .mask(.planetUnusableData)),
        Row("20210119_081516_35_2518_3B_AnalyticMS_SR_8b_clip.tif", tile: nil, "2021-01-19", .productName, sensor: "PlanetScope"),
        Row("33/120022331100/2023-02-07/103001010B9A1B00-visual.tif", tile: "120022331100", "2023-02-07", .folderName, sensor: "Maxar"),
        Row("33/120022331100/2023-02-07/103001010B9A1B00-ms.tif", tile: "120022331100-ms", "2023-02-07", .folderName, sensor: "Maxar"),
        Row("33RXQ/2021-01-19.tif", tile: "33RXQ", "2021-01-19", .fileName),
        Row("33RXQ/2020-09-21_SCL.tif", tile: "33RXQ", "2020-09-21", .fileName, .mask(.sceneClassification)),
        Row("20210119_xyz.png", tile: nil, "2021-01-19", .fileName),
        Row("sirte/2021-01-19/B04.tif", tile: "sirte", "2021-01-19", .folderName, .band("B04")),
        Row("sirte/2021-01-19_B8A.tif", tile: "sirte", "2021-01-19", .fileName, .band("B8A")),
        Row("sirte/2021-01-19_red.tif", tile: "sirte", "2021-01-19", .fileName, .band("red")),
        Row("2021-01-19-00:00_2021-01-19-23:59_Sentinel-2_L2A_B04_(Raw).tiff", tile: nil, "2021-01-19", .fileName, .band("B04")),
        Row("export_T33RXQ_20210119081516.tif", tile: "33RXQ", "2021-01-19", .fileName),
        Row("town/x_2021-01-19_cloudmask.tif", tile: "town", "2021-01-19", .fileName, .unknownMask),
        Row("town/change-truth.tif", tile: "town"),
        Row("2020-05-14_2021-01-19.tif", tile: nil),
        Row("20211301_scene.tif", tile: nil),
        Row("19000101_scene.tif", tile: nil),
        Row("2021-02-30.tif", tile: nil),
        Row("scan12345678901.tif", tile: nil),
        Row("", tile: nil),
    ]

    @Test(arguments: rows) func aName(_ row: Row) {
        let folders = row.path.split(separator: "/").dropLast().map(String.init)
        let file = SceneFile(path: row.path, folders: folders, outerCount: 0)
        #expect(file.tile == row.tile)
        #expect(file.nameDates.first?.date.description == row.date)
        #expect(file.nameDates.first?.source == row.source)
        #expect((file.product?.sensor ?? file.folderProduct?.sensor) == row.sensor)
        #expect(file.part == row.part)
    }

    /// Names come from anywhere: whatever is cut out of a good one, it is read without a crash, and a date is a real one.
    @Test func brokenNamesAreRead() {
        var readable = 0
        for row in Self.rows {
            let path = Array(row.path)
            for start in path.indices {
                for length in [1, 2, 7] {
                    let broken = String(path[..<start] + path[min(path.count, start + length)...])
                    let file = SceneFile(path: broken, folders: broken.split(separator: "/").dropLast().map(String.init), outerCount: 0)
                    readable += file.nameDates.filter { (1972...2100).contains($0.date.year) }.count == file.nameDates.count ? 1 : 0
                    #expect(file.tile?.contains("/") != true)
                }
            }
        }
        #expect(readable == 3 * Self.rows.reduce(0) { $0 + $1.path.count })
    }

    @Test func filesOfOneProductShareFolderAndPrefix() {
        let names = [
            "R10m/T33RXQ_20200701T093041_B04_10m.tif", "R20m/T33RXQ_20200701T093041_B11_20m.tif", "R20m/T33RXQ_20200701T093041_SCL_20m.tif",
        ]
        let files = names.map { name in
            let path = "in/\(Self.granule)/\(name)"
            return SceneFile(path: path, folders: path.split(separator: "/").dropLast().map(String.init), outerCount: 0)
        }
        #expect(Set(files.map(\.sceneFolder)) == ["in/\(Self.product)"])
        #expect(Set(files.map(\.prefix)) == ["T33RXQ_20200701T093041"])
    }

    @Test(
        arguments: [
            ("S2A_MSIL2A_20200701T093041_N0214_R136_T33RXQ_20200701T121949", 214),
            ("S2A_MSIL2A_20200701T093041_N0500_R136_T33RXQ_20230701T121949", 500),
            ("S2A_OPER_MSI_L1C_TL_EPA__20160706T155721_A000849_T30TXT_B04", 0),
            ("S2A_OPER_MSI_L1C_TL_SGS__20160927T081713_A006607_T49QHE_N02.04", 204),
            ("S2A_OPER_MSI_L1C_TL_2APS_20230501T081713_A006607_T49QHE_B04", nil),
            ("T33RXQ_20200701T093041_B04", nil),
        ] as [(String, Int?)]) func theBaselineOfAName(_ name: String, _ baseline: Int?)
    {
        #expect(ProductName(name)?.scaleRule == .sentinel2(baseline: baseline))
    }

    @Test func theGridsLettersAreChecked() {
        #expect("33RXQ".gridTile == "33RXQ")
        #expect("T33RXQ".gridTile == "33RXQ")
        for name in ["61RXQ", "00RXQ", "33IXQ", "33RXW", "33ROQ", "33rxq", "33RX", "3RXQ", "X33RXQ", "B04", ""] {
            #expect(name.gridTile == nil)
        }
    }

    @Test func severalDaysInANameAreAllFound() {
        #expect(WrittenDates.all(in: "2020-05-14_2021-01-19").map(\.description) == ["2020-05-14", "2021-01-19"])
        #expect(WrittenDates.all(in: "20200514T1-20200514").map(\.description) == ["2020-05-14"])
        #expect(WrittenDates.all(in: "12020-05-14 2020-05-141 202005141").isEmpty)
    }

    @Test func bandsFollowTheWavelength() {
        let names = ["B12", "B8A", "B02", "red", "B08", "B11", "B4", "B10", "B01"]
        #expect(names.sorted(by: BandOrder.precedes) == ["B01", "B02", "B08", "B8A", "B10", "B11", "B12", "B4", "red"])
    }
}

@Suite struct SceneDayTests {
    static let metadata = ProductMetadata(date: CalendarDate(iso: "2020-07-01"), path: "item.json", scale: { _, _, _ in nil })

    func day(_ path: String, tiff: String? = nil, metadata: [ProductMetadata] = []) -> SceneDay {
        let folders = path.split(separator: "/").dropLast().map(String.init)
        return SceneDay(file: SceneFile(path: path, folders: folders, outerCount: 0), tiffDateTime: tiff, metadata: metadata)
    }

    @Test func theMostTrustworthySourceWins() {
        let name = "T33RXQ_20200702T093041_B04.tif"
        let all = day("2020-07-03/\(name)", tiff: "2020:07:05 10:00:00", metadata: [Self.metadata])
        #expect(all.date?.description == "2020-07-01" && all.source == .productMetadata)
        let named = day("2020-07-03/\(name)", tiff: "2020:07:05 10:00:00")
        #expect(named.date?.description == "2020-07-02" && named.source == .productName)
        let file = day("2020-07-03/2020-07-04.tif", tiff: "2020:07:05 10:00:00")
        #expect(file.date?.description == "2020-07-04" && file.source == .fileName)
        let folder = day("2020-07-03/x.tif", tiff: "2020:07:05 10:00:00")
        #expect(folder.date?.description == "2020-07-03" && folder.source == .folderName)
        let tag = day("x.tif", tiff: "2020:07:05 10:00:00")
        #expect(tag.date?.description == "2020-07-05" && tag.source == .tiffDateTime)
        #expect(day("x.tif").date == nil)
        #expect(day("x.tif", tiff: "0000:00:00 00:00:00").date == nil)
    }

    @Test func sourcesThatDisagreeAreNamed() {
        let words = day("33RXQ/2021-01-19.tif", tiff: "2021:02:03 00:00:00").disagreement
        #expect(words == "file name '2021-01-19.tif' says 2021-01-19, TIFF DateTime tag '2021:02:03 00:00:00' says 2021-02-03")
        #expect(day("2021-01-19/2021-01-19.tif", tiff: "2021:01:19 09:00:00").disagreement == nil)
    }

    @Test func theTimeAFileWasMadeIsNoDisagreement() {
        let name = "S2A_OPER_MSI_L1C_TL_EPA__20160706T155721_A000849_T30TXT_B04.tif"
        let dated = day("2015-08-21/\(name)")
        #expect(dated.date?.description == "2015-08-21" && dated.disagreement == nil && dated.note == nil)
        let alone = day(name)
        #expect(alone.date?.description == "2016-07-06" && alone.note != nil)
    }
}

@Suite struct ProductMetadataTests {
    static let xml = """
        <?xml version="1.0"?><n1:Level-2A_User_Product><PRODUCT_START_TIME>2020-07-01T09:30:41.024Z</PRODUCT_START_TIME>
        <PROCESSING_BASELINE>05.00</PROCESSING_BASELINE><QUANTIFICATION_VALUES_LIST>
        <BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE></QUANTIFICATION_VALUES_LIST>
        <BOA_ADD_OFFSET_VALUES_LIST><BOA_ADD_OFFSET band_id="1">-1000</BOA_ADD_OFFSET><BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET>
        </BOA_ADD_OFFSET_VALUES_LIST></n1:Level-2A_User_Product>
        """

    @Test func offsetsOfASentinel2Product() throws {
        let metadata = try #require(Sentinel2Metadata.parse(Self.xml, path: "MTD_MSIL2A.xml"))
        #expect(metadata.date?.description == "2020-07-01")
        let red = try #require(metadata.scale("B04", 0, ""))
        #expect(red.scale == 1e-4 && red.offset == -0.1 && red.source == .productMetadata && red.offsetIsKnown)
        #expect(metadata.scale("Red", 0, "") == nil)
        let old = Self.xml.replacing("BOA_ADD_OFFSET", with: "OTHER")
        #expect(Sentinel2Metadata.parse(old, path: "")?.scale("B04", 0, "")?.offset == 0)
        #expect(Sentinel2Metadata.parse("<a>not it</a>", path: "") == nil)
        #expect(Sentinel2Metadata.parse("", path: "") == nil)
        let broken = Self.xml.replacing(">10000<", with: ">0<")
        #expect(Sentinel2Metadata.parse(broken, path: "")?.scale("B04", 0, "") == nil)
    }

    @Test(arguments: [
        (#""raster:bands": [{"scale": 0.0001, "offset": -0.1}]"#, -0.1, true),
        (#""raster:bands": [{"scale": 0.0001}]"#, 0, false),
        (#""raster:scale": 0.0001, "raster:offset": -0.1"#, -0.1, true),
        (#""bands": [{"name": "red", "raster:scale": 0.0001, "raster:offset": 0}]"#, 0, true),
    ]) func scalesOfASTACItem(_ band: String, _ offset: Double, _ isKnown: Bool) throws {
        let json =
            #"{"type":"Feature","properties":{"datetime":"2020-07-01T09:36:44Z"},"assets":{"red":{"href":"https://x/y/B04.tif?v=1",\#(band)}}}"#
        let metadata = try #require(STACItem.parse(Data(json.utf8), path: "item.json"))
        #expect(metadata.date?.description == "2020-07-01")
        let scale = try #require(metadata.scale("B04", 0, "B04.tif"))
        #expect(scale.scale == 1e-4 && scale.offset == offset && scale.offsetIsKnown == isKnown && scale.source == .stacItem)
        #expect(metadata.scale("B03", 0, "B03.tif") == nil)
    }

    @Test func aCatalogueThatContradictsItselfIsNotBelieved() throws {
        let json =
            #"{"properties":{"datetime":"2023-07-01T09:36:44Z","earthsearch:boa_offset_applied":true},"assets":{"red":{"href":"B04.tif","raster:bands":[{"scale":0.0001,"offset":-0.1}]}}}"#
        let metadata = try #require(STACItem.parse(Data(json.utf8), path: "item.json"))
        let scale = try #require(metadata.scale("B04", 0, "B04.tif"))
        #expect(scale.offset == 0 && !scale.offsetIsKnown)
        #expect(metadata.warnings.count == 1)
    }

    @Test(arguments: [
        "", "[]", "{}", "null", #"{"properties":{}}"#, #"{"properties":{"datetime":null}}"#, String(repeating: "[", count: 100_000),
    ])
    func otherJSONIsNoItem(_ json: String) {
        #expect(STACItem.parse(Data(json.utf8), path: "x.json") == nil)
    }
}
