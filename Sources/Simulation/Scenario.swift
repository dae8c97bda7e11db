import Raster

/// A stretch of ground, what is dug there and when, and the dates on which it is seen: all that a simulation needs. The same scenario gives
/// the same pixels on every machine.
///
/// Map positions and lengths are metres in `crs`; reflectance is in the files' digital numbers (DN), 10 000 to a reflectance of 1.
public struct Scenario: Sendable, Equatable {
    /// Names the scenario in the files' metadata.
    public var name: String
    public var description: String
    public var seed: UInt64
    /// EPSG code of a projected system in metres.
    public var epsg: Int
    public var pixelMetres: Double
    /// Standard deviation of the sensor noise, per band, in DN.
    public var noise: Double
    /// Standard deviation of each date's slow field (haze, viewing angle) in DN.
    public var haze: Double
    /// Pixels are rounded to multiples of this many DN. Coarser steps make smaller files.
    public var stepDN: Int
    public var dates: [Acquisition]
    public var tiles: [Tile]
    public var ground: Ground
    public var roads: [Road]
    public var towns: [Town]
    public var earthworks: [Earthwork]
    public var convoys: [Convoy]

    /// One of the tile's rasters on each date.
    public struct Tile: Sendable, Equatable {
        public var name: String
        /// Map position of the upper left corner, a whole number of pixels from the system's origin.
        public var west: Double
        public var north: Double
        public var size: RasterSize
        /// The dates on which the tile was seen; nil for all of the scenario's.
        public var dates: [CalendarDate]?
    }

    /// One date, seen by all tiles alike.
    public struct Acquisition: Sendable, Equatable {
        public var date: CalendarDate
        /// How far the ground lies to the right and below its place, in pixels.
        public var shift: (x: Double, y: Double)?
        /// One a band; nil draws them from the seed.
        public var gain: [Double]?
        /// One a band, in DN; nil draws them from the seed.
        public var offset: [Double]?
        public var clouds: Clouds?

        public static func == (a: Acquisition, b: Acquisition) -> Bool {
            a.date == b.date && a.shift?.x == b.shift?.x && a.shift?.y == b.shift?.y && a.gain == b.gain && a.offset == b.offset
                && a.clouds == b.clouds
        }
    }

    public struct Clouds: Sendable, Equatable {
        /// Share of the ground under clouds, over all tiles.
        public var cover: Double
        /// Whether the date comes with an SCL mask file.
        public var mask: Bool
    }

    public struct Ground: Sendable, Equatable {
        /// 0 to 1 each, how strongly the desert shows it. 1 of texture is a tenth of the brightness.
        public var texture: Double
        public var dunes: Double
        public var wadis: Double
    }

    public struct Road: Sendable, Equatable {
        public var points: [MapPoint]
        public var widthMetres: Double
        /// Relative to the ground: −0.3 is darker by 30 %.
        public var contrast: Double
    }

    public struct Town: Sendable, Equatable {
        public var centre: MapPoint
        public var radiusMetres: Double
        /// Clockwise from north, of the streets.
        public var bearingDegrees: Double
        /// Share of the lots with a building.
        public var built: Double
    }

    public enum Profile: String, Sendable, CaseIterable {
        case bright, dark, dipole
    }

    public enum Site: String, Sendable, CaseIterable {
        case ring, blob
    }

    /// What is dug: from the first date on or after `onset` to the last one before `removed`.
    public struct Earthwork: Sendable, Equatable {
        public enum Shape: Sendable, Equatable {
            case line(points: [MapPoint], profile: Profile, widthMetres: Double)
            /// `sizePixels` is the rim's diameter, or the spot's.
            case compact(centre: MapPoint, site: Site, sizePixels: Double)
        }
        public var shape: Shape
        /// Contrast to noise of one band in the difference of two dates, at the line's centre; see `Contrast`.
        public var cnr: Double
        public var onset: CalendarDate
        public var removed: CalendarDate?
    }

    /// Vehicles on a line on one date; no earthworks, so not in the truth file.
    public struct Convoy: Sendable, Equatable {
        public var date: CalendarDate
        public var points: [MapPoint]
        public var vehicles: Int
        public var cnr: Double
    }

    /// The bands of every scene, in order.
    public static let bandNames = ["B02", "B03", "B04", "B08"]
}

/// A position in metres east and north of a projected system's origin.
public struct MapPoint: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}
