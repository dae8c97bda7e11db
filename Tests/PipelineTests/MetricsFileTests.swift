import Foundation
import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Metrics file")
struct MetricsFileTests {
    private static let geoJSON = """
        {"type": "FeatureCollection", "features": [
          {"type": "Feature", "id": "a", "geometry": null, "properties": {"kind": "linear", "status": "confirmed"}},
          {"type": "Feature", "id": "b", "geometry": null, "properties": {"kind": "linear", "status": "confirmed"}},
          {"type": "Feature", "id": "c", "geometry": null, "properties": {"kind": "compact", "status": "provisional"}}]}
        """

    private func values(_ folder: TemporaryFolder, exitCode: ExitCode = .done) throws -> MetricsFile.Values {
        let record = try folder.write(Self.geoJSON.utf8, to: "detections.geojson")
        return MetricsFile.Values(
            ended: 1_700_000_000, exitCode: exitCode, duration: .milliseconds(61_250), newestScene: CalendarDate(iso: "2021-01-19"),
            detections: MetricsDetections(geoJSONAt: record), refusedInputs: 2)
    }

    @Test("every value is a sample with its help and type, and Prometheus reads it", arguments: ["sirte", "a \"b\" \\ c", "ü 漢", "end\\"])
    func text(pipeline: String) throws {
        let folder = try TemporaryFolder()
        let file = MetricsFile(path: folder.file("m/trenchwatch.prom"), pipeline: pipeline)
        try file.write(try values(folder))
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        let metrics = try MetricsReader(text)
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            metrics.samples[MetricsReader.Series(name: name, labels: labels.merging(["pipeline": pipeline]) { $1 })]
        }
        #expect(value("trenchwatch_last_run_timestamp_seconds") == 1_700_000_000)
        #expect(value("trenchwatch_last_success_timestamp_seconds") == 1_700_000_000)
        #expect(value("trenchwatch_last_exit_code") == 0)
        #expect(value("trenchwatch_run_duration_seconds") == 61.25)
        #expect(value("trenchwatch_newest_scene_timestamp_seconds") == 1_611_014_400)
        #expect(value("trenchwatch_newest_scene_age_seconds") == 88_985_600)
        #expect(value("trenchwatch_refused_inputs") == 2)
        #expect(value("trenchwatch_detections", ["kind": "linear", "status": "confirmed"]) == 2)
        #expect(value("trenchwatch_detections", ["kind": "compact", "status": "provisional"]) == 1)
        #expect(value("trenchwatch_detections", ["kind": "compact", "status": "transient"]) == 0)
        #expect(metrics.samples.count == 13)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("m")) == ["trenchwatch.prom"])
        if OtherReader.has("promtool") {
            let checked = try OtherReader.run("sh", ["-c", "promtool check metrics < \"$1\"", "sh", file.path])
            #expect(checked.status == 0 && checked.output.isEmpty, "\(checked.output)")
        }
    }

    @Test("a failed run keeps what it does not know, the last success too", arguments: [false, true])
    func failure(isOfAnotherPipeline: Bool) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("x.prom")
        try MetricsFile(path: path, pipeline: isOfAnotherPipeline ? "other" : "mine \"x\"").write(try values(folder))
        try MetricsFile(path: path, pipeline: "mine \"x\"").write(MetricsFile.Values(ended: 1_700_009_999, exitCode: .failed))
        let metrics = try MetricsReader(String(contentsOfFile: path, encoding: .utf8))
        func value(_ name: String) -> Double? { metrics.samples.first { $0.key.name == name }?.value }
        #expect(value("trenchwatch_last_run_timestamp_seconds") == 1_700_009_999)
        #expect(value("trenchwatch_last_exit_code") == 1)
        // What is not known anew still grows older.
        #expect(value("trenchwatch_newest_scene_age_seconds") == (isOfAnotherPipeline ? nil : 88_995_599))
        #expect(value("trenchwatch_last_success_timestamp_seconds") == (isOfAnotherPipeline ? nil : 1_700_000_000))
        #expect(metrics.samples.count == (isOfAnotherPipeline ? 2 : 13))
    }

    @Test(
        "a file of somebody else's is written over and nothing of it kept",
        arguments: [
            "", "\u{0}\u{1}", "trenchwatch_refused_inputs{pipeline=\"p\"} 1\u{7}", "{} {}\n{pipeline=\"p\"", "# HELP\n\n } 3",
        ])
    func foreign(content: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(content.utf8, to: "x.prom")
        try MetricsFile(path: path, pipeline: "p").write(MetricsFile.Values(ended: 1, exitCode: .failed))
        #expect(try MetricsReader(String(contentsOfFile: path, encoding: .utf8)).samples.count == 2)
    }

    @Test(
        "an absurd date in a file that looks like ours gives no age", arguments: ["-9223372036854775808", "99999999999999999999", "12.5"])
    func absurd(date: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("trenchwatch_newest_scene_timestamp_seconds{pipeline=\"p\"} \(date)\n".utf8, to: "x.prom")
        try MetricsFile(path: path, pipeline: "p").write(MetricsFile.Values(ended: 1, exitCode: .failed))
        #expect(try !MetricsReader(String(contentsOfFile: path, encoding: .utf8)).samples.contains { $0.key.name.contains("age") })
    }

    @Test("the file may be read by whom the umask lets: the collector is another user")
    func mode() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("x.prom")
        try MetricsFile(path: path, pipeline: "p").write(MetricsFile.Values(ended: 1, exitCode: .done))
        let other = folder.file("y")
        try Data().write(to: URL(fileURLWithPath: other))
        func mode(_ path: String) throws -> Int? {
            try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
        }
        #expect(try mode(path) == mode(other))
    }

    @Test("no record, or none of ours, gives no counts", arguments: ["", "[]", "{\"features\": [{\"properties\": {\"kind\": \"x\"}}]}"])
    func noRecord(content: String) throws {
        let folder = try TemporaryFolder()
        #expect(MetricsDetections(geoJSONAt: try folder.write(content.utf8, to: "d.geojson")) == nil)
        #expect(MetricsDetections(geoJSONAt: folder.file("none")) == nil)
    }
}

/// Reads the Prometheus text format as strictly as it is written: help, type, samples of that name, no series twice.
struct MetricsReader {
    struct Series: Hashable {
        var name: String
        var labels: [String: String]
    }

    struct Malformed: Error { var line: String }

    var samples: [Series: Double] = [:]

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(line: "the last line has no end") }
        var helped: Set<Substring> = []
        var typed: Substring?
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if let help = line.wholeMatch(of: /# HELP ([a-z_]+) [^\\]+/) {
                guard helped.insert(help.output.1).inserted else { throw Malformed(line: String(line)) }
            } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) gauge/) {
                guard helped.contains(type.output.1) else { throw Malformed(line: String(line)) }
                typed = type.output.1
            } else if let sample = line.wholeMatch(of: /([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\[\\"n])*",?)+)\} (-?[0-9.]+)/) {
                let labels = sample.output.2.matches(of: /([a-z]+)="((?:[^"\\]|\\[\\"n])*)"/).map { label in
                    (String(label.output.1), label.output.2.replacing(/\\(.)/) { $0.output.1 == "n" ? "\n" : $0.output.1 })
                }
                let series = Series(
                    name: String(sample.output.1), labels: Dictionary(labels.map { ($0, String($1)) }) { first, _ in first })
                guard sample.output.1 == typed, samples[series] == nil, let value = Double(sample.output.3) else {
                    throw Malformed(line: String(line))
                }
                samples[series] = value
            } else {
                throw Malformed(line: String(line))
            }
        }
    }
}
