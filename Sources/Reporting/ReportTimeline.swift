import ChangeDetection
import Raster

/// When each tile was seen, how clear, and how much line there was by then.
struct ReportTimeline {
    private let tiles: [ReportContent.Tile]
    private let hiddenTiles: Int
    private let growth: [Growth]
    /// Of lines that no date lacks.
    private let alwaysMetres: Double
    private let axis: Axis?

    private static let mostTiles = 40

    init(_ content: ReportContent) {
        let dated = content.tiles.filter { !$0.dates.isEmpty }
        tiles = Array(dated.prefix(Self.mostTiles))
        hiddenTiles = dated.count - tiles.count
        growth = Self.growth(of: content.earthworks)
        alwaysMetres = Self.lines(content.earthworks).reduce(0) { $0 + ($1.absent == nil ? $1.metres : 0) }
        let days = tiles.flatMap { $0.dates.map(\.date) } + growth.map(\.date)
        axis = Axis(days: days)
    }

    /// Cumulative length of the linear earthworks from a date on: `low` counts what was seen by then, `high` what may have been begun.
    struct Growth: Equatable {
        var date: CalendarDate
        var lowMetres: Double
        var highMetres: Double
    }

    /// A line counts as seen from `first_seen` on; it may be there just after `last_absent`, or all the time where no date lacks it.
    static func growth(of works: [Earthwork]) -> [Growth] {
        let lines = Self.lines(works)
        var low: [CalendarDate: Double] = [:]
        var high: [CalendarDate: Double] = [:]
        var always = 0.0
        for line in lines {
            low[line.seen, default: 0] += line.metres
            if let absent = line.absent { high[absent, default: 0] += line.metres } else { always += line.metres }
        }
        var sums = (low: 0.0, high: always)
        return Set(low.keys).union(high.keys).sorted().map { date in
            sums.low += low[date] ?? 0
            sums.high += high[date] ?? 0
            return Growth(date: date, lowMetres: sums.low, highMetres: max(sums.low, sums.high))
        }
    }

    private static func lines(_ works: [Earthwork]) -> [(absent: CalendarDate?, seen: CalendarDate, metres: Double)] {
        works.compactMap { work in
            guard work.kind == .linear, work.status != .transient, let seen = work.firstSeen, let metres = work.lengthMetres,
                metres.isFinite, metres > 0
            else { return nil }
            return (work.lastAbsent, seen, metres)
        }
    }

    var markup: Markup {
        guard let axis else { return element("p", [:], "The scenes carry no dates, so there is no timeline.") }
        let rows = Self.top + Double(tiles.count) * Self.rowHeight
        let hasGrowth = !growth.isEmpty
        let height = rows + (hasGrowth ? Self.chartGap + Self.chartHeight : 0) + Self.bottom
        return [
            element(
                "figure", ["class": "chart"],
                element(
                    "svg",
                    [
                        "viewBox": "0 0 \(Int(Axis.width)) \(Int(height))", "role": "img",
                        "aria-labelledby": "timeline-title timeline-text",
                        "class": "timeline",
                    ],
                    element("title", ["id": "timeline-title"], "Dates of the scenes\(hasGrowth ? " and length of linear earthworks" : "")"),
                    element("desc", ["id": "timeline-text"], "The same as tables follows below."),
                    grid(axis, height: height),
                    Markup(tiles.enumerated().map { row($1, axis, y: Self.top + (Double($0) + 0.75) * Self.rowHeight) }),
                    hasGrowth ? chart(axis, top: rows + Self.chartGap) : []),
                element("figcaption", [:], legend(hasGrowth))),
            hiddenTiles > 0 ? element("p", ["class": "note"], "\(hiddenTiles) more tiles are not drawn; their pairs stand below.") : [],
            hasGrowth || tiles.isEmpty
                ? [] : element("p", [:], "No linear earthwork was identified, so there is no length to draw."),
            tables(hasGrowth),
        ]
    }

    private static let top = 16.0
    private static let rowHeight = 58.0
    private static let chartGap = 64.0
    private static let chartHeight = 230.0
    private static let bottom = 52.0

