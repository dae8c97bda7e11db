import ChangeDetection
import Foundation
import Raster

/// How many detections of each kind and status a record holds.
struct MetricsDetections: Sendable, Equatable {
    private struct Key: Hashable {
        var kind: Earthwork.Kind
        var status: Earthwork.Status
    }

    private var counts: [Key: Int] = [:]

    /// None of any.
    init() {}

    /// nil where the file is missing or no `detections.geojson`.
    init?(geoJSONAt path: String) {
        struct Collection: Decodable {
            struct Feature: Decodable { var properties: Properties }
            struct Properties: Decodable {
                var kind: Earthwork.Kind
                var status: Earthwork.Status
            }
            var features: [Feature]
        }
        guard let bytes = try? SmallFile.read(path, atMost: 1 << 30),
            let found = try? JSONDecoder().decode(Collection.self, from: Data(bytes))
        else { return nil }
        for feature in found.features { self[feature.properties.kind, feature.properties.status] += 1 }
    }

    subscript(kind: Earthwork.Kind, status: Earthwork.Status) -> Int {
        get { counts[Key(kind: kind, status: status)] ?? 0 }
        set { counts[Key(kind: kind, status: status)] = newValue }
    }
}
