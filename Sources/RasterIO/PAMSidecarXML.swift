/// The elements of an XML text, as much of XML as sidecars use: elements, attributes, text, CDATA, comments, the five named and the
/// numbered entities. No document types, so nothing in a file can make it grow.
struct PAMElement {
    /// Names from the root down to this element.
    var path: [String]
    var attributes: [String: String]
    var parentAttributes: [String: String]
    /// What stands directly in it.
    var text: String
}

enum PAMScanner {
    /// Levels below the root that a sidecar's own fields reach; deeper elements (histograms, attribute tables) are passed over.
    private static let depthOfInterest = 4
    private static let maxDepth = 64
    private static let maxElements = 1 << 16

    /// In the order of their opening tags; nil where the text is not well-formed or has more elements than any sidecar.
    static func elements(of text: String) -> [PAMElement]? {
        var scanner = Scanner(bytes: Array(text.utf8))
        var elements: [PAMElement] = []
        var open: [(name: String, attributes: [String: String], index: Int?)] = []
        var isRootSeen = false
        while let token = scanner.next() {
            switch token {
            case .malformed: return nil
            case .text(let text):
                if let index = open.last?.index { elements[index].text += text }
            case .start(let name, let attributes, let isEmpty):
                if open.isEmpty {
                    if isRootSeen { return nil }
                    isRootSeen = true
                }
                var index: Int?
                if open.count < depthOfInterest {
                    guard elements.count < maxElements else { return nil }
                    index = elements.count
                    elements.append(
                        PAMElement(
                            path: open.map(\.name) + [name], attributes: attributes, parentAttributes: open.last?.attributes ?? [:],
                            text: ""))
                }
                if !isEmpty {
                    guard open.count < maxDepth else { return nil }
                    open.append((name, attributes, index))
                }
            case .end(let name):
                guard open.popLast()?.name == name else { return nil }
            }
        }
        return isRootSeen && open.isEmpty ? elements : nil
    }

    private enum Token {
        case start(name: String, attributes: [String: String], isEmpty: Bool)
        case end(name: String)
        case text(String)
        case malformed
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// nil at the end.
        mutating func next() -> Token? {
            while position < bytes.count {
                guard bytes[position] == UInt8(ascii: "<") else {
                    let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
                    defer { position = end }
                    return .text(Self.unescaped(bytes[position..<end]))
                }
                if skip("<!--") {
                    guard skipPast("-->") else { return .malformed }
                } else if skip("<?") {
                    guard skipPast("?>") else { return .malformed }
                } else if skip("<![CDATA[") {
                    let start = position
                    guard skipPast("]]>") else { return .malformed }
                    return .text(String(decoding: bytes[start..<(position - 3)], as: UTF8.self))
                } else if skip("<!") {
                    return .malformed
                } else if skip("</") {
                    let name = word()
                    skipSpace()
                    return !name.isEmpty && skip(">") ? .end(name: name) : .malformed
                } else {
                    position += 1
                    return startTag()
                }
            }
            return nil
        }

        private mutating func startTag() -> Token {
            let name = word()
            guard !name.isEmpty else { return .malformed }
            var attributes: [String: String] = [:]
            while true {
                skipSpace()
                if skip("/>") { return .start(name: name, attributes: attributes, isEmpty: true) }
                if skip(">") { return .start(name: name, attributes: attributes, isEmpty: false) }
                let key = word()
                skipSpace()
                guard !key.isEmpty, skip("=") else { return .malformed }
                skipSpace()
                guard position < bytes.count, case let quote = bytes[position], quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                    let end = bytes[(position + 1)...].firstIndex(of: quote)
                else { return .malformed }
                attributes[key] = Self.unescaped(bytes[(position + 1)..<end])
                position = end + 1
            }
        }

        private mutating func word() -> String {
            let start = position
            while position < bytes.count, !Self.isSpace(bytes[position]), !"/>=<\"'".utf8.contains(bytes[position]) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        private mutating func skipSpace() {
            while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        }

        private mutating func skip(_ text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            guard position + count <= bytes.count else { return false }
            for i in 0..<count where bytes[position + i] != text.utf8Start[i] { return false }
            position += count
            return true
        }

        private mutating func skipPast(_ text: StaticString) -> Bool {
            while position < bytes.count {
                if skip(text) { return true }
                position += 1
            }
            return false
        }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

        /// Unknown entities stay as they are written.
        private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
            guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
            let named: [String: Character] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
            var out = ""
            for (index, part) in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).enumerated() {
                let text = String(decoding: part, as: UTF8.self)
                guard index > 0 else {
                    out += text
                    continue
                }
                guard let semicolon = text.firstIndex(of: ";") else {
                    out += "&" + text
                    continue
                }
                let name = text[..<semicolon]
                let rest = text[text.index(after: semicolon)...]
                if let character = named[String(name)] {
                    out.append(character)
                    out += rest
                } else if name.hasPrefix("#"),
                    let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst(1)),
                    let scalar = Unicode.Scalar(code)
                {
                    out.unicodeScalars.append(scalar)
                    out += rest
                } else {
                    out += "&" + text
                }
            }
            return out
        }
    }
}
