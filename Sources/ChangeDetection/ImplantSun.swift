import Foundation
import Raster

/// Where the sun stood when a scene was taken.
public struct ImplantSun: Sendable, Equatable {
    /// Degrees above the horizon.
    public var elevationDegrees: Double
    /// Degrees clockwise from north.
    public var azimuthDegrees: Double

    public init(elevationDegrees: Double, azimuthDegrees: Double) {
        self.elevationDegrees = elevationDegrees
        self.azimuthDegrees = azimuthDegrees
    }

    /// Sentinel-2 crosses the equator southwards at this mean local solar time, in hours (ESA, "Sentinel-2 mission guide"). Landsat is
    /// half an hour earlier and most of Planet's satellites within an hour: 5 to 10 degrees of elevation.
    static let nodeHours = 10.5
    /// Inclination of that orbit.
    private static let inclinationDegrees = 98.62
    /// A scene is hardly taken with less sun; below it shadows have no end.
    private static let leastElevation = 5.0

    /// The sun at the overpass of a place.
    ///
    /// Declination and equation of time by Spencer's Fourier series (J. W. Spencer, "Fourier series representation of the position of the
    /// sun", Search 2 (1971), as NOAA's solar calculator uses them), good to about 0.1 degree and half a minute. North of the equator a
    /// satellite that flies south-west passes at a later local time than at its node: by asin(tan φ / tan i) of hour angle.
    public init(at latitude: Double, on date: CalendarDate) {
        let radians = Double.pi / 180
        let phi = max(-89.9, min(89.9, latitude)) * radians
        let firstDay = CalendarDate(year: date.year, month: 1, day: 1)?.daysSince1970 ?? date.daysSince1970
        let year = 2 * Double.pi / 365 * (Double(date.daysSince1970 - firstDay) + (Self.nodeHours - 12) / 24)
        let declination =
            0.006918 - 0.399912 * cos(year) + 0.070257 * sin(year) - 0.006758 * cos(2 * year) + 0.000907 * sin(2 * year)
            - 0.002697 * cos(3 * year) + 0.00148 * sin(3 * year)
        let equationMinutes =
            229.18
            * (0.000075 + 0.001868 * cos(year) - 0.032077 * sin(year) - 0.014615 * cos(2 * year) - 0.040849 * sin(2 * year))
        let later = -asin(max(-1, min(1, tan(phi) / tan(Self.inclinationDegrees * radians))))
        let hourAngle = ((Self.nodeHours - 12) * 15 + equationMinutes / 4) * radians + later
        let up = sin(phi) * sin(declination) + cos(phi) * cos(declination) * cos(hourAngle)
        let north = cos(phi) * sin(declination) - sin(phi) * cos(declination) * cos(hourAngle)
        let east = -cos(declination) * sin(hourAngle)
        let azimuth = atan2(east, north) / radians
        self.init(
            elevationDegrees: max(Self.leastElevation, asin(max(-1, min(1, up))) / radians),
            azimuthDegrees: azimuth < 0 ? azimuth + 360 : azimuth)
    }

    /// Horizontal way towards the sun for one unit of height, east and north.
    var run: (east: Double, north: Double) {
        let radians = Double.pi / 180
        let length = 1 / tan(elevationDegrees * radians)
        return (length * sin(azimuthDegrees * radians), length * cos(azimuthDegrees * radians))
    }
}
