import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite("Sites")
struct SiteSearchTests {
    @Test("noise alone gives no site", arguments: [21, 22, 23] as [UInt64])
    func noise(seed: UInt64) {
        #expect(TestScene.sites(in: TestScene.planes(width: 600, height: 400, seed: seed)).isEmpty)
    }

    @Test("a blob is found at its place with an outline round it", arguments: [(1.2, 4.0), (1.8, 3.5), (2.5, 3.0)])
    func blob(sigma: Double, amplitude: Double) throws {
        let planes = TestScene.planes(width: 600, height: 600, seed: 25) { x, y in
            let d = (x - 510.3) * (x - 510.3) + (y - 280.6) * (y - 280.6)
            return Float(-amplitude * exp(-d / (2 * sigma * sigma)))
        }
        let sites = TestScene.sites(in: planes)
        #expect(sites.count == 1, "also across the blocks' border at 512")
        let site = try #require(sites.first)
        #expect(site.sign == .darker)
        #expect(hypot(site.x - 510.3, site.y - 280.6) < 1.5)
        #expect(site.outline.first == site.outline.last)
        let area = zip(site.outline, site.outline.dropFirst()).reduce(0.0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y } / 2
        // Half of a Gaussian's height is reached at 1.18 σ.
        #expect(area > 0.4 * .pi * (1.18 * sigma) * (1.18 * sigma), "clockwise where rows run down, and of about the blob's size")
        #expect(area < 4 * .pi * (1.18 * sigma + 1) * (1.18 * sigma + 1))
    }

    @Test("a field of 24 px is one site, not many, with about its own area")
    func field() throws {
        let planes = TestScene.planes(width: 512, height: 512, seed: 29) { x, y in abs(x - 250) < 12 && abs(y - 260) < 12 ? 2 : 0 }
        let sites = TestScene.sites(in: planes)
        #expect(sites.count == 1)
        let site = try #require(sites.first)
        #expect(hypot(site.x - 250, site.y - 260) < 6)
        let area = zip(site.outline, site.outline.dropFirst()).reduce(0.0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y } / 2
        #expect(area > 288 && area < 1152, "half to twice the field's 576 px²")
    }

    @Test("a work is found that stands out by one σ a pixel at one scale, though a coarser one answers to it more strongly")
    func contrastAtAnotherScale() {
        // Filters of 1.6 px see 0.44 of its height and answer with 2.5 times it, those of 2.4 px see 0.30 and answer with 2.6 times.
        let places = [90.0, 240, 390, 540].flatMap { y in [90.0, 240, 390, 540].map { (x: $0 + 0.5, y: y + 0.5) } }
        let planes = TestScene.planes(width: 640, height: 640, seed: 30) { x, y in
            Float(
                places.reduce(0.0) { sum, place in
                    let d = (x - place.x) * (x - place.x) + (y - place.y) * (y - place.y)
                    return d < 200 ? sum + 2.9 * exp(-d / (2 * 1.8 * 1.8)) : sum
                })
        }
        let sites = TestScene.sites(in: planes)
        let found = places.count { place in sites.contains { hypot($0.x - place.x, $0.y - place.y) < 3 } }
        #expect(found >= 14)
        #expect(sites.count == found)
    }

    @Test(
        "where haze has left a hillside brighter or darker, what is taken out along a line leaves no works at its ends",
        arguments: [2.0, -2.0])
    func lineInHaze(height: Double) {
        let planes = TestScene.planes(width: 600, height: 600, seed: 28) { x, y in
            let haze = height * exp(-((x - 300) * (x - 300) + (y - 300) * (y - 300)) / (2 * 60 * 60))
            return Float(haze) + TestScene.line(amplitude: 2, rows: 120...290) { _ in 305 }(x, y)
        }
        let line = DetectedLine(
            points: [.init(x: 305, y: 120), .init(x: 305, y: 290)], sign: .brighter, snr: 20, score: 90,
            significance: Significance(expectedCount: 0, observedSquareKilometres: 1), amplitude: 2, widthPixels: 2, group: 0)
        #expect(TestScene.sites(in: planes, lines: [line]).isEmpty)
    }

    @Test("a site on an accepted line belongs to the line")
    func onLine() {
        let planes = TestScene.planes(width: 400, height: 400, seed: 27) { x, y in
            Float(4 * exp(-((x - 200) * (x - 200) + (y - 200) * (y - 200)) / 8))
        }
        let line = DetectedLine(
            points: [.init(x: 200, y: 100), .init(x: 200, y: 300)], sign: .brighter, snr: 10, score: 50,
            significance: Significance(expectedCount: 0, observedSquareKilometres: 1), amplitude: 1, widthPixels: 2, group: 0)
        #expect(TestScene.sites(in: planes).count == 1)
        #expect(TestScene.sites(in: planes, lines: [line]).isEmpty)
    }
}
