import Geodesy
import Raster
import RasterIO

/// Puts files into scenes: by folder and common name, then by what the files themselves say.
struct SceneAssembler {
    /// A folder is searched for dated scenes; a scene that the user names may do without a date.
    let needsDate: Bool
    private(set) var scenes: [SceneDescription] = []
    private(set) var refused: [RefusedInput] = []
    private(set) var warnings: [String] = []

    private struct Group: Hashable, Comparable {
        var folder: String
        var prefix: String

        static func < (a: Group, b: Group) -> Bool { (a.folder, a.prefix) < (b.folder, b.prefix) }
    }

    /// A file that opened.
    struct Opened {
        var file: SceneFile
        var info: RasterInfo
        var grid: RasterGrid
    }

    init(needsDate: Bool) {
        self.needsDate = needsDate
    }

    mutating func assemble(_ files: [SceneFile]) {
        let groups = Dictionary(grouping: files) { Group(folder: $0.sceneFolder, prefix: $0.prefix) }
        let masks = Dictionary(grouping: files.filter(\.isMask), by: \.sceneFolder)
        var usedMasks: Set<String> = []
        for group in groups.keys.sorted() {
            let members = (groups[group] ?? []).sorted { $0.path < $1.path }
            let choices = (masks[group.folder] ?? []).filter { $0.prefix == group.prefix || $0.prefix.isEmpty }
            for opened in openScenes(members, isLoose: isLoose(group, in: groups)) {
                do {
                    let scene = try makeScene(opened, masks: choices, usedMasks: &usedMasks)
                    scenes.append(scene)
                } catch {
                    let path = opened.count == 1 ? opened[0].file.path : opened[0].file.sceneFolder
                    refused.append(RefusedInput(path: path, error: error))
                }
            }
        }
        reportLeftOverMasks(files, used: usedMasks)
    }

    /// Whether a group lies in a product's folder beside the product's bands without being named as one of its files.
    private func isLoose(_ group: Group, in groups: [Group: [SceneFile]]) -> Bool {
        guard let members = groups[group], members.allSatisfy({ $0.product == nil && $0.folderProduct != nil && $0.part == .whole }) else {
            return false
        }
        return groups.contains { other, files in
            other != group && other.folder == group.folder && files.contains { if case .band = $0.part { true } else { false } }
        }
    }

    // MARK: Opening

    /// The scenes of one group, each as its files: every whole file is one, and all single bands together are one.
    private mutating func openScenes(_ members: [SceneFile], isLoose: Bool) -> [[Opened]] {
        guard !isLoose else {
            warnings += members.map { "\($0.path): lies beside a product's bands and is none of them; not used".oneLine }
            return []
        }
        var wholes: [Opened] = []
        var bands: [String: [Opened]] = [:]
        for member in members where !member.isMask {
            guard member.part != .extra, let opened = open(member) else { continue }
            let measured = opened.info.bandCount - (opened.info.alphaBand == nil ? 0 : 1)
            if case .band(let name) = member.part, measured == 1 {
                bands[name, default: []].append(opened)
            } else {
                wholes.append(opened)
            }
        }
        if members.contains(where: { $0.product?.family == .planet }) { wholes = preferred(wholes) }
        var scenes = wholes.map { [$0] }
        if !bands.isEmpty {
            // A product may hold a band at several resolutions.
            let finest = bands.values.compactMap { copies in
                copies.min { (abs($0.grid.transform.determinant), $0.file.path) < (abs($1.grid.transform.determinant), $1.file.path) }
            }
            scenes.append(finest.sorted { $0.file.path < $1.file.path })
        }
        return scenes
    }

    private mutating func open(_ file: SceneFile) -> Opened? {
        do {
            if needsDate, let dates = file.ambiguousDates, file.folderProduct == nil {
                let words = dates.map(\.description).joined(separator: ", ")
                throw InputError(
                    path: file.path, problem: "has several dates in its name (\(words))",
                    advice: "a scene has one: name it \(dates[0]).\(file.fileExtension)")
            }
            let info = try RasterReader(path: file.path).info
            // Before its place is asked for: a change raster or truth file is none of the scenes, and says so by having no date.
            if needsDate, file.nameDates.isEmpty, file.product?.processingDate == nil, info.dateTime == nil,
                metadata(for: file).found.allSatisfy({ $0.date == nil })
            {
                throw noDate(file.path)
            }
            guard let grid = info.grid, grid.transform.isInvertible else { throw noPlace(info) }
            if info.format == .tiff, info.colourInterpretation == [.palette] {
                throw InputError(
                    path: file.path, problem: "is a picture with a colour table, whose numbers measure nothing",
                    advice: "use the data it was made from, or expand it with gdal_translate -expand rgb")
            }
            return Opened(file: file, info: info, grid: grid)
        } catch {
            refused.append(RefusedInput(path: file.path, error: error))
            return nil
        }
    }

