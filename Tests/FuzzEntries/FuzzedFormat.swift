/// What strangers may hand over, by the part of the program that reads it.
public enum FuzzedFormat: String, CaseIterable, Sendable {
    /// A TIFF file, with all that stands in its tags.
    case tiff
    /// A PNG file; check sums of its chunks are set right first, since few mutations would get past them.
    case png
    /// What stands beside a raster: the same bytes as `.aux.xml` and as world file.
    case sidecar
    /// A path a line, of files below a folder of imagery.
    case names
    /// What stands beside a scene's bands: the same bytes as `MTD_MSIL2A.xml` and as STAC item.
    case metadata
    /// A pipeline file.
    case pipeline
    /// A claims register, judged on a few earthworks.
    case register
    /// GeoJSON as area, as detections and as truth.
    case geojson
    /// A scenario of the simulator; nothing is drawn.
    case scenario
}
