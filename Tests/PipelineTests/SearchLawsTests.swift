import ChangeDetection
import Foundation
import Geodesy
import Raster
import Testing

@testable import Pipeline

/// The laws of a run's own searches, given to the searches of its scenes with implants.
@Suite("Laws of a search, kept for another")
struct SearchLawsTests {
    private static let days = ["2020-03-10", "2020-06-23", "2020-12-30"].compactMap { CalendarDate(iso: $0) }
    private static let settings = DetectionSettings()

    /// Plain ground, or with earthworks that stand for what a run would find.
    private struct Scenes {
        let bare: [any SceneSource]
        let ground: InjectionGround
        let plan: InjectionPlan
        private let dates: [CalendarDate]

        init(dates: Int, share: Double) throws {
            self.dates = Array(days.prefix(dates))
            bare = (0..<dates).map { RoughGround(seed: UInt64($0 + 1), shift: (0.2 * Double($0), -0.1 * Double($0))) }
            ground = try InjectionGround(sources: bare, reference: bare[0], index: 0, jobs: 2)
            var plan = InjectionPlan()
            plan.implantedShare = share
            plan.pixelsPerSite = 16_000
            plan.strengths = [1]
            plan.trench = ImplantSection(relief: [], soils: [.init(from: -3, to: 3, brightness: 1.15)])
            self.plan = plan
        }

        func implants(round: Int) -> [InjectedImplant] {
            var placing = InjectionPlacing(plan, ground: ground, dateCount: bare.count, tile: "33RXQ", round: round, found: [])
            return placing.implants(shortestMetres: settings.minimumLengthMetres, round: round)
        }

        func with(_ implants: [InjectedImplant]) -> [any SceneSource] {
            let imprints = InjectionRecovery.imprints(of: implants, plan: plan, ground: ground, dates: dates)
            return bare.indices.map { InjectionSource(bare[$0], imprints: imprints[$0]) }
        }

        func pair(_ implants: [InjectedImplant], laws: SearchLaws? = nil) throws -> PairAnalysis {
            let sources = with(implants)
            let fit = try PairFit(before: sources[0], after: sources[1], keepsReference: false, jobs: 2)
            return try PairAnalysis(fit: fit, settings: settings, laws: laws, jobs: 2, progress: { _ in })
        }

        func isRecovered(_ implants: [InjectedImplant], laws: [SearchLaws]) throws -> [Bool] {
            let seen = try InjectionFits(bare, reference: 0, jobs: 2).search(
                with(implants), settings: settings, laws: laws, jobs: 2, progress: { _ in })
            return implants.map { seen.judged($0, ground: ground, dates: dates).isRecovered }
        }
    }

    @Test("given back to the same search they give the same objects and themselves")
    func same() throws {
        let scenes = try Scenes(dates: 2, share: 0.01)
        let works = scenes.implants(round: 0)
        let first = try scenes.pair(works)
        let second = try scenes.pair(works, laws: first.laws)
        #expect(!first.lines.isEmpty && !first.sites.isEmpty)
        #expect(second.lines == first.lines && second.sites == first.sites && second.laws == first.laws)
    }

    @Test("a stack gives one for each split, and takes them back")
    func stack() throws {
        let scenes = try Scenes(dates: 3, share: 0.01)
        let sources = scenes.with(scenes.implants(round: 0))
        func analysis(_ laws: [SearchLaws]?) throws -> StackAnalysis {
            let fits = try sources.indices.map { index in
                try index == 0 ? nil : PairFit(before: sources[0], after: sources[index], keepsReference: true, jobs: 2)
            }
            return try StackAnalysis(
                fits: fits, grid: sources[0].grid, settings: Self.settings, laws: laws, jobs: 2, progress: { _ in })
        }
        let first = try analysis(nil)
        #expect(first.laws.count == 2 && !first.lines.isEmpty)
        let second = try analysis(first.laws)
        #expect(second.lines.map(\.line) == first.lines.map(\.line) && second.sites.map(\.site) == first.sites.map(\.site))
        #expect(second.laws == first.laws)
        #expect(throws: InputError.self) { try analysis([first.laws[0]]) }
    }

    @Test("they come back from JSON to the last bit, and damaged ones do not")
    func stored() throws {
        let laws = try Scenes(dates: 2, share: 0).pair([]).laws
        let text = try JSONEncoder().encode(laws)
        #expect(try JSONDecoder().decode(SearchLaws.self, from: text) == laws)
        var fields = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        fields["responses"] = [1, 2, 3]
        let damaged = try JSONSerialization.data(withJSONObject: fields)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(SearchLaws.self, from: damaged) }
    }

    /// They are taken from the scenes without implants, so that implants are judged as what the run found was.
    @Test("by them, implants take nothing from what the run found")
    func companions() throws {
        let scenes = try Scenes(dates: 2, share: 0.005)
        let works = scenes.implants(round: 0)
        let run = try scenes.pair(works)
        let before = try scenes.isRecovered(works, laws: [run.laws])
        // Others, off them.
        var dense = scenes.plan
        dense.implantedShare = 0.02
        let locator = scenes.ground.locator
        let found = works.filter { $0.kind == .linear }.map { work in
            Earthwork(
                id: "L", group: "L", kind: .linear, status: .confirmed, firstSeen: nil, lastAbsent: nil, lastSeen: nil,
                shape: .line(InjectionPlacing.everyPixel(of: work.course).map { locator.geographic(column: $0.x, row: $0.y) }),
                lengthMetres: nil, widthMetres: nil, bearingDegrees: nil, areaSquareMetres: nil, sign: .both, snr: 9, confidence: 1,
                falseAlarmsPer1000SquareKilometres: 0, tiles: [], scenes: [])
        }
        var placing = InjectionPlacing(dense, ground: scenes.ground, dateCount: 2, tile: "33RXQ", round: 1, found: found)
        let others = placing.implants(shortestMetres: Self.settings.minimumLengthMetres, round: 1).filter { $0.kind == .linear }
        #expect(others.count >= 5)
        let after = try scenes.isRecovered(works + others, laws: [run.laws]).prefix(works.count)
        let isLine = works.map { $0.kind == .linear }
        #expect(zip(before, isLine).contains { $0 && $1 })
        for (k, wasFound) in before.enumerated() where wasFound && isLine[k] { #expect(after[k]) }
    }

    @Test("by them, implants are recovered in company as they are apart")
    func density() throws {
        let scenes = try Scenes(dates: 2, share: InjectionPlan().implantedShare)
        let laws = [try scenes.pair([]).laws]
        var (together, apart, changed) = (0, 0, 0)
        for round in 0..<2 {
            let implants = scenes.implants(round: round)
            let inCompany = try scenes.isRecovered(implants, laws: laws)
            for part in 0..<4 {
                let indices = implants.indices.filter { $0 % 4 == part }
                let alone = try scenes.isRecovered(indices.map { implants[$0] }, laws: laws)
                together += indices.count { inCompany[$0] }
                apart += alone.count { $0 }
                changed += zip(indices, alone).count { inCompany[$0] != $1 }
            }
        }
        #expect(apart >= 10)
        #expect(abs(together - apart) <= 2 && changed <= 4)
    }
}
