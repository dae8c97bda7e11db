import ChangeDetection
import Foundation
import Raster
import RasterIO
import Reporting

/// What is known of a pipeline's last run, for Prometheus: a file in the folder of node_exporter's textfile collector.
struct MetricsFile: Sendable {
    /// Gauges in Unix seconds, seconds or counts. What a failed run does not know keeps its last known value.
    struct Values: Sendable {
        /// When the run ended, in Unix seconds.
        var ended: Int
        var exitCode: ExitCode
        var duration: Duration?
        var newestScene: CalendarDate?
        var detections: MetricsDetections?
        var refusedInputs: Int?
    }

    let path: String
    /// A label of every sample: the collector reads the files of all pipelines as one.
    let pipeline: String

    /// Writes the file beside its name and renames it, so that the collector never reads half of one.
    func write(_ values: Values) throws {
        try AtomicFile.write(text(values), to: path)
    }

    func text(_ values: Values) -> String {
        let isSuccess = values.exitCode.isSuccess
        let known = kept()
        let newestScene =
            values.newestScene.map { $0.daysSince1970 * 86400 } ?? known["trenchwatch_newest_scene_timestamp_seconds"].flatMap(value)
        let families = [
            family(
                "trenchwatch_last_run_timestamp_seconds", help: "When the last run ended, in Unix time.", value: String(values.ended)),
            family("trenchwatch_last_exit_code", help: "Exit code of the last run.", value: String(values.exitCode.rawValue)),
            family(
                "trenchwatch_last_success_timestamp_seconds",
                help: "When the last run that did its work ended, in Unix time.", value: isSuccess ? String(values.ended) : nil),
            family(
                "trenchwatch_run_duration_seconds", help: "How long the last run took.",
                value: values.duration.map { DecimalText.fixed($0 / .seconds(1), decimals: 3) }),
            family(
                "trenchwatch_newest_scene_timestamp_seconds",
                help: "Day of the newest scene that was used, its midnight UTC, in Unix time.", value: newestScene.map { String($0) }),
            family(
                "trenchwatch_newest_scene_age_seconds", help: "How old the newest scene was when the last run ended.",
                value: newestScene.map { String(values.ended - $0) }),
            family(
                "trenchwatch_refused_inputs", help: "Inputs that the last run refused.", value: values.refusedInputs.map { String($0) }),
            detections(values.detections),
        ]
        return families.map { family in
            var family = family
            if family.samples.isEmpty { family.samples = known[family.name] ?? [] }
            return family.text
        }.joined()
    }

    private func family(_ name: String, help: String, value: String?) -> MetricsFamily {
        var family = MetricsFamily(name, help: help)
        if let value { family.add(value, labels: ["pipeline": pipeline]) }
        return family
    }

    /// Every kind and status, those of which there are none too: a series that appears out of nothing shows no increase.
    private func detections(_ counts: MetricsDetections?) -> MetricsFamily {
        var family = MetricsFamily("trenchwatch_detections", help: "Detected earthworks on record.")
        guard let counts else { return family }
        for kind in [Earthwork.Kind.linear, .compact] {
            for status in [Earthwork.Status.provisional, .confirmed, .transient] {
                family.add(
                    String(counts[kind, status]),
                    labels: ["pipeline": pipeline, "kind": kind.rawValue, "status": status.rawValue])
            }
        }
        return family
    }

    /// Of a metric with one sample that is a whole number, and a moment within 30 000 years.
    private func value(_ samples: [String]) -> Int? {
        samples.first?.split(separator: " ").last.flatMap { Int($0) }.flatMap { $0.magnitude < 1 << 40 ? $0 : nil }
    }

    /// This pipeline's samples in the file as it stands, by metric; none where it is not one of ours.
    private func kept() -> [String: [String]] {
        guard let bytes = try? SmallFile.read(path, atMost: 1 << 20) else { return [:] }
        let label = "{pipeline=\"\(MetricsFamily.escaped(pipeline))\""
        let number = /-?[0-9]+(\.[0-9]+)?/
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").reduce(into: [:]) { samples, line in
            guard let brace = line.firstIndex(of: "{"), line[brace...].hasPrefix(label), let space = line.lastIndex(of: " "),
                line[..<space].hasSuffix("}"), line[line.index(after: space)...].wholeMatch(of: number) != nil
            else { return }
            samples[String(line[..<brace]), default: []].append(String(line))
        }
    }
}

extension ExitCode {
    /// The run did its work, whatever it found.
    var isSuccess: Bool {
        switch self {
        case .done, .someInputRefused, .newFindings: true
        case .failed, .wrongUsage, .locked: false
        }
    }
}
