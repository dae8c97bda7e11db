import PixelKernels
import Testing

@Suite struct ChainTests {
    private let nothing = -8000
    private let highest = 7800
    private let marked = -7936
    private let beamlet = 32
    private let top = 79
    private let bottom = -68
    private let turn = 15
    private let straight = 3
    private let drop = 256
    private let width = 48
    private let slopes = 21
    private let margin = 16
    private let groups = 3

    private var pitch: Int { width + 2 * margin }

    private var costs: KernelSet.ChainCosts {
        KernelSet.ChainCosts(
            nothing: Int16(nothing), highest: Int16(highest), marked: Int16(marked), beamlet: Int16(beamlet), top: Int16(top),
            bottom: Int16(bottom), turn: Int16(turn), straight: Int16(straight))
    }

    /// The first column of the first slope, behind a row of nothing.
    private var first: Int { pitch + margin }

    private func place(_ sign: Int, _ slope: Int, _ column: Int) -> Int { first + (sign * (slopes + 1) + slope) * pitch + column }

    /// Stored scores about nothing, some far above and some at the highest; few different ones, so that there are ties.
    private func scores(_ random: inout SeededGenerator) -> [Int16] {
        var scores = [Int16](repeating: Int16(nothing), count: (1 + 2 * (slopes + 1)) * pitch).map { 4 * $0 }
        for sign in 0..<2 {
            for slope in 0..<slopes {
                for x in 0..<width {
                    let kind = random.next() % 12
                    let steps = Int(random.next() % 40)
                    let score = kind == 0 ? 7840 - steps / 8 : kind < 4 ? steps * 100 : nothing + steps - 15
                    scores[place(sign, slope, x)] = Int16(4 * score)
                }
            }
        }
        return scores
    }

    @Test(arguments: KernelSet.available)
    func `the best of three chains is extended, or a new one begun`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 71)
        let sums = random.integers(Int16.self, count: slopes * width).map { $0 % 100 }
        let previous = scores(&random)
        var current = [Int16](repeating: 77, count: previous.count)
        var origins = [UInt16](repeating: 0, count: 2 * groups * width)
        var marks = [UInt8](repeating: 9, count: width / 16)
        previous.withUnsafeBufferPointer { previous in
            current.withUnsafeMutableBufferPointer { current in
                kernels.extendChains(
                    sums: sums, sumPitch: width, costs: costs, previous: previous.baseAddress! + first,
                    current: current.baseAddress! + first, pitch: pitch, signPitch: (slopes + 1) * pitch, origins: &origins,
                    originPitch: width, groups: groups, marks: &marks, count: width)
            }
        }
        var greatest = [Int](repeating: nothing, count: width / 16)
        for sign in 0..<2 {
            for x in 0..<width {
                for slope in 0..<slopes {
                    let less = slope > 0 ? Int(previous[place(sign, slope - 1, x)]) / 4 - turn : nothing
                    let same = Int(previous[place(sign, slope, x)]) / 4 - straight
                    let more = Int(previous[place(sign, slope + 1, x)]) / 4 - turn
                    let best = max(less, same, more)
                    let origin = best <= nothing ? 3 : best == same ? 2 : best == less ? 1 : 0
                    let sum = (sign == 0 ? 1 : -1) * Int(sums[slope * width + x])
                    let gain = max(bottom, min(top, sum)) - beamlet
                    let value = min(highest, max(nothing, best)) + gain
                    #expect(Int(current[place(sign, slope, x + slope - 10)]) == 4 * value)
                    let word = origins[(sign * groups + slope / 7) * width + x]
                    #expect(Int(word >> UInt16(12 - 2 * (slope % 7))) & 3 == origin)
                    greatest[x / 16] = max(greatest[x / 16], value)
                }
            }
        }
        #expect(marks == greatest.map { $0 > marked ? 1 : 0 })
    }

    @Test(arguments: KernelSet.available)
    func `chains that have fallen far below their highest score are ended`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 74)
        let previousPeaks = scores(&random)
        let before = scores(&random)
        let words = random.integers(UInt16.self, count: 2 * groups * width).map { $0 & 0x3fff }
        var after = before
        var peaks = [Int16](repeating: 77, count: before.count)
        previousPeaks.withUnsafeBufferPointer { previousPeaks in
            after.withUnsafeMutableBufferPointer { after in
                peaks.withUnsafeMutableBufferPointer { peaks in
                    words.withUnsafeBufferPointer { words in
                        kernels.endFallenChains(
                            previousPeaks: previousPeaks.baseAddress! + first + 16, currentPeaks: peaks.baseAddress! + first + 16,
                            current: after.baseAddress! + first + 16, pitch: pitch, signPitch: (slopes + 1) * pitch,
                            origins: words.baseAddress! + 16, originPitch: width, groups: groups, nothing: Int16(nothing),
                            drop: Int16(drop))
                    }
                }
            }
        }
        for sign in 0..<2 {
            for slope in 0..<slopes {
                for x in 0..<width {
                    let end = place(sign, slope, x + slope - 10)
                    guard x / 16 == 1 else {
                        // What other blocks end at is left alone.
                        #expect(after[end] == before[end] && peaks[end] == 77)
                        continue
                    }
                    let code = Int(words[(sign * groups + slope / 7) * width + x] >> UInt16(12 - 2 * (slope % 7))) & 3
                    let known = [slope + 1, slope - 1, slope, -1][code]
                    let last = known < 0 ? 4 * nothing : Int(previousPeaks[place(sign, known, x)])
                    let peak = max(last, Int(before[end]))
                    let isOver = peak - Int(before[end]) > 4 * drop
                    #expect(Int(after[end]) == (isOver ? 4 * nothing : Int(before[end])))
                    #expect(Int(peaks[end]) == (isOver ? 4 * nothing : peak))
                }
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `the greatest of some rows`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 72)
        let values = random.integers(Int16.self, count: 30 * 21)
        var out = [Int16](repeating: 0, count: 16)
        kernels.greatestOfRows(values, pitch: 30, rows: 21, into: &out)
        for x in 0..<16 {
            let column = (0..<21).map { values[$0 * 30 + x] }
            #expect(out[x] == column.max())
        }
    }

    @Test(arguments: KernelSet.available, [1, 2, 5])
    func `peaks are above the limit and all about them, the first of equals`(_ kernels: KernelSet, _ reach: Int) {
        var random = SeededGenerator(seed: 73)
        let count = 160
        let values = (0..<(count + 32)).map { $0 / 16 == 4 ? 0 : Int16(random.next() % 9) }
        var out = [Int32](repeating: -1, count: count)
        let found = values.withUnsafeBufferPointer {
            kernels.peaks(of: $0.baseAddress! + 16, above: 4, reach: reach, into: &out, count: count)
        }
        let expected = (0..<count).filter { x -> Bool in
            let value = values[x + 16]
            let isHigher = (1...reach).allSatisfy { (k: Int) -> Bool in values[x + 16 - k] < value && values[x + 16 + k] <= value }
            return value > 4 && isHigher
        }
        #expect(out.prefix(found).map(Int.init) == expected)
    }
}
