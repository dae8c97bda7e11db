import CLoops
import PixelKernels

/// Planes of levels at half their size and back.
func reducedBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let (half, quarter) = (width / 2, width / 4)
    let (levels, structure, sums) = (scene.levels, scene.structure, scene.sums)
    let (bytes, words) = (scene.outBytes, scene.outWords)
    let weights = (0..<2).map { k in Plane<Int16>(width, height) { Int16(($0 * (k + 3)) % 97) } }
    let thresholds = Plane<Int16>(width / 16, 4) { Int16(190 + $0 % 13) }

    func rows(_ work: (Int) -> Void) { for y in 0..<height { work(y) } }
    // Pairs of rows become one; what is written goes to the first half of the rows.
    func pairs(_ work: (Int) -> Void) { for y in 0..<(height / 2) { work(y) } }
    func of(_ output: UnsafeMutableRawBufferPointer, _ share: Int) -> UnsafeMutableRawBufferPointer {
        .init(rebasing: output[0..<(output.count / share)])
    }
    return [
        Benchmark(
            name: "clipLevels", pixels: count, bytesPerPixel: 2, outputs: [bytes[0].bytes],
            inC: { rows { _ = c_clip_levels(levels[0].row($0), 30, bytes[0].row($0), width) } },
            inSwift: { kernels in rows { _ = kernels.clipLevels(levels[0].row($0), limit: 30, into: bytes[0].row($0), count: width) } }),
        Benchmark(
            name: "level where valid", pixels: count, bytesPerPixel: 2, outputs: [bytes[0].bytes],
            inC: { rows { c_level_where_valid(levels[0].row($0), 16, bytes[0].row($0), width) } },
            inSwift: { kernels in rows { kernels.level(16, whereValid: levels[0].row($0), into: bytes[0].row($0), count: width) } }),
        Benchmark(
            name: "copyLevels where valid", pixels: count, bytesPerPixel: 3, outputs: [bytes[0].bytes],
            inC: { rows { c_copy_levels(structure[0].row($0), levels[0].row($0), bytes[0].row($0), width) } },
            inSwift: { kernels in
                rows { kernels.copyLevels(structure[0].row($0), whereValid: levels[0].row($0), into: bytes[0].row($0), count: width) }
            }),
        Benchmark(
            name: "scaledSumsOfFour", pixels: count / 4, bytesPerPixel: 6, outputs: [of(words[0].bytes, 4)],
            inC: {
                pairs { c_scaled_sums_of_four(levels[0].row(2 * $0), levels[0].row(2 * $0 + 1), 7, words[0].base + $0 * half, half) }
            },
            inSwift: { kernels in
                pairs {
                    kernels.scaledSumsOfFour(
                        levels[0].row(2 * $0), levels[0].row(2 * $0 + 1), factor: 7, into: words[0].base + $0 * half, count: half)
                }
            }),
        Benchmark(
            name: "meansOfFour", pixels: count / 4, bytesPerPixel: 10, outputs: [of(words[0].bytes, 4)],
            inC: { pairs { c_means_of_four(sums[0].row(2 * $0), sums[0].row(2 * $0 + 1), words[0].base + $0 * half, half) } },
            inSwift: { kernels in
                pairs { kernels.meansOfFour(sums[0].row(2 * $0), sums[0].row(2 * $0 + 1), into: words[0].base + $0 * half, count: half) }
            }),
        Benchmark(
            name: "mixRows", pixels: count, bytesPerPixel: 6, outputs: [words[0].bytes],
            inC: { rows { c_mix_rows(sums[0].row($0), sums[1].row($0), 3, words[0].row($0), width) } },
            inSwift: { kernels in
                rows { kernels.mixRows(sums[0].row($0), sums[1].row($0), eighths: 3, into: words[0].row($0), count: width) }
            }),
        Benchmark(
            name: "interpolate by two", pixels: count, bytesPerPixel: 3, outputs: [words[0].bytes],
            inC: { rows { c_interpolate_by_two(sums[0].base + $0 * half, words[0].row($0), half) } },
            inSwift: { kernels in
                rows { kernels.interpolate(sums[0].base + $0 * half, doublings: 1, into: words[0].row($0), count: half) }
            }),
        Benchmark(
            name: "interpolate by four", pixels: count, bytesPerPixel: 2.5, outputs: [words[0].bytes],
            inC: { rows { c_interpolate_by_four(sums[0].base + $0 * quarter, words[0].row($0), quarter) } },
            inSwift: { kernels in
                rows { kernels.interpolate(sums[0].base + $0 * quarter, doublings: 2, into: words[0].row($0), count: quarter) }
            }),
        Benchmark(
            name: "subtract, i16", pixels: count, bytesPerPixel: 6, outputs: [words[0].bytes],
            reset: { words[0].base.update(from: sums[0].base, count: count) },
            inC: { rows { c_subtract(words[0].row($0), sums[1].row($0), width) } },
            inSwift: { kernels in rows { kernels.subtract(sums[1].row($0), from: words[0].row($0), count: width) } }),
        Benchmark(
            name: "subtractWeighed", pixels: count, bytesPerPixel: 10, outputs: [words[0].bytes],
            reset: { words[0].base.update(from: sums[0].base, count: count) },
            inC: {
                rows { c_subtract_weighed(words[0].row($0), weights[0].row($0), 4, sums[1].row($0), weights[1].row($0), 9, 64, width) }
            },
            inSwift: { kernels in
                rows {
                    kernels.subtractWeighed(
                        KernelSet.WeighedRow(sums: sums[1].row($0), weights: weights[1].row($0), leastWeight: 9), from: words[0].row($0),
                        weights: weights[0].row($0), leastWeight: 4, whole: 64, count: width)
                }
            }),
        Benchmark(
            name: "halve", pixels: count / 4, bytesPerPixel: 10, outputs: bytes.map { of($0.bytes, 4) },
            inC: {
                pairs {
                    c_halve(
                        levels[0].row(2 * $0), levels[0].row(2 * $0 + 1), structure[0].row(2 * $0), structure[0].row(2 * $0 + 1),
                        bytes[0].base + $0 * half, bytes[1].base + $0 * half, half)
                }
            },
            inSwift: { kernels in
                pairs {
                    kernels.halve(
                        KernelSet.LevelRow(levels: levels[0].row(2 * $0), structure: structure[0].row(2 * $0)),
                        KernelSet.LevelRow(levels: levels[0].row(2 * $0 + 1), structure: structure[0].row(2 * $0 + 1)),
                        levels: bytes[0].base + $0 * half, structure: bytes[1].base + $0 * half, count: half)
                }
            }),
        Benchmark(
            name: "groupsAbove, 4 rows", pixels: count, bytesPerPixel: 2.06, outputs: [of(bytes[0].bytes, 64)],
            inC: {
                bytes[0].base.withMemoryRebound(to: UInt8.self, capacity: count) { out in
                    for y in 0..<(height / 4) {
                        c_groups_above(sums[0].row(4 * y), width, 4, thresholds.base, out + y * (width / 16), width / 16)
                    }
                }
            },
            inSwift: { kernels in
                bytes[0].base.withMemoryRebound(to: UInt8.self, capacity: count) { out in
                    for y in 0..<(height / 4) {
                        kernels.groupsAbove(
                            sums[0].row(4 * y), pitch: width, rowCount: 4, thresholds: thresholds.base, into: out + y * (width / 16),
                            groups: width / 16)
                    }
                }
            }),
    ]
}
