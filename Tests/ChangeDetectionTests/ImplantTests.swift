import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite("Implants")
struct ImplantTests {
    private static func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }

    /// At equinox and solstice the noon height is known; the published heights of the overpass over the corridor are about 70° and 34°.
    @Test(
        "the sun of a date stands where almanacs put it",
        arguments: [("2020-07-10", 70.0), ("2021-01-15", 34.0)])
    func overpass(date: String, elevation: Double) throws {
        let sun = ImplantSun(at: 30, on: try Self.day(date))
        #expect(abs(sun.elevationDegrees - elevation) < 2)
        #expect(sun.azimuthDegrees > 90 && sun.azimuthDegrees < 180)
    }

    @Test(
        "the sun's height follows declination and hour angle",
        arguments: [(0.0, "2020-03-20", 0.0), (0, "2020-06-21", 23.44), (0, "2020-12-21", -23.44)])
    func declination(latitude: Double, date: String, declination: Double) throws {
        // On the equator sin(elevation) = cos(declination) · cos(hour angle); 10:30 is 22.5° before noon but for the equation of time.
        let sun = ImplantSun(at: latitude, on: try Self.day(date))
        let highest = cos(declination * .pi / 180) * cos((22.5 - 5) * .pi / 180)
        let lowest = cos(declination * .pi / 180) * cos((22.5 + 5) * .pi / 180)
        #expect((lowest...highest).contains(sin(sun.elevationDegrees * .pi / 180)))
        #expect((sun.azimuthDegrees < 90) == (declination > 0 || abs(sun.azimuthDegrees - 90) < 1 && sun.azimuthDegrees < 90))
    }

    @Test(
        "a berm of 2 m casts about 0.7 m of shadow across a line of 15° in July and 1.8 m in January",
        arguments: [("2020-07-15", 0.7), ("2021-01-15", 1.8)])
    func shadowLength(date: String, metres: Double) throws {
        let (east, north) = ImplantSun(at: 30, on: try Self.day(date)).run
        let across = 15.0 * .pi / 180
        #expect(abs(abs(2 * (east * cos(across) - north * sin(across))) - metres) < 0.25)
    }

    private static func profile(_ section: ImplantSection, _ date: String, bearing: Double = 15) throws -> ImplantProfile {
        ImplantProfile(section: section, bearingDegrees: bearing, sun: ImplantSun(at: 31, on: try day(date)), pixelMetres: 10)
    }

    @Test("the low sun of winter shades a bank more than the high sun of summer", arguments: [15.0, 60, 100, 195, 300])
    func season(bearing: Double) throws {
        let bank = ImplantSection(
            relief: [.init(offset: -20, height: 0), .init(offset: 0, height: 1), .init(offset: 20, height: 0)], soils: [])
        func range(_ date: String) throws -> Double {
            let profile = try Self.profile(bank, date, bearing: bearing)
            let contrasts = stride(from: -40.0, through: 40, by: 1).map { profile.contrast(at: $0) }
            return (contrasts.max() ?? 0) - (contrasts.min() ?? 0)
        }
        #expect(try range("2021-01-15") > 1.5 * range("2020-07-15"))
    }

    @Test("level soil keeps its contrast, whatever the sun", arguments: [(1.1, "2020-07-15"), (0.9, "2021-01-15")])
    func flatSoil(brightness: Double, date: String) throws {
        let wide = ImplantSection(relief: [], soils: [.init(from: -100, to: 100, brightness: brightness)])
        let profile = try Self.profile(wide, date)
        #expect(abs(profile.contrast(at: 0) - (brightness - 1)) < 1e-3)
        #expect(profile.contrast(at: 200) == 0)
        // Halved at the soil's edge, and conserved in all: point spread only spreads.
        #expect(abs(profile.contrast(at: 100) - (brightness - 1) / 2) < 2e-3)
        let sum = stride(from: -200.0, through: 200, by: 0.5).reduce(0) { $0 + 0.5 * profile.contrast(at: $1) }
        #expect(abs(sum - 200 * (brightness - 1)) < 0.05)
    }

    @Test("a shadow falls on the side away from the sun")
    func shadowSide() throws {
        // A wall along a line to the north: the morning sun stands on its right, the shadow falls to its left.
        let wall = ImplantSection(
            relief: [.init(offset: -0.1, height: 0), .init(offset: 0, height: 10), .init(offset: 0.1, height: 0)], soils: [])
        let profile = ImplantProfile(
            section: wall, bearingDegrees: 0, sun: ImplantSun(elevationDegrees: 45, azimuthDegrees: 90), pixelMetres: 2)
        #expect(profile.contrast(at: -5) < -0.5)
        #expect(abs(profile.contrast(at: 8)) < 0.01)
    }

    @Test("the side of a bank that faces the sun is lighter than level ground, the other darker", arguments: [90.0, 270])
    func litSide(sunAzimuth: Double) {
        let bank = ImplantSection(
            relief: [.init(offset: -20, height: 0), .init(offset: 0, height: 2), .init(offset: 20, height: 0)], soils: [])
        let profile = ImplantProfile(
            section: bank, bearingDegrees: 0, sun: ImplantSun(elevationDegrees: 45, azimuthDegrees: sunAzimuth), pixelMetres: 2)
        let towards = sunAzimuth == 90 ? 10.0 : -10
        #expect(profile.contrast(at: towards) > 0.05)
        #expect(profile.contrast(at: -towards) < -0.05)
    }

    private static func block(_ window: PixelWindow, value: Float = 0.2) -> SceneBlock {
        SceneBlock(
            window: window, planes: [FloatPlane(width: window.width, height: window.height, repeating: value)],
            validity: BytePlane(width: window.width, height: window.height, repeating: 255))
    }

    private static let soil = ImplantSection(relief: [], soils: [.init(from: -3, to: 3, brightness: 1.1)])

    @Test("blending changes what is usable, by the strength, and is the same in every window that shows it")
    func blending() throws {
        let profile = try Self.profile(Self.soil, "2020-07-15")
        let course = [DetectedLine.Point(x: 10, y: 5), DetectedLine.Point(x: 30, y: 40), DetectedLine.Point(x: 32, y: 60)]
        func blended(_ window: PixelWindow, strength: Double = 1) -> SceneBlock {
            var block = Self.block(window)
            block.validity[3, 3] = 0
            ImplantImprint(line: course, profile: profile, strength: strength, metresPerPixel: (10, 10)).blend(into: &block)
            return block
        }
        let whole = blended(PixelWindow(x: 0, y: 0, width: 64, height: 80))
        let part = blended(PixelWindow(x: 17, y: 17, width: 20, height: 20))
        for y in 0..<20 {
            for x in 0..<20 where part.validity[x, y] != 0 { #expect(part.planes[0][x, y] == whole.planes[0][x + 17, y + 17]) }
        }
        // The pixel at the line's middle: 6 m of ground a tenth brighter.
        let peak = whole.planes[0].values.max() ?? 0
        #expect(peak > 0.2 * 1.03 && peak < 0.2 * 1.05)
        let twice = blended(PixelWindow(x: 0, y: 0, width: 64, height: 80), strength: 2)
        #expect(abs((twice.planes[0].values.max() ?? 0) - 0.2 - 2 * (peak - 0.2)) < 1e-5)
        #expect(
            blended(PixelWindow(x: 0, y: 0, width: 64, height: 80), strength: 0).planes[0]
                == Self.block(PixelWindow(x: 0, y: 0, width: 64, height: 80)).planes[0])
    }

    @Test("what is hidden stays as it was")
    func hidden() throws {
        let profile = try Self.profile(Self.soil, "2020-07-15")
        var block = Self.block(PixelWindow(x: 0, y: 0, width: 16, height: 16))
        block.validity = BytePlane(width: 16, height: 16)
        let before = block.planes[0]
        ImplantImprint(
            line: [.init(x: 0, y: 8), .init(x: 16, y: 8)], profile: profile, strength: 1, metresPerPixel: (10, 10)
        ).blend(into: &block)
        #expect(block.planes[0] == before)
    }

    @Test("a level disc of soil is as bright as its soil in the middle and fades at its edge", arguments: [40.0, 80])
    func disc(diameter: Double) throws {
        let disc = ImplantSection(relief: [], soils: [.init(from: 0, to: .greatestFiniteMagnitude, brightness: 1.2)])
        let stamp = ImplantStamp(
            section: disc, diameterMetres: diameter, sun: ImplantSun(at: 31, on: try Self.day("2020-07-15")), pixelMetres: 10)
        let sum = stride(from: -80.0, through: 80, by: 1).reduce(0) { sum, y in
            stride(from: -80.0, through: 80, by: 1).reduce(sum) { $0 + stamp.contrast(x: $1, y: y) }
        }
        #expect(abs(sum / (0.2 * .pi * diameter * diameter / 4) - 1) < 0.02)
        #expect(stamp.contrast(x: 0, y: 0) > 0.19)
        #expect(abs(stamp.contrast(x: diameter / 2, y: 0) - 0.1) < 0.02)
        #expect(stamp.contrast(x: diameter / 2 + 30, y: 0) == 0)
    }

    @Test("places that a date's coordinate system does not reach leave no imprint")
    func unreachable() throws {
        let profile = try Self.profile(Self.soil, "2020-07-15")
        let imprint = ImplantImprint(
            line: [.init(x: .infinity, y: 8), .init(x: 16, y: .nan)], profile: profile, strength: 1, metresPerPixel: (10, 10))
        var block = Self.block(PixelWindow(x: 0, y: 0, width: 16, height: 16))
        imprint.blend(into: &block)
        #expect(imprint.bounds.isEmpty && block.planes[0].values.allSatisfy { $0 == 0.2 })
    }
}
