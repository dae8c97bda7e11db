import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite("Blob responses")
struct BlobFieldTests {
    /// Mean of the clipped change over what was observed, by a Gaussian of the given σ; nil where the share observed is not above `least`.
    private func mean(_ planes: SearchPlanes, x: Int, y: Int, sigma: Double, least: Double) -> Double? {
        let reach = Int(3 * sigma) + 1
        var (sum, weight, whole) = (0.0, 0.0, 0.0)
        for v in -reach...reach {
            for u in -reach...reach {
                let w = exp(-Double(u * u + v * v) / (2 * sigma * sigma))
                whole += w
                guard x + u >= 0, y + v >= 0, x + u < planes.width, y + v < planes.height else { continue }
                let level = planes.signed[(y + v) * planes.width + x + u]
                guard level != -128 else { continue }
                sum += w * Double(max(-50, min(50, level))) * 0.1
                weight += w
            }
        }
        return weight / whole > least ? sum / weight : nil
    }

    private static func planes(holes: Bool) -> SearchPlanes {
        var planes = TestScene.planes(width: 700, height: 600, seed: 81) { x, y in x > 200 && x < 230 && y > 300 && y < 312 ? 2 : 0 }
        for i in planes.structure.indices { planes.structure[i] = Int8((i * 7919) % 13) }
        guard holes else { return planes }
        for y in 100..<130 { for x in 480..<560 { planes.signed[y * planes.width + x] = -128 } }
        return planes
    }

    @Test("responses are a mean less the mean around it, of what was observed", arguments: [false, true])
    func responses(holes: Bool) throws {
        let planes = Self.planes(holes: holes)
        let field = BlobField()
        let block = PixelWindow(x: 0, y: 0, width: 512, height: 512)
        field.load(planes, block: block, scales: 0..<3)
        var squares = 0.0
        var errors = 0.0
        for y in [0, 1, 2, 5, 98, 115, 133, 250, 305, 511] {
            field.respond(y: BlobField.rim + y, x: BlobField.rim, count: 512)
            for (scale, sigma) in SiteSearch.scales.enumerated() {
                for x in stride(from: 0, to: 512, by: 7) {
                    let response =
                        Double(field.responses[scale * BlobField.responsePitch + x]) * Double(BlobField.filters[scale].sigmaPerStep)
                    guard let near = mean(planes, x: x, y: y, sigma: sigma, least: 0.95),
                        let far = mean(planes, x: x, y: y, sigma: 3 * sigma, least: 0.4)
                    else { continue }
                    let exact = (near - far) * 2 * sigma * Double.pi.squareRoot()
                    if response == 0 { continue }
                    squares += exact * exact
                    errors += (exact - response) * (exact - response)
                }
            }
        }
        // The wide mean's weights go up and down in steps: of white noise that makes a hundredth of the response's variance at most.
        #expect(errors < 0.01 * squares)
        #expect(squares > 100)
    }

    @Test("what was not observed changes no response far from it")
    func farFromHoles() {
        let (whole, pierced) = (BlobField(), BlobField())
        let block = PixelWindow(x: 160, y: 160, width: 256, height: 256)
        whole.load(Self.planes(holes: false), block: block, scales: 0..<3)
        pierced.load(Self.planes(holes: true), block: block, scales: 0..<3)
        #expect(!whole.hasHoles && pierced.hasHoles)
        for y in stride(from: 0, to: 256, by: 15) {
            for field in [whole, pierced] { field.respond(y: BlobField.rim + y, x: BlobField.rim, count: 256) }
            let places = (0..<3).flatMap { scale in (0..<256).map { scale * BlobField.responsePitch + $0 } }
            #expect(places.allSatisfy { whole.responses[$0] == pierced.responses[$0] })
        }
    }

    @Test("a pixel's response does not depend on the block it is computed with")
    func blocks() {
        let planes = Self.planes(holes: true)
        let (first, second) = (BlobField(), BlobField())
        first.load(planes, block: PixelWindow(x: 0, y: 0, width: 512, height: 512), scales: 0..<3)
        second.load(planes, block: PixelWindow(x: 512, y: 0, width: 188, height: 512), scales: 0..<3)
        for y in [5, 120, 300] {
            // Columns 480 to 544 of the scene.
            first.respond(y: BlobField.rim + y, x: BlobField.rim + 480, count: 64)
            second.respond(y: BlobField.rim + y, x: BlobField.rim - 32, count: 64)
            for i in 0..<(3 * 64) {
                let place = i / 64 * BlobField.responsePitch + i % 64
                #expect(first.responses[place] == second.responses[place])
            }
            first.measureStructure(y: BlobField.rim + y, x: BlobField.rim + 480, count: 64)
            second.measureStructure(y: BlobField.rim + y, x: BlobField.rim - 32, count: 64)
            for i in 0..<64 { #expect(first.squaredStrength[i] == second.squaredStrength[i]) }
        }
    }

    @Test("fixed-point kernels keep their sum, and pairs of means fit 16 bits")
    func weights() {
        for filter in BlobField.filters {
            func sum(_ half: [Int16]) -> Int { half.dropFirst().reduce(Int(half[0])) { $0 + 2 * Int($1) } }
            #expect(sum(filter.columns) == Int(BlobFilter.stepsPerLevel))
            #expect(sum(filter.rows) == 65_536 && sum(filter.wide) == 65_536)
            #expect(filter.rows.count % 3 == 1 && filter.wide.count % 3 == 1)
        }
        #expect(2 * Int(BlobFilter.whole) <= Int(Int16.max))
    }

    @Test("classes of old structure are half octaves from 3/16 σ on")
    func classes() {
        for (strength, expected) in [(0, 0), (0.187, 0), (0.188, 1), (0.374, 1), (0.376, 2), (3.1, 5), (127, 10)] as [(Float, Int)] {
            #expect(SiteSearch.ResponseLaw.classIndex(square: strength * strength) == expected)
        }
    }

    @Test("half the size has sums of what was observed and the structure's root mean square", arguments: [(7, 5), (64, 3), (1, 1)])
    func reduction(width: Int, height: Int) {
        var planes = SearchPlanes(size: RasterSize(width: width, height: height))
        for i in planes.signed.indices {
            planes.signed[i] = i % 5 == 0 ? -128 : Int8(i * 37 % 255 - 127)
            planes.structure[i] = Int8(i * 11 % 128)
        }
        let half = planes.reducedByTwo()
        #expect(half.width == (width + 1) / 2 && half.height == (height + 1) / 2)
        for y in 0..<half.height {
            for x in 0..<half.width {
                var valid: [Int] = []
                for v in (2 * y)..<min(height, 2 * y + 2) {
                    for u in (2 * x)..<min(width, 2 * x + 2) where planes.signed[v * width + u] != -128 { valid.append(v * width + u) }
                }
                let i = y * half.width + x
                guard valid.count >= 2 else {
                    #expect(half.signed[i] == -128)
                    continue
                }
                let number = Double(valid.count)
                let sum: Double = valid.map { Double(planes.signed[$0]) }.reduce(0, +) / number.squareRoot()
                let squares: Double = valid.map { Double(planes.structure[$0]) * Double(planes.structure[$0]) }.reduce(0, +)
                #expect(abs(Double(half.signed[i]) - max(-127, min(127, sum))) < 0.501)
                #expect(abs(Double(half.structure[i]) - (squares / number).squareRoot()) < 0.501)
            }
        }
    }
}
