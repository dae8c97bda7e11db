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
    func heard() throws {
        let server = try HeartbeatListener(.bytes(Self.ok))
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/\(Self.secret)"))
        #expect(heartbeat.send(.start) == nil)
        #expect(heartbeat.send(.success) == nil)
        #expect(heartbeat.send(.failure) == nil)
        #expect(
            server.requests == [
                "GET /\(Self.secret)/start HTTP/1.1", "GET /\(Self.secret) HTTP/1.1", "GET /\(Self.secret)/fail HTTP/1.1",
            ])
    }

    @Test(
        "what goes wrong is said in one line that holds the host and no more of the URL",
        arguments: [
            (HeartbeatListener.Answer.bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "it answered 404"),
            (.bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "it answered 503"),
            (
                .bytes("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                "no answer that makes sense"
            ),
            (.bytes("no HTTP at all\r\n\r\n"), "no answer that makes sense"), (.bytes(""), "no answer that makes sense"),
            (.silence, "no answer"),
        ])
    func complaints(answer: HeartbeatListener.Answer, reason: String) throws {
        let server = try HeartbeatListener(answer)
        let heartbeat = try #require(Heartbeat(url: "http://user:\(Self.secret)@127.0.0.1:\(server.port)/\(Self.secret)?k=\(Self.secret)"))
        let started = ContinuousClock.now
        let complaint = try #require(heartbeat.send(.success, secondsAtMost: 1))
        #expect(started.duration(to: .now) < .seconds(3))
        #expect(complaint.hasPrefix("the heartbeat at 127.0.0.1 was not heard: "))
        #expect(complaint.contains(reason))
        #expect(!complaint.contains(Self.secret))
        #expect(complaint == complaint.oneLine)
    }

    @Test("an answer without end is over with its headers")
    func endless() throws {
        let server = try HeartbeatListener(.endless)
        let heartbeat = try #require(Heartbeat(url: "http://127.0.0.1:\(server.port)/"))
        let started = ContinuousClock.now
        #expect(heartbeat.send(.success, secondsAtMost: 5) == nil)
        #expect(started.duration(to: .now) < .seconds(3))
    }

    @Test("a port that nobody listens on, and a name that nobody has")
    func nobody() throws {
        let port = try HeartbeatListener(.silence).port
        for place in ["127.0.0.1:\(port)", "no-such-host.invalid"] {
            let complaint = try #require(Heartbeat(url: "http://\(place)/\(Self.secret)")).send(.start, secondsAtMost: 2)
            #expect(complaint?.contains(Self.secret) == false)
        }
    }

    @Test("a certificate that nobody vouches for is no answer", .enabled(if: OtherReader.has("openssl"), "needs openssl"))
    func untrusted() throws {
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
        defer { server.terminate() }
        var text = ""
        while !text.contains(/ACCEPT [0-9.:]+\n/), case let more = told.fileHandleForReading.availableData, !more.isEmpty {
            text += String(decoding: more, as: UTF8.self)
        }
        let place = try #require(text.firstMatch(of: /ACCEPT ([0-9.:]+)\n/)).output.1
        let complaint = try #require(Heartbeat(url: "https://\(place)/\(Self.secret)")).send(.success, secondsAtMost: 5)
        #expect(complaint == "the heartbeat at 127.0.0.1 was not heard: no connection that can be trusted")
    }
}
