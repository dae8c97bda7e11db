import Foundation
import Raster
import RasterIO

/// Results of work by key: in the ledger where there is one, else in memory for as long as the run lasts.
final class StepStore: Sendable {
    let ledger: Ledger?
    let digests: FileDigests
    /// Of all keys: which program computes.
    let program: String
    private let outputs: [String: Ledger.Output]
    private let memory = Guarded<[String: any Sendable]>([:])
    private let planes: RecentPlanes
    private let usedKeys = Guarded<Set<String>>([])
    private let computedCounts = Guarded<[StepKey.Kind: Int]>([:])

    init(ledger: Ledger?) throws {
        self.ledger = ledger
        digests = FileDigests(known: try ledger?.knownDigests() ?? [:])
        outputs = try ledger?.outputs() ?? [:]
        // What no other run sees needs no telling apart from what another program has made.
        program = ledger == nil ? "" : try ProgramIdentity.digest(digests)
        planes = RecentPlanes(budget: ledger == nil ? .max : Self.planesBytesAtMost)
    }

    /// Memory for planes that the ledger has too, so that those just made are not read again: what a pair of Sentinel-2 tiles takes.
    private static let planesBytesAtMost = 512 << 20

    func key(_ kind: StepKey.Kind, _ parts: [String]) throws -> StepKey { try StepKey(kind, program: program, parts) }

    /// What is known, without computing.
    func known<Result: Decodable>(_ key: StepKey, as type: Result.Type = Result.self) throws -> Result? {
        usedKeys.withLock { _ = $0.insert(key.digest) }
        guard let ledger else { return memory.withLock { $0[key.digest] } as? Result }
        return try ledger.result(of: key, as: type)
    }

    /// What is known, or else what `compute` gives, which is then known.
    func value<Result: Codable & Sendable>(_ key: StepKey, compute: () throws -> Result) throws -> Result {
        if let known: Result = try known(key) { return known }
        let result = try compute()
        try enter(result, of: key)
        return result
    }

    func enter(_ result: some Encodable & Sendable, of key: StepKey) throws {
        usedKeys.withLock { _ = $0.insert(key.digest) }
        computedCounts.withLock { $0[key.kind, default: 0] += 1 }
        if let ledger {
            try ledger.enter(result, of: key)
        } else {
            memory.withLock { $0[key.digest] = result }
        }
    }

    /// Keeps the planes of a date under the key of the work that made them.
    ///
    /// - Parameter jobs: worker threads; the file does not depend on it.
    /// - Returns: what the file is, for `hasPlanes`.
    func keep(_ date: DatePlanes, of key: StepKey, grid: RasterGrid, isSimulated: Bool, jobs: Int) throws -> FileDigest {
        planes.add(date, as: key.digest)
        guard let ledger else { return FileDigest(sha256: "", bytes: 0) }
        let path = ledger.planesPath(key)
        try DatePlanesFile.write(date, grid: grid, isSimulated: isSimulated, jobs: jobs, to: path)
        return try digests.digest(ofFileAt: path, isOwn: true)
    }

    /// Gives up planes in memory that can be read again, until there is room for so many bytes.
    func makeRoom(forPlanes bytes: Int) { planes.makeRoom(for: bytes) }

    func hasPlanes(_ key: StepKey, _ digest: FileDigest) -> Bool {
        guard let ledger else { return planes[key.digest] != nil }
        return (try? digests.digest(ofFileAt: ledger.planesPath(key))) == digest
    }

    /// - Parameter jobs: worker threads.
    func planes(_ key: StepKey, size: RasterSize, part: DatePlanesFile.Part, jobs: Int) throws -> DatePlanes {
        if let date = planes[key.digest] { return date }
        guard let ledger else { throw InputError(problem: "the planes of a date were not kept") }
        return try DatePlanesFile.read(ledger.planesPath(key), size: size, part: part, jobs: jobs)
    }

    // MARK: Outputs

    /// The files of an output made of `key` that stand in the output folder as they were written; nil where one is missing or was changed.
    func standing(_ paths: [String], madeOf key: StepKey) -> [Ledger.Output]? {
        guard let ledger else { return nil }
        var found: [Ledger.Output] = []
        for path in paths {
            guard let output = outputs[path], output.key == key.digest, ledger.isIntact(output) else { return nil }
            found.append(output)
        }
        return found
    }

    /// All that the last finished run left, by path.
    var earlierOutputs: [String: Ledger.Output] { outputs }

    // MARK: Account

    var used: Set<String> { usedKeys.withLock { $0 } }
    var computed: [StepKey.Kind: Int] { computedCounts.withLock { $0 } }
    func countComputed(_ kind: StepKey.Kind) { computedCounts.withLock { $0[kind, default: 0] += 1 } }
}
