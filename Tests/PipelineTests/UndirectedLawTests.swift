import Foundation
import Raster
import Testing

@testable import ChangeDetection
@testable import Pipeline

@Suite("The law of the undirected change")
struct UndirectedLawTests {
    /// Sizes whose power 2/3 is normal, in stored units.
    private func unchanged(_ count: Int, mean: Double, deviation: Double, seed: UInt64) -> [Int16] {
        var state = seed
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Double(state >> 11) + 0.5) / Double(1 << 53)
        }
        return (0..<count).map { _ in
            let normal = (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
            return Int16((100 * pow(max(0, mean + deviation * normal), 1.5)).rounded())
        }
    }

    private func ownLimit(_ sizes: [Int16]) -> Double? { law(sizes).limit }

    private func law(_ sizes: [Int16]) -> UndirectedLaw {
        var law = UndirectedLaw()
        // In two blocks: the law is of all that was added.
        for part in [sizes.prefix(sizes.count / 3), sizes.dropFirst(sizes.count / 3)] {
            let window = PixelWindow(x: 0, y: 0, width: part.count, height: 1)
            law.add(ChangeBlock(window: window, signed: [], structure: [], signedFine: [], size: Array(part)))
        }
        return law
    }

    @Test("one in a thousand unchanged pixels lies above it", arguments: [(0.7, 0.06), (1.0, 0.1), (0.9, 0.2)])
    func exceedance(mean: Double, deviation: Double) throws {
        let sizes = unchanged(400_000, mean: mean, deviation: deviation, seed: 7)
        let limit = try #require(ownLimit(sizes))
        #expect(abs(limit - 100 * pow(mean + 3.0902 * deviation, 1.5)) < 2)
        let share = Double(sizes.count { Double($0) > limit }) / Double(sizes.count)
        #expect(share > 0.0007 && share < 0.0015)
    }

    @Test("what has changed moves it little, even a third of the scene", arguments: [0.05, 0.2, 0.35])
    func changed(share: Double) throws {
        let count = 200_000
        let quiet = unchanged(count, mean: 0.9, deviation: 0.1, seed: 11)
        let changed = unchanged(Int(share * Double(count)), mean: 1.9, deviation: 0.15, seed: 13)
        let alone = try #require(ownLimit(quiet))
        let together = try #require(ownLimit(quiet + changed + [Int16](repeating: ChangeBlock.notObserved, count: 5000)))
        #expect(abs(together - alone) < 2)
        #expect(together.rounded(.down) < 150)
    }

    @Test("it is the limit that what it leaves gives: the same again without what lies above")
    func standsStill() throws {
        let sizes = unchanged(50_000, mean: 0.8, deviation: 0.12, seed: 17) + unchanged(9_000, mean: 1.4, deviation: 0.3, seed: 19)
        let limit = try #require(ownLimit(sizes))
        #expect(ownLimit(sizes.filter { Double($0) <= limit }) == limit)
    }

    @Test("change weaker than the noise is none, however even the scene; where it is uneven the law's own limit stands")
    func floor() throws {
        let even = unchanged(50_000, mean: 0.8, deviation: 0.05, seed: 23)
        #expect(try #require(ownLimit(even)) < 100)
        #expect(abs(try #require(law(even).threshold) - 141.42) < 0.01)
        let uneven = law(unchanged(50_000, mean: 0.9, deviation: 0.3, seed: 29))
        #expect(try #require(uneven.limit) > 200)
        #expect(uneven.threshold == uneven.limit)
        #expect(law([]).threshold == nil)
    }

    @Test("nothing observed, no law; all the same value, no spread")
    func degenerate() {
        #expect(ownLimit([]) == nil)
        #expect(ownLimit([ChangeBlock.notObserved]) == nil)
        let limit = ownLimit([Int16](repeating: 80, count: 1000))
        #expect(limit.map { $0 >= 79 && $0 <= 82 } == true)
        #expect(ownLimit([Int16](repeating: 0, count: 1000)).map { $0 >= 0 && $0 < 2 } == true)
    }
}
