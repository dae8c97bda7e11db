import Foundation
import Raster

extension Manifest {
    /// Reads a manifest.
    ///
    /// - Throws: `InputError` where it is absent, not JSON, of another format version, or names an output outside its folder.
    init(path: String) throws {
        func fail(_ problem: String, _ advice: String?) -> InputError { InputError(path: path, problem: problem, advice: advice) }
        let advice = "give the output folder of 'trenchwatch run' or 'trenchwatch diff'"
        guard let bytes = try SmallFile.read(path, atMost: Self.largestFileBytes) else { throw fail("there is no manifest", advice) }
        let data = Data(bytes)
        let decoder = JSONDecoder()
        guard let head = try? decoder.decode(Head.self, from: data) else {
            throw fail("not a manifest: no JSON object with a format_version", advice)
        }
        guard head.formatVersion == Self.formatVersion else {
            throw fail(
                "a manifest of format version \(head.formatVersion); this program knows \(Self.formatVersion)",
                "verify it with the version that wrote it")
        }
        do {
            self = try decoder.decode(Manifest.self, from: data)
        } catch let error as DecodingError {
            throw fail("the manifest is damaged: \(Self.describe(error))", "run again to make a new one")
        }
        for file in outputs where !Self.staysInside(file.path) {
            throw fail("it names an output outside its folder: '\(file.path)'", "do not trust this manifest")
        }
    }

    private static let largestFileBytes = 64 << 20

    private struct Head: Decodable {
        var formatVersion: Int
        enum CodingKeys: String, CodingKey { case formatVersion = "format_version" }
    }

    /// True for a relative path of plain names.
    static func staysInside(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0)
            && path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy { part in !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) }
    }

    private static func describe(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "its top level" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing in \(place(context.codingPath))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context.codingPath)) is not what it should be"
        @unknown default: return "it cannot be decoded"
        }
    }
}
