import Foundation
import Geodesy
import Raster
import StrictYAML

/// An article's claims, and the places they are about, as a YAML file holds them. Paths in it are relative to its folder.
///
/// Beside what every register has, a claim may say `weigh_with` (ids of claims about the same event) and `size_m` (length or diameter of
/// the smallest earthwork it is about); `compact_extent_km` may have a `line` to measure along.
public struct ClaimsRegister: Sendable, Equatable {
    public var article: ClaimsDocument.Article
    /// In the file's order.
    public var places: [Place]
    public var claims: [Claim]
    /// The register and the GeoJSON files it names, sorted: what a run's manifest lists as inputs.
    public var files: [String]

    private static let mostClaims = 1000
    private static let claimKeys = [
        "id", "statement", "attributed_to", "wording", "not_testable", "weigh_with", "measure", "place", "expect", "size_m", "by", "since",
        "near_linear_m", "line", "distance_m",
    ]

    /// - Throws: `ConfigurationError` with the line of what is wrong, `InputError` for a GeoJSON file that cannot be used.
    public init(path: String) throws {
        let file = try StrictMapping(fileAt: path, kind: "claims register")
        try file.allow(["article", "places", "claims"])
        var reader = RegisterReader(folder: URL(fileURLWithPath: path).deletingLastPathComponent())
        guard let about = try file.mapping("article") else {
            throw ConfigurationError(
                file: path, problem: "'article' is missing", advice: "say where the claims stand: article: { title: … }")
        }
        article = try Self.article(about)
        places = try Self.places(file.mapping("places"), reader: &reader)
        guard let entries = try file.mappings("claims", atMost: Self.mostClaims) else {
            throw ConfigurationError(file: path, problem: "'claims' is missing", advice: "add a list of claims")
        }
        var found: [Claim] = []
        for entry in entries {
            let claim = try Self.claim(entry, places: places, reader: &reader)
            guard !found.contains(where: { $0.id == claim.id }) else { throw entry.error("id", "'\(claim.id)' stands twice") }
            found.append(claim)
        }
        for (entry, claim) in zip(entries, found) {
            for id in claim.weighWith where id == claim.id || !found.contains(where: { $0.id == id }) {
                let nearest = EditDistance.nearest(to: id, among: found.map(\.id).filter { $0 != claim.id })
                throw entry.error("weigh_with", "there is no other claim '\(id)'", advice: nearest.map { "did you mean '\($0)'?" })
            }
        }
        claims = found
        files = Array(reader.files.union([URL(fileURLWithPath: path).standardizedFileURL.path])).sorted()
    }

    /// Judges every claim.
    public func assess(_ evidence: ClaimEvidence, power: @escaping DetectionPowerSource = { _ in nil }) throws -> ClaimsDocument {
        ClaimsDocument(article: article, claims: try ClaimAssessment(evidence: evidence, power: power).assess(claims))
    }

    private static func article(_ file: StrictMapping) throws -> ClaimsDocument.Article {
        try file.allow(["title", "publisher", "published", "url", "note"])
        return ClaimsDocument.Article(
            title: try required("title", file.text("title"), in: file), publisher: try file.text("publisher"),
            published: try file.date("published"), url: try file.text("url"), note: try file.text("note"))
    }

    private static func places(_ file: StrictMapping?, reader: inout RegisterReader) throws -> [Place] {
        guard let file else { return [] }
        return try file.keys.map { id in
            guard file.isMapping(id) else {
                let shapes = try reader.shapes(id, in: file)
                guard !shapes.polygons.isEmpty else {
                    throw file.error(id, "the file holds no polygon", advice: "give a Polygon, or a centre and radius_km")
                }
                let place = Place(id: id, polygons: shapes.polygons)
                guard try place.squareKilometres() > 0 else { throw file.error(id, "the file's polygons hold no area") }
                return place
            }
            guard let circle = try file.mapping(id) else { throw file.error(id, "is empty") }
            try circle.allow(["centre", "radius_km"])
            let centre = try required("centre", circle.numbers("centre", count: 2, in: -180...180), in: circle)
            guard abs(centre[1]) <= 90 else { throw circle.error("centre", "must be [longitude, latitude]", advice: "exchange them") }
            let radius = try required("radius_km", circle.number("radius_km", in: 0.01...1000), in: circle)
            return Place(id: id, centre: GeographicPoint(longitude: centre[0], latitude: centre[1]), radiusKilometres: radius)
        }
    }

