import Foundation
import Raster

/// One line on standard error that shows how far a run has come.
///
/// Only a terminal that can move its cursor gets it; files, pipes, `TERM=dumb` and `NO_COLOR` (no-color.org) get nothing.
public final class ProgressBar: Sendable {
    private static let interval = Duration.milliseconds(100)
    private static let barWidth = 24
    private let isShown: Bool
    private let state = Guarded(State())

    private struct State {
        var shown: ContinuousClock.Instant?
        var highest = 0.0
        var isFinished = false
    }

    public init(quiet: Bool) {
        isShown = !quiet && isatty(STDERR_FILENO) != 0 && Self.isAllowed(ProcessInfo.processInfo.environment)
    }

    static func isAllowed(_ environment: [String: String]) -> Bool {
        let terminal = environment["TERM"] ?? ""
        return !terminal.isEmpty && terminal != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// May be called from any thread. The terminal is written to ten times a second at most, and the bar never goes back.
    public var handler: ProgressHandler {
        guard isShown else { return { _ in } }
        return { self.show($0) }
    }

    /// Clears the line. Nothing is shown afterwards.
    public func finish() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            if state.shown != nil { Self.print("\r\u{1B}[K") }
        }
    }

    private func show(_ update: ProgressUpdate) {
        state.withLock { state in
            let now = ContinuousClock.now
            guard !state.isFinished, state.shown.map({ now - $0 >= Self.interval }) ?? true else { return }
            state.shown = now
            state.highest = max(state.highest, update.fraction ?? 0)
            let fraction = update.total > 0 ? state.highest : nil
            Self.print("\r" + Self.line(stage: update.stage, fraction: fraction, width: Self.terminalWidth) + "\u{1B}[K")
        }
    }

    /// At most `width` − 1 characters, so that no terminal breaks the line.
    static func line(stage: String, fraction: Double?, width: Int) -> String {
        let stage = stage.oneLine
        guard let fraction else { return String(stage.prefix(max(0, width - 1))) }
        let done = Int(fraction * Double(barWidth))
        let percent = String(Int(fraction * 100))
        let bar = String(repeating: "#", count: done) + String(repeating: "-", count: barWidth - done)
        let padding = String(repeating: " ", count: max(0, 3 - percent.count))
        return String("[\(bar)] \(padding)\(percent) % \(stage)".prefix(max(0, width - 1)))
    }

    private static var terminalWidth: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func print(_ text: String) {
        // A terminal that has gone must not end the run.
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
