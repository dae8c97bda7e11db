import Foundation
import Raster
import StrictYAML
import Yams

/// A place in a YAML file that is read strictly: each key must be known, each value of its kind and in its range. Errors name file, line,
/// key and, for an unknown key, the nearest known one.
struct YAMLReader {
    let path: String
    let node: Node
    /// Where in the file, for messages: `dates[3].clouds`.
    let place: String

    /// The root of a file, which must be a mapping of at most 4 MB.
    init(path: String) throws {
        guard let bytes = try SmallFile.read(path, atMost: 4 << 20) else {
            throw InputError(path: path, problem: "there is no such file", advice: "check the path")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw InputError(path: path, problem: "is not UTF-8 text") }
        try StrictMapping.checkAliases(text, file: path)
        do {
            guard let root = try Parser(yaml: text, resolver: .default, constructor: .default, encoding: .utf8).singleRoot() else {
                throw InputError(path: path, problem: "is empty")
            }
            self.init(path: path, node: root, place: "")
        } catch let error as YamlError {
            throw InputError(
                path: path, problem: "is not valid YAML: \(Self.problem(error))", advice: "check indentation and brackets at that line")
        }
    }

    private init(path: String, node: Node, place: String) {
        self.path = path
        self.node = node
        self.place = place
    }

    /// The parser's own message without the file's text, of which it would quote the whole line.
    private static func problem(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "line \(context.mark.line): the key '\(duplicates.joined(separator: "', '"))' stands there twice"
        case .reader(let problem, _, _, _): problem
        default: "it cannot be parsed"
        }
    }

    func error(_ problem: String, advice: String? = nil) -> InputError {
        let line = node.mark.map { "line \($0.line): " } ?? ""
        return InputError(path: path, problem: line + (place.isEmpty ? "" : "\(place): ") + problem, advice: advice)
    }

    /// Refuses keys that are not among `known`, and anything but a mapping.
    func mapping(known: [String]) throws -> [String: YAMLReader] {
        guard case .mapping(let pairs) = node else {
            throw error("must be a mapping", advice: "keys here: \(known.joined(separator: ", "))")
        }
        var found: [String: YAMLReader] = [:]
        for (keyNode, value) in pairs {
            let key = keyNode.scalar?.string ?? ""
            let reader = YAMLReader(path: path, node: value, place: place.isEmpty ? key : "\(place).\(key)")
            guard known.contains(key) else {
                let line = keyNode.mark.map { "line \($0.line): " } ?? ""
                let nearest = EditDistance.nearest(to: key, among: known) ?? ""
                throw InputError(
                    path: path, problem: "\(line)unknown key '\(key)'" + (place.isEmpty ? "" : " in \(place)"),
                    advice: "the nearest known key is '\(nearest)'")
            }
            found[key] = reader
        }
        return found
    }

    func sequence(count range: ClosedRange<Int>) throws -> [YAMLReader] {
        guard case .sequence(let items) = node else { throw error("must be a list") }
        guard range.contains(items.count) else {
            throw error(
                "has \(items.count) items; \(range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)") are allowed"
            )
        }
        return items.enumerated().map { YAMLReader(path: path, node: $1, place: "\(place)[\($0)]") }
    }

    func text() throws -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw error("must be text") }
        return scalar.string
    }

    func number(_ range: ClosedRange<Double>) throws -> Double {
        guard case .scalar(let scalar) = node, let value = Double(scalar.string), value.isFinite else { throw error("must be a number") }
        guard range.contains(value) else {
            throw error("is \(scalar.string); allowed are \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))")
        }
        return value
    }

    func integer(_ range: ClosedRange<Int>) throws -> Int {
        guard case .scalar(let scalar) = node, let value = Int(scalar.string) else { throw error("must be a whole number") }
        guard range.contains(value) else { throw error("is \(value); allowed are \(range.lowerBound) to \(range.upperBound)") }
        return value
    }

    func flag() throws -> Bool {
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default: throw error("must be true or false")
        }
    }

    func date() throws -> CalendarDate {
        guard let text = node.scalar?.string, let date = CalendarDate(iso: text) else {
            throw error("must be a date", advice: "write it as 2021-01-19")
        }
        return date
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) throws -> Choice where Choice.RawValue == String {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            throw error("is '\(text)'; allowed are \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    private static func short(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
    }
}
