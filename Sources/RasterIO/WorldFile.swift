import Raster

/// The six numbers beside a picture that place it: `.pgw` for PNG, `.tfw` for TIFF.
///
/// In their order: x per column, y per column, x per row, y per row, then x and y of the *centre* of the upper left pixel. The
/// transform that goes in and comes out has the pixel corner convention as everywhere else.
/// Source: Esri, "World files for raster datasets".
public enum WorldFile {
    /// Where the world file of a raster is written: first and last letter of the extension and a `w`.
    public static func path(for raster: String) -> String {
        let (stem, suffix) = split(raster)
        guard let first = suffix.first, let last = suffix.last else { return raster + ".wld" }
        return "\(stem).\(first)\(last)w"
    }

    /// Writes the world file of a raster beside it, whole or not at all.
    ///
    /// - Parameter raster: the raster's own path.
    @discardableResult
    public static func write(transform: GeoTransform, for raster: String) throws -> String {
        let target = path(for: raster)
        try write(transform: transform, to: target)
        return target
    }

    /// Writes a world file under this very name, whole or not at all.
    public static func write(transform: GeoTransform, to path: String) throws {
        try AtomicFile.write(text(of: transform), to: path)
    }

    static func text(of transform: GeoTransform) -> String {
        let centre = transform.apply(column: 0.5, row: 0.5)
        let numbers = [transform.xPerColumn, transform.yPerColumn, transform.xPerRow, transform.yPerRow, centre.x, centre.y]
        return numbers.map { "\($0)\n" }.joined()
    }

    /// The transform from the world file beside a raster; nil where there is none.
    ///
    /// Looks for `.pgw`, `.pngw` and `.wld` (for a PNG), in lower case, then in capitals.
    /// - Throws: `InputError` where the file is there and does not hold six numbers that place a pixel.
    static func read(beside raster: String) throws -> (transform: GeoTransform, path: String)? {
        let (stem, suffix) = split(raster)
        var suffixes = ["wld"]
        if let first = suffix.first, let last = suffix.last { suffixes = ["\(first)\(last)w", suffix + "w", "wld"] }
        for suffix in suffixes.map({ $0.lowercased() }) + suffixes.map({ $0.uppercased() }) {
            let candidate = "\(stem).\(suffix)"
            if let text = try SidecarText.read(candidate, maxBytes: 1 << 12) {
                return (try transform(parsing: text, path: candidate), candidate)
            }
        }
        return nil
    }

    static func transform(parsing text: String, path: String) throws -> GeoTransform {
        let words = text.split(whereSeparator: \.isWhitespace)
        let advice = "a world file has six lines of one number each; mend it or remove it"
        guard words.count == 6 else {
            throw InputError(path: path, problem: "a world file with \(words.count) numbers in place of 6", advice: advice)
        }
        let numbers = try words.enumerated().map { index, word in
            // Some locales' programs write decimal commas.
            guard let number = Double(word.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ".")) else {
                throw InputError(path: path, problem: "line \(index + 1) of the world file, '\(word)', is not a number", advice: advice)
            }
            return number
        }
        let corner = GeoTransform(
            originX: numbers[4], xPerColumn: numbers[0], xPerRow: numbers[2],
            originY: numbers[5], yPerColumn: numbers[1], yPerRow: numbers[3]
        ).translated(column: -0.5, row: -0.5)
        guard corner.isInvertible else {
            throw InputError(path: path, problem: "the world file's numbers place no pixel", advice: advice)
        }
        return corner
    }

    /// Path without its extension, and the extension without its dot; a dot in a folder's name or before a hidden file's is none.
    private static func split(_ path: String) -> (stem: Substring, suffix: Substring) {
        let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        guard let dot = path[nameStart...].lastIndex(of: "."), dot > nameStart else { return (path[...], "") }
        return (path[..<dot], path[path.index(after: dot)...])
    }
}
