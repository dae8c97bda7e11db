import Raster
import Testing

@testable import Reporting

/// A long line is drawn in pieces of the picture, each with as much of the line as is seen there.
@Suite struct LongStrokeTests {
    private static let line = (0..<400).map { k -> PicturePoint in
        let t = Double(k)
        return PicturePoint(x: 40 + 2.3 * t, y: 300 + 150 * (t / 30).remainder(dividingBy: 2) + 0.4 * t)
    }

    private static func pixels(_ shape: PictureShape, from corner: (x: Int, y: Int), seen: PictureRect) throws -> [UInt32] {
        let canvas = try CairoCanvas(width: 96, height: 64)
        canvas.begin(x: corner.x, y: corner.y)
        canvas.draw(PictureShape(.fill(seen.corners, PictureColour(0x335577))), in: seen)
        canvas.draw(shape, in: seen)
        return canvas.withPixels { pixels, stride in (0..<64).flatMap { y in (0..<96).map { pixels[y * stride + $0] } } } ?? []
    }

    /// Of any channel.
    private static func largestDifference(_ a: [UInt32], _ b: [UInt32]) -> Int {
        zip(a, b).reduce(0) { largest, pair in
            [0, 8, 16, 24].reduce(largest) { max($0, abs(Int(pair.0 >> $1 & 255) - Int(pair.1 >> $1 & 255))) }
        }
    }

    @Test(arguments: [2.0, 37.0], [(0, 0), (96, 256), (384, 320), (480, 128), (900, 448)])
    func aPieceShowsWhatTheWholeShowsThere(width: Double, corner: (Int, Int)) throws {
        let piece = PictureRect(x: Double(corner.0), y: Double(corner.1), width: 96, height: 64)
        let everything = PictureRect(x: -1000, y: -1000, width: 4000, height: 4000)
        for shape in [
            PictureShape(.stroke(Self.line, isClosed: false, PictureColour(0xEE8800, alpha: 0.8), width: width, dash: 0)),
            PictureShape(.erase(Self.line, width: width)),
        ] {
            #expect(!shape.pieces.isEmpty)
            let whole = try Self.pixels(shape, from: corner, seen: everything)
            // Cairo's coverage of a pixel depends a little on what else the path holds.
            #expect(try Self.largestDifference(Self.pixels(shape, from: corner, seen: piece), whole) <= 6)
            let bare = try Self.pixels(PictureShape(.fill([], PictureColour(grey: 0))), from: corner, seen: everything)
            // Where it is said not to be seen, nothing of it is.
            if !shape.meets(piece) { #expect(Self.largestDifference(whole, bare) == 0) }
        }
    }

    @Test func linesThatAreShortOrDashedAreDrawnWhole() {
        let few = Array(Self.line.prefix(20))
        #expect(PictureShape(.stroke(few, isClosed: false, PictureColour(grey: 0), width: 3, dash: 0)).pieces.isEmpty)
        #expect(PictureShape(.stroke(Self.line, isClosed: false, PictureColour(grey: 0), width: 3, dash: 5)).pieces.isEmpty)
        #expect(PictureShape(.stroke(Self.line, isClosed: true, PictureColour(grey: 0), width: 3, dash: 0)).pieces.isEmpty)
    }
}
