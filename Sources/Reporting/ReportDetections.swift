import ChangeDetection
import Geodesy
import Raster

/// A card for every detection, the surest first.
struct ReportDetections {
    /// Those that have a card: confirmed ones first, then the strongest.
    let cards: [Earthwork]
    private let total: Int
    private let ids: Set<String>
    private let claims: Set<String>

    static let mostCards = 500

    init(_ content: ReportContent) {
        cards = Array(Self.ranked(content.earthworks).prefix(Self.mostCards))
        total = content.earthworks.count
        ids = Set(cards.map(\.id))
        claims = Set(content.claims?.claims.map(\.id) ?? [])
    }

    func hasCard(_ id: String) -> Bool { ids.contains(id) }

    /// Confirmed, provisional, transient; within each the strongest first, then by id.
    static func ranked(_ works: [Earthwork]) -> [Earthwork] {
        func rank(_ work: Earthwork) -> Int {
            switch work.status {
            case .confirmed: 0
            case .provisional: 1
            case .transient: 2
            }
        }
        return works.sorted { a, b in
            if rank(a) != rank(b) { return rank(a) < rank(b) }
            return strength(a) != strength(b) ? strength(a) > strength(b) : a.id < b.id
        }
    }

    private static func strength(_ work: Earthwork) -> Double { work.snr.isFinite ? work.snr : -.infinity }

    func markup(_ pictures: ReportPictures) -> Markup {
        guard !cards.isEmpty else {
            return element(
                "p", [:], "No earthwork was identified. What these images cannot show is said under ",
                element("a", ["href": "#section-method"], "method and limits"), ".")
        }
        let rest = total - cards.count
        return [
            element(
                "p", [:],
                "Confirmed ones first, then the strongest. Positions are on WGS 84, latitude before longitude. The record for other programs is ",
                element("a", ["href": ReportText.fileLink("detections.geojson")], "detections.geojson"), "."),
            rest > 0
                ? element(
                    "p", ["class": "note"],
                    "The \(cards.count) surest of \(total) are shown here; the other \(rest) stand in detections.geojson.") : [],
            element("div", ["class": "cards"], anchored.map { card($0.work, pictures, isFirst: $0.isFirst) }),
        ]
    }

    /// An id is an anchor once; a record that bears one twice shows both all the same.
    private var anchored: [(work: Earthwork, isFirst: Bool)] {
        var seen: Set<String> = []
        return cards.map { ($0, seen.insert($0.id).inserted) }
    }

    /// "linear, 4.2 km, first seen 2020-07-28".
    static func summary(_ work: Earthwork) -> String {
        let size =
            work.kind == .linear
            ? ReportText.length(work.lengthMetres) : ReportText.number(work.areaSquareMetres, decimals: 0, unit: "m²")
        return "\(work.kind.rawValue), \(size), \(work.status.rawValue)" + (work.firstSeen.map { ", first seen \($0)" } ?? "")
    }

    private func card(_ work: Earthwork, _ pictures: ReportPictures, isFirst: Bool) -> Markup {
        let key = isFirst ? ReportText.anchor(work.id) : nil
        let heading = key.map { $0 + "-title" }
        return element(
            "article", ["class": "card", "id": key, "aria-labelledby": heading],
            element(
                "h3", ["id": heading], element("code", [:], Markup(work.id)), " ",
                element("span", ["class": "tag tag-\(work.kind.rawValue)"], Markup(work.kind.rawValue)), " ",
                element("span", ["class": "tag tag-\(work.status.rawValue)"], Markup(work.status.rawValue))),
            pictures.figure(
                work.id, isOriginal: isFirst, caption: "The same ground on both dates. The mark follows what was detected."),
            element("dl", ["class": "facts-list"], Markup(facts(work))),
            coordinates(work))
    }

    private func facts(_ work: Earthwork) -> [Markup] {
        func entry(_ term: String, _ value: Markup) -> Markup { ReportRecords.entry(term, value) }
        var list = [
            entry("First seen", Markup(work.firstSeen?.description ?? "not dated")),
            entry("Last date without it", Markup(work.lastAbsent?.description ?? "none: there on the first date")),
            entry("Last seen", Markup(work.lastSeen?.description ?? ReportText.dash)),
        ]
        if let length = work.lengthMetres { list.append(entry("Length", Markup(ReportText.length(length)))) }
        if let width = work.widthMetres { list.append(entry("Width", Markup(ReportText.length(width)))) }
        if let area = work.areaSquareMetres { list.append(entry("Area", Markup(ReportText.number(area, decimals: 0, unit: "m²")))) }
        if let bearing = work.bearingDegrees { list.append(entry("Axis", "\(ReportText.number(bearing, decimals: 0))° from north")) }
        list.append(entry("Against the ground", Markup(Self.sign(work.sign))))
        list.append(entry("Signal to noise", Markup(ReportText.number(work.snr, decimals: 1))))
        list.append(entry("Confidence", Markup(ReportText.confidence(work.confidence))))
        list.append(
            entry("False alarms as strong", "\(ReportText.rate(work.falseAlarmsPer1000SquareKilometres)) per 1000\u{A0}km²"))
        if work.group != work.id { list.append(entry("Piece of", element("code", [:], Markup(work.group)))) }
        if !work.tiles.isEmpty { list.append(entry("Tiles", Markup(work.tiles.joined(separator: ", ")))) }
        if !work.claims.isEmpty {
            let links = work.claims.enumerated().map { index, id -> Markup in
                [
                    index > 0 ? ", " : "",
                    claims.contains(id) ? element("a", ["href": "#" + ReportClaims.anchor(id)], Markup(id)) : Markup(id),
                ]
            }
            list.append(ReportRecords.entry("Used by the claims", Markup(links), isWide: true))
        }
        return list
    }

    private static func sign(_ sign: Earthwork.Sign) -> String {
        switch sign {
        case .brighter: "brighter, as spoil is"
        case .darker: "darker, as shadow or dug soil is"
        case .both: "brighter and darker side by side"
        }
    }

    private func coordinates(_ work: Earthwork) -> Markup {
        let points = work.shape.points.filter(ReportText.isOnGlobe)
        guard let first = points.first, let last = points.last else { return element("p", [:], "Its position is not known.") }
        let places: [(String, GeographicPoint)] =
            switch work.shape {
            case .line: [("Middle", Self.middle(ofLine: points)), ("One end", first), ("Other end", last)]
            case .polygon: [("Middle", work.shape.meanCorner)]
            }
        return element(
            "ul", ["class": "positions"],
            places.map { name, point in
                element(
                    "li", [:], element("span", ["class": "label"], Markup(name)), " ",
                    element("code", ["class": "coordinates"], Markup(ReportText.decimalDegrees(point))), " ",
                    element(
                        "button",
                        ["type": "button", "class": "copy", "hidden": "", "aria-label": "Copy \(name.lowercased()) of \(work.id)"], "Copy"),
                    " ", element("span", ["class": "sexagesimal"], Markup(ReportText.degreesMinutesSeconds(point))))
            })
    }

    /// Half way along.
    static func middle(ofLine points: [GeographicPoint]) -> GeographicPoint {
        var rest = Geodesic.length(points) / 2
        for (a, b) in zip(points, points.dropFirst()) {
            let step = Geodesic.distance(a, b)
            if step >= rest, step > 0 {
                return Geodesic.destination(from: a, bearing: Geodesic.azimuth(from: a, to: b), distance: rest)
            }
            rest -= step
        }
        return points[points.count / 2]
    }
}
