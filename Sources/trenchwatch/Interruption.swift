import Foundation
import RasterIO

/// What becomes of a run that is told to end: by the keyboard, by a closed terminal, by a system that shuts down or a scheduler whose patience is over. What it was
/// writing goes, what was there stays, and the process ends by the same signal, so that whoever started it sees why.
enum Interruption {
    private static let signals = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")]

    /// To be called before any other thread is started: the signals come to a thread that waits for them, where anything may be done, and to no other.
    static func prepare() {
        var awaited = sigset_t()
        sigemptyset(&awaited)
        for (signal, _) in signals {
            var action = sigaction()
            // What nohup and shells have told the process to ignore it goes on ignoring.
            guard sigaction(signal, nil, &action) == 0, !isIgnored(action) else { continue }
            sigaddset(&awaited, signal)
        }
        pthread_sigmask(SIG_BLOCK, &awaited, nil)
        let all = awaited
        let waiting = Thread {
            var signal: Int32 = 0
            var awaited = all
            guard sigwait(&awaited, &signal) == 0 else { return }
            let name = signals.first { $0.0 == signal }?.1 ?? "a signal"
            Unfinished.abandon {
                Terminal.complain("trenchwatch: ended by \(name); what was unfinished is taken away")
                end(by: signal)
            }
        }
        waiting.start()
    }

    /// Does not return in a process that is being ended: what fails then fails because its files were taken away, and the signal says enough.
    static func awaitEnd() { try? Unfinished.wholly {} }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func end(by signal: Int32) -> Never {
        Foundation.signal(signal, SIG_DFL)
        var own = sigset_t()
        sigemptyset(&own)
        sigaddset(&own, signal)
        kill(getpid(), signal)
        pthread_sigmask(SIG_UNBLOCK, &own, nil)
        // It does not return from there.
        _exit(128 + signal)
    }
}
