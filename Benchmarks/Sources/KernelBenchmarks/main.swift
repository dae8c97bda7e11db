// Speed of the pixel kernels in each instruction set, beside the same loops in C and the machine's own copy bandwidth.
//
//     swift run -c release --package-path Benchmarks KernelBenchmarks [SIDE]
//
// SIDE is the side of the planes in pixels, 2048 by default: well beyond the caches. 256 shows the kernels on cached blocks.

import Glibc
import PixelKernels

let side = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2048
guard (64...8192).contains(side) else {
    print("usage: KernelBenchmarks [SIDE]\nSIDE is 64 to 8192 pixels")
    exit(2)
}
let scene = Scene(side: side)
let copied = scene.count * 32
print(
    "planes of \(side) × \(side); memcpy of \(copied / 2) bytes moves \(rounded(Double(copied) / secondsToCopy(moving: copied) / 1e9, 2)) GB/s\n"
)
var table = Table()
for measurement in differenceMeasurements(scene) + filterMeasurements(scene) + levelMeasurements(scene) { table.add(measurement) }
table.lines.forEach { print($0) }
