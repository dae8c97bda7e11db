import Glibc
import Raster

/// Standard output for results, standard error for everything else.
enum Terminal {
    /// Writes results. A reader that has gone is no failure.
    ///
    /// - Throws: `OutputFailure` where standard output is a file that cannot be written.
    static func print(_ text: String) throws {
        guard !text.isEmpty else { return }
        let reason = write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
        guard reason == 0 || reason == EPIPE else { throw OutputFailure(reason: String(cString: strerror(reason))) }
    }

    /// Writes lines for people. There is nowhere to report it where they cannot be written.
    static func complain(_ text: String) {
        guard !text.isEmpty else { return }
        _ = write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO)
    }

    struct OutputFailure: TrenchWatchError {
        let reason: String
        var path: String? { nil }
        var problem: String { "standard output cannot be written (\(reason))" }
        var advice: String? { "check the free space where it is sent" }
    }

    /// 0, or the system's error number.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count > 0 {
                    written += count
                } else if count < 0, errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
