import Foundation
import Raster

/// Finds the dated scenes under a folder, by names, metadata and tags; see `SceneFile`, `ProductName` and `SceneDay` for the rules.
public enum SceneFinder {
    private static let readable: Set<String> = ["tif", "tiff", "png"]
    private static let jpeg2000: Set<String> = ["jp2", "j2k"]

    /// Every scene below `folder`, links followed once. What cannot be used is listed with its reason; it never stops the rest.
    ///
    /// - Parameters:
    ///   - output: where a run writes; what lies there is its work and none of the imagery, also where the one folder holds the other.
    ///   - wanted: absolute paths; other files are as if they were not there. nil for all.
    /// - Throws: `InputError` where there is no such folder or it cannot be listed.
    public static func find(
        in folder: String, besides output: String? = nil, only wanted: Set<String>? = nil
    ) throws -> SceneInventory {
        let walk = try FolderWalk(root: folder, besides: output.map { [$0, $0 + "/change", $0 + "/diffs"] } ?? []) { isRaster($0) }
        let outer = namesAbove(folder).suffix(1)
        func isUsed(_ path: String) -> Bool { wanted?.contains(URL(fileURLWithPath: path).standardizedFileURL.path) ?? true }
        let files = walk.files.filter { isUsed($0.path) }.map {
            SceneFile(path: $0.path, folders: outer + $0.folders, outerCount: outer.count)
        }
        var assembler = SceneAssembler(needsDate: true)
        assembler.assemble(files.filter { readable.contains($0.fileExtension) })
        let refused = walk.refused.filter { isUsed($0.path) } + assembler.refused + refusedJPEG2000(files)
        let (scenes, warnings) = numbered(assembler.scenes)
        return SceneInventory(
            scenes: scenes, refused: refused.sorted { ($0.path, $0.reason) < ($1.path, $1.reason) },
            warnings: assembler.warnings + warnings + notesOnScale(scenes),
            files: files.map { URL(fileURLWithPath: $0.path).standardizedFileURL.path })
    }

