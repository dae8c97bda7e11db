import CCurlShims
import Dispatch
import Foundation
import Raster

/// One GET on a thread of its own, which is over with the head of its answer.
///
/// Neither it nor who waits for it needs a thread of a shared pool: a pool whose threads all wait for answers that it is itself to deliver comes to
/// a halt.
final class HeartbeatExchange: Sendable {
    private enum Outcome {
        case status(Int)
        case error(CURLcode)
    }

    private let limit: Double
    private let result = Guarded<Outcome?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// Begins at once.
    init(_ url: URL, userAgent: String, secondsAtMost limit: Double) {
        self.limit = limit
        let scheme = url.scheme?.lowercased() ?? ""
        let isHere = Self.isThisMachine(url.host ?? "")
        let milliseconds = max(1, Int((limit * 1000).rounded(.up)))
        Thread.detachNewThread { [self] in
            var status = 0
            let code = cs_get(url.absoluteString, scheme, userAgent, isHere, milliseconds, &status)
            result.withLock { $0 = code == CURLE_OK ? .status(status) : .error(code) }
            ended.signal()
        }
    }

    /// Waits for the answer, never longer than the time limit: where a name is still being looked up then, that goes on without anyone waiting.
    ///
    /// - Returns: what went wrong; nil where the answer was one of success.
    func outcome() -> String? {
        _ = ended.wait(timeout: .now() + limit)
        switch result.withLock({ $0 }) {
        case nil, .error(CURLE_OPERATION_TIMEDOUT): return "no answer within \(Int(limit.rounded(.up))) s"
        case .status(200..<300): return nil
        case .status(let status): return "it answered \(status)"
        // curl's own words may hold the URL.
        case .error(let code): return Self.reason(code)
        }
    }

    private static func reason(_ code: CURLcode) -> String {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: "there is no such host"
        case CURLE_COULDNT_RESOLVE_PROXY: "there is no such proxy"
        case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR: "no connection"
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            "no connection that can be trusted"
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_TOO_MANY_REDIRECTS, CURLE_URL_MALFORMAT:
            "no answer that makes sense"
        case CS_NO_LIBRARY: "the library libcurl is not there"
        default: "curl's error \(code.rawValue)"
        }
    }

    /// No proxy leads to it, whatever the environment says of proxies.
    private static func isThisMachine(_ host: String) -> Bool {
        host.lowercased() == "localhost" || host == "::1" || host == "[::1]" || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
    }
}
