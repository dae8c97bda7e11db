import Foundation
import Raster

/// The moment that stands for "now" in outputs, where the environment sets one (reproducible-builds.org/specs/source-date-epoch).
enum SourceDateEpoch {
    /// The last second of the year 9999.
    private static let latest = 253_402_300_799

    /// Seconds since 1970-01-01T00:00:00Z; nil where `SOURCE_DATE_EPOCH` is unset or empty.
    ///
    /// - Throws: `InputError` where it is set to something else.
    static func seconds(_ environment: [String: String]) throws -> Int? {
        guard let text = environment["SOURCE_DATE_EPOCH"], !text.isEmpty else { return nil }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text), value <= latest else {
            throw InputError(
                problem: "SOURCE_DATE_EPOCH is '\(text)', which is no number of seconds since 1970",
                advice: "set it to digits only, such as 1611273600, or unset it")
        }
        return value
    }

    /// UTC: `2021-01-22T00:00:00Z`, whatever locale and time zone.
    static func timeStamp(seconds: Int) -> String {
        Date(timeIntervalSince1970: Double(min(max(0, seconds), latest))).formatted(.iso8601)
    }

    /// The moment of such a time stamp; nil where it is none.
    static func seconds(timeStamp: String) -> Int? {
        guard let date = try? Date(timeStamp, strategy: .iso8601), case let seconds = date.timeIntervalSince1970, seconds >= 0,
            seconds <= Double(latest)
        else { return nil }
        return Int(seconds)
    }
}
