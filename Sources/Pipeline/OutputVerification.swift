import Foundation
import Raster

/// `verify`: every file of a run against its manifest, and the inputs where they are still there.
public struct OutputVerification: Sendable, Equatable {
    /// A file that is not as the manifest says, and in what way.
    public struct Difference: Sendable, Equatable, Encodable {
        /// As the manifest names it.
        public var path: String
        public var problem: String
    }

    /// The output folder, as it was given.
    public let folder: String
    public private(set) var outputCount = 0
    public private(set) var inputCount = 0
    /// Outputs of other content, or that cannot be read.
    public private(set) var changed: [Difference] = []
    public private(set) var missing: [Difference] = []
    public private(set) var inputsChanged: [Difference] = []
    /// Told, but no fault: imagery may have gone to an archive.
    public private(set) var inputsMissing: [Difference] = []

    /// Hashes every file that the manifest of `folder` names.
    ///
    /// - Throws: `InputError` where the manifest is absent, not JSON, of another format version, or names paths that lead out of the folder.
    public init(output folder: String) throws {
        let manifest = try Manifest(path: folder + "/run.json")
        try self.init(of: folder, against: manifest)
        try checkInputs(manifest: manifest)
    }

    /// The files of `folder` held against a manifest that may be another's; inputs are not looked at.
    init(of folder: String, against manifest: Manifest) throws {
        self.folder = folder
        outputCount = manifest.outputs.count
        for (file, finding) in try Self.check(manifest.outputs, below: folder + "/") {
            note(file, finding, in: \.changed, absent: \.missing)
        }
    }

    /// The inputs of a run alone.
    init(inputsOf manifest: Manifest) throws {
        folder = ""
        try checkInputs(manifest: manifest)
    }

    private mutating func checkInputs(manifest: Manifest) throws {
        inputCount = manifest.inputs.count
        for (file, finding) in try Self.check(manifest.inputs, below: "") {
            note(file, finding, in: \.inputsChanged, absent: \.inputsMissing)
        }
    }

    public var isSound: Bool { changed.isEmpty && missing.isEmpty && inputsChanged.isEmpty }

    /// One line for each file that is not as it was, and one that sums up; ends with a line break.
    public var text: String {
        let groups = [("changed", changed), ("missing", missing), ("input changed", inputsChanged), ("input missing", inputsMissing)]
        var lines = groups.flatMap { name, files in files.map { "\(name): \($0.path.oneLine): \($0.problem)" } }
        let checkedInputs = inputCount - inputsMissing.count
        let counts =
            "\(RunSummary.counted(outputCount, "output")) and \(checkedInputs) of \(RunSummary.counted(inputCount, "input")) checked in "
            + folder.oneLine
        lines.append(counts + (isSound ? ": all as the manifest says" : ": NOT as the manifest says"))
        return lines.joined(separator: "\n") + "\n"
    }

    /// One JSON object, keys in alphabetical order, with a line break at its end.
    public var json: String {
        get throws { try JSONText.encode(self) }
    }

    private enum Finding: Sendable {
        case same
        case absent
        case different(String)
    }

    private mutating func note(
        _ file: Manifest.File, _ finding: Finding, in changed: WritableKeyPath<Self, [Difference]>,
        absent: WritableKeyPath<Self, [Difference]>
    ) {
        switch finding {
        case .same: break
        case .absent: self[keyPath: absent].append(Difference(path: file.path, problem: "it is not there"))
        case .different(let problem): self[keyPath: changed].append(Difference(path: file.path, problem: problem))
        }
    }

    private static func check(_ files: [Manifest.File], below prefix: String) throws -> [(Manifest.File, Finding)] {
        var findings: [(Manifest.File, Finding)] = []
        let jobs = WorkerPool.processorCount
        try WorkerPool.mapInOrder(count: files.count, jobs: jobs, window: 2 * jobs) {
            finding(files[$0], at: prefix + files[$0].path)
        } consume: {
            findings.append((files[$0], $1))
        }
        return findings
    }

    private static func finding(_ file: Manifest.File, at path: String) -> Finding {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .absent : .different("it cannot be read (\(String(cString: strerror(errno))))")
        }
        // A pipe or a device in its place would never end.
        guard status.st_mode & S_IFMT == S_IFREG else { return .different("it is no regular file") }
        guard Int(status.st_size) == file.bytes else { return .different("it has \(status.st_size) bytes, not \(file.bytes)") }
        do {
            let digest = try ContentHash.sha256(fileAt: path).digest
            return digest == file.sha256 ? .same : .different("its SHA-256 is \(digest), not \(file.sha256.oneLine)")
        } catch {
            return .different((error as? any TrenchWatchError)?.problem ?? "it cannot be read")
        }
    }
}

extension OutputVerification: Encodable {
    enum CodingKeys: String, CodingKey {
        case folder = "output"
        case isSound = "sound"
        case outputCount = "output_count"
        case inputCount = "input_count"
        case changed, missing
        case inputsChanged = "inputs_changed"
        case inputsMissing = "inputs_missing"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(folder, forKey: .folder)
        try container.encode(isSound, forKey: .isSound)
        try container.encode(outputCount, forKey: .outputCount)
        try container.encode(inputCount, forKey: .inputCount)
        try container.encode(changed, forKey: .changed)
        try container.encode(missing, forKey: .missing)
        try container.encode(inputsChanged, forKey: .inputsChanged)
        try container.encode(inputsMissing, forKey: .inputsMissing)
    }
}
