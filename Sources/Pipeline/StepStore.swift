import Foundation
import Raster
import RasterIO
import Synchronization

/// Results of work by key: in the ledger where there is one, else in memory for as long as the run lasts.
final class StepStore: Sendable {
    let ledger: Ledger?
    let digests: FileDigests
    /// Of all keys: which program computes.
    let program: String
    private let outputs: [String: Ledger.Output]
    private let memory = Mutex<[String: Data]>([:])
    private let planes = Mutex<[String: DatePlanes]>([:])
    private let usedKeys = Mutex<Set<String>>([])
    private let computedCounts = Mutex<[StepKey.Kind: Int]>([:])

    init(ledger: Ledger?) throws {
        self.ledger = ledger
        digests = FileDigests(known: try ledger?.knownDigests() ?? [:])
        outputs = try ledger?.outputs() ?? [:]
        // What no other run sees needs no telling apart from what another program has made.
        program = ledger == nil ? "" : try ProgramIdentity.digest(digests)
    }

    func key(_ kind: StepKey.Kind, _ parts: [String]) throws -> StepKey { try StepKey(kind, program: program, parts) }

    /// What is known, without computing.
    func known<Result: Decodable>(_ key: StepKey, as type: Result.Type = Result.self) throws -> Result? {
        usedKeys.withLock { _ = $0.insert(key.digest) }
        if let data = memory.withLock({ $0[key.digest] }) { return try? JSONDecoder().decode(type, from: data) }
        return try ledger?.result(of: key, as: type)
    }

    /// What is known, or else what `compute` gives, which is then known.
    func value<Result: Codable>(_ key: StepKey, compute: () throws -> Result) throws -> Result {
        if let known: Result = try known(key) { return known }
        let result = try compute()
        try enter(result, of: key)
        return result
    }

    func enter(_ result: some Encodable, of key: StepKey) throws {
        usedKeys.withLock { _ = $0.insert(key.digest) }
        computedCounts.withLock { $0[key.kind, default: 0] += 1 }
        if let ledger {
            try ledger.enter(result, of: key)
        } else {
            let data = try JSONEncoder().encode(result)
            memory.withLock { $0[key.digest] = data }
        }
    }

    /// Keeps the planes of a date under the key of the work that made them.
    ///
    /// - Returns: what the file is, for `hasPlanes`.
    func keep(_ date: DatePlanes, of key: StepKey, grid: RasterGrid, isSimulated: Bool) throws -> FileDigest {
        guard let ledger else {
            planes.withLock { $0[key.digest] = date }
            return FileDigest(sha256: "", bytes: 0)
        }
        let path = ledger.planesPath(key)
        try DatePlanesFile.write(date, grid: grid, isSimulated: isSimulated, to: path)
        return try digests.digest(ofFileAt: path)
    }

    func hasPlanes(_ key: StepKey, _ digest: FileDigest) -> Bool {
        guard let ledger else { return planes.withLock { $0[key.digest] != nil } }
        return (try? digests.digest(ofFileAt: ledger.planesPath(key))) == digest
    }

    func planes(_ key: StepKey, size: RasterSize, part: DatePlanesFile.Part) throws -> DatePlanes {
        guard let ledger else {
            guard let date = planes.withLock({ $0[key.digest] }) else { throw InputError(problem: "the planes of a date were not kept") }
            return date
        }
        return try DatePlanesFile.read(ledger.planesPath(key), size: size, part: part)
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
