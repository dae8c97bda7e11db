import CLoops

/// One way to do a piece of work, and how fast it went.
struct Measurement {
    let name: String
    let way: String
    let pixels: Int
    /// Bytes that have to be read and written once, however the work is done.
    let bytes: Int
    let seconds: Double

    var megapixelsPerSecond: Double { Double(pixels) / seconds / 1e6 }
    var gigabytesPerSecond: Double { Double(bytes) / seconds / 1e9 }
}

/// The least time of several runs of `work`, after one that fills the caches; at least three, for about a third of a second.
func leastSeconds(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    work()
    var least = Double.infinity
    let begin = clock.now
    var runs = 0
    while runs < 3 || clock.now - begin < .milliseconds(300) {
        let seconds = clock.measure(work) / .seconds(1)
        least = min(least, seconds)
        runs += 1
    }
    return least
}

/// A table for a terminal. Its last column compares with `memcpy` moving as many bytes, read and written together, in the same run.
struct Table {
    private(set) var lines: [String] = []
    private var copySeconds: [Int: Double] = [:]

    init() {
        add("kernel", "by", "MPix/s", "B/px", "GB/s", "of copy")
    }

    mutating func add(_ measurement: Measurement) {
        let copy = copySeconds[measurement.bytes] ?? secondsToCopy(moving: measurement.bytes)
        copySeconds[measurement.bytes] = copy
        add(
            measurement.name, measurement.way, rounded(measurement.megapixelsPerSecond, 0),
            rounded(Double(measurement.bytes) / Double(measurement.pixels), 1), rounded(measurement.gigabytesPerSecond, 2),
            rounded(100 * copy / measurement.seconds, 0) + " %")
    }

    private mutating func add(_ name: String, _ way: String, _ numbers: String...) {
        lines.append(padded(name, 30) + padded(way, 10) + numbers.map { padded($0, -9) }.joined())
    }
}

/// Half of the bytes read, half written.
func secondsToCopy(moving bytes: Int) -> Double {
    let from = [UInt8](repeating: 1, count: bytes / 2)
    var to = [UInt8](repeating: 0, count: bytes / 2)
    return leastSeconds { c_copy(&to, from, bytes / 2) }
}

/// Padded on the right, or on the left where `width` is negative.
private func padded(_ text: String, _ width: Int) -> String {
    let fill = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? fill + text : text + fill
}

func rounded(_ value: Double, _ decimals: Int) -> String {
    guard decimals > 0 else { return String(Int(value.rounded())) }
    let scale = (0..<decimals).reduce(1) { product, _ in product * 10 }
    let units = Int((value * Double(scale)).rounded())
    let fraction = String(units % scale)
    return "\(units / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
}
