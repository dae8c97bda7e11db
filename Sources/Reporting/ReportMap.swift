import ChangeDetection
import Claims
import Geodesy
import Raster

/// Maps drawn from the data: one of everything, and one close up for each group of tiles that would be a speck on it.
struct ReportMaps {
    private let content: ReportContent
    private let detections: ReportDetections
    private let works: [Earthwork]
    private let colours: OnsetColours

    /// Drawn on one map; the strongest come first.
    static let mostWorks = 2000
    private static let mostCloseUps = 6

    init(_ content: ReportContent, _ detections: ReportDetections) {
        let content = content.aroundDateLine
        self.content = content
        self.detections = detections
        let ranked = ReportDetections.ranked(content.earthworks).filter {
            !$0.shape.points.isEmpty && $0.shape.points.allSatisfy(ReportText.isOnGlobe)
        }
        works = Array(ranked.prefix(Self.mostWorks))
        colours = OnsetColours(works)
    }

    var markup: Markup {
        let everything = content.extent
        guard !everything.isEmpty else { return element("p", [:], "No position is known, so there is no map.") }
        let closeUps = closeUps(beside: everything)
        let hidden = content.earthworks.count - works.count
        return [
            element(
                "div", ["class": "maps"],
                map("map-overview", "Overview", everything, isOverview: true),
                Markup(
                    closeUps.prefix(Self.mostCloseUps).enumerated().map { index, group in
                        let names = group.names.prefix(6).joined(separator: ", ")
                        return map("map-\(index + 1)", "Close up: \(names)", group.extent, isOverview: false)
                    })),
            closeUps.count > Self.mostCloseUps
                ? element("p", ["class": "note"], "\(closeUps.count - Self.mostCloseUps) more groups of tiles have no map of their own.")
                : [],
            hidden > 0
                ? element(
                    "p", ["class": "note"],
                    "The \(works.count) surest detections are drawn; the other \(hidden) stand in detections.geojson.")
                : [],
        ]
    }

    /// Groups of neighbouring tiles that hold detections and would be small on the overview.
    private func closeUps(beside everything: Extent) -> [(names: [String], extent: Extent)] {
        var groups: [(names: [String], extent: Extent)] = []
        for tile in content.tiles.prefix(200) {
            let extent = Extent(tile.footprint.joined())
            guard !extent.isEmpty else { continue }
            var group = (names: [tile.name], extent: extent)
            groups.removeAll { other in
                guard other.extent.grown(by: 0.5).meets(group.extent.grown(by: 0.5)) else { return false }
                group = (other.names + group.names, other.extent.union(group.extent))
                return true
            }
            groups.append(group)
        }
        return groups.filter { group in
            group.extent.isSmall(beside: everything)
                && works.contains { $0.shape.points.contains { group.extent.contains($0) } }
        }
    }

    private func map(_ id: String, _ title: String, _ extent: Extent, isOverview: Bool) -> Markup {
        let frame = MapFrame(extent)
        var labels = MapLabels(frame: frame)
        let tiles = content.tiles.prefix(500).map { tile($0, frame, &labels) }
        let places = content.places.prefix(200).map { place($0, frame, &labels) }
        let shown = works.filter { $0.shape.points.contains { frame.contains($0) } }
        let drawn = Markup(shown.reversed().map { work($0, frame) })
        let count = (lines: shown.count { $0.kind == .linear }, sites: shown.count { $0.kind == .compact })
        let clip = id + "-clip"
        return element(
            "figure", ["class": "chart map-figure"],
            element("h3", [:], Markup(title)),
            element(
                "svg",
                [
                    "viewBox": "0 0 \(svg(frame.width)) \(svg(frame.height))", "role": "group", "class": "map",
                    "aria-label":
                        "Map, \(title): \(ReportText.counted(count.lines, "linear earthwork")) and \(ReportText.counted(count.sites, "compact one"))",
                ],
                element(
                    "defs", [:],
                    element(
                        "clipPath", ["id": clip],
                        element("rect", ["x": "0", "y": "0", "width": svg(frame.width), "height": svg(frame.height)]))),
                element("rect", ["class": "ground", "x": "0", "y": "0", "width": svg(frame.width), "height": svg(frame.height)]),
                element("g", ["clip-path": "url(#\(clip))"], frame.graticule, Markup(places), Markup(tiles), drawn),
                labels.markup, frame.graticuleLabels, frame.scaleBar, frame.northArrow),
            element("figcaption", [:], legend(shown, isOverview: isOverview)))
    }

    private func tile(_ tile: ReportContent.Tile, _ frame: MapFrame, _ labels: inout MapLabels) -> Markup {
        let extent = Extent(tile.footprint.joined())
        guard !extent.isEmpty, frame.meets(extent) else { return [] }
        let box = frame.box(extent)
        labels.add(tile.name, class: "tile-label", near: (box.left, box.top, box.right, box.bottom))
        if box.right - box.left < 9, box.bottom - box.top < 9 {
            return element(
                "rect",
                [
                    "class": "tile", "x": svg(box.left - 3), "y": svg(box.top - 3), "width": svg(box.right - box.left + 6),
                    "height": svg(box.bottom - box.top + 6),
                ])
        }
        return element("path", ["class": "tile", "d": frame.path(tile.footprint)])
    }

    private func place(_ place: Place, _ frame: MapFrame, _ labels: inout MapLabels) -> Markup {
        let extent = Extent(place.polygons.joined())
        guard !extent.isEmpty, frame.meets(extent) else { return [] }
        let box = frame.box(extent)
        labels.add(place.id, class: "place-label", near: (box.left, box.top, box.right, box.bottom))
        return element("path", ["class": "place", "d": frame.path(place.polygons)], element("title", [:], Markup(place.id)))
    }

