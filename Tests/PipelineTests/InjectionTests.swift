import ChangeDetection
import Foundation
import Geodesy
import Raster
import Testing

@testable import Pipeline

/// Rough ground with a date's own noise, moved by a part of a pixel.
struct RoughGround: SceneSource {
    var seed: UInt64
    var shift: (x: Double, y: Double) = (0, 0)
    var side = 320
    /// Columns from here on are masked.
    var maskedFrom = Int.max

    var grid: RasterGrid {
        RasterGrid(
            size: RasterSize(width: side, height: side),
            transform: GeoTransform(originX: 600_000, originY: 3_400_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
    }

    private static func noise(_ x: Int, _ y: Int, _ seed: UInt64) -> Double {
        var z =
            UInt64(bitPattern: Int64(x)) &* 0xD6E8_FEB8_6659_FD93 ^ UInt64(bitPattern: Int64(y)) &* 0xA076_1D64_78BD_642F ^ seed
            &* 0x9E37_79B9_7F4A_7C15
        var sum = 0.0
        for _ in 0..<4 {
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            sum += Double(z >> 11) * 0x1p-53 - 0.5
        }
        return sum * 3.0.squareRoot()
    }

    func read(_ window: PixelWindow) throws -> SceneBlock {
        var planes = [FloatPlane](repeating: FloatPlane(width: window.width, height: window.height), count: 2)
        var validity = BytePlane(width: window.width, height: window.height)
        for y in 0..<window.height {
            for x in 0..<window.width {
                let (column, row) = (window.x + x, window.y + y)
                guard PixelWindow(grid.size).contains(x: column, y: row), column < maskedFrom else { continue }
                let (u, v) = (Double(column) - shift.x, Double(row) - shift.y)
                let ground = sin(u / 3.1 + 2 * sin(v / 17)) + cos(v / 4.3 + 2 * cos(u / 23)) + sin((u + v) / 6.7)
                for band in planes.indices {
                    planes[band][x, y] = Float(0.25 + 0.006 * ground + 0.004 * Self.noise(column, row, seed + 1000 * UInt64(band)))
                }
                validity[x, y] = 255
            }
        }
        return SceneBlock(window: window, planes: planes, validity: validity)
    }
}

@Suite("Injection and recovery")
struct InjectionTests {
    private static let days = ["2020-03-10", "2020-06-23", "2020-12-30", "2021-01-19"].compactMap { CalendarDate(iso: $0) }

    private static func outcome(_ sources: [any SceneSource], plan: InjectionPlan = InjectionPlan(), found: [Earthwork] = [], jobs: Int = 2)
        throws -> InjectionOutcome
    {
        try InjectionRecovery.run(
            tile: "33RXQ", sources: sources, dates: Array(days.suffix(sources.count)), reference: nil, found: found,
            settings: DetectionSettings(), plan: plan, jobs: jobs, progress: { _ in })
    }

    private static let pair: [any SceneSource] = [RoughGround(seed: 1), RoughGround(seed: 2, shift: (0.3, -0.2))]

    /// Level soil, so that strength alone makes the contrast.
    private static func plan(_ strengths: [Double], rounds: Int = 2) -> InjectionPlan {
        var plan = InjectionPlan()
        (plan.roundsOfPairs, plan.roundsOfStacks) = (rounds, rounds)
        plan.strengths = strengths
        plan.trench = ImplantSection(relief: [], soils: [.init(from: -3, to: 3, brightness: 1.1)])
        return plan
    }

    private static func share(_ outcome: InjectionOutcome, _ isMeant: (InjectionOutcome.Implant) -> Bool) -> Double {
        let meant = outcome.implants.filter { $0.kind == .linear && isMeant($0) }
        return Double(meant.count { $0.isRecovered }) / Double(max(1, meant.count))
    }

    @Test("what was not implanted is not recovered")
    func nothing() throws {
        let outcome = try Self.outcome(Self.pair, plan: Self.plan([0]))
        #expect(outcome.implants.count >= 10)
        #expect(outcome.implants.allSatisfy { !$0.isRecovered && $0.recoveredFirstSeen == nil })
    }

    @Test("long and strong implants are recovered more often than short and weak ones")
    func monotone() throws {
        let weak = try Self.outcome(Self.pair, plan: Self.plan([0.25], rounds: 3))
        let strong = try Self.outcome(Self.pair, plan: Self.plan([2], rounds: 3))
        #expect(Self.share(strong) { _ in true } > Self.share(weak) { _ in true } + 0.3)
        #expect(Self.share(strong) { $0.sizeMetres >= 800 } >= Self.share(strong) { $0.sizeMetres < 800 })
        #expect(Self.share(strong) { $0.sizeMetres >= 800 } > 0.5)
    }

    @Test("the number of workers changes nothing")
    func workers() throws {
        let plan = Self.plan([1], rounds: 1)
        #expect(try Self.outcome(Self.pair, plan: plan, jobs: 1) == Self.outcome(Self.pair, plan: plan, jobs: 7))
    }

    @Test("implants stand where the ground was observed, off what is known, and off each other")
    func places() throws {
        let sources: [any SceneSource] = [RoughGround(seed: 1, maskedFrom: 160), RoughGround(seed: 2), RoughGround(seed: 3)]
        let locator = try PixelGeolocator(grid: sources[0].grid)
        let known = [DetectedLine.Point(x: 40, y: 10), DetectedLine.Point(x: 40, y: 310)]
        let work = Earthwork(
            id: "L", group: "L", kind: .linear, status: .confirmed, firstSeen: nil, lastAbsent: nil, lastSeen: nil,
            shape: .line(known.map { locator.geographic(column: $0.x, row: $0.y) }), lengthMetres: nil, widthMetres: nil,
            bearingDegrees: nil,
            areaSquareMetres: nil, sign: .both, snr: 9, confidence: 1, falseAlarmsPer1000SquareKilometres: 0, tiles: [], scenes: [])
        let ground = try InjectionGround(sources: sources, reference: sources[1], index: 1, jobs: 2)
        var placing = InjectionPlacing(
            InjectionPlan(), ground: ground, dateCount: 3, tile: "33RXQ", round: 0, found: [work])
        let implants = placing.implants(shortestMetres: 200, round: 0)
        #expect(implants.count > 8)
        for implant in implants {
            for point in InjectionPlacing.everyPixel(of: implant.course) {
                #expect(abs(point.x - 40) > 19)
                // The first date is the only one before the first onset, and it shows the left half.
                #expect(implant.onset > 1 || point.x < 164)
            }
            #expect(implant.lastAbsent < implant.onset && implant.onset <= implant.firstSeen)
        }
        for (i, one) in implants.enumerated() {
            for other in implants[(i + 1)...] {
                let nearest = InjectionPlacing.everyPixel(of: one.course).flatMap { a in
                    InjectionPlacing.everyPixel(of: other.course).map { b in max(abs(a.x - b.x), abs(a.y - b.y)) }
                }.min()
                #expect(try #require(nearest) > 17)
            }
        }
    }

    @Test("an implant moves with the ground from date to date")
    func movesWithGround() throws {
        let ground = try InjectionGround(sources: Self.pair, reference: Self.pair[0], index: 0, jobs: 2)
        let place = ground.position(of: DetectedLine.Point(x: 100, y: 100), on: 1)
        #expect(abs(place.x - 100.3) < 0.05 && abs(place.y - 99.8) < 0.05)
    }

    @Test("only a window of a large scene is searched again")
    func window() throws {
        var plan = Self.plan([2], rounds: 1)
        plan.largestSide = 256
        let outcome = try Self.outcome([RoughGround(seed: 1, side: 640), RoughGround(seed: 2, side: 640)], plan: plan)
        #expect(!outcome.implants.isEmpty)
        let locator = try PixelGeolocator(grid: RoughGround(seed: 1, side: 640).grid)
        let pixels = outcome.implants.map { locator.pixel(of: $0.middle) }
        #expect((pixels.map(\.column).max() ?? 0) - (pixels.map(\.column).min() ?? 0) < 256)
    }

    @Test("a scene without a day is refused in words")
    func refuses() {
        #expect(throws: InputError.self) {
            try InjectionRecovery.run(
                tile: "t", sources: Self.pair, dates: [], reference: nil, found: [], settings: DetectionSettings(), jobs: 1,
                progress: { _ in })
        }
    }
}
