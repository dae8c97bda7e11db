import Foundation
import Raster
import Reporting
import Yams

/// A YAML mapping whose keys must all be known. Every error names the file and the line.
///
/// Size, nesting and aliases are bounded before the text is parsed, so that no file can make the reader work or recurse without end.
struct StrictYAML {
    static let largestFileBytes = 1 << 20
    /// Each alias may double what a mapping's key stands for; this many stay harmless.
    static let mostAliases = 16

    let file: String
    private let line: Int
    private let place: String
    private let entries: [Entry]

    private struct Entry {
        var key: String
        var line: Int
        var value: Node
    }

    /// Reads the file, whose top level must be a mapping.
    ///
    /// - Throws: `PipelineFileError`.
    init(fileAt path: String) throws {
        let text = try Self.text(ofFileAt: path)
        try Self.checkAliases(text, file: path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Self.describe(error, text: text, file: path)
        }
        guard let root else { throw PipelineFileError(file: path, problem: "the file is empty") }
        try self.init(node: root, file: path, place: "the file")
    }

    private init(node: Node, file: String, place: String) throws {
        let line = node.mark?.line ?? 1
        guard case .mapping(let mapping) = node else {
            throw PipelineFileError(file: file, line: line, problem: "\(place) must hold lines of the form 'key: value'")
        }
        self.file = file
        self.line = line
        self.place = place
        entries = try mapping.map { key, value in
            guard case .scalar(let scalar) = key else {
                throw PipelineFileError(file: file, line: key.mark?.line ?? line, problem: "a key must be a plain word")
            }
            return Entry(key: scalar.string, line: key.mark?.line ?? line, value: value)
        }
    }

    /// - Throws: `PipelineFileError` that names the first key that is not in `known`, and the nearest one that is.
    func allow(_ known: [String]) throws {
        guard let entry = entries.first(where: { !known.contains($0.key) }) else { return }
        let nearest = EditDistance.nearest(to: entry.key, among: known).map { "did you mean '\($0)'? " } ?? ""
        throw PipelineFileError(
            file: file, line: entry.line, problem: "unknown key '\(Self.shortened(entry.key))' in \(place)",
            advice: "\(nearest)known here: \(known.joined(separator: ", "))")
    }

    /// nil where the key is absent or its value is empty, `null` or `~`; the same holds for the other readers.
    func mapping(_ key: String) throws -> StrictYAML? {
        guard let entry = entry(key) else { return nil }
        return try StrictYAML(node: entry.value, file: file, place: "'\(key)'")
    }

    func string(_ key: String) throws -> String? {
        guard let (text, line) = try scalar(key, as: "text") else { return nil }
        guard !text.isEmpty else { throw error(key, line, "must not be empty") }
        return text
    }

    func date(_ key: String) throws -> CalendarDate? {
        guard let (text, line) = try scalar(key, as: "a date") else { return nil }
        guard let date = CalendarDate(iso: text) else {
            throw error(key, line, "'\(Self.shortened(text))' is not a date", "write it as 2021-01-19")
        }
        return date
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let (text, line) = try scalar(key, as: "a number") else { return nil }
        guard text.utf8.allSatisfy({ Array("0123456789+-.eE".utf8).contains($0) }), let value = Double(text), value.isFinite else {
            throw error(key, line, "'\(Self.shortened(text))' is not a number")
        }
        guard range.contains(value) else {
            let bounds = [range.lowerBound, range.upperBound].map { DecimalText.trimmed($0, decimals: 6) }
            throw error(key, line, "\(Self.shortened(text)) is out of range", "give a number from \(bounds[0]) to \(bounds[1])")
        }
        return value
    }

