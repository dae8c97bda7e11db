// Speed of the pixel kernels in each instruction set, beside the same loops in C and the machine's own copy bandwidth, and of the search for lines.
//
//     cd Benchmarks && swift run -c release KernelBenchmarks [--markdown] [NAME...]
//
// Widths are no powers of two, which would put rows above each other into the same lines of a cache. Twice: on planes well beyond the caches, and on what stays in the inner ones, where it shows what the loops themselves take. With NAMEs only kernels whose
// names contain one of them.

import CLoops
import PixelKernels

// As the program does.
c_keep_memory()

let arguments = CommandLine.arguments.dropFirst()
let wanted = arguments.filter { $0 != "--markdown" }
let table = Table(isMarkdown: arguments.contains("--markdown"))

for (width, height) in [(2112, 1984), (1088, 32)] {
    let scene = Scene(width: width, height: height)
    let bandwidth = copyBandwidth(bytes: width * height * 8)
    print("\nplanes of \(width) × \(height); memcpy of \(width * height * 4) bytes moves \(rounded(bandwidth, 1)) GB/s\n")
    table.header()
    let benchmarks =
        differenceBenchmarks(scene) + sampleBenchmarks(scene) + structureBenchmarks(scene) + filterBenchmarks(scene)
        + reducedBenchmarks(scene) + lineBenchmarks(scene) + dateBenchmarks(scene)
    for benchmark in benchmarks where wanted.isEmpty || wanted.contains(where: { benchmark.name.contains($0) }) {
        table.show(measure(benchmark))
    }
}
if wanted.isEmpty || wanted.contains("search") {
    print("\n" + lineSearchTime(side: 2048, rounds: 5))
    // A tile of Sentinel-2.
    print(lineSearchTime(side: 10_980, rounds: 1))
}
