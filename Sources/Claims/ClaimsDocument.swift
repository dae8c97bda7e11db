import Foundation
import Raster

/// What `claims.json` holds. Equal values are equal bytes.
public struct ClaimsDocument: Sendable, Equatable, Codable {
    public struct Article: Sendable, Equatable, Codable {
        public var title: String
        public var publisher: String?
        public var published: CalendarDate?
        public var url: String?
        public var note: String?

        public init(
            title: String, publisher: String? = nil, published: CalendarDate? = nil, url: String? = nil, note: String? = nil
        ) {
            self.title = title
            self.publisher = publisher
            self.published = published
            self.url = url
            self.note = note
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(title, forKey: .title)
            try container.encode(publisher, forKey: .publisher)
            try container.encode(published, forKey: .published)
            try container.encode(url, forKey: .url)
            try container.encode(note, forKey: .note)
        }
    }

    public var article: Article
    public var claims: [Entry]
    /// True where any scene says of itself that it is simulated: the verdicts then say nothing about the world. Absent otherwise.
    public var simulated: Bool?

    public init(article: Article, claims: [Entry]) {
        self.article = article
        self.claims = claims
    }

    /// One claim with its verdict.
    public struct Entry: Sendable, Equatable, Codable {
        public var id: String
        public var statement: String
        public var attributedTo: String
        public var wording: String?
        public var verdict: Verdict
        public var measured: Value?
        /// In words; nil where nothing is measured.
        public var expected: String?
        public var evidence: [String]
        public var coverage: Seen
        public var detectable: Detectable?
        public var reason: String

        enum CodingKeys: String, CodingKey {
            case id, statement, wording, verdict, measured, expected, evidence, coverage, detectable, reason
            case attributedTo = "attributed_to"
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(statement, forKey: .statement)
            try container.encode(attributedTo, forKey: .attributedTo)
            try container.encode(wording, forKey: .wording)
            try container.encode(verdict, forKey: .verdict)
            try container.encode(measured, forKey: .measured)
            try container.encode(expected, forKey: .expected)
            try container.encode(evidence, forKey: .evidence)
            try container.encode(coverage, forKey: .coverage)
            try container.encode(detectable, forKey: .detectable)
            try container.encode(reason, forKey: .reason)
        }
    }

    /// A measured value with its interval; `low` and `high` are null where the interval is open.
    public struct Value: Sendable, Equatable, Codable {
        public var value: Quantity
        public var low: Quantity?
        public var high: Quantity?
        public var unit: String

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(value, forKey: .value)
            try container.encode(low, forKey: .low)
            try container.encode(high, forKey: .high)
            try container.encode(unit, forKey: .unit)
        }
    }

    /// A number, or a date as text.
    public enum Quantity: Sendable, Equatable, Codable {
        case number(Double)
        case date(CalendarDate)

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .date(try container.decode(CalendarDate.self))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .date(let date): try container.encode(date)
            }
        }
    }

    public struct Seen: Sendable, Equatable, Codable {
        public var observedSquareKilometres: Double
        public var clearShare: Double
        public var dates: [CalendarDate]

        enum CodingKeys: String, CodingKey {
            case dates
            case observedSquareKilometres = "observed_km2"
            case clearShare = "clear_share"
        }
    }

    public struct Detectable: Sendable, Equatable, Codable {
        public var lengthMetres: Double
        public var power: Double

        enum CodingKeys: String, CodingKey {
            case power
            case lengthMetres = "length_m"
        }
    }

    /// Keys in alphabetical order; ends with a line break.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    public init(json: Data) throws { self = try JSONDecoder().decode(ClaimsDocument.self, from: json) }
}

extension ClaimsDocument.Value {
    init(_ measured: Measured, of measure: Measure) {
        func quantity(_ number: Double) -> ClaimsDocument.Quantity { .number(PlainText.rounded(number, decimals: measure.decimals + 1)) }
        unit = measure.unit
        switch measured {
        case .number(let interval):
            value = quantity(interval.value)
            low = quantity(interval.low)
            high = interval.high.map(quantity)
        case .onset(let onset):
            value = .date(onset.firstSeen)
            low = onset.lastAbsent.map { .date($0) }
            high = .date(onset.firstSeen)
        }
    }
}
