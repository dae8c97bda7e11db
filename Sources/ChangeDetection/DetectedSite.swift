/// A compact change found in the planes, in continuous pixel coordinates.
public struct DetectedSite: Sendable, Equatable {
    public var x: Double
    public var y: Double
    /// Closed ring of pixel corners, clockwise in image coordinates (rows down), first point repeated as the last.
    public var outline: [DetectedLine.Point]
    /// Of the part that has the peak's sign, in pixels.
    public var coreRadiusPixels: Double
    public var sign: Earthwork.Sign
    public var snr: Double
    public var significance: Significance
}

extension DetectedSite {
    /// Area within the outline, in pixels.
    public var areaPixels: Double {
        abs(zip(outline, outline.dropFirst()).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }) / 2
    }

    /// True where the middle of one lies within the outline of the other.
    public func isOne(with other: DetectedSite) -> Bool {
        contains(DetectedLine.Point(x: other.x, y: other.y)) || other.contains(DetectedLine.Point(x: x, y: y))
    }

    /// True for a point within the outline.
    public func contains(_ point: DetectedLine.Point) -> Bool {
        // An edge counts where it passes the point's row to the right of it.
        zip(outline, outline.dropFirst()).count { a, b in
            (a.y > point.y) != (b.y > point.y) && point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
        } % 2 == 1
    }
}
