import Foundation
import FoundationNetworking
import Synchronization

/// One request, which is over with the first line of its answer: what follows may have no end.
final class HeartbeatExchange: NSObject, URLSessionDataDelegate {
    private enum Outcome {
        case status(Int)
        case error(String)
    }

    private let result = Mutex<Outcome?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// - Returns: what went wrong; nil where the answer was one of success.
    func outcome(secondsAtMost limit: Double) -> String? {
        _ = ended.wait(timeout: .now() + limit)
        switch result.withLock({ $0 }) {
        case nil: return "no answer within \(Int(limit.rounded(.up))) s"
        case .status(200..<300): return nil
        case .status(let status): return "it answered \(status)"
        case .error(let reason): return reason
        }
    }

    private func end(_ outcome: Outcome) {
        let isFirst = result.withLock { result in
            defer { result = result ?? outcome }
            return result == nil
        }
        if isFirst { ended.signal() }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        if let answer = response as? HTTPURLResponse { end(.status(answer.statusCode)) }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        // The error's own description may hold the URL.
        switch (error as? URLError)?.code {
        case .timedOut: end(.error("no answer in time"))
        case .cannotFindHost, .dnsLookupFailed: end(.error("there is no such host"))
        case .cannotConnectToHost, .notConnectedToInternet, .networkConnectionLost: end(.error("no connection"))
        // Foundation on Linux has no other code for a certificate that fails.
        case .unknown, .secureConnectionFailed, .serverCertificateUntrusted: end(.error("no connection that can be trusted"))
        case .badServerResponse, .cannotParseResponse, .unsupportedURL, .httpTooManyRedirects: end(.error("no answer that makes sense"))
        case let code?: end(.error("error \(code.rawValue)"))
        case nil:
            if let answer = task.response as? HTTPURLResponse { end(.status(answer.statusCode)) } else { end(.error("no answer")) }
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        // What was sent under encryption is not said again without.
        let isDowngrade = task.originalRequest?.url?.scheme?.lowercased() == "https" && request.url?.scheme?.lowercased() != "https"
        completionHandler(isDowngrade ? nil : request)
    }
}