    private func noDate(_ path: String) -> InputError {
        InputError(
            path: path, problem: "no date in the names of file and folders, in metadata beside it, or in its tags",
            advice: "put the day it was taken in its name, such as 2021-01-19.tif")
    }

    private func noPlace(_ info: RasterInfo) -> InputError {
        switch (info.format, info.transform == nil, info.crs == nil) {
        case (.png, _, _):
            InputError(
                path: info.path, problem: "a PNG without a place",
                advice: "put a world file (.pgw) and an .aux.xml with the coordinate system beside it, or make it a GeoTIFF: "
                    + "gdal_translate -a_srs EPSG:… -a_ullr west north east south")
        case (.tiff, false, true):
            InputError(
                path: info.path, problem: "has no coordinate system", advice: "add it: gdal_edit.py -a_srs EPSG:… (the code of its map)")
        case (.tiff, true, false):
            InputError(
                path: info.path, problem: "has a coordinate system but no position in it",
                advice: "add it: gdal_edit.py -a_ullr west north east south")
        case (.tiff, _, _):
            InputError(
                path: info.path, problem: "has no georeference",
                advice: "add coordinate system and position: gdal_edit.py -a_srs EPSG:… -a_ullr west north east south")
        }
    }

    /// Planet delivers one picture in several states of processing: surface reflectance before radiance before the visual one.
    private mutating func preferred(_ assets: [Opened]) -> [Opened] {
        func rank(_ asset: Opened) -> Int {
            let name = asset.file.stem
            if name.contains("_SR") { return 0 }
            return name.contains("Analytic") ? 1 : 2
        }
        let sorted = assets.sorted { (rank($0), -$0.info.bandCount, $0.file.path) < (rank($1), -$1.info.bandCount, $1.file.path) }
        warnings += sorted.dropFirst().map { "\($0.file.path): not used, since \(sorted[0].file.fileName) shows the same picture".oneLine }
        return Array(sorted.prefix(1))
    }

    // MARK: Describing

    private func metadata(for file: SceneFile) -> (found: [ProductMetadata], warnings: [String]) {
        var names = [file.stem, file.prefix, file.prefix + "_stac", file.prefix + "_SR_stac", file.prefix + "_metadata"]
        if file.folderProduct != nil {
            names += [String(file.sceneFolder.split(separator: "/").last ?? "item"), "item", "stac-item"]
        }
        var seen: Set<String> = []
        let folders = file.sceneFolder == file.folder ? [file.folder] : [file.sceneFolder, file.folder]
        return ProductMetadata.find(in: folders, names: names.filter { !$0.isEmpty && !$0.hasPrefix("_") && seen.insert($0).inserted })
    }

    private mutating func makeScene(_ opened: [Opened], masks: [SceneFile], usedMasks: inout Set<String>) throws -> SceneDescription {
        let first = opened[0]
        let file = first.file
        var metadata = metadata(for: file)
        // A metadata file in a folder of many scenes is that of one of them.
        let nameDates = file.nameDates
        if file.folderProduct == nil, let named = nameDates.first?.date {
            metadata.found.removeAll { found in
                guard found.path.hasSuffix(".xml"), let date = found.date, date != named else { return false }
                metadata.warnings.append("\(found.path): is of \(date) and not of \(file.fileName); left out".oneLine)
                return true
            }
        }
        warnings += metadata.warnings

        let day = SceneDay(file: file, tiffDateTime: first.info.dateTime, metadata: metadata.found)
        if needsDate, day.date == nil { throw noDate(file.path) }
        warnings += [day.disagreement, day.note].compactMap { $0 }.map { "\(file.path): \($0)".oneLine }

        let bands = SceneBands.bands(of: opened, metadata: metadata.found)
        guard !bands.isEmpty else { throw InputError(path: file.path, problem: "has no band that measures anything") }
        let grid = finestGrid(opened.map(\.grid))
        let mask = chooseMask(masks, for: first, grid: grid, usedMasks: &usedMasks)
        let items = opened.map(\.info.metadata)
        let isSimulated = items.contains { item in
            ["SIMULATED", "TRENCHWATCH_SIMULATED"].contains { ["YES", "TRUE", "1"].contains(item[$0]?.uppercased()) }
        }
        let family = file.product?.family ?? file.folderProduct?.family
        var files = Set(opened.map(\.file.path))
        files.formUnion(metadata.found.map(\.path))
        if let mask { files.insert(mask.path) }
        return SceneDescription(
            tile: file.tile, date: day.date, dateSource: day.source, dateDisagreement: day.disagreement,
            sensor: file.product?.sensor ?? file.folderProduct?.sensor, bands: bands, grid: grid, mask: mask, isSimulated: isSimulated,
            credit: Self.credit(items, family: family, date: day.date, isSimulated: isSimulated), files: files.sorted(),
            name: day.date?.description ?? (opened.count == 1 ? file.stem : String(file.sceneFolder.split(separator: "/").last ?? "scene")))
    }

