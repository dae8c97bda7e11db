/// A geometry as a GeoPackage stores it: a header with the envelope, then well-known binary (OGC 12-128r17, clause 2.1.3). Little-endian.
enum GeoPackageGeometry {
    static let wgs84 = 4326

    static func blob(_ geometry: GeoJSONGeometry) -> [UInt8] {
        let bounds = geometry.bounds
        // Flags: not empty, envelope of x and y, little-endian.
        var bytes: [UInt8] = [UInt8(ascii: "G"), UInt8(ascii: "P"), 0, 0b0000_0011]
        append(UInt32(wgs84), to: &bytes)
        for limit in [bounds.west, bounds.east, bounds.south, bounds.north] { append(limit.bitPattern, to: &bytes) }
        bytes.append(1)
        switch geometry.kind {
        case .line:
            append(UInt32(2), to: &bytes)
        case .polygon:
            append(UInt32(3), to: &bytes)
            append(UInt32(1), to: &bytes)
        }
        append(UInt32(geometry.points.count), to: &bytes)
        for point in geometry.points {
            append(point.longitude.bitPattern, to: &bytes)
            append(point.latitude.bitPattern, to: &bytes)
        }
        return bytes
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
