import Foundation
import Raster

/// Tells those whom the pipeline file's `schedule` names of a run: a heartbeat URL and a file of metrics. Nothing that goes wrong here fails the run;
/// it is complained of and forgotten. Does nothing where the schedule names nobody.
public struct RunReporter: Sendable {
    private let heartbeat: Heartbeat?
    private let metrics: MetricsFile?
    private let complain: @Sendable (String) -> Void

    /// - Parameters:
    ///   - pipeline: the pipeline's name, a label of its metrics.
    ///   - complain: takes one line for standard error. It never holds more of the URL than its host.
    public init(schedule: PipelineFile.Schedule, pipeline: String, complain: @escaping @Sendable (String) -> Void) {
        heartbeat = schedule.heartbeat.flatMap(Heartbeat.init(url:))
        metrics = schedule.metrics.map { MetricsFile(path: $0, pipeline: pipeline) }
        self.complain = complain
        if schedule.heartbeat != nil, heartbeat == nil { complain("the heartbeat's address is no http or https URL; nobody is told") }
    }

    /// To be called once the run holds its lock: a run that finds it taken is none, and the other one tells of itself.
    public func started() { send(.start) }

    /// To be called when the outputs are in place.
    ///
    /// - Parameter newestScene: the newest of the scenes used; nil where that is not known, and the metric then keeps its value.
    public func finished(summary: RunSummary, duration: Duration, newestScene: CalendarDate?) {
        write(
            MetricsFile.Values(
                ended: now, exitCode: summary.exitCode, duration: duration, newestScene: newestScene,
                detections: MetricsDetections(geoJSONAt: summary.output + "/detections.geojson"), refusedInputs: summary.refused.count))
        send(summary.exitCode.isSuccess ? .success : .failure)
    }

    /// To be called with what ended a run. That another run holds the lock is no failure.
    public func failed(_ error: any Error, duration: Duration? = nil) {
        let code = ExitCode(for: error)
        guard code != .locked else { return }
        write(MetricsFile.Values(ended: now, exitCode: code, duration: duration))
        send(.failure)
    }

    private var now: Int { Int(Date().timeIntervalSince1970) }

    private func send(_ beat: Heartbeat.Beat) {
        if let complaint = heartbeat?.send(beat) { complain(complaint) }
    }

    private func write(_ values: MetricsFile.Values) {
        do {
            try metrics?.write(values)
        } catch let error as any TrenchWatchError {
            complain(error.description)
        } catch {
            complain("the metrics cannot be written: \(String(describing: error).oneLine)")
        }
    }
}
