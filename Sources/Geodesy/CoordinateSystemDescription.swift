import CProj
import Raster

/// What a coordinate system is, in PROJ's words.
public struct CoordinateSystemDescription: Sendable, Hashable {
    public var name: String
    /// The EPSG code that the definition states or that PROJ recognises it by (confidence of 70 % or more).
    public var epsg: Int?
    /// Longitude and latitude.
    public var isGeographic: Bool
    public var isProjected: Bool
    /// `metre`, `US survey foot`, `degree` …
    public var unitName: String
    /// nil where the unit is an angle.
    public var metresPerUnit: Double?
    public var wkt2: String
    /// WKT 1 as GDAL writes it, for PAM side files and old readers; nil for systems that it cannot express.
    public var wkt1GDAL: String?
    public var projJSON: String?

    private static let known = RecentValues<CoordinateSystem, CoordinateSystemDescription>(most: 32)

    /// - Throws: `InputError` where PROJ does not know the system.
    public init(_ system: CoordinateSystem) throws {
        self = try Self.known.value(of: system) { try CoordinateSystemDescription(asking: system) }
    }

    private init(asking system: CoordinateSystem) throws {
        let session = try ProjSession()
        defer { withExtendedLifetime(session) {} }
        let object = try session.makeSystem(system)
        defer { proj_destroy(object) }
        let horizontal = Self.horizontalPart(of: object, in: session)
        defer { proj_destroy(horizontal) }

        name = proj_get_name(object).map { String(cString: $0) } ?? "unnamed"
        let type = proj_get_type(horizontal)
        isGeographic = type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS
        isProjected = type == PJ_TYPE_PROJECTED_CRS
        let unit = Self.unit(of: horizontal, in: session)
        unitName = unit.name
        metresPerUnit = isGeographic ? nil : unit.factor
        if case .epsg(let code) = system { epsg = code } else { epsg = Self.code(of: object, in: session) }
        wkt2 = proj_as_wkt(session.context, object, PJ_WKT2_2019, nil).map { String(cString: $0) } ?? system.projDefinition
        wkt1GDAL = proj_as_wkt(session.context, object, PJ_WKT1_GDAL, nil).map { String(cString: $0) }
        projJSON = proj_as_projjson(session.context, object, nil).map { String(cString: $0) }
    }

    /// The system itself, or what a compound system says about x and y, or what a bound one is bound from.
    private static func horizontalPart(of object: OpaquePointer, in session: ProjSession) -> OpaquePointer? {
        var part = proj_clone(session.context, object)
        // Definitions can nest: a compound system of a bound one.
        for _ in 0..<4 {
            let inner: OpaquePointer? =
                switch proj_get_type(part) {
                case PJ_TYPE_COMPOUND_CRS: proj_crs_get_sub_crs(session.context, part, 0)
                case PJ_TYPE_BOUND_CRS: proj_get_source_crs(session.context, part)
                default: nil
                }
            guard let inner else { break }
            proj_destroy(part)
            part = inner
        }
        return part
    }

    private static func unit(of object: OpaquePointer?, in session: ProjSession) -> (name: String, factor: Double?) {
        guard let axes = proj_crs_get_coordinate_system(session.context, object) else { return ("unknown", nil) }
        defer { proj_destroy(axes) }
        var factor = 0.0
        var text: UnsafePointer<CChar>?
        guard proj_cs_get_axis_info(session.context, axes, 0, nil, nil, nil, &factor, &text, nil, nil) != 0 else {
            return ("unknown", nil)
        }
        return (text.map { String(cString: $0) } ?? "unknown", factor > 0 ? factor : nil)
    }

    private static func code(of object: OpaquePointer, in session: ProjSession) -> Int? {
        if let stated = statedCode(of: object) { return stated }
        // Left behind by GDAL for systems with a datum shift of their own: the shift stays out of the comparison.
        let base = proj_get_type(object) == PJ_TYPE_BOUND_CRS ? proj_get_source_crs(session.context, object) : nil
        defer { proj_destroy(base) }
        var confidences: UnsafeMutablePointer<CInt>?
        guard let candidates = proj_identify(session.context, base ?? object, "EPSG", nil, &confidences) else { return nil }
        defer {
            proj_list_destroy(candidates)
            proj_int_list_destroy(confidences)
        }
        guard let confidences, proj_list_get_count(candidates) > 0, confidences[0] >= 70 else { return nil }
        guard let best = proj_list_get(session.context, candidates, 0) else { return nil }
        defer { proj_destroy(best) }
        return statedCode(of: best)
    }

    private static func statedCode(of object: OpaquePointer) -> Int? {
        guard let authority = proj_get_id_auth_name(object, 0), String(cString: authority) == "EPSG",
            let code = proj_get_id_code(object, 0)
        else { return nil }
        return Int(String(cString: code))
    }
}