    private func grid(_ axis: Axis, height: Double) -> Markup {
        let base = height - Self.bottom
        return element(
            "g", ["class": "grid"],
            axis.ticks.map { tick in
                let x = svg(axis.x(tick.date))
                return [
                    element("line", ["x1": x, "x2": x, "y1": "0", "y2": svg(base + 6)]),
                    element("text", ["x": x, "y": svg(base + 32), "text-anchor": tick.anchor], Markup(tick.label)),
                ]
            })
    }

    private func row(_ tile: ReportContent.Tile, _ axis: Axis, y: Double) -> Markup {
        element(
            "g", ["class": "tile-row"],
            element("text", ["x": "0", "y": svg(y - 18)], Markup(tile.name)),
            element("line", ["x1": svg(Axis.left), "x2": svg(Axis.right), "y1": svg(y), "y2": svg(y)]),
            Markup(
                tile.dates.prefix(400).map { day in
                    let share = day.clearShare.isFinite ? min(max(day.clearShare, 0), 1) : 0
                    let x = axis.x(day.date)
                    return element(
                        "g", ["class": "date"],
                        element(
                            "title", [:],
                            "\(day.date): \(ReportText.percent(share)) clear\(day.isReference ? ", reference" : "")"),
                        day.isReference
                            ? element(
                                "rect",
                                ["class": "reference", "x": svg(x - 12), "y": svg(y - 12), "width": "24", "height": "24"]) : [],
                        element("circle", ["class": "whole", "cx": svg(x), "cy": svg(y), "r": "9"]),
                        element("circle", ["class": "clear", "cx": svg(x), "cy": svg(y), "r": svg(9 * share.squareRoot())]))
                }))
    }

    private func chart(_ axis: Axis, top: Double) -> Markup {
        let base = top + Self.chartHeight
        let most = (growth.last?.highMetres ?? 0) / 1000
        // Two to five levels above the ground line.
        let step = RoundNumber.largest(atMost: max(most, 1e-6) / 2)
        let ceiling = (most / step).rounded(.up) * step
        func y(_ metres: Double) -> Double { base - metres / 1000 / ceiling * Self.chartHeight }
        // Both curves are stairs over the whole width: from the first scene's date to the last's.
        func stairs(_ value: (Growth) -> Double, from start: Double) -> [(Double, Double)] {
            var points = [(Axis.left, y(start))]
            var current = start
            for step in growth {
                let x = axis.x(step.date)
                points += [(x, y(current)), (x, y(value(step)))]
                current = value(step)
            }
            return points + [(Axis.right, y(current))]
        }
        let low = stairs(\.lowMetres, from: 0)
        let high = stairs(\.highMetres, from: alwaysMetres)
        func path(_ points: [(Double, Double)]) -> String {
            points.enumerated().map { ($0 == 0 ? "M" : "L") + svg($1.0) + " " + svg($1.1) }.joined()
        }
        let lines = stride(from: 0.0, through: ceiling + step / 2, by: step).map { value in
            [
                element(
                    "line",
                    ["class": "level", "x1": svg(Axis.left), "x2": svg(Axis.right), "y1": svg(y(value * 1000)), "y2": svg(y(value * 1000))]),
                element(
                    "text", ["x": svg(Axis.left - 8), "y": svg(y(value * 1000) + 6), "text-anchor": "end"],
                    Markup(ReportText.number(value, decimals: 3))),
            ] as Markup
        }
        return element(
            "g", ["class": "growth"],
            element("text", ["x": "0", "y": svg(top - 22), "class": "axis-title"], "Linear earthworks, km in all"),
            Markup(lines),
            element("path", ["class": "interval-area", "d": path(low + high.reversed()) + "Z"]),
            element("path", ["class": "interval-edge", "d": path(high)]),
            element("path", ["class": "seen-line", "d": path(low)]))
    }

