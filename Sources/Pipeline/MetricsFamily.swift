import Reporting

/// One metric of the Prometheus text format, version 0.0.4, with its samples. All of ours are gauges.
struct MetricsFamily: Sendable, Equatable {
    var name: String
    var help: String
    /// Whole lines.
    var samples: [String] = []

    init(_ name: String, help: String) {
        self.name = name
        self.help = help
    }

    /// Labels in the order given; their values may hold anything.
    mutating func add(_ value: String, labels: KeyValuePairs<String, String>) {
        let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
        samples.append("\(name){\(pairs.joined(separator: ","))} \(value)")
    }

    /// "" without samples.
    var text: String {
        guard !samples.isEmpty else { return "" }
        return (["# HELP \(name) \(help)", "# TYPE \(name) gauge"] + samples).map { $0 + "\n" }.joined()
    }

    static func escaped(_ value: String) -> String {
        value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
