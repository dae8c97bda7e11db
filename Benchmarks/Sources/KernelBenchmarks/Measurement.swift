import CLoops
import PixelKernels

/// A kernel, the same in C, and what they read and write.
struct Benchmark {
    let name: String
    let pixels: Int
    /// Bytes that have to be read and written once, however the work is done.
    let bytesPerPixel: Double
    /// What both write.
    let outputs: [UnsafeMutableRawBufferPointer]
    /// Where sums are made in another order the outputs are floats, and may differ by this share of the greatest of them.
    var tolerance: Float?
    /// Sets what both change in place.
    var reset: () -> Void = {}
    let inC: () -> Void
    let inSwift: (KernelSet) -> Void
    /// Puts what the kernel has returned where C has written; not part of its time.
    var collect: () -> Void = {}
}

/// How fast the ways to do a benchmark's work went.
struct Measurement {
    let benchmark: Benchmark
    /// Of C, then of every kernel set, the least of all rounds.
    let seconds: [Double]
    /// Time in C over time of the widest kernel set, the median of the rounds.
    let overC: Double
    /// Time that copying as many bytes takes over time of the widest kernel set, the median of the rounds.
    let ofCopy: Double
    let agrees: Bool

    var verdict: String { !agrees ? "DIFFERS" : overC < 0.97 ? "slower than C" : "" }
}

/// Of the processor; everything here is on one thread.
private func time(_ repetitions: Int, _ work: () -> Void) -> Double {
    let begun = c_processor_seconds()
    for _ in 0..<repetitions { work() }
    return (c_processor_seconds() - begun) / Double(repetitions)
}

/// In each round all ways take turns, so that a machine that slows down does so for all.
func measure(_ benchmark: Benchmark, rounds: Int = 9) -> Measurement {
    let sets = KernelSet.available
    let agrees = sets.allSatisfy { sameResults(benchmark, $0) }
    let copied = Int(Double(benchmark.pixels) * benchmark.bytesPerPixel / 2)
    let from = [UInt8](repeating: 1, count: copied)
    var to = [UInt8](repeating: 0, count: copied)
    let ways: [() -> Void] = [benchmark.inC] + sets.map { set in { benchmark.inSwift(set) } }
    benchmark.reset()
    // Long enough to time, whatever the planes' size.
    let repetitions = ways.map { way in max(1, Int(0.002 / max(1e-7, time(1) { way() }))) }
    var least = [Double](repeating: .infinity, count: ways.count)
    var (overC, ofCopy): ([Double], [Double]) = ([], [])
    for _ in 0..<rounds {
        var seconds = [Double](repeating: .infinity, count: ways.count)
        var copy = Double.infinity
        for _ in 0..<3 {
            for (k, way) in ways.enumerated() { seconds[k] = min(seconds[k], time(repetitions[k], way)) }
            copy = min(copy, time(repetitions[ways.count - 1]) { c_copy(&to, from, copied) })
        }
        for k in ways.indices { least[k] = min(least[k], seconds[k]) }
        overC.append(seconds[0] / seconds[ways.count - 1])
        ofCopy.append(copy / seconds[ways.count - 1])
    }
    return Measurement(
        benchmark: benchmark, seconds: least, overC: overC.sorted()[rounds / 2], ofCopy: ofCopy.sorted()[rounds / 2], agrees: agrees)
}

private func sameResults(_ benchmark: Benchmark, _ kernels: KernelSet) -> Bool {
    func results(_ work: () -> Void) -> [[UInt8]] {
        for output in benchmark.outputs { output.initializeMemory(as: UInt8.self, repeating: 7) }
        benchmark.reset()
        work()
        return benchmark.outputs.map { Array($0) }
    }
    let (expected, found) = (
        results(benchmark.inC),
        results {
            benchmark.inSwift(kernels)
            benchmark.collect()
        }
    )
    guard let tolerance = benchmark.tolerance else { return expected == found }
    return zip(expected, found).allSatisfy { expected, found in
        expected.withUnsafeBytes { expected in
            found.withUnsafeBytes { found in
                let pairs = zip(expected.bindMemory(to: Float.self), found.bindMemory(to: Float.self))
                let greatest = pairs.reduce(0) { $1.0.isNaN ? $0 : max($0, abs($1.0)) }
                return greatest.isFinite && pairs.allSatisfy { $0.bitPattern == $1.bitPattern || abs($0 - $1) <= tolerance * greatest }
            }
        }
    }
}

/// Half of the bytes read, half written.
func copyBandwidth(bytes: Int) -> Double {
    let from = [UInt8](repeating: 1, count: bytes / 2)
    var to = [UInt8](repeating: 0, count: bytes / 2)
    let seconds = (0..<9).map { _ in time(max(1, 1 << 24 / bytes)) { c_copy(&to, from, bytes / 2) } }
    return Double(bytes) / (seconds.min() ?? 1) / 1e9
}

/// A table for a terminal, or in Markdown.
struct Table {
    let isMarkdown: Bool
    private let titles = ["kernel", "B/px", "MPix/s: C"] + KernelSet.available.map(\.description) + ["GB/s", "of copy", "over C", ""]

    func header() {
        line(titles)
        if isMarkdown { print("|---|" + String(repeating: "--:|", count: titles.count - 2) + "---|") }
    }

    func show(_ measurement: Measurement) {
        let benchmark = measurement.benchmark
        let bytes = Double(benchmark.pixels) * benchmark.bytesPerPixel
        line(
            [benchmark.name, rounded(benchmark.bytesPerPixel, 1)]
                + measurement.seconds.map { rounded(Double(benchmark.pixels) / $0 / 1e6, 0) }
                + [
                    rounded(bytes / (measurement.seconds.last ?? 1) / 1e9, 1), rounded(measurement.ofCopy, 2),
                    rounded(measurement.overC, 2),
                    measurement.verdict,
                ])
    }

    private func line(_ cells: [String]) {
        guard !isMarkdown else { return print("| " + cells.joined(separator: " | ") + " |") }
        print(padded(cells[0], 34) + cells.dropFirst().dropLast().map { padded($0, -11) }.joined() + "  " + (cells.last ?? ""))
    }
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
