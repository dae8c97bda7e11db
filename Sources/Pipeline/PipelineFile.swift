import Foundation
import Raster
import StrictYAML

/// What to run on what: the pipeline file. Paths are absolute; in the file they are relative to its folder.
///
///     name: sirte-jufra
///     imagery: ../Imagery
///     output: ../Output
///     area: areas/corridor.geojson
///     scenes: { from: 2020-01-01, until: 2021-12-31, bands: [B02, B03, B04, B08] }
///     detect: { false_alarms_per_1000_km2: 1, minimum_length_m: 200 }
public struct PipelineFile: Sendable, Equatable {
    /// Which of the found scenes are used.
    public struct SceneChoice: Sendable, Equatable {
        /// Both days inclusive; nil for no limit.
        public var from: CalendarDate?
        public var until: CalendarDate?
        /// Band names in order; nil for the bands that the scenes have in common.
        public var bands: [String]?

        public init(from: CalendarDate? = nil, until: CalendarDate? = nil, bands: [String]? = nil) {
            self.from = from
            self.until = until
            self.bands = bands
        }
    }

    /// What counts as a detection.
    public struct Detection: Sendable, Equatable {
        /// How many objects imagery without change may give.
        public var falseAlarmsPer1000SquareKilometres: Double
        /// Shorter linear earthworks are left out; geodesic.
        public var minimumLengthMetres: Double

        public init(falseAlarmsPer1000SquareKilometres: Double = 1, minimumLengthMetres: Double = 200) {
            self.falseAlarmsPer1000SquareKilometres = falseAlarmsPer1000SquareKilometres
            self.minimumLengthMetres = minimumLengthMetres
        }
    }

    /// Who is told of a scheduled run.
    public struct Schedule: Sendable, Equatable {
        /// URL that hears of start, success and failure.
        public var heartbeat: String?
        /// Path of a Prometheus text file.
        public var metrics: String?

        public init(heartbeat: String? = nil, metrics: String? = nil) {
            self.heartbeat = heartbeat
            self.metrics = metrics
        }
    }

    /// The file itself.
    public var path: String
    public var name: String
    public var imagery: String
    public var output: String
    /// GeoJSON polygon; nothing outside it is detected.
    public var area: String?
    public var scenes: SceneChoice
    public var detect: Detection
    /// The claims register.
    public var claims: String?
    public var schedule: Schedule

    /// Reads and checks a pipeline file. `imagery` and `output` replace what the file says, relative to the working folder.
    ///
    /// - Throws: `ConfigurationError` with the line of what is wrong.
    public init(path: String, imagery: String? = nil, output: String? = nil) throws {
        let file = try StrictMapping(fileAt: path, kind: "pipeline file")
        try file.allow(["name", "imagery", "output", "area", "scenes", "detect", "claims", "schedule"])
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()

        func place(_ key: String, in mapping: StrictMapping? = nil) throws -> String? {
            try (mapping ?? file).string(key).map { URL(fileURLWithPath: $0, relativeTo: folder).standardizedFileURL.path }
        }
        func existingFile(_ key: String) throws -> String? {
            guard let found = try place(key) else { return nil }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: found, isDirectory: &isFolder), !isFolder.boolValue else {
                throw ConfigurationError(
                    file: path, line: file.line(of: key), problem: "'\(key)': there is no file \(found)",
                    advice: "paths are relative to the pipeline file")
            }
            return found
        }
        func required(_ key: String, _ replacement: String?) throws -> String {
            let fromFile = try place(key)
            if replacement?.isEmpty == true {
                throw ConfigurationError(file: path, problem: "--\(key) is empty", advice: "name a folder, '.' for this one")
            }
            if let replacement { return URL(fileURLWithPath: replacement).standardizedFileURL.path }
            guard let fromFile else {
                throw ConfigurationError(file: path, problem: "'\(key)' is missing", advice: "add it, or give --\(key)")
            }
            return fromFile
        }

        self.path = path
        name = try Self.checked(
            name: file.string("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent, file: file)
        self.imagery = try required("imagery", imagery)
        self.output = try required("output", output)
        area = try existingFile("area")
        claims = try existingFile("claims")

        scenes = SceneChoice()
        if let choice = try file.mapping("scenes") {
            try choice.allow(["from", "until", "bands"])
            scenes.from = try choice.date("from")
            scenes.until = try choice.date("until")
            scenes.bands = try choice.strings("bands", atMost: 32)
            if let from = scenes.from, let until = scenes.until, until < from {
                throw ConfigurationError(
                    file: path, line: choice.line(of: "until"), problem: "'until' (\(until)) lies before 'from' (\(from))",
                    advice: "exchange them")
            }
        }
        detect = Detection()
        if let limits = try file.mapping("detect") {
            try limits.allow(["false_alarms_per_1000_km2", "minimum_length_m"])
            if let value = try limits.number("false_alarms_per_1000_km2", in: 0.000_001...10_000) {
                detect.falseAlarmsPer1000SquareKilometres = value
            }
            if let value = try limits.number("minimum_length_m", in: 0...1_000_000) { detect.minimumLengthMetres = value }
        }
        schedule = Schedule()
        if let timing = try file.mapping("schedule") {
            try timing.allow(["heartbeat", "metrics"])
            schedule.heartbeat = try timing.string("heartbeat")
            schedule.metrics = try place("metrics", in: timing)
            // The URL is a secret and is not quoted.
            if let url = schedule.heartbeat, Heartbeat(url: url) == nil {
                throw ConfigurationError(
                    file: path, line: timing.line(of: "heartbeat"), problem: "'heartbeat' is not an http or https URL with a host",
                    advice: "give one that begins with https://")
            }
        }
    }

    /// The name goes into titles, so it is kept to one short line.
    private static func checked(name: String, file: StrictMapping) throws -> String {
        guard name.count <= 100, name == name.oneLine else {
            throw ConfigurationError(
                file: file.file, line: file.line(of: "name"), problem: "'name' must be one line of at most 100 characters")
        }
        return name
    }
}
