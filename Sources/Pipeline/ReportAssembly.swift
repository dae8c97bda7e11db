import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import Reporting

extension ReportContent {
    /// Everything that a run knows and a report says, but pictures and hashes.
    init(
        title: String, created: String, tiles: [TileResult], earthworks: [Earthwork], claims: ClaimsDocument?, places: [Place],
        parameters: RunParameters, summary: RunSummary
    ) throws {
        self.init(program: Version.program, title: title, created: created)
        isSimulated = summary.isSimulated
        credits = Set(tiles.flatMap { $0.scenes.compactMap(\.credit) }).sorted()
        self.claims = claims
        self.earthworks = earthworks
        self.places = places
        self.tiles = try tiles.map { try Tile($0, pairs: summary.pairs) }
        refused = summary.refused.map { Refused(name: $0.input, reason: $0.reason) }
        warnings = summary.warnings
        self.parameters = parameters.rows
    }
}

extension ReportContent.Tile {
    fileprivate init(_ tile: TileResult, pairs: [RunSummary.Pair]) throws {
        self.init(
            name: tile.tile, footprint: [[try PixelGeolocator(grid: tile.grid).footprint]],
            dates: tile.scenes.indices.compactMap { i in
                tile.scenes[i].date.map {
                    ReportContent.Date(date: $0, clearShare: tile.clearShares[i], isReference: i == tile.reference && tile.scenes.count > 2)
                }
            },
            pairs: tile.pairs.map { pair in
                let record = pair.record
                let isDrawn = pairs.contains {
                    $0.tile == record.tile && $0.before == record.before && $0.after == record.after && $0.picture != nil
                }
                return ReportContent.Pair(
                    before: record.before, after: record.after, shiftX: record.shift.x, shiftY: record.shift.y,
                    cornerShift: record.shift.affine?.largestPixels, residual: record.shift.residual, hasLock: record.shift.lock,
                    clearShare: record.clearShare,
                    observedSquareKilometres: record.observedSquareKilometres,
                    picture: isDrawn ? PairFiles.picture(tile.stem(pair))[0] : nil, change: pair.change)
            })
    }
}

extension RunParameters {
    /// For people.
    fileprivate var rows: [ReportContent.Parameter] {
        let limit = DecimalText.fixed(falseAlarmsPer1000SquareKilometres, decimals: 3)
        let all: [(String, String?)] = [
            ("False alarms allowed per 1 000 km²", limit),
            ("Shortest linear earthwork", DecimalText.fixed(minimumLengthMetres, decimals: 0) + " m"),
            ("Bands", bands?.joined(separator: ", ") ?? "all that the dates share"),
            ("Scenes from", from?.description), ("Scenes until", until?.description), ("Only new since", since?.description),
            ("Pipeline file", pipeline), ("Imagery", imagery), ("Area", area), ("Earlier scene", before), ("Later scene", after),
        ]
        return all.compactMap { name, value in value.map { ReportContent.Parameter(name: name, value: $0) } }
    }
}
