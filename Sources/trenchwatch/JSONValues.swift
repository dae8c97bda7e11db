import Raster

/// A value that may be missing: null in JSON, where Swift by itself would leave the key out.
@propertyWrapper
struct OrNull<Value: Encodable>: Encodable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

/// A number, or `"NaN"`, `"Infinity"`, `"-Infinity"`, for which JSON has no numbers.
struct JSONNumber: Encodable {
    let value: Double

    init(_ value: Double) { self.value = value }

    /// Rounded, since further digits would only be noise.
    init(_ value: Double, decimals: Int) {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (value * scale).rounded() / scale
        self.value = rounded.isFinite ? rounded : value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if value.isFinite {
            try container.encode(value)
        } else {
            try container.encode(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
        }
    }
}

extension CoordinateSystem {
    /// `EPSG:32633`; a definition without a code in full.
    var shortText: String { projDefinition.oneLine }
}

extension GeoTransform {
    /// Origin x, x per column, x per row, origin y, y per column, y per row.
    var gdalOrder: [JSONNumber] { [originX, xPerColumn, xPerRow, originY, yPerColumn, yPerRow].map(JSONNumber.init) }
}