    private func work(_ work: Earthwork, _ frame: MapFrame) -> Markup {
        let name = element("title", [:], "\(work.id): \(ReportDetections.summary(work))")
        let classes = "work \(work.kind.rawValue) \(work.status.rawValue) \(colours.name(work))"
        let box = frame.box(Extent([work.shape.points]))
        let mark: Markup
        if work.kind == .linear, max(box.right - box.left, box.bottom - box.top) >= 5 {
            mark = element("path", ["class": classes, "d": frame.line(work.shape.points)], name)
        } else {
            mark = element(
                "circle",
                [
                    "class": classes, "cx": svg((box.left + box.right) / 2), "cy": svg((box.top + box.bottom) / 2),
                    "r": work.kind == .compact ? "5" : "3",
                ], name)
        }
        // Reached by pointer; by keyboard the cards themselves are nearer than hundreds of stops in a drawing.
        return detections.hasCard(work.id)
            ? element("a", ["href": "#" + ReportText.anchor(work.id), "tabindex": "-1", "aria-label": work.id], mark) : mark
    }

    private func legend(_ shown: [Earthwork], isOverview: Bool) -> Markup {
        func item(_ mark: Markup, _ text: String) -> Markup {
            element("li", [:], element("svg", ["class": "key map", "viewBox": "0 0 40 26", "aria-hidden": "true"], mark), Markup(text))
        }
        func line(_ classes: String) -> Markup { element("path", ["class": "work linear \(classes)", "d": "M3 20L37 6"]) }
        func dot(_ classes: String) -> Markup { element("circle", ["class": "work compact \(classes)", "cx": "20", "cy": "13", "r": "6"]) }
        let present = Set(shown.filter { $0.status != .transient }.map(colours.name))
        let has = { (kind: Earthwork.Kind, status: Earthwork.Status) in shown.contains { $0.kind == kind && $0.status == status } }
        var items = colours.legend.filter { present.contains($0.name) }.map { item(line("confirmed \($0.name)"), "first seen \($0.label)") }
        if has(.linear, .provisional) { items.append(item(line("provisional onset-none"), "linear, provisional (dashed)")) }
        if has(.compact, .confirmed) { items.append(item(dot("confirmed onset-none"), "compact, confirmed")) }
        if has(.compact, .provisional) { items.append(item(dot("provisional onset-none"), "compact, provisional (hollow)")) }
        if shown.contains(where: { $0.status == .transient }) { items.append(item(dot("transient"), "transient")) }
        if content.tiles.contains(where: { !$0.footprint.isEmpty }) {
            items.append(item(element("rect", ["class": "tile", "x": "8", "y": "3", "width": "24", "height": "20"]), "tile"))
        }
        if !content.places.isEmpty {
            items.append(item(element("rect", ["class": "place", "x": "8", "y": "3", "width": "24", "height": "20"]), "place of a claim"))
        }
        return [
            element("ul", ["class": "legend"], items),
            isOverview ? element("p", [:], "North is up. Degrees on WGS 84. Each mark leads to its detection.") : [],
        ]
    }
}

extension ReportContent {
    fileprivate var extent: Extent {
        Extent(tiles.flatMap { $0.footprint.joined() } + places.flatMap { $0.polygons.joined() } + earthworks.map(\.shape.points))
    }

    /// With longitudes of 0 to 360 where the world is narrower that way, as it is for places on both sides of the date line.
    fileprivate var aroundDateLine: ReportContent {
        guard !extent.isEmpty, extent.width > 180 else { return self }
        func turned(_ points: [GeographicPoint]) -> [GeographicPoint] {
            points.map { $0.longitude < 0 ? GeographicPoint(longitude: $0.longitude + 360, latitude: $0.latitude) : $0 }
        }
        var content = self
        for index in content.tiles.indices { content.tiles[index].footprint = tiles[index].footprint.map { $0.map(turned) } }
        for index in content.places.indices { content.places[index].polygons = places[index].polygons.map { $0.map(turned) } }
        for index in content.earthworks.indices {
            switch earthworks[index].shape {
            case .line(let points): content.earthworks[index].shape = .line(turned(points))
            case .polygon(let points): content.earthworks[index].shape = .polygon(turned(points))
            }
        }
        return content.extent.width < extent.width ? content : self
    }
}

/// At most six colours, from the earliest onset to the latest.
private struct OnsetColours {
    private let bins: [[CalendarDate]]

    init(_ works: [Earthwork]) {
        let days = Set(works.filter { $0.status != .transient }.compactMap(\.firstSeen)).sorted()
        let count = min(6, days.count)
        bins = (0..<count).map { Array(days[$0 * days.count / count..<($0 + 1) * days.count / count]) }
    }

    func name(_ work: Earthwork) -> String {
        guard work.status != .transient, let seen = work.firstSeen, let bin = bins.firstIndex(where: { $0.contains(seen) }) else {
            return "onset-none"
        }
        return Self.name(bin, of: bins.count)
    }

    var legend: [(name: String, label: String)] {
        bins.enumerated().compactMap { index, days in
            guard let first = days.first, let last = days.last else { return nil }
            return (Self.name(index, of: bins.count), ReportText.span(first, last))
        }
    }

    /// Spread over the palette, so that two onsets are as far apart in colour as they can be.
    private static func name(_ bin: Int, of count: Int) -> String { "onset-\(count > 1 ? bin * 5 / (count - 1) : 0)" }
}
