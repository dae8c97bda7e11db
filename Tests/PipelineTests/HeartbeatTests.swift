import Foundation
import TestSupport
import Testing

@testable import Pipeline

@Suite("Heartbeat")
struct HeartbeatTests {
    static let secret = "0f3c-secret"
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"

    @Test(
        "start and failure are suffixes of the path, before a query",
        arguments: [
            (
                "https://hc.example.org/abc", "https://hc.example.org/abc/start", "https://hc.example.org/abc",
                "https://hc.example.org/abc/fail"
            ),
            ("http://h:8000/a/", "http://h:8000/a/start", "http://h:8000/a/", "http://h:8000/a/fail"),
            ("https://h/a?rid=1", "https://h/a/start?rid=1", "https://h/a?rid=1", "https://h/a/fail?rid=1"),
            ("https://h", "https://h/start", "https://h", "https://h/fail"),
            ("HTTPS://h/a%2Fb#x", "HTTPS://h/a%2Fb/start", "HTTPS://h/a%2Fb", "HTTPS://h/a%2Fb/fail"),
        ])
    func urls(url: String, start: String, success: String, failure: String) throws {
        let heartbeat = try #require(Heartbeat(url: url))
        #expect(heartbeat.url(for: .start)?.absoluteString == start)
        #expect(heartbeat.url(for: .success)?.absoluteString == success)
        #expect(heartbeat.url(for: .failure)?.absoluteString == failure)
    }

    @Test(
        "only http and https with a host will do",
        arguments: ["", "hc.example.org/abc", "ftp://h/a", "file:///etc/passwd", "https://", "https:///a", "http://h/a\nb", "javascript:x"])
    func refused(url: String) { #expect(Heartbeat(url: url) == nil) }

    @Test("the server hears of each beat")
    func heard() async throws {
        let server = try HeartbeatListener(.bytes(Self.ok))
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/\(Self.secret)"))
        for beat in [Heartbeat.Beat.start, .success, .failure] { #expect(await blocking { heartbeat.send(beat) } == nil) }
        #expect(
            server.requests == [
                "GET /\(Self.secret)/start HTTP/1.1", "GET /\(Self.secret) HTTP/1.1", "GET /\(Self.secret)/fail HTTP/1.1",
            ])
    }

    @Test("many beats at once are heard, each by its own server, while other listeners come and go")
    func crowd() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let server = try HeartbeatListener(.bytes(Self.ok))
                    let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/\(index)"))
                    #expect(await blocking { heartbeat.send(.start) } == nil)
                    #expect(server.requests == ["GET /\(index)/start HTTP/1.1"])
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "what goes wrong is said in one line that holds the host and no more of the URL",
        arguments: [
            (HeartbeatListener.Answer.bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "it answered 404"),
            (.bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "it answered 503"),
            (.bytes("no HTTP at all\r\n\r\n"), "no answer that makes sense"), (.bytes(""), "no answer that makes sense"),
            (.refusal, "no connection"),
        ])
    func complaints(answer: HeartbeatListener.Answer, reason: String) async throws {
        let server = try HeartbeatListener(answer)
        let heartbeat = try #require(Heartbeat(url: "http://user:\(Self.secret)@127.0.0.1:\(server.port)/\(Self.secret)?k=\(Self.secret)"))
        let complaint = await blocking { heartbeat.send(.success) }
        #expect(complaint == "the heartbeat at 127.0.0.1 was not heard: \(reason)")
    }

    @Test("a server that never answers costs the time limit and no more")
    func silence() async throws {
        let server = try HeartbeatListener(.silence)
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/\(Self.secret)"))
        let (complaint, seconds) = await blocking {
            let started = ContinuousClock.now
            return (heartbeat.send(.success, secondsAtMost: 1), started.duration(to: .now) / .seconds(1))
        }
        #expect(complaint == "the heartbeat at 127.0.0.1 was not heard: no answer within 1 s")
        #expect(seconds < 5)
    }

    @Test(
        "an answer is over with its head: a body may have no end, or never come",
        arguments: [HeartbeatListener.Answer.endless, .head("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")])
    func headOnly(answer: HeartbeatListener.Answer) async throws {
        let server = try HeartbeatListener(answer)
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/"))
        #expect(await blocking { heartbeat.send(.success, secondsAtMost: 60) } == nil)
    }

