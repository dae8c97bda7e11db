import CLoops
import PixelKernels

/// Sums along short lines, and chains of them.
func lineBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let (levels, sums) = (scene.levels, scene.sums)
    let (bytes, words, integers) = (scene.outBytes, scene.outWords, scene.outIntegers)
    let marks = Plane<Int8>(2 * width + 64, 1) { _ in 0 }
    let outUnsigned = UnsafeMutableRawPointer(words[0].base).bindMemory(to: UInt16.self, capacity: count)
    let offsets = (0..<16).map { $0 / 3 }
    let taps: [Int16] = [-2, -2, -1, -1, 0, 0, 3, 6, 3, 0, 0, -1, -1, -2, -2, 0]
    let places = count / 256
    let spacing = 16

    func rows(_ work: (Int) -> Void) { for y in 0..<height { work(y) } }
    func of(_ output: UnsafeMutableRawBufferPointer, _ bytes: Int) -> UnsafeMutableRawBufferPointer { .init(rebasing: output[0..<bytes]) }
    func filter(_ filter: KernelSet.RowFilter, _ name: String) -> Benchmark {
        Benchmark(
            name: "filter across, \(name)", pixels: count, bytesPerPixel: 4, outputs: [words[0].bytes],
            inC: {
                rows {
                    c_filter_across(
                        sums[0].row($0), filter.centre, filter.distances, filter.weights, Int32(filter.weights.count), filter.isOdd ? 1 : 0,
                        Int32(filter.shift), words[0].row($0), width)
                }
            },
            inSwift: { kernels in rows { kernels.filter(sums[0].row($0), by: filter, into: words[0].row($0), count: width) } })
    }
    return [
        Benchmark(
            name: "widenClipped", pixels: count, bytesPerPixel: 3, outputs: [words[0].bytes],
            inC: { rows { _ = c_widen_clipped(levels[0].row($0), 30, words[0].row($0), width) } },
            inSwift: { kernels in rows { _ = kernels.widenClipped(levels[0].row($0), limit: 30, into: words[0].row($0), count: width) } }),
        filter(
            KernelSet.RowFilter(centre: 8, distances: [1, 4, 5, 6, 7], weights: [5, -2, -3, -3, -1], isOdd: false, shift: 3), "even"),
        filter(KernelSet.RowFilter(centre: 0, distances: [1, 2, 3, 4], weights: [5, 6, 4, 2], isOdd: true, shift: 3), "odd"),
        Benchmark(
            name: "clearBesideInvalid", pixels: count, bytesPerPixel: 5, outputs: [words[0].bytes],
            reset: { words[0].base.update(from: sums[0].base, count: count) },
            inC: { rows { c_clear_beside_invalid(levels[0].row($0), marks.base, words[0].row($0), width) } },
            inSwift: { kernels in
                rows { kernels.clearBesideInvalid(levels[0].row($0), marks: marks.base, values: words[0].row($0), count: width) }
            }),
        Benchmark(
            name: "addFour", pixels: count, bytesPerPixel: 10, outputs: [words[0].bytes],
            inC: {
                rows { c_add_four(sums[0].row($0), sums[1].row($0), sums[2].row($0), sums[3].row($0), words[0].row($0), width) }
            },
            inSwift: { kernels in
                rows {
                    kernels.addFour(
                        sums[0].row($0), sums[1].row($0), sums[2].row($0), sums[3].row($0), into: words[0].row($0), count: width)
                }
            }),
        Benchmark(
            name: "accumulateTwo", pixels: count, bytesPerPixel: 12, outputs: [integers.bytes],
            reset: { for i in 0..<count { integers.base[i] = Int32(i) } },
            inC: { rows { c_accumulate_two(sums[0].row($0), sums[1].row($0), integers.row($0), width) } },
            inSwift: { kernels in rows { kernels.accumulateTwo(sums[0].row($0), sums[1].row($0), into: integers.row($0), count: width) } }),
        Benchmark(
            name: "standardiseSums", pixels: count, bytesPerPixel: 8, outputs: [words[0].bytes],
            inC: {
                rows { c_standardise_sums(sums[0].row($0), sums[1].row($0), scene.factors.row($0), 40_000, words[0].row($0), width) }
            },
            inSwift: { kernels in
                rows {
                    kernels.standardiseSums(
                        sums[0].row($0), sums[1].row($0), factors: scene.factors.row($0), gain: 40_000, into: words[0].row($0), count: width
                    )
                }
            }),
        Benchmark(
            name: "addClippedSquares", pixels: count, bytesPerPixel: 12, outputs: words.map(\.bytes),
            reset: { for plane in words { plane.base.update(repeating: 5, count: count) } },
            inC: {
                rows { c_add_clipped_squares(sums[0].row($0), sums[1].row($0), 9000, words[0].row($0), words[1].row($0), width) }
            },
            inSwift: { kernels in
                rows {
                    kernels.addClippedSquares(
                        sums[0].row($0), sums[1].row($0), gain: 9000, squares: words[0].row($0), counts: words[1].row($0), count: width)
                }
            }),
        Benchmark(
            name: "beamletSum, 16 × 16", pixels: places * 256, bytesPerPixel: 1, outputs: [of(integers.bytes, 4 * places)],
            inC: {
                for place in 0..<places {
                    let column = place % (width / 16) * 16
                    integers.base[place] = c_beamlet_sum(
                        levels[0].row(place / (width / 16) * 16) + column, width, offsets, 16, taps, 30, 3)
                }
            },
            inSwift: { kernels in
                for place in 0..<places {
                    let column = place % (width / 16) * 16
                    integers.base[place] = Int32(
                        kernels.beamletSum(
                            levels[0].row(place / (width / 16) * 16) + column, along: width, offsets: offsets, rows: 16, taps: taps,
                            limit: 30, shift: 3))
                }
            }),
        Benchmark(
            name: "interpolatedInverse", pixels: count, bytesPerPixel: 2, outputs: [words[0].bytes],
            inC: { rows { c_interpolated_inverse(3, 5, 90_000, $0, Float(64), outUnsigned + $0 * width, width) } },
            inSwift: { kernels in
                rows {
                    kernels.interpolatedInverse(
                        left: 3, right: 5, numerator: 90_000, first: $0, spacing: 64, into: outUnsigned + $0 * width, count: width)
                }
            }),
        Benchmark(
            name: "transposeColumns, by 64", pixels: count, bytesPerPixel: 2, outputs: [bytes[0].bytes],
            inC: {
                for x in stride(from: 0, to: width, by: 64) {
                    c_transpose_columns(levels[0].base + x, width, height, 64, bytes[0].base + x * height, height)
                }
            },
            inSwift: { kernels in
                for x in stride(from: 0, to: width, by: 64) {
                    kernels.transposeColumns(
                        levels[0].base + x, pitch: width, rows: height, columns: 64, into: bytes[0].base + x * height, outPitch: height)
                }
            }),
        extendChains(width: width, strips: max(2, height / 16)),
        Benchmark(
            name: "greatestOfRows, 16 columns", pixels: count, bytesPerPixel: 2.06, outputs: [of(words[0].bytes, 2 * count / 32)],
            inC: {
                for group in 0..<(count / 512) {
                    let (band, column) = (group / (width / 16), group % (width / 16) * 16)
                    c_greatest_of_rows(sums[0].row(32 * band) + column, width, 32, words[0].base + 16 * group)
                }
            },
            inSwift: { kernels in
                for group in 0..<(count / 512) {
                    let (band, column) = (group / (width / 16), group % (width / 16) * 16)
                    kernels.greatestOfRows(sums[0].row(32 * band) + column, pitch: width, rows: 32, into: words[0].base + 16 * group)
                }
            }),
        Benchmark(
            name: "peaks, few", pixels: count, bytesPerPixel: 2, outputs: [of(integers.bytes, 4 * height)],
            inC: { rows { integers.base[$0] = Int32(c_peaks(sums[0].row($0), 198, 6, integers.base + height + $0 * spacing, width)) } },
            inSwift: { kernels in
                rows {
                    integers.base[$0] = Int32(
                        kernels.peaks(of: sums[0].row($0), above: 198, reach: 6, into: integers.base + height + $0 * spacing, count: width))
                }
            }),
    ]
}

