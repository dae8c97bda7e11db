import Foundation
import Geodesy
import StrictYAML

/// Reads the GeoJSON files that a register names, and remembers which.
struct RegisterReader {
    let folder: URL
    private(set) var files: Set<String> = []

    init(folder: URL) { self.folder = folder }

    mutating func shapes(_ key: String, in file: StrictMapping) throws -> GeoJSONShapes {
        guard let name = try file.string(key) else { throw file.error(key, "names no file", advice: "give a GeoJSON file") }
        let path = URL(fileURLWithPath: name, relativeTo: folder).standardizedFileURL.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw file.error(key, "there is no file \(path)", advice: "paths are relative to the register")
        }
        files.insert(path)
        return try GeoJSONShapes(path: path)
    }

    mutating func lines(_ key: String, in file: StrictMapping) throws -> [[GeographicPoint]] {
        let lines = try shapes(key, in: file).lines
        guard !lines.isEmpty else { throw file.error(key, "the file holds no line", advice: "give a LineString") }
        return lines
    }
}
