import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite("Lines")
struct LineSearchTests {
    @Test("noise alone gives no line", arguments: [1, 2, 3] as [UInt64])
    func noise(seed: UInt64) {
        #expect(TestScene.lines(in: TestScene.planes(width: 384, height: 384, seed: seed)).isEmpty)
    }

    @Test("a line of 1.5 σ is found at its place and length, in any direction", arguments: [0.0, 0.25, 0.7, 1.3, 4.0, -0.5, -2.0])
    func straight(columnsPerRow slope: Double) throws {
        // x − 192 = slope · (y − 192), 160 px long, as a distance field so that every direction has the same profile.
        let norm = (1 + slope * slope).squareRoot()
        let planes = TestScene.planes(width: 384, height: 384, seed: 5) { x, y in
            let along = ((x - 192) * slope + (y - 192)) / norm
            let across = ((x - 192) - slope * (y - 192)) / norm
            return abs(along) <= 80 ? 1.5 * Float(exp(-across * across / 1.28)) : 0
        }
        let lines = TestScene.lines(in: planes)
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.sign == .brighter)
        let length = zip(line.points, line.points.dropFirst()).reduce(0.0) { $0 + hypot($1.1.x - $1.0.x, $1.1.y - $1.0.y) }
        #expect(abs(length - 160) < 26)
        let squares = line.points.map { point in
            let across = ((point.x - 192) - slope * (point.y - 192)) / norm
            return across * across
        }
        #expect((squares.reduce(0, +) / Double(squares.count)).squareRoot() < 1)
        #expect(line.significance.confidence > 0.99)
    }

    @Test("bare ground between two strong lines belongs to neither")
    func apart() {
        let first = TestScene.line(amplitude: 4, rows: 40...200) { _ in 150 }
        let second = TestScene.line(amplitude: 4, rows: 320...480) { _ in 190 }
        let lines = TestScene.lines(in: TestScene.planes(width: 384, height: 520, seed: 6) { first($0, $1) + second($0, $1) })
        #expect(lines.count == 2)
        for point in lines.flatMap(\.points) { #expect(point.y < 225 || point.y > 295) }
    }

    @Test("a bending line is followed")
    func bending() throws {
        let position: (Double) -> Double = { 180 + 30 * sin($0 / 60) }
        let planes = TestScene.planes(
            width: 384, height: 384, seed: 8, signal: TestScene.line(amplitude: 1.5, rows: 60...300, position: position))
        let lines = TestScene.lines(in: planes)
        let length = lines.flatMap { zip($0.points, $0.points.dropFirst()).map { hypot($1.x - $0.x, $1.y - $0.y) } }.reduce(0, +)
        #expect(length > 220)
        for point in lines.flatMap(\.points) { #expect(abs(point.x - position(point.y)) < 3) }
    }

    @Test("reversing the change reverses the sign and nothing else")
    func reversed() throws {
        let signal = TestScene.line(amplitude: 2, rows: 100...260) { 150 + 0.3 * $0 }
        let planes = TestScene.planes(width: 384, height: 384, seed: 9, signal: signal)
        var opposite = planes
        for i in opposite.signed.indices { opposite.signed[i] = -max(-127, opposite.signed[i]) }
        let (a, b) = (try #require(TestScene.lines(in: planes).first), try #require(TestScene.lines(in: opposite).first))
        #expect(a.points == b.points)
        #expect(a.sign == .brighter)
        #expect(b.sign == .darker)
    }

    @Test("a bright and a dark lobe side by side are one line with both")
    func dipole() throws {
        let planes = TestScene.planes(width: 384, height: 384, seed: 10) { x, y in
            guard (80...280).contains(y) else { return 0 }
            let d = x - 200
            return Float(2 * exp(-(d - 1) * (d - 1) / 1.1) - 2 * exp(-(d + 1) * (d + 1) / 1.1))
        }
        let lines = TestScene.lines(in: planes)
        #expect(lines.count == 1)
        #expect(lines.first?.sign == .both)
    }

    @Test("change that copies a share of old structure's contrast, as misregistration does, is not taken for a line")
    func oldStructure() {
        // Ten old roads, each of which reappears as 4 % change; one new line beside them.
        var planes = TestScene.planes(width: 512, height: 512, seed: 12) { x, y in
            var z: Float = 0
            for k in 0..<10 {
                let d = x - (30 + 45 * Double(k)) - 0.1 * y
                z += (k % 2 == 0 ? 1.2 : -1.2) * Float(exp(-d * d / 1.28))
            }
            return z
        }
        for y in 0..<512 {
            for x in 0..<512 {
                for k in 0..<10 {
                    let d = Double(x) + 0.5 - (30 + 45 * Double(k)) - 0.1 * Double(y)
                    let old = 30 * exp(-d * d / 1.28)
                    if old > 1 { planes.structure[y * 512 + x] = Int8(old) }
                }
            }
        }
        #expect(TestScene.lines(in: planes).isEmpty)
    }

    @Test("what is not observed is no line")
    func maskEdges() {
        var planes = TestScene.planes(width: 384, height: 384, seed: 14)
        for y in 0..<384 { for x in 150..<220 { planes.signed[y * 384 + x] = -128 } }
        #expect(TestScene.lines(in: planes).isEmpty)
    }

    @Test("planes smaller than a beamlet give nothing and do not fail", arguments: [(1, 1), (7, 300), (300, 5), (16, 16)])
    func tiny(size: (Int, Int)) {
        #expect(TestScene.lines(in: TestScene.planes(width: size.0, height: size.1, seed: 3)).isEmpty)
    }

    @Test("pieces join where their ends meet in line, and only there")
    func joining() {
        func line(_ from: (Double, Double), _ to: (Double, Double)) -> [DetectedLine.Point] {
            (0...10).map { k in
                let t = Double(k) / 10
                return DetectedLine.Point(x: from.0 + t * (to.0 - from.0), y: from.1 + t * (to.1 - from.1))
            }
        }
        let a = line((0, 0), (0, 100))
        #expect(LineEnds.chain(a, line((2, 115), (4, 220)), gap: 28) != nil)
        #expect(LineEnds.chain(a, line((4, 220), (2, 115)), gap: 28) != nil, "whichever way it runs")
        #expect(LineEnds.chain(a, line((2, 160), (4, 260)), gap: 28) == nil, "too far")
        #expect(LineEnds.chain(a, line((0, 110), (100, 110)), gap: 28) == nil, "at right angles")
        #expect(LineEnds.chain(a, line((24, 100), (24, 200)), gap: 28) == nil, "beside, not behind")
    }
}