/// Strip after strip of 21 slopes, as many scores as the next strip needs.
private func extendChains(width: Int, strips: Int) -> Benchmark {
    let (groups, slopes, margin) = (3, 21, 32)
    let pitch = width + 2 * margin
    // A row of nothing before the first one.
    let first = pitch + margin
    let size = pitch + 2 * (slopes + 1) * pitch
    let figures: [Int16] = [-8000, 7800, -7936, 32, 79, -68, 15, 3]
    let costs = KernelSet.ChainCosts(
        nothing: figures[0], highest: figures[1], marked: figures[2], beamlet: figures[3], top: figures[4], bottom: figures[5],
        turn: figures[6], straight: figures[7])
    var random = Sequence64()
    let sums = Plane<Int16>(width, slopes) { _ in Int16(random.next() % 120) - 60 }
    let nothing = figures[0] * KernelSet.ChainCosts.stored
    let scores = (0..<2).map { _ in Plane<Int16>(size, 1) { _ in nothing } }
    let origins = Plane<UInt16>(width, 2 * groups) { _ in 0 }
    let marks = Plane<UInt8>(width / 16, 1) { _ in 0 }
    return Benchmark(
        name: "extendChains, 21 slopes × 2", pixels: width * strips, bytesPerPixel: Double(2 * slopes + 4 * slopes * 2 + 4 * groups),
        outputs: [origins.bytes, marks.bytes, scores[0].bytes, scores[1].bytes],
        reset: { for plane in scores { plane.base.update(repeating: nothing, count: size) } },
        inC: {
            for strip in 0..<strips {
                c_extend_chains(
                    sums.base, width, figures, scores[strip % 2].base + first, scores[1 - strip % 2].base + first, pitch,
                    (slopes + 1) * pitch, origins.base, width, Int32(groups), marks.base, width)
            }
        },
        inSwift: {
            for strip in 0..<strips {
                $0.extendChains(
                    sums: sums.base, sumPitch: width, costs: costs, previous: scores[strip % 2].base + first,
                    current: scores[1 - strip % 2].base + first, pitch: pitch, signPitch: (slopes + 1) * pitch, origins: origins.base,
                    originPitch: width, groups: groups, marks: marks.base, count: width)
            }
        })
}