    private func legend(_ hasGrowth: Bool) -> Markup {
        func sign(_ marks: Markup) -> Markup {
            element("svg", ["class": "key timeline", "viewBox": "0 0 40 26", "aria-hidden": "true"], marks)
        }
        func mark(_ share: Double, _ isReference: Bool = false) -> Markup {
            [
                isReference ? element("rect", ["class": "reference", "x": "8", "y": "1", "width": "24", "height": "24"]) : [],
                element("circle", ["class": "whole", "cx": "20", "cy": "13", "r": "9"]),
                element("circle", ["class": "clear", "cx": "20", "cy": "13", "r": svg(9 * share.squareRoot())]),
            ]
        }
        return element(
            "ul", ["class": "legend"],
            element("li", [:], sign(mark(1)), "clear scene"),
            element("li", [:], sign(mark(0.3)), "30 % clear"),
            tiles.contains { $0.dates.contains(where: \.isReference) } ? element("li", [:], sign(mark(1, true)), "reference") : [],
            hasGrowth
                ? [
                    element("li", [:], sign(element("path", ["class": "seen-line", "d": "M2 20H20V7H38"])), "seen by then: the least"),
                    element(
                        "li", [:], sign(element("path", ["class": "interval-area", "d": "M2 24V4H38V24Z"])),
                        "may have been begun: up to the most"),
                ] : [])
    }

    private func tables(_ hasGrowth: Bool) -> Markup {
        let dates = tiles.flatMap { tile in
            tile.dates.prefix(400).map { day -> [Markup] in
                [
                    "\(day.date)", Markup(tile.name), Markup(ReportText.percent(day.clearShare.isFinite ? day.clearShare : 0)),
                    day.isReference ? "reference" : "",
                ]
            }
        }
        return element(
            "details", [:], element("summary", [:], "The same as tables"),
            dates.isEmpty ? [] : ReportRecords.table("Dates of the scenes.", ["Date", "Tile", "Clear", "Use"], Array(dates.prefix(1000))),
            hasGrowth
                ? ReportRecords.table(
                    "Cumulative length of linear earthworks: the least just at the date, the most just after it.",
                    ["Date", "Least (km)", "Most (km)"],
                    growth.prefix(1000).map {
                        [
                            "\($0.date)", Markup(ReportText.number($0.lowMetres / 1000, decimals: 2)),
                            Markup(ReportText.number($0.highMetres / 1000, decimals: 2)),
                        ]
                    }) : [])
    }
}

/// A coordinate of a drawing, to a tenth of its unit.
func svg(_ value: Double) -> String { DecimalText.trimmed(value, decimals: 1) }

/// Days across a drawing.
private struct Axis {
    static let width = 720.0
    static let left = 64.0
    static let right = 704.0

    struct Tick {
        var date: CalendarDate
        var label: String
        var anchor: String
    }

    private let first: CalendarDate
    private let last: CalendarDate
    private let start: Double
    private let end: Double

    /// nil where there is no day.
    init?(days: [CalendarDate]) {
        guard let first = days.min(), let last = days.max() else { return nil }
        self.first = first
        self.last = last
        // Marks at either end keep off the frame.
        let margin = max(2, Double(last.daysSince1970 - first.daysSince1970) * 0.03)
        start = Double(first.daysSince1970) - margin
        end = Double(last.daysSince1970) + margin
    }

    func x(_ date: CalendarDate) -> Double {
        Self.left + (Double(date.daysSince1970) - start) / (end - start) * (Self.right - Self.left)
    }

    /// Firsts of months, at most six; both ends where there are less than two.
    var ticks: [Tick] {
        let months = (last.year - first.year) * 12 + last.month - first.month
        for step in [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400] where months / step <= 5 {
            let found = (0...months + 1).compactMap { offset -> Tick? in
                let month = first.year * 12 + first.month - 1 + offset
                guard month % step == 0, let date = CalendarDate(year: month / 12, month: month % 12 + 1, day: 1), date >= first,
                    date <= last
                else { return nil }
                let text = date.description
                return Tick(date: date, label: String(step % 12 == 0 ? text.prefix(4) : text.prefix(7)), anchor: "middle")
            }
            if found.count > 1 { return found }
            break
        }
        return first == last
            ? [Tick(date: first, label: "\(first)", anchor: "middle")]
            : [Tick(date: first, label: "\(first)", anchor: "start"), Tick(date: last, label: "\(last)", anchor: "end")]
    }
}
