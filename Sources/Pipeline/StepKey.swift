import Foundation
import Raster
import Scenes

/// Names a piece of work by everything that its result depends on: what program does it, on which bytes, with which parameters.
struct StepKey: Hashable, Sendable {
    enum Kind: String, Sendable {
        /// A scene that turned out to be unusable, and why.
        case refusal
        /// Share of a scene that can be seen, by a sample of it.
        case clearShare = "clear-share"
        /// One date of a tile against the tile's reference date.
        case date
        /// The reference date by itself.
        case reference
        /// The search of all dates of a tile.
        case search
        /// Two dates: registration, normalisation, noise, change raster.
        case pair
        /// Recovered earthworks that were implanted in a tile.
        case injection
        /// A diff picture.
        case picture
        /// The whole run.
        case run
    }

    let kind: Kind
    /// SHA-256, 64 hexadecimal digits.
    let digest: String

    /// - Parameters:
    ///   - program: what computes it, from `ProgramIdentity`.
    ///   - parts: everything else that the result depends on, in a fixed order.
    init(_ kind: Kind, program: String, _ parts: [String]) throws {
        self.kind = kind
        // Lengths before the parts: no two lists of parts read the same.
        let text = ([kind.rawValue, program] + parts).map { "\($0.utf8.count):\($0)" }.joined()
        digest = try ContentHash.sha256(Array(text.utf8))
    }
}

/// Which program this is, by its bytes: a new build computes anew.
enum ProgramIdentity {
    static func digest(_ digests: FileDigests) throws -> String {
        let libraries = Version.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            let file = try? digests.digest(ofFileAt: executable)
        else { return "\(Version.program), \(libraries)" }
        return "\(file.sha256), \(libraries)"
    }
}

extension SceneDescription {
    /// The scene by its content: what its files hold and how they are read, wherever they lie.
    ///
    /// - Throws: `InputError` where a file can no longer be read.
    func contentDigest(_ digests: FileDigests) throws -> String {
        var scene = self
        scene.files = try files.map { try digests.digest(ofFileAt: $0).sha256 }.sorted()
        for i in scene.bands.indices { scene.bands[i].path = try digests.digest(ofFileAt: bands[i].path).sha256 }
        if let mask { scene.mask?.path = try digests.digest(ofFileAt: mask.path).sha256 }
        return try ContentHash.sha256(Array(JSONText.encode(scene).utf8))
    }
}
