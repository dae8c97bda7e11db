import ChangeDetection
import Raster

/// What the manifest says of one pair of dates of a tile. The JSON keys are part of the output's contract.
public struct PairRecord: Codable, Sendable, Equatable {
    /// How far the later date lay from the earlier one, positive right and down, in the earlier date's pixels.
    public struct Shift: Codable, Sendable, Equatable {
        public var x: Double
        public var y: Double
        /// What is left of the misfit after the shift; nil where it was not measured.
        public var residual: Double?
        /// False where no shift was found that helps; x and y are then 0 and none was applied.
        public var lock: Bool
        /// How the shift grows from the scene's middle, where it is `x`, `y`; nil where it is the same everywhere.
        public var affine: AffinePart?

        public init(x: Double, y: Double, residual: Double?, lock: Bool, affine: AffinePart? = nil) {
            self.x = x.rounded(decimals: 4) ?? 0
            self.y = y.rounded(decimals: 4) ?? 0
            self.residual = residual?.rounded(decimals: 4)
            self.lock = lock
            self.affine = affine
        }

        init(_ registration: Registration, over size: RasterSize) {
            self.init(
                x: registration.x, y: registration.y, residual: registration.lock ? registration.residual : nil, lock: registration.lock,
                affine: registration.slope.map { AffinePart($0, over: size) })
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(x, forKey: .x)
            try container.encode(y, forKey: .y)
            try container.encode(residual, forKey: .residual)
            try container.encode(lock, forKey: .lock)
            try container.encode(affine, forKey: .affine)
        }
    }

    /// Turn, scale and shear of the later date against the earlier one.
    public struct AffinePart: Codable, Sendable, Equatable {
        /// Growth of the shift in x by a pixel right and a pixel down, and of that in y.
        public var xPerColumn: Double
        public var xPerRow: Double
        public var yPerColumn: Double
        public var yPerRow: Double
        /// The turn in it, clockwise as the picture is seen.
        public var rotationDegrees: Double
        /// How much larger the later date shows the ground.
        public var scaleX: Double
        public var scaleY: Double
        /// What it adds to the shift in a corner of the scene, in pixels.
        public var largestPixels: Double

        init(_ slope: Displacement.Slope, over size: RasterSize) {
            // Ten decimals are a millionth of a pixel at the edge of a tile.
            func rounded(_ value: Double) -> Double { value.rounded(decimals: 10) ?? 0 }
            xPerColumn = rounded(slope.xPerColumn)
            xPerRow = rounded(slope.xPerRow)
            yPerColumn = rounded(slope.yPerColumn)
            yPerRow = rounded(slope.yPerRow)
            rotationDegrees = ((slope.yPerColumn - slope.xPerRow) / 2 * 180 / Double.pi).rounded(decimals: 6) ?? 0
            scaleX = rounded(1 + slope.xPerColumn)
            scaleY = rounded(1 + slope.yPerRow)
            largestPixels = slope.largest(over: size).rounded(decimals: 4) ?? 0
        }

        /// For people.
        var inWords: String {
            "The later scene is turned by \(DecimalText.fixed(rotationDegrees, decimals: 3))° and scaled by "
                + "\(DecimalText.fixed(scaleX, decimals: 5)) × \(DecimalText.fixed(scaleY, decimals: 5)) against the earlier; "
                + "taken out, up to \(DecimalText.fixed(largestPixels, decimals: 2)) px in the corners"
        }

        enum CodingKeys: String, CodingKey {
            case xPerColumn = "x_per_column"
            case xPerRow = "x_per_row"
            case yPerColumn = "y_per_column"
            case yPerRow = "y_per_row"
            case rotationDegrees = "rotation_degrees"
            case scaleX = "scale_x"
            case scaleY = "scale_y"
            case largestPixels = "max_displacement_px"
        }
    }

    public var tile: String
    public var before: String
    public var after: String
    public var shift: Shift
    /// Per band: difference = gain · later + offset − earlier. nil where a band had too few pixels to tell.
    public var gain: [Double?]
    public var offset: [Double?]
    public var noiseSigma: [Double?]
    /// Of the pixels with data, the share that could be searched on both dates, 0…1.
    public var clearShare: Double
    public var observedSquareKilometres: Double
    /// The no-change limit for band 2 of the change raster, in its stored units; nil where nothing was observed.
    public var thresholdPixel: Double?

    public init(
        tile: String, before: String, after: String, shift: Shift, gain: [Double], offset: [Double], noiseSigma: [Double],
        clearShare: Double, observedSquareKilometres: Double, thresholdPixel: Double?
    ) {
        self.tile = tile
        self.before = before
        self.after = after
        self.shift = shift
        self.gain = gain.map { $0.rounded(decimals: Self.decimals(ofGain: $0)) }
        self.offset = offset.map { $0.rounded(decimals: 6) }
        self.noiseSigma = noiseSigma.map { $0.rounded(decimals: 6) }
        self.clearShare = clearShare.rounded(decimals: 4) ?? 0
        self.observedSquareKilometres = observedSquareKilometres.rounded(decimals: 4) ?? 0
        self.thresholdPixel = thresholdPixel?.rounded(decimals: 2)
    }

    /// Between dates in different units a gain has its digits further behind; three decimal digits are ten binary ones.
    private static func decimals(ofGain gain: Double) -> Int {
        guard gain.isFinite, gain != 0 else { return 6 }
        return min(18, max(6, 5 - gain.exponent * 3 / 10))
    }

    enum CodingKeys: String, CodingKey {
        case tile, before, after, gain, offset
        case shift = "shift_px"
        case noiseSigma = "noise_sigma"
        case clearShare = "clear_share"
        case observedSquareKilometres = "observed_km2"
        case thresholdPixel = "threshold_pixel"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tile, forKey: .tile)
        try container.encode(before, forKey: .before)
        try container.encode(after, forKey: .after)
        try container.encode(shift, forKey: .shift)
        try container.encode(gain, forKey: .gain)
        try container.encode(offset, forKey: .offset)
        try container.encode(noiseSigma, forKey: .noiseSigma)
        try container.encode(clearShare, forKey: .clearShare)
        try container.encode(observedSquareKilometres, forKey: .observedSquareKilometres)
        try container.encode(thresholdPixel, forKey: .thresholdPixel)
    }
}

extension Double {
    /// The nearest multiple of 10⁻ⁿ, and never −0; nil where the number is not finite, since JSON has no such numbers.
    func rounded(decimals: Int) -> Double? {
        guard isFinite else { return nil }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (self * scale).rounded()
        guard scaled.isFinite else { return self }
        return scaled == 0 ? 0 : scaled / scale
    }
}