    /// What the file asks for, else what the programme's terms do.
    private static func credit(_ items: [[String: String]], family: ProductName.Family?, date: CalendarDate?, isSimulated: Bool) -> String?
    {
        for item in items {
            if let credit = item["CREDIT"] ?? item["TIFFTAG_COPYRIGHT"], !credit.allSatisfy(\.isWhitespace) { return credit.oneLine }
        }
        guard !isSimulated else { return nil }
        switch family {
        case .sentinel2: return "Contains modified Copernicus Sentinel data" + (date.map { " \($0.year)" } ?? "")
        case .landsat: return "Landsat image courtesy of the U.S. Geological Survey"
        case .planet, .maxar, nil: return nil
        }
    }

    private func finestGrid(_ grids: [RasterGrid]) -> RasterGrid {
        func area(_ grid: RasterGrid) -> Double {
            guard grids.contains(where: { $0.crs != grid.crs }),
                let size = try? PixelSize.metres(inMiddleOf: grid)
            else { return abs(grid.transform.determinant) }
            return size.x * size.y
        }
        return grids.dropFirst().reduce(grids[0]) { area($1) < area($0) ? $1 : $0 }
    }

    // MARK: Masks

    private mutating func chooseMask(
        _ candidates: [SceneFile], for scene: Opened, grid: RasterGrid, usedMasks: inout Set<String>
    ) -> SceneMask? {
        let ranked = candidates.compactMap { file -> (file: SceneFile, kind: SceneMask.Kind)? in
            guard case .mask(let kind) = file.part else { return nil }
            return (file, kind)
        }.sorted { ($0.kind.rank, $0.file.path) < ($1.kind.rank, $1.file.path) }
        // Those that lose are no left-overs: they belong to this scene as well.
        defer { usedMasks.formUnion(ranked.map(\.file.path)) }
        for candidate in ranked {
            do {
                let info = try RasterReader(path: candidate.file.path).info
                guard info.grid != nil || info.size == grid.size else {
                    throw InputError(path: info.path, problem: "a mask without a place and of another size than its scene")
                }
                guard info.bandCount >= candidate.kind.bandCount, !info.sampleType.isFloatingPoint || candidate.kind == .cloudProbability
                else {
                    throw InputError(
                        path: info.path, problem: "is named as a mask and is none: \(info.bandCount) bands of \(info.sampleType)")
                }
                return SceneMask(kind: candidate.kind, path: candidate.file.path)
            } catch {
                refused.append(RefusedInput(path: candidate.file.path, error: error))
            }
        }
        if scene.info.hasInternalMask { return SceneMask(kind: .internalMask, path: scene.file.path) }
        if scene.info.alphaBand != nil { return SceneMask(kind: .alphaBand, path: scene.file.path) }
        return nil
    }

    private mutating func reportLeftOverMasks(_ files: [SceneFile], used: Set<String>) {
        for file in files where file.isMask && !used.contains(file.path) {
            switch file.part {
            case .unknownMask:
                warnings.append("\(file.path): not used, since nothing says what its values mean; SCL, QA_PIXEL and udm2 are known".oneLine)
            default: warnings.append("\(file.path): a mask without its scene".oneLine)
            }
        }
    }
}

extension SceneFile {
    var isMask: Bool {
        switch part {
        case .mask, .unknownMask: true
        case .whole, .band, .extra: false
        }
    }
}
