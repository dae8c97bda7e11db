import Foundation
import Raster
import Yams

/// A YAML mapping whose keys must all be known. Every error names the file and the line.
///
/// Size, nesting and aliases are bounded before the text is parsed, so that no file can make the reader work or recurse without end.
public struct StrictMapping {
    public static let largestFileBytes = 1 << 20
    /// Each alias may double what a mapping's key stands for; this many stay harmless.
    public static let mostAliases = 16

    public let file: String
    /// Where it begins; from 1.
    public let line: Int
    private let place: String
    private let entries: [Entry]

    private struct Entry {
        var key: String
        var line: Int
        var value: Node
    }

    /// Reads the file, whose top level must be a mapping. `kind` is what messages call such a file: "pipeline file".
    ///
    /// - Throws: `ConfigurationError`.
    public init(fileAt path: String, kind: String) throws {
        let text = try Self.text(ofFileAt: path, kind: kind)
        try Self.checkAliases(text, file: path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Self.describe(error, text: text, file: path)
        }
        guard let root else { throw ConfigurationError(file: path, problem: "the file is empty") }
        try self.init(node: root, file: path, place: "the file")
    }

    private init(node: Node, file: String, place: String) throws {
        let line = node.mark?.line ?? 1
        guard case .mapping(let mapping) = node else {
            throw ConfigurationError(file: file, line: line, problem: "\(place) must hold lines of the form 'key: value'")
        }
        self.file = file
        self.line = line
        self.place = place
        entries = try mapping.map { key, value in
            guard case .scalar(let scalar) = key else {
                throw ConfigurationError(file: file, line: key.mark?.line ?? line, problem: "a key must be a plain word")
            }
            return Entry(key: scalar.string, line: key.mark?.line ?? line, value: value)
        }
    }

    /// - Throws: `ConfigurationError` that names the first key that is not in `known`, and the nearest one that is.
    public func allow(_ known: [String]) throws {
        guard let entry = entries.first(where: { !known.contains($0.key) }) else { return }
        let nearest = EditDistance.nearest(to: entry.key, among: known).map { "did you mean '\($0)'? " } ?? ""
        throw ConfigurationError(
            file: file, line: entry.line, problem: "unknown key '\(Self.shortened(entry.key))' in \(place)",
            advice: "\(nearest)known here: \(known.joined(separator: ", "))")
    }

    /// nil where the key is absent or its value is empty, `null` or `~`; the same holds for the other readers.
    public func mapping(_ key: String) throws -> StrictMapping? {
        guard let entry = entry(key) else { return nil }
        return try StrictMapping(node: entry.value, file: file, place: "'\(key)'")
    }

    public func string(_ key: String) throws -> String? {
        guard let (text, line) = try scalar(key, as: "text") else { return nil }
        guard !text.isEmpty else { throw error(key, line, "must not be empty") }
        return text
    }

    public func date(_ key: String) throws -> CalendarDate? {
        guard let (text, line) = try scalar(key, as: "a date") else { return nil }
        guard let date = CalendarDate(iso: text) else {
            throw error(key, line, "'\(Self.shortened(text))' is not a date", "write it as 2021-01-19")
        }
        return date
    }

