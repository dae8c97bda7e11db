import Foundation
import Raster

/// A raster file with what its own name and those of the folders above it say; nothing of it is opened.
struct SceneFile: Sendable {
    let path: String
    /// Without the extension.
    let stem: String
    let fileExtension: String
    /// Names of the folders above it, outermost first, as far as they may speak of the scene.
    let folders: [String]
    /// How many of the outermost folders are above what was searched: they may hold dates and tiles but are no tile's name.
    let outerCount: Int

    let product: ProductName?
    /// Of the outermost folder that is a product.
    let folderProduct: ProductName?
    /// How many folders below the product's folder the file lies, 0 for directly in it; also 0 where no folder is a product.
    let depthInProduct: Int
    let part: ScenePart
    /// What the files of one scene have in common in their names.
    let prefix: String

    init(path: String, folders: [String], outerCount: Int) {
        self.path = path
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let dot = name.lastIndex(of: ".")
        stem = dot.map { String(name[..<$0]) } ?? name
        fileExtension = dot.map { name[name.index(after: $0)...].lowercased() } ?? ""
        self.folders = folders
        self.outerCount = outerCount
        product = ProductName(stem)
        var folderProduct: ProductName?
        var depth = 0
        for (index, folder) in folders.enumerated() {
            guard let found = ProductName(folder), found.part == .whole else { continue }
            folderProduct = found
            depth = folders.count - 1 - index
            break
        }
        self.folderProduct = folderProduct
        depthInProduct = depth
        if let product {
            part = product.part
            prefix = product.prefix
        } else {
            let ending = NameEnding(of: stem)
            part = ending.part
            prefix = ending.prefix
        }
    }

    var fileName: String { fileExtension.isEmpty ? stem : String(path.split(separator: "/").last ?? "") }

    /// The folder it lies in.
    var folder: String { Self.parent(of: path) }

    /// The folder that holds all files of the scene: the product's, or the file's own.
    var sceneFolder: String { (0..<depthInProduct).reduce(folder) { folder, _ in Self.parent(of: folder) } }

    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: Dates

    struct DateReading: Hashable, Sendable {
        var date: CalendarDate
        var source: DateSource
        /// The file or folder name, or the path of the metadata.
        var origin: String
    }

    /// Every date that the names give, the most trustworthy first.
    var nameDates: [DateReading] {
        var readings: [DateReading] = []
        if let date = product?.date { readings.append(DateReading(date: date, source: .productName, origin: fileName)) }
        if let date = folderProduct?.date, let folder = folders.first(where: { ProductName($0) != nil }) {
            readings.append(DateReading(date: date, source: .productName, origin: folder))
        }
        if product == nil {
            let dates = WrittenDates.all(in: stem)
            if dates.count == 1 { readings.append(DateReading(date: dates[0], source: .fileName, origin: fileName)) }
        }
        if let reading = folderDate { readings.append(reading) }
        return readings
    }

    /// The nearest folder that is no product and whose name has one date, or folders year/month/day.
    private var folderDate: DateReading? {
        for (index, folder) in folders.enumerated().reversed() where ProductName(folder) == nil {
            let dates = WrittenDates.all(in: folder)
            if dates.count == 1 { return DateReading(date: dates[0], source: .folderName, origin: folder) }
            guard index >= 2, folder.isDigits, folders[index - 1].isDigits, folders[index - 2].isDigits(4),
                let year = Int(folders[index - 2]), let month = Int(folders[index - 1]), let day = Int(folder),
                let date = CalendarDate(year: year, month: month, day: day)?.ifPlausible
            else { continue }
            return DateReading(date: date, source: .folderName, origin: folders[(index - 2)...index].joined(separator: "/"))
        }
        return nil
    }

    /// Two days in a name, as a change raster between them has: neither is the picture's.
    var ambiguousDates: [CalendarDate]? {
        guard product == nil else { return nil }
        let dates = WrittenDates.all(in: stem)
        return dates.count > 1 ? dates : nil
    }

    // MARK: Places

    /// Names of folders that say what kind of file lies in them and not of which place.
    private static let structuralFolders: Set<String> = [
        "granule", "img_data", "qi_data", "r10m", "r20m", "r60m", "files", "psscene", "psscene4band", "imagery", "images", "scenes", "data",
        "analytic_sr_udm2", "analytic_udm2", "tiles",
    ]

    var tile: String? {
        if let tile = product?.tile ?? folderProduct?.tile { return tile }
        if product?.family == .maxar {
            guard let quadkey = folders.last(where: { $0.utf8.count >= 8 && $0.utf8.allSatisfy { (0x30...0x33).contains($0) } }) else {
                return genericFolder
            }
            // The sharpened picture and the measured bands have different pixels: two series of their own.
            return stem.hasSuffix("-visual") ? quadkey : quadkey + stem.dropFirst(16)
        }
        return gridTileInNames ?? genericFolder
    }

    /// `33RXQ` or `T33RXQ` in the file's name or a folder's, nearest first; or folders 33/R/XQ.
    var gridTileInNames: String? {
        for name in [stem] + folders.reversed() {
            if let tile = name.split(whereSeparator: { "_-. ".contains($0) }).lazy.compactMap(\.gridTile).first { return tile }
        }
        for index in folders.indices.dropFirst(2) where folders[index].utf8.count == 2 {
            if let tile = folders[(index - 2)...index].joined().gridTile { return tile }
        }
        return nil
    }

    private var genericFolder: String? {
        folders.dropFirst(outerCount).last { name in
            !name.isDigits && WrittenDates.all(in: name).isEmpty && ProductName(name) == nil
                && !Self.structuralFolders.contains(name.lowercased())
        }
    }
}
