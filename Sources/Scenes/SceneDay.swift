import Raster

/// The day of a scene, chosen among what names, metadata and tags say.
struct SceneDay {
    var date: CalendarDate?
    var source: DateSource?
    /// Where two sources differ.
    var disagreement: String?
    /// Where the date is not what it should be.
    var note: String?

    init(file: SceneFile, tiffDateTime: String?, metadata: [ProductMetadata]) {
        var readings = metadata.compactMap { found in
            found.date?.ifPlausible.map { SceneFile.DateReading(date: $0, source: .productMetadata, origin: found.path) }
        }
        readings += file.nameDates
        if let date = tiffDateTime.flatMap(Self.tiffDate) {
            readings.append(SceneFile.DateReading(date: date, source: .tiffDateTime, origin: tiffDateTime ?? ""))
        }
        guard let best = readings.first else {
            date = file.product?.processingDate ?? file.folderProduct?.processingDate
            guard date != nil else { return }
            source = .fileName
            note = "its name tells only when the file was made, which is taken for its date; put the day in a folder's name"
            return
        }
        date = best.date
        source = best.source
        if let other = readings.first(where: { $0.date != best.date }) {
            disagreement =
                "\(best.source.words) '\(best.origin)' says \(best.date), \(other.source.words) '\(other.origin)' says \(other.date)"
                .oneLine
        }
    }

    /// `2021:01:19 09:15:00`; some writers put hyphens.
    static func tiffDate(_ text: String) -> CalendarDate? {
        CalendarDate(iso: text.prefix(10).map { $0 == ":" ? "-" : String($0) }.joined())?.ifPlausible
    }
}