    public func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let (text, line) = try scalar(key, as: "a number") else { return nil }
        return try number(text, of: key, line: line, in: range)
    }

    private func number(_ text: String, of key: String, line: Int, in range: ClosedRange<Double>) throws -> Double {
        guard text.utf8.allSatisfy({ Array("0123456789+-.eE".utf8).contains($0) }), let value = Double(text), value.isFinite else {
            throw error(key, line, "'\(Self.shortened(text))' is not a number")
        }
        guard range.contains(value) else {
            let bounds = "from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
            throw error(key, line, "\(Self.shortened(text)) is out of range", "give a number \(bounds)")
        }
        return value
    }

    /// A list of different words; one word alone counts as a list of one.
    public func strings(_ key: String, atMost limit: Int) throws -> [String]? {
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

    /// The keys in the file's order, for a mapping whose keys are names.
    public var keys: [String] { entries.map(\.key) }

    public func isMapping(_ key: String) -> Bool {
        if case .mapping? = entry(key)?.value { return true }
        return false
    }

    /// A list of mappings, such as the entries of a register.
    public func mappings(_ key: String, atMost limit: Int) throws -> [StrictMapping]? {
        guard let entry = entry(key) else { return nil }
        guard case .sequence(let sequence) = entry.value else { throw error(key, entry.line, "must be a list") }
        guard (1...limit).contains(sequence.count) else {
            throw error(key, entry.line, "must have 1 to \(limit) entries, not \(sequence.count)")
        }
        return try sequence.map { try StrictMapping(node: $0, file: file, place: "'\(key)'") }
    }

    /// A list of exactly `count` numbers.
    public func numbers(_ key: String, count: Int, in range: ClosedRange<Double>) throws -> [Double]? {
        guard let entry = entry(key) else { return nil }
        guard case .sequence(let sequence) = entry.value, sequence.count == count else {
            throw error(key, entry.line, "must be a list of \(count) numbers")
        }
        return try sequence.map { node in
            guard case .scalar(let scalar) = node else { throw error(key, node.mark?.line ?? entry.line, "must be a list of numbers") }
            return try number(scalar.string, of: key, line: node.mark?.line ?? entry.line, in: range)
        }
    }

    /// An error about a key's value, for what only the caller can judge.
    public func error(_ key: String, _ problem: String, advice: String? = nil) -> ConfigurationError {
        error(key, line(of: key), problem, advice)
    }

    /// The line of a key, for errors that only show once several values are known.
    public func line(of key: String) -> Int { entries.first { $0.key == key }?.line ?? line }

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

    private func error(_ key: String, _ line: Int, _ problem: String, _ advice: String? = nil) -> ConfigurationError {
        ConfigurationError(file: file, line: line, problem: "'\(key)': \(problem)", advice: advice)
    }

    /// What a message quotes of a text that may be of any length. Of a URL no more than that it is one: a heartbeat's is a secret, and may have
    /// got into the wrong place.
    private static func shortened(_ text: String) -> String {
        if let scheme = text.range(of: "://") { return text[..<scheme.upperBound].suffix(60) + "…" }
        return text.count <= 60 ? text : text.prefix(60) + "…"
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
    }

    // MARK: Before parsing

    private static func text(ofFileAt path: String, kind: String) throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ConfigurationError(file: path, problem: "there is no such file")
        }
        guard !isFolder.boolValue else { throw ConfigurationError(file: path, problem: "is a folder, not a \(kind)") }
        var bytes: ArraySlice<UInt8>
        do {
            guard let whole = try SmallFile.read(path, atMost: largestFileBytes) else {
                throw ConfigurationError(file: path, problem: "there is no such file")
            }
            bytes = whole[...]
        } catch let error as InputError {
            throw ConfigurationError(file: path, problem: error.problem, advice: error.advice ?? "is it a \(kind)?")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw ConfigurationError(file: path, problem: "is not UTF-8 text", advice: "is it a \(kind)?")
        }
        return text
    }

    /// Counts `*name` wherever a value may begin. A `*` in the middle of a sentence is none.
    ///
    /// - Throws: `ConfigurationError` where there are more than `mostAliases`.
    public static func checkAliases(_ text: String, file: String) throws {
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
                    throw ConfigurationError(
                        file: file, line: line, problem: "more than \(mostAliases) aliases (*name)", advice: "write the values out")
                }
            default: mayBegin = false
            }
        }
    }

    private static func describe(_ error: YamlError, text: String, file: String) -> ConfigurationError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            ConfigurationError(file: file, line: mark.line, problem: "not valid YAML: \(problem)")
        case .reader(let problem, let offset, _, _):
            ConfigurationError(
                file: file, line: offset.map { text.prefix($0).count { $0.isNewline } + 1 }, problem: "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationError(
                file: file, line: context.mark.line, problem: "the key '\(shortened(keys.first ?? ""))' stands twice in one mapping")
        case .memory:
            // What the parser reports when its limit of nesting is reached.
            ConfigurationError(file: file, problem: "not valid YAML: nested too deeply")
        default:
            ConfigurationError(file: file, problem: "not valid YAML")
        }
    }
}
