import Foundation
import Glibc
import Raster

/// A server on this machine that answers every connection with the same bytes and remembers what it was asked.
public final class HeartbeatListener: Sendable {
    public enum Answer: Sendable {
        case bytes(String)
        /// These bytes, and then the connection stays open.
        case head(String)
        /// Headers of success and a body without end.
        case endless
        /// The connection stays open, and nothing comes.
        case silence
        /// Nobody listens on the port, which stays taken.
        case refusal
    }

    public let port: UInt16
    private let socket: Int32
    private let isListening: Bool
    private let heard = Heard()

    /// What outlives the listener while connections last.
    private final class Heard: Sendable {
        let requests = Guarded<[String]>([])
    }

    public init(_ answer: Answer) throws {
        // A program started by another test must not keep a connection open.
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw POSIXError(.EMFILE) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.socket = socket
        if case .refusal = answer { isListening = false } else { isListening = true }
        guard isBound, !isListening || listen(socket, 8) == 0 else {
            close(socket)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        guard isListening else { return }
        // The thread alone closes the descriptor. Closed by the listener, its number could already be another listener's when the thread asks it
        // for the next connection, which would then be answered by nobody.
        Thread.detachNewThread { [heard] in
            while true {
                let connection = accept(socket, nil, nil)
                if connection >= 0 {
                    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                    Thread.detachNewThread { Self.serve(connection, answer, heard) }
                } else if errno == EINVAL {
                    break
                } else {
                    usleep(1000)
                }
            }
            close(socket)
        }
    }

    deinit {
        if isListening { shutdown(socket, Int32(SHUT_RDWR)) } else { close(socket) }
    }

    /// The first line of every request so far.
    public var requests: [String] { heads.map { String($0.prefix { $0 != "\r\n" }) } }

    /// Every request so far, with its headers.
    public var heads: [String] { heard.requests.withLock { $0 } }

    private static func serve(_ connection: Int32, _ answer: Answer, _ heard: Heard) {
        defer { close(connection) }
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.contains("\r\n\r\n") {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        heard.requests.withLock { $0.append(request) }
        // A client that has gone is no reason to end the tests.
        func send(_ text: String) -> Bool { Glibc.send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL)) > 0 }
        switch answer {
        case .bytes(let text): _ = send(text)
        case .head(let text): if send(text) { while read(connection, &buffer, buffer.count) > 0 {} }
        case .endless:
            guard send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") else { return }
            while send(String(repeating: "x", count: 1000)) { usleep(1000) }
        case .silence, .refusal: while read(connection, &buffer, buffer.count) > 0 {}
        }
    }
}