    @Test("redirects are followed within the scheme")
    func redirect() async throws {
        let server = try HeartbeatListener(.bytes(Self.ok))
        let first = try HeartbeatListener(.bytes(Self.redirect("http://127.0.0.1:\(server.port)/there")))
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(first.port)/here"))
        #expect(await blocking { heartbeat.send(.success) } == nil)
        #expect(server.requests == ["GET /there HTTP/1.1"])
    }

    @Test("where a redirect leads, nothing of the first URL is told")
    func redirectTellsNothing() async throws {
        let server = try HeartbeatListener(.bytes(Self.ok))
        let first = try HeartbeatListener(.bytes(Self.redirect("http://127.0.0.1:\(server.port)/there")))
        let place = "127.0.0.1:\(first.port)/\(Self.secret)?k=\(Self.secret)"
        let heartbeat = try #require(Heartbeat(url: "http://user:\(Self.secret)@\(place)"))
        #expect(await blocking { heartbeat.send(.success) } == nil)
        let head = try #require(server.heads.first)
        #expect(!head.contains(Self.secret) && !head.contains("Authorization") && !head.contains("Referer"), "\(head)")
    }

    @Test(
        "redirects to another scheme are not",
        arguments: ["file:///etc/passwd", "https://127.0.0.1:", "ftp://127.0.0.1:", "gopher://127.0.0.1:"])
    func foreignRedirect(place: String) async throws {
        let server = try HeartbeatListener(.bytes(Self.ok))
        let first = try HeartbeatListener(.bytes(Self.redirect(place.hasSuffix(":") ? "\(place)\(server.port)/" : place)))
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(first.port)/\(Self.secret)"))
        #expect(await blocking { heartbeat.send(.success) } == "the heartbeat at 127.0.0.1 was not heard: no answer that makes sense")
        #expect(server.requests.isEmpty)
    }

    @Test("redirects without end come to one")
    func circle() async throws {
        let server = try HeartbeatListener(.bytes(Self.redirect("/again")))
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/"))
        #expect(await blocking { heartbeat.send(.success) } == "the heartbeat at 127.0.0.1 was not heard: no answer that makes sense")
        #expect(server.requests.count < 10)
    }

    @Test("a name that nobody has")
    func nobody() async throws {
        let heartbeat = try #require(Heartbeat(url: "http://no-such-host.invalid/\(Self.secret)"))
        let complaint = try #require(await blocking { heartbeat.send(.start, secondsAtMost: 2) })
        #expect(complaint.hasPrefix("the heartbeat at no-such-host.invalid was not heard: "))
        #expect(!complaint.contains(Self.secret))
    }

    private static func redirect(_ place: String) -> String {
        "HTTP/1.1 302 Found\r\nLocation: \(place)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    }

    @Test("a certificate that nobody vouches for is no answer", .enabled(if: OtherReader.has("openssl"), "needs openssl"))
    func untrusted() async throws {
        let complaint = try await blocking { try Self.complaintOfSelfSigned() }
        #expect(complaint == "the heartbeat at 127.0.0.1 was not heard: no connection that can be trusted")
    }

    private static func complaintOfSelfSigned() throws -> String? {
        let folder = try TemporaryFolder()
        let made = try OtherReader.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder.file("key"), "-out", folder.file("certificate"),
            ])
        try #require(made.status == 0, "\(made.output)")
        let server = Process()
        server.executableURL = URL(fileURLWithPath: try #require(OtherReader.find("openssl")))
        server.arguments = ["s_server", "-accept", "127.0.0.1:0", "-www", "-key", folder.file("key"), "-cert", folder.file("certificate")]
        let told = Pipe()
        server.standardOutput = told
        server.standardError = FileHandle.nullDevice
        server.standardInput = FileHandle.nullDevice
        try server.run()
        // A program inherits the signals that the thread starting it has blocked, so that a mild one may never reach it.
        defer {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        var text = ""
        while !text.contains(/ACCEPT [0-9.:]+\n/), case let more = told.fileHandleForReading.availableData, !more.isEmpty {
            text += String(decoding: more, as: UTF8.self)
        }
        let place = try #require(text.firstMatch(of: /ACCEPT ([0-9.:]+)\n/)).output.1
        return try #require(Heartbeat(url: "https://\(place)/\(secret)")).send(.success)
    }
}

/// Waits on a thread of its own: the tests' shared pool has few, and other tests need them.
func blocking<Value: Sendable, Failure: Error>(_ work: @escaping @Sendable () throws(Failure) -> Value) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: Result { () throws(Failure) in try work() }) }
    }
    return try result.get()
}
