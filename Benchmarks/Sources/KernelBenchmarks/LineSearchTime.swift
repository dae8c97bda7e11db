import CLoops
import ChangeDetection
import PixelKernels
import Raster

/// The search for lines of all orientations and lengths in noise, on one core: all that `LineSearch` does for both families and both profiles. Its samples of
/// noise and of old structure do not grow with the scene.
func lineSearchTime(side: Int, rounds: Int) -> String {
    var random = Sequence64()
    let size = RasterSize(width: side, height: side)
    let signed = (0..<(side * side)).map { _ in Int8(max(-127, min(127, random.nearlyNormal() * 10))) }
    let structure = (0..<(side * side)).map { _ in Int8(random.next() % 4) }
    let planes = SearchPlanes(size: size, signed: signed, structure: structure)
    var (least, found) = (Double.infinity, 0)
    for _ in 0..<rounds {
        let begun = c_processor_seconds()
        let search = LineSearch(planes)
        found = (0..<LineSearch.taskCount).reduce(0) { $0 + search.traces(of: $1).traces.count }
        least = min(least, c_processor_seconds() - begun)
    }
    return "search for lines in noise of \(side) × \(side), \(KernelSet.best): \(rounded(least / Double(side * side) * 1e9, 1)) ns of "
        + "processor time a pixel (\(found) chains)"
}