    /// The one scene that a path names: a raster file, or a folder with one file a band. It may be without a date.
    ///
    /// - Throws: `InputError` where there is none, or a folder holds several.
    public static func scene(at path: String) throws -> (scene: SceneDescription, warnings: [String]) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw InputError(path: path, problem: "there is no such file or folder", advice: "name a GeoTIFF, a PNG, or a folder of bands")
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        var refused: [RefusedInput] = []
        let files: [SceneFile]
        if isFolder {
            let walk = try FolderWalk(root: path) { isRaster($0) }
            let outer = namesAbove(path).suffix(3)
            let all = walk.files.map { SceneFile(path: $0.path, folders: outer + $0.folders, outerCount: outer.count) }
            files = all.filter { readable.contains($0.fileExtension) }
            refused = walk.refused + refusedJPEG2000(all)
        } else {
            files = try fileWithMasks(path)
        }
        var assembler = SceneAssembler(needsDate: false)
        assembler.assemble(files)
        refused += assembler.refused
        let refusals = refused.map { "\($0.path): \($0.reason)".oneLine }
        guard let scene = assembler.scenes.first else {
            if let first = refused.first { throw InputError(path: first.path, problem: first.reason) }
            throw InputError(path: path, problem: "no GeoTIFF or PNG in it", advice: "name a folder with one file a band")
        }
        guard assembler.scenes.count == 1 else {
            let names = assembler.scenes.prefix(4).map { $0.bands[0].path.split(separator: "/").last.map(String.init) ?? $0.name }
            throw InputError(
                path: path, problem: "holds \(assembler.scenes.count) scenes (\(names.joined(separator: ", "))…)",
                advice: "name one file, or a folder with the bands of one date")
        }
        return (scene, refusals + assembler.warnings + notesOnScale([scene]))
    }

    private static func isRaster(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        let ending = name[name.index(after: dot)...].lowercased()
        return readable.contains(ending) || jpeg2000.contains(ending)
    }

    /// The folders of a path, its own last component included, outermost first.
    private static func namesAbove(_ path: String) -> [String] {
        URL(fileURLWithPath: path).standardizedFileURL.pathComponents.filter { $0 != "/" }
    }

    /// The file and the masks beside it that share its name.
    private static func fileWithMasks(_ path: String) throws -> [SceneFile] {
        let outer = Array(namesAbove(path).dropLast().suffix(4))
        let file = SceneFile(path: path, folders: outer, outerCount: outer.count)
        switch file.part {
        case .mask, .unknownMask:
            throw InputError(
                path: path, problem: "is named as a mask, not as a scene", advice: "name the scene; its mask is found beside it")
        case .whole, .band, .extra: break
        }
        let folder = file.folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let beside = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map {
                SceneFile(path: folder == "." && !path.hasPrefix("./") ? $0 : folder + "/" + $0, folders: outer, outerCount: outer.count)
            }
            .filter { readable.contains($0.fileExtension) && $0.isMask && $0.prefix == file.prefix }
        return [file] + beside
    }

    /// One refusal a product, not one a band.
    private static func refusedJPEG2000(_ files: [SceneFile]) -> [RefusedInput] {
        let folders = Dictionary(grouping: files.filter { jpeg2000.contains($0.fileExtension) }, by: \.sceneFolder)
        return folders.keys.sorted().map { folder in
            let count = folders[folder]?.count ?? 0
            return RefusedInput(
                path: folder,
                reason: "\(count) JPEG 2000 \(count == 1 ? "file" : "files"), a format that is not read; "
                    + "convert each: gdal_translate -co COMPRESS=DEFLATE NAME.jp2 NAME.tif")
        }
    }

    /// Sorted, and with a name of its own for each scene of a tile.
    private static func numbered(_ found: [SceneDescription]) -> (scenes: [SceneDescription], warnings: [String]) {
        var scenes = found.sorted {
            ($0.tile ?? "", $0.date?.description ?? "", $0.name, $0.files.first ?? "")
                < ($1.tile ?? "", $1.date?.description ?? "", $1.name, $1.files.first ?? "")
        }
        var warnings: [String] = []
        var start = 0
        while start < scenes.count {
            var end = start + 1
            while end < scenes.count, scenes[end].tile == scenes[start].tile, scenes[end].date == scenes[start].date { end += 1 }
            if end - start > 1 {
                let label = [scenes[start].tile, scenes[start].date?.description].compactMap { $0 }.joined(separator: " ")
                let paths = scenes[start..<end].map { $0.bands[0].path }
                warnings.append("\(label): \(end - start) scenes of one day, all kept: \(paths.joined(separator: ", "))".oneLine)
                for index in (start + 1)..<end { scenes[index].name += "-\(index - start + 1)" }
            }
            start = end
        }
        return (scenes, warnings)
    }

    /// One line a tile on scales that are not known, and on mixtures of known and unknown offsets.
    private static func notesOnScale(_ scenes: [SceneDescription]) -> [String] {
        let tiles = Dictionary(grouping: scenes) { $0.tile ?? "" }
        return tiles.keys.sorted().flatMap { tile -> [String] in
            let scenes = tiles[tile] ?? []
            let label = tile.isEmpty ? "" : tile + ": "
            var notes: [String] = []
            let unknown = scenes.filter { !$0.offsetIsKnown }
            if !unknown.isEmpty {
                let hasOthers = scenes.contains { scene in scene.offsetIsKnown && scene.bands.contains { $0.offset != 0 } }
                notes.append(
                    (label
                        + "nothing says whether the offset of processing baseline 04.00 is in the numbers of \(days(unknown)); taken as not"
                        + (hasOthers ? ", while other dates of the tile have it: a false change of 0.1 reflectance may follow" : ""))
                        .oneLine)
            }
            let raw = scenes.filter { $0.bands.contains { $0.scaleSource == .none } }
            if !raw.isEmpty {
                let isMixed = raw.count < scenes.count
                notes.append(
                    (label + "no scale to reflectance is known for \(days(raw)); own units"
                        + (isMixed ? ", brought to those of the tile's other dates by what both show" : ""))
                        .oneLine)
            }
            return notes
        }
    }

    private static func days(_ scenes: [SceneDescription]) -> String {
        guard scenes.count > 3 else { return scenes.map(\.name).joined(separator: ", ") }
        return "\(scenes.count) scenes, \(scenes[0].name) … \(scenes[scenes.count - 1].name)"
    }
}
