import CProj
import Raster

/// A PROJ context of its own, for one thread at a time. It never asks the network for grids, so that a result does not hang on a
/// connection, and it keeps PROJ's messages off the standard streams.
final class ProjSession {
    let context: OpaquePointer

    init() throws {
        guard let context = proj_context_create() else {
            throw InputError(problem: "PROJ could not start", advice: "check the memory that is left and the installation of PROJ")
        }
        self.context = context
        proj_log_level(context, PJ_LOG_NONE)
        proj_context_set_enable_network(context, 0)
    }

    deinit { proj_context_destroy(context) }

    /// PROJ's words for what went wrong last.
    var lastProblem: String {
        let code = proj_context_errno(context)
        guard code != 0, let text = proj_context_errno_string(context, code) else { return "no reason given" }
        return String(cString: text)
    }

    /// The coordinate reference system that a definition names; the caller destroys it.
    func makeSystem(_ system: CoordinateSystem) throws -> OpaquePointer {
        var text = system.projDefinition
        if text.contains("+proj="), !text.contains("+type=crs"), !text.contains("+step") { text += " +type=crs" }
        guard let object = proj_create(context, text) else {
            throw InputError(
                problem: "unknown coordinate system '\(system.abbreviated)' (\(lastProblem))",
                advice: "give an EPSG code, WKT or a PROJ string; if the code is right, check that PROJ's database is installed")
        }
        guard proj_is_crs(object) != 0 else {
            proj_destroy(object)
            throw InputError(
                problem: "'\(system.abbreviated)' is no coordinate reference system", advice: "give an EPSG code, WKT or a PROJ string")
        }
        return object
    }
}

extension CoordinateSystem {
    /// Longitude and latitude on WGS 84.
    public static let wgs84 = CoordinateSystem.epsg(4326)

    /// The zone of the Universal Transverse Mercator grid (on WGS 84) that a point lies in, without the exceptions around Norway and
    /// Svalbard. Metres; lengths are true to 0.04 % on the central meridian and to about 0.1 % at the zone's edge.
    public static func utmZone(of point: GeographicPoint) -> CoordinateSystem {
        let turned = (point.longitude + 180).truncatingRemainder(dividingBy: 360)
        let longitude = turned < 0 ? turned + 360 : turned
        let zone = longitude.isFinite ? min(60, Int(longitude / 6) + 1) : 31
        return .epsg((point.latitude < 0 ? 32700 : 32600) + zone)
    }

    /// Short enough for a message.
    var abbreviated: String {
        let text = projDefinition
        return text.count <= 80 ? text : text.prefix(77) + "…"
    }
}
