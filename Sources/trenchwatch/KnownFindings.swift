import Foundation

/// The ids of the earthworks that an output folder already holds, to tell which of a run's are new.
struct KnownFindings {
    private let path: String
    private let before: Set<String>

    init(outputFolder: String) {
        path = outputFolder + "/detections.geojson"
        before = Self.identifiers(at: path)
    }

    /// True where the folder by now holds an earthwork that was not there.
    var hasGrown: Bool { !Self.identifiers(at: path).isSubset(of: before) }

    /// None where there is no such file or it is not one of ours: then everything is new.
    private static func identifiers(at path: String) -> Set<String> {
        struct Collection: Decodable {
            struct Feature: Decodable { var id: String }
            var features: [Feature]
        }
        guard let data = FileManager.default.contents(atPath: path), let found = try? JSONDecoder().decode(Collection.self, from: data)
        else {
            return []
        }
        return Set(found.features.map(\.id))
    }
}