    private static func claim(_ file: StrictMapping, places: [Place], reader: inout RegisterReader) throws -> Claim {
        try file.allow(claimKeys)
        let id = try required("id", file.string("id"), in: file)
        guard id.count <= 80, id.utf8.allSatisfy({ Self.idLetters.contains($0) }) else {
            throw file.error("id", "must be small letters, digits and hyphens", advice: "such as trench-tens-of-km")
        }
        let statement = try required("statement", file.text("statement"), in: file)
        let attribution = try required("attributed_to", file.text("attributed_to"), in: file)
        let reason = try file.text("not_testable")
        let test: Claim.Test
        if let word = try file.string("measure") {
            guard reason == nil else {
                throw file.error("not_testable", "stands beside 'measure'", advice: "a claim has the one or the other; make two of it")
            }
            test = .measured(try measured(word, file, places: places, reader: &reader))
        } else {
            guard let reason else {
                throw ConfigurationError(
                    file: file.file, line: file.line, problem: "the claim '\(id)' has neither 'measure' nor 'not_testable'",
                    advice: "say what would test it, or why nothing can")
            }
            for key in ["place", "expect", "size_m", "by", "since", "near_linear_m", "line", "distance_m"] where file.keys.contains(key) {
                throw file.error(key, "means nothing without 'measure'", advice: "remove it")
            }
            test = .notTestable(reason: reason)
        }
        return Claim(
            id: id, statement: statement, attributedTo: attribution, wording: try file.text("wording"), test: test,
            weighWith: try file.strings("weigh_with", atMost: 20) ?? [])
    }

    private static func measured(
        _ name: String, _ file: StrictMapping, places: [Place], reader: inout RegisterReader
    ) throws -> MeasuredClaim {
        guard let word = Measure.Word(rawValue: name) else {
            let known = Measure.Word.allCases.map(\.rawValue)
            let nearest = EditDistance.nearest(to: name, among: known).map { "did you mean '\($0)'? " } ?? ""
            throw file.error("measure", "unknown measure '\(name.prefix(60))'", advice: "\(nearest)known: \(known.joined(separator: ", "))")
        }
        for key in ["by", "since", "near_linear_m", "line", "distance_m"] where file.keys.contains(key) && !word.options.contains(key) {
            throw file.error(
                key, "is no option of \(name)",
                advice: word.options.isEmpty ? "it has none" : "it has \(word.options.joined(separator: ", "))")
        }
        let placeID = try required("place", file.string("place"), in: file)
        guard let place = places.first(where: { $0.id == placeID }) else {
            let nearest = EditDistance.nearest(to: placeID, among: places.map(\.id)).map { "did you mean '\($0)'?" }
            throw file.error("place", "there is no place '\(placeID.prefix(60))'", advice: nearest ?? "add it to 'places'")
        }
        let since = try file.date("since")
        let by = try file.date("by")
        if let since, let by, by <= since { throw file.error("by", "(\(by)) is not after 'since' (\(since))") }
        return MeasuredClaim(
            measure: try measure(word, file, reader: &reader), place: place, since: since, by: by,
            nearLinearMetres: try file.number("near_linear_m", in: 0...1_000_000),
            expected: try ExpectationReader.read(required("expect", file.mapping("expect"), in: file), of: word),
            sizeMetres: try file.number("size_m", in: 0.01...10_000_000))
    }

    private static func measure(_ word: Measure.Word, _ file: StrictMapping, reader: inout RegisterReader) throws -> Measure {
        switch word {
        case .linearLength: return .linearLength
        case .linearOnset: return .linearOnset
        case .linearBearing: return .linearBearing
        case .linearPersistence: return .linearPersistence
        case .compactCount: return .compactCount
        case .changeArea: return .changeArea
        case .compactExtent: return .compactExtent(along: try file.keys.contains("line") ? reader.lines("line", in: file) : [])
        case .linearShareNear:
            let distance = try required("distance_m", file.number("distance_m", in: 1...1_000_000), in: file)
            return .linearShareNear(lines: try reader.lines("line", in: file), distanceMetres: distance)
        }
    }

    private static let idLetters = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)

    private static func required<Value>(_ key: String, _ value: Value?, in file: StrictMapping) throws -> Value {
        guard let value else {
            throw ConfigurationError(file: file.file, line: file.line, problem: "'\(key)' is missing", advice: "add it to this entry")
        }
        return value
    }
}

extension StrictMapping {
    /// A text of one paragraph: line breaks become spaces.
    fileprivate func text(_ key: String) throws -> String? {
        guard let text = try string(key) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty, words.count <= 2000 else { throw error(key, "must be 1 to 2000 characters") }
        return words
    }
}
