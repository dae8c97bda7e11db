import Foundation
import Raster
import RasterIO

/// `run.json`: what a run read, how, and what it wrote, with the SHA-256 of every file. `trenchwatch verify` checks by it.
///
/// Inputs are named by absolute path, outputs relative to the output folder, which may so be moved. Keys are sorted. With the environment
/// variable `SOURCE_DATE_EPOCH` set (reproducible-builds.org), `created` is that moment and `timings` are left out, so that the same inputs at
/// the same place give the same bytes.
struct Manifest: Codable, Sendable, Equatable {
    static let formatVersion = 1

    /// A file as it was when the run ended.
    struct File: Codable, Sendable, Equatable {
        var path: String
        /// 64 lower-case hexadecimal digits.
        var sha256: String
        var bytes: Int
    }

    struct Timings: Codable, Sendable, Equatable {
        /// From the lock to the manifest, wall clock.
        var elapsedSeconds: Double

        enum CodingKeys: String, CodingKey { case elapsedSeconds = "elapsed_s" }
    }

    var formatVersion = Manifest.formatVersion
    var program: String
    /// System libraries by name, with their versions.
    var libraries: [String: String]
    /// UTC, whole seconds: `2021-01-22T06:00:00Z`.
    var created: String
    var parameters: RunParameters
    /// By path.
    var inputs: [File]
    /// By path; all that the run wrote but the manifest itself.
    var outputs: [File]
    /// In the order of computing.
    var pairs: [PairRecord]
    var refused: [RefusedInput]
    /// The ids that earlier runs into the folder had given, by those that this run alone gives; none where no run had, or all are the same.
    var names: [String: String]?
    /// Rasters of the imagery folder that were looked at and are no inputs, by path: outputs hold at most a word on why. None where there are none.
    var unused: [String]?
    /// True where any input says of itself that it is simulated.
    var simulated: Bool
    var timings: Timings?

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case program, libraries, created, parameters, inputs, outputs, pairs, refused, names, unused, simulated, timings
    }

    /// - Parameters:
    ///   - created: as `timeStamp` gives it.
    ///   - inputs: by path. - outputs: all that the run leaves but the manifest itself, in any order.
    ///   - elapsed: how long the run took.
    /// - Throws: `InputError` where `SOURCE_DATE_EPOCH` is no number of seconds, `OutputError`.
    static func write(
        to path: String, created: String, inputs: [File], outputs: [File], parameters: RunParameters, pairs: [PairRecord],
        refused: [RefusedInput], names: [String: String], unused: [String], isSimulated: Bool, elapsed: Duration
    ) throws {
        let epoch = try SourceDateEpoch.seconds(ProcessInfo.processInfo.environment)
        let manifest = Manifest(
            program: Version.program, libraries: Version.libraries, created: created, parameters: parameters, inputs: inputs,
            outputs: outputs.sorted { $0.path < $1.path }, pairs: pairs, refused: refused, names: names.isEmpty ? nil : names,
            unused: unused.isEmpty ? nil : unused, simulated: isSimulated,
            timings: epoch == nil ? Timings(elapsedSeconds: (elapsed / .seconds(1)).rounded(decimals: 1) ?? 0) : nil)
        try AtomicFile.write(JSONText.encode(manifest), to: path)
    }

    /// Now, or the moment that stands for it.
    static func timeStamp() throws -> String {
        let epoch = try SourceDateEpoch.seconds(ProcessInfo.processInfo.environment)
        return SourceDateEpoch.timeStamp(seconds: epoch ?? Int(Date().timeIntervalSince1970))
    }

    /// Hashes what stands in the staging folder.
    static func files(in staged: StagedOutput) throws -> [File] { try hashed(staged.written(), at: staged.path) }

    private static func hashed(_ names: [String], at place: @Sendable (String) -> String) throws -> [File] {
        var files: [File] = []
        let jobs = WorkerPool.processorCount
        try WorkerPool.mapInOrder(count: names.count, jobs: jobs, window: 2 * jobs) { index in
            let (digest, byteCount) = try ContentHash.sha256(fileAt: place(names[index]))
            return File(path: names[index], sha256: digest, bytes: byteCount)
        } consume: {
            files.append($1)
        }
        return files
    }
}
