import Foundation

/// JSON as the program prints it: indented, keys in alphabetical order, so that equal values are equal bytes.
public enum JSONText {
    /// Ends with a line break.
    public static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
