import ChangeDetection
import Geodesy
import Raster
import RasterIO

/// What an annotated diff picture says beside its pixels.
public struct DiffPictureContent: Sendable, Encodable {
    public var tile: String
    /// Labels of the two images: dates, or names where they have none.
    public var before: String
    public var after: String
    /// The earlier image's grid: the pixels of the map.
    public var grid: RasterGrid
    /// Those outside of the map are left out.
    public var earthworks: [Earthwork]
    /// Name of the claim that an earthwork bears on, by the earthwork's id; may be empty.
    public var highlightedClaims: [String: String]
    public var sourceCredit: String?
    public var isSimulated: Bool
    /// What a reader has to know about this pair, such as `shift (−0.31, 0.22) px removed`.
    public var notes: [String]
    /// Change in σ from which the overlay is seen.
    public var zLimit: Float

    public init(
        tile: String, before: String, after: String, grid: RasterGrid, earthworks: [Earthwork], highlightedClaims: [String: String] = [:],
        sourceCredit: String? = nil, isSimulated: Bool = false, notes: [String] = [], zLimit: Float
    ) {
        self.tile = tile
        self.before = before
        self.after = after
        self.grid = grid
        self.earthworks = earthworks
        self.highlightedClaims = highlightedClaims
        self.sourceCredit = sourceCredit
        self.isSimulated = isSimulated
        self.notes = notes
        self.zLimit = zLimit
    }
}

/// Where the map's pixels come from, asked for once for each row, in any order and from any thread.
public protocol DiffPictureRows: Sendable {
    /// Brightness of the later image, stretched to 1…255; 0 is no data. Shape: rows × width.
    func luminance(rows: Range<Int>) throws -> [UInt8]

    /// Signed change in steps of 0.1 σ, brighter ground positive; −128 is not observed. Shape: rows × width.
    func change(rows: Range<Int>) throws -> [Int8]
}

/// The figure of one pair of images: the later one in grey, change as a tint over it, what was found outlined and labelled.
public enum DiffPicture {
    /// Writes a PNG with its world file and `.aux.xml`, each whole or not at all.
    ///
    /// A map of less than 1200 pixels is enlarged by a whole number, pixels staying squares. Rows are drawn strip by strip: memory does
    /// not grow with the map's height.
    ///
    /// - Parameter inOrder: makes the strips, on several threads if it likes, and hands each on in order.
    /// - Returns: the picture's own grid, margins included.
    /// - Throws: `InputError` where the grid places no pixel or `rows` gives the wrong number of them, `OutputError` where it cannot be
    ///   written, and what `rows` throws.
    @discardableResult
    public static func write(_ content: DiffPictureContent, rows: some DiffPictureRows, to path: String, inOrder: StripWork = eachInTurn)
        throws
        -> RasterGrid
    {
        let figure = try PictureFigure(content)
        let palette = PicturePalette(zLimit: content.zLimit)
        let writer = try PNGWriter(
            path: path, size: figure.size, colour: .palette(palette.colours), texts: texts(content, figure),
            compression: figure.map.magnification > 1 ? repeated : .fast)
        let renderer = PictureRenderer(figure: figure, palette: palette)
        let encoder = writer.encoder
        try inOrder(renderer.strips.count) { strip in
            try renderer.pixels(of: renderer.strips[strip], rows: rows).withUnsafeBufferPointer { try encoder.encode($0) }
        } _: {
            try writer.append($0)
        }

        let map = figure.map
        let scale = 1 / Double(map.magnification)
        let grid = RasterGrid(
            size: figure.size,
            transform: content.grid.transform.translated(column: -map.rect.x * scale, row: -map.rect.y * scale, scale: scale),
            crs: content.grid.crs)
        // WKT 1 is what every reader of sidecars knows.
        let crs = try CoordinateSystemDescription(grid.crs).wkt1GDAL.map { CoordinateSystem.definition($0) } ?? grid.crs
        try PAMSidecar(crs: crs, transform: grid.transform, metadata: content.isSimulated ? ["SIMULATED": "YES"] : [:]).write(for: path)
        try WorldFile.write(transform: grid.transform, for: path)
        try writer.commit()
        return grid
    }

    /// Makes a value for each of so many indices and hands them on in order of index, on the caller's thread.
    public typealias StripWork = (
        _ count: Int, _ make: @Sendable (Int) throws -> PNGBand, _ take: (PNGBand) throws -> Void
    ) throws -> Void

    /// One strip after another.
    public static func eachInTurn(count: Int, make: @Sendable (Int) throws -> PNGBand, take: (PNGBand) throws -> Void) throws {
        for index in 0..<count { try take(make(index)) }
    }

    /// An enlarged map repeats its rows, which only a search for repeats finds; it is small, so the search costs nothing to speak of.
    private static let repeated = PNGWriter.Compression(level: 6, strategy: .thorough, filtersDifferences: false)

    private static func texts(_ content: DiffPictureContent, _ figure: PictureFigure) -> [PNGWriter.Text] {
        var texts = [PNGWriter.Text("Title", figure.title), PNGWriter.Text("Software", "TrenchWatch")]
        if !content.notes.isEmpty { texts.append(PNGWriter.Text("Description", content.notes.joined(separator: "\n"))) }
        if let credit = content.sourceCredit { texts.append(PNGWriter.Text("Source", credit)) }
        if content.isSimulated { texts.append(PNGWriter.Text("Disclaimer", "Simulated imagery: a made-up scene.")) }
        return texts
    }
}
