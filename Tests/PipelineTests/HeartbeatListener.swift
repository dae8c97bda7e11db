import Foundation
import Glibc
import Synchronization

/// A server on this machine that answers every connection with the same bytes and remembers what it was asked.
final class HeartbeatListener: Sendable {
    enum Answer: Sendable {
        case bytes(String)
        /// Headers of success and a body without end.
        case endless
        /// The connection stays open, and nothing comes.
        case silence
    }

    let port: UInt16
    private let socket: Int32
    private let heard = Mutex<[String]>([])

    init(_ answer: Answer) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard socket >= 0, isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.socket = socket
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0, let self else { return }
                Thread.detachNewThread { self.serve(connection, answer) }
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    /// The first line of every request so far.
    var requests: [String] { heard.withLock { $0 } }

    private func serve(_ connection: Int32, _ answer: Answer) {
        defer { close(connection) }
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.contains("\r\n\r\n") {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        heard.withLock { $0.append(String(request.prefix { $0 != "\r\n" })) }
        // A client that has gone is no reason to end the tests.
        func send(_ text: String) -> Bool { Glibc.send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL)) > 0 }
        switch answer {
        case .bytes(let text): _ = send(text)
        case .endless:
            guard send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") else { return }
            while send(String(repeating: "x", count: 1000)) { usleep(1000) }
        case .silence: while read(connection, &buffer, buffer.count) > 0 {}
        }
    }
}