    /// A list of different words; one word alone counts as a list of one.
    func strings(_ key: String, atMost limit: Int) throws -> [String]? {
        guard let entry = entry(key) else { return nil }
        if case .scalar = entry.value { return try string(key).map { [$0] } }
        guard case .sequence(let sequence) = entry.value else { throw error(key, entry.line, "must be a list", "write it as [B02, B03]") }
        guard (1...limit).contains(sequence.count) else {
            throw error(key, entry.line, "must have 1 to \(limit) entries, not \(sequence.count)")
        }
        var words: [String] = []
        for node in sequence {
            let line = node.mark?.line ?? entry.line
            guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw error(key, line, "must be a list of words") }
            guard !words.contains(scalar.string) else { throw error(key, line, "names '\(Self.shortened(scalar.string))' twice") }
            words.append(scalar.string)
        }
        return words
    }

    /// The line of a key, for errors that only show once several values are known.
    func line(of key: String) -> Int { entries.first { $0.key == key }?.line ?? line }

    private func entry(_ key: String) -> Entry? {
        guard let entry = entries.first(where: { $0.key == key }) else { return nil }
        if case .scalar(let scalar) = entry.value, scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
            return nil
        }
        return entry
    }

    private func scalar(_ key: String, as type: String) throws -> (text: String, line: Int)? {
        guard let entry = entry(key) else { return nil }
        guard case .scalar(let scalar) = entry.value else { throw error(key, entry.line, "must be \(type), not a list or mapping") }
        return (scalar.string, scalar.mark?.line ?? entry.line)
    }

    private func error(_ key: String, _ line: Int, _ problem: String, _ advice: String? = nil) -> PipelineFileError {
        PipelineFileError(file: file, line: line, problem: "'\(key)': \(problem)", advice: advice)
    }

    /// What a message quotes of a text that may be of any length.
    private static func shortened(_ text: String) -> String { text.count <= 60 ? text : text.prefix(60) + "…" }

    // MARK: Before parsing

    private static func text(ofFileAt path: String) throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw PipelineFileError(file: path, problem: "there is no such file")
        }
        guard !isFolder.boolValue else { throw PipelineFileError(file: path, problem: "is a folder, not a pipeline file") }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw PipelineFileError(file: path, problem: "cannot be opened") }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: largestFileBytes + 1) ?? Data()
        } catch {
            throw PipelineFileError(file: path, problem: "cannot be read")
        }
        guard data.count <= largestFileBytes else {
            throw PipelineFileError(file: path, problem: "is larger than \(largestFileBytes) bytes", advice: "is it a pipeline file?")
        }
        var bytes = data[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw PipelineFileError(file: path, problem: "is not UTF-8 text", advice: "is it a pipeline file?")
        }
        return text
    }

    /// Counts `*name` wherever a value may begin. A `*` in the middle of a sentence is none.
    private static func checkAliases(_ text: String, file: String) throws {
        var aliases = 0
        var line = 1
        var mayBegin = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                mayBegin = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"):
                mayBegin = true
            case UInt8(ascii: "*") where mayBegin:
                aliases += 1
                mayBegin = false
                guard aliases <= mostAliases else {
                    throw PipelineFileError(
                        file: file, line: line, problem: "more than \(mostAliases) aliases (*name)", advice: "write the values out")
                }
            default: mayBegin = false
            }
        }
    }

    private static func describe(_ error: YamlError, text: String, file: String) -> PipelineFileError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            PipelineFileError(file: file, line: mark.line, problem: "not valid YAML: \(problem)")
        case .reader(let problem, let offset, _, _):
            PipelineFileError(
                file: file, line: offset.map { text.prefix($0).count { $0.isNewline } + 1 }, problem: "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            PipelineFileError(
                file: file, line: context.mark.line, problem: "the key '\(shortened(keys.first ?? ""))' stands twice in one mapping")
        case .memory:
            // What the parser reports when its limit of nesting is reached.
            PipelineFileError(file: file, problem: "not valid YAML: nested too deeply")
        default:
            PipelineFileError(file: file, problem: "not valid YAML")
        }
    }
}
