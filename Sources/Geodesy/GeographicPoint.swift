/// A position on WGS 84 in degrees: longitude east, latitude north.
public struct GeographicPoint: Hashable, Sendable, Codable {
    public var longitude: Double
    public var latitude: Double

    public init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }
}
