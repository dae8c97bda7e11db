import Raster
import Testing

@testable import ChangeDetection

@Suite("Splits of a stack that are searched")
struct SplitLatticeTests {
    @Test("no step loses more contrast than it may, whatever the number of dates", arguments: 2...60)
    func loss(dates: Int) throws {
        let splits = SplitLattice.splits(of: dates)
        #expect(splits == splits.sorted() && splits.allSatisfy { (1..<dates).contains($0) })
        for step in 1..<dates {
            let best = try #require(splits.map { SplitLattice.contrast(of: step, at: $0, of: dates) }.max())
            #expect(best >= 1 - SplitLattice.largestLoss)
        }
        // None of them can be spared.
        for spared in splits {
            let rest = splits.filter { $0 != spared }
            #expect(
                (1..<dates).contains { step in
                    rest.allSatisfy { SplitLattice.contrast(of: step, at: $0, of: dates) < 1 - SplitLattice.largestLoss }
                })
        }
    }

    @Test("few dates are searched at every split, many at few")
    func counts() {
        for dates in 2...12 { #expect(SplitLattice.splits(of: dates) == Array(1..<dates)) }
        #expect(SplitLattice.splits(of: 16) == [1, 2, 3, 5, 8, 11, 13, 14, 15])
        #expect(SplitLattice.splits(of: 1).isEmpty)
    }

    @Test(
        "the contrast at another split is what the means of the dates give", arguments: [(16, 4, 5), (16, 9, 8), (30, 20, 17), (7, 3, 1)])
    func contrast(dates: Int, step: Int, split: Int) {
        func ratio(at split: Int) -> Double {
            let values = (0..<dates).map { $0 < step ? 0.0 : 1.0 }
            let (early, late) = (values[..<split], values[split...])
            let difference = late.reduce(0, +) / Double(late.count) - early.reduce(0, +) / Double(early.count)
            return difference / (1 / Double(early.count) + 1 / Double(late.count)).squareRoot()
        }
        #expect(abs(SplitLattice.contrast(of: step, at: split, of: dates) - ratio(at: split) / ratio(at: step)) < 1e-12)
    }

    @Test("noise that two differences share is told from what each has of its own", arguments: [0.0, 0.5, 0.8])
    func shared(correlation: Double) {
        var generator = SeededGenerator(seed: 61)
        var (first, second): ([Int8], [Int8]) = ([], [])
        let (common, own) = (Float(correlation.squareRoot()), Float((1 - correlation).squareRoot()))
        for i in 0..<60_000 {
            let reference = generator.normal()
            func level() -> Int8 { Int8(max(-127, min(127, (10 * (common * reference + own * generator.normal())).rounded()))) }
            // Some are not seen, and some have changed.
            first.append(i % 11 == 0 ? -128 : level())
            second.append(i % 13 == 0 ? -128 : i % 500 == 0 ? 127 : level())
        }
        #expect(abs(SharedNoise.correlation(first, second) - correlation) < 0.03)
        #expect(SharedNoise.correlation([0, 1], [1, 0]) == 0)
    }

    @Test("what is within the radius of a zero becomes zero, and nothing else", arguments: [0, 1, 3, 8])
    func erosion(radius: Int) {
        var generator = SeededGenerator(seed: 62)
        let mask = BytePlane(width: 41, height: 29, values: (0..<(41 * 29)).map { _ in abs(generator.normal()) > 2.6 ? 0 : 255 })
        let eroded = mask.eroded(by: radius)
        for y in 0..<29 {
            for x in 0..<41 {
                let isNear = (max(0, y - radius)...min(28, y + radius)).contains { v in
                    (max(0, x - radius)...min(40, x + radius)).contains { mask.values[v * 41 + $0] == 0 }
                }
                #expect(eroded.values[y * 41 + x] == (isNear ? 0 : 255))
            }
        }
    }
}
