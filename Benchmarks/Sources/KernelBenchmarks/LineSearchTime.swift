import ChangeDetection
import PixelKernels
import Raster

/// The search for lines of all orientations and lengths in noise, on one core.
func lineSearchTime(side: Int) -> String {
    var random = Sequence64()
    let size = RasterSize(width: side, height: side)
    let signed = (0..<(side * side)).map { _ in Int8(max(-127, min(127, random.nearlyNormal() * 10))) }
    let structure = (0..<(side * side)).map { _ in Int8(random.next() % 4) }
    let planes = SearchPlanes(size: size, signed: signed, structure: structure)
    let clock = ContinuousClock()
    var (least, found) = (Double.infinity, 0)
    for _ in 0..<3 {
        found = 0
        let elapsed = clock.measure {
            let search = LineSearch(planes)
            for task in 0..<LineSearch.taskCount { found += search.traces(of: task).traces.count }
        }
        least = min(least, elapsed / .seconds(1))
    }
    return "search for lines in noise of \(side) × \(side), \(KernelSet.best): \(rounded(least / Double(side * side) * 1e9, 1)) ns a pixel "
        + "(\(found) chains)"
}
