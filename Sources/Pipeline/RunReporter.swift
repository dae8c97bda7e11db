import Foundation
import Raster

/// Tells those whom the pipeline file's `schedule` names of a run: a heartbeat URL and a file of metrics. Does nothing where it names nobody.
///
/// Nothing that goes wrong here fails the run: the functions return it, one line each for standard error, which never holds more of the URL than its
/// host. Each waits at most 10 seconds for the heartbeat.
public struct RunReporter: Sendable {
    private let heartbeat: Heartbeat?
    private let metrics: MetricsFile?
    private let began = ContinuousClock.now

    /// A run's duration is counted from here.
    ///
    /// - Parameter pipeline: the pipeline's name, a label of its metrics.
    /// - Throws: `InputError` where the heartbeat is none, without quoting it.
    public init(schedule: PipelineFile.Schedule, pipeline: String) throws {
        heartbeat = try schedule.heartbeat.map { url in
            guard let heartbeat = Heartbeat(url: url) else {
                throw InputError(problem: "the heartbeat is no http or https URL with a host", advice: "correct it in the pipeline file")
            }
            return heartbeat
        }
        metrics = schedule.metrics.map { MetricsFile(path: $0, pipeline: pipeline) }
    }

    /// To be called once the run holds its lock: a run that finds it taken is none, and the other one tells of itself.
    public func started() -> [String] { send(.start) }

    /// To be called when the outputs are in place.
    ///
    /// - Parameters:
    ///   - outputFolder: where `detections.geojson` lies; without one the metric of detections keeps its value.
    ///   - newestScene: the day of the newest scene used; nil where that is not known, and the metric then keeps its value.
    public func finished(_ summary: RunSummary, outputFolder: String, newestScene: CalendarDate?) -> [String] {
        write(
            MetricsFile.Values(
                ended: now, exitCode: summary.exitCode, duration: began.duration(to: .now), newestScene: newestScene,
                detections: MetricsDetections(geoJSONAt: outputFolder + "/detections.geojson"), refusedInputs: summary.refused.count))
            + send(summary.exitCode.isSuccess ? .success : .failure)
    }

    /// To be called with what ended a run. That another run holds the lock is no failure.
    public func failed(_ error: any Error) -> [String] {
        let code = ExitCode(for: error)
        guard code != .locked else { return [] }
        return write(MetricsFile.Values(ended: now, exitCode: code, duration: began.duration(to: .now))) + send(.failure)
    }

    private var now: Int { Int(Date().timeIntervalSince1970) }

    private func send(_ beat: Heartbeat.Beat) -> [String] { heartbeat?.send(beat).map { [$0] } ?? [] }

    private func write(_ values: MetricsFile.Values) -> [String] {
        do {
            try metrics?.write(values)
            return []
        } catch {
            return ["the metrics were not written: \(String(describing: error).oneLine)"]
        }
    }
}
