import Foundation
import Raster

/// A URL that hears of a run's start, success and failure, so that somebody is told when it hears nothing: `URL/start`, `URL`, `URL/fail`, the
/// convention of healthchecks.io.
///
/// The URL is a secret. Nothing that is said of it holds more than its host.
public struct Heartbeat: Sendable {
    public enum Beat: String, Sendable {
        case start = "/start"
        case success = ""
        case failure = "/fail"
    }

    public let host: String
    private let base: URLComponents

    /// nil where it is no http or https URL with a host.
    public init?(url: String) {
        guard url.oneLine == url, let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            ["http", "https"].contains(parts.scheme?.lowercased())
        else { return nil }
        self.host = host
        base = parts
    }

    /// The suffix goes before a query.
    func url(for beat: Beat) -> URL? {
        var parts = base
        if beat != .success {
            let path = parts.percentEncodedPath
            parts.percentEncodedPath = (path.hasSuffix("/") ? String(path.dropLast()) : path) + beat.rawValue
        }
        parts.fragment = nil
        return parts.url
    }

    /// Tells the URL and waits for its answer, never longer than the time limit.
    ///
    /// - Returns: what went wrong, one line; nil where it was heard.
    public func send(_ beat: Beat, secondsAtMost limit: Double = 10) -> String? {
        guard let url = url(for: beat) else { return complaint("its address cannot be used") }
        return HeartbeatExchange(url, userAgent: Version.program.replacing(" ", with: "/"), secondsAtMost: limit).outcome().map(complaint)
    }

    private func complaint(_ reason: String) -> String { "the heartbeat at \(host) was not heard: \(reason)" }
}
