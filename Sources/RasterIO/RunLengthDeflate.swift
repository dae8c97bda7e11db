/// Deflate (RFC 1951) of bytes that repeat, if at all, as long runs: literals and matches one byte back, in codes made for each block.
///
/// For filtered imagery, in which a search for repeats finds little but runs, and whose cost is then that of finding none. Bytes are looked at eight at a
/// time: eight that equal the one before them belong to a run, all others are literals.
enum RunLengthDeflate {
    /// Bytes of a block: statistics change from rows of ground to rows of margin.
    private static let blockBytes = 1 << 17
    /// Four codes and what is left of a byte fit a word of 64 bits.
    private static let longestCode = 12
    private static let longestRun = 256
    private static let literalCount = 256
    private static let endOfBlock = 256
    /// Literals, the end of a block and the 29 codes of lengths.
    private static let symbolCount = 286

    /// Blocks for all of `bytes`, none the last of a stream, ending on a whole byte; they refer to nothing before them.
    ///
    /// - Parameter head: bytes to stand before the blocks.
    static func blocks(_ bytes: UnsafeBufferPointer<UInt8>, after head: [UInt8] = []) -> [UInt8] {
        let blockCount = (bytes.count + blockBytes - 1) / blockBytes
        // No literal's code is longer than the limit, nor a run's than the eight literals in its place; a block's head takes 160 bytes.
        let bound = head.count + bytes.count * longestCode / 8 + blockCount * 256 + 64
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
            guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
            target.update(from: head, count: head.count)
            var bits = BitWriter(target + head.count)
            var start = 0
            while start < bytes.count {
                let count = min(blockBytes, bytes.count - start)
                write(source + start, count, before: start > 0 ? source[start - 1] : ~source[0], to: &bits)
                start += count
            }
            // An empty stored block, which begins on a whole byte.
            bits.append(0, count: 3)
            bits.fillByte()
            bits.append(0xFFFF_0000, count: 32)
            initialized = head.count + bits.finish()
        }
    }

    private static func write(_ source: UnsafePointer<UInt8>, _ count: Int, before: UInt8, to bits: inout BitWriter) {
        let code = HuffmanCode(counts: symbolCounts(source, count, before: before), longest: longestCode)
        // Not the last block, codes of its own; 286 codes of literals and lengths, one of distances, 19 of code lengths.
        bits.append(0b100, count: 3)
        bits.append(UInt64(symbolCount - 257) | 0 << 5 | 15 << 10, count: 14)
        // In the format's order the codes of lengths 0 to 15 have four bits each, those of repeats none.
        for place in 0..<19 { bits.append(place < 3 ? 0 : 4, count: 3) }
        for length in code.lengths { bits.append(UInt64(UInt8(length).reversedBits >> 4), count: 4) }
        // The only distance, one byte back, has the code 0 of one bit.
        bits.append(UInt64((1 as UInt8).reversedBits >> 4), count: 4)

        // A run's code, its extra bits and its distance, by its length in units of eight.
        let runs = (0...(longestRun / 8)).map { $0 == 0 ? HuffmanCode.Word(bits: 0, count: 0) : runWord($0 * 8, code) }
        code.words.withUnsafeBufferPointer { words in
            runs.withUnsafeBufferPointer { runs in
                guard let words = words.baseAddress, let runs = runs.baseAddress else { return }
                forEachPiece(source, count, before: before) { units in
                    bits.append(runs[units])
                } literals: { bytes in
                    bits.appendFour(
                        words[Int(bytes & 255)], words[Int(bytes >> 8 & 255)], words[Int(bytes >> 16 & 255)], words[Int(bytes >> 24 & 255)])
                    bits.appendFour(
                        words[Int(bytes >> 32 & 255)], words[Int(bytes >> 40 & 255)], words[Int(bytes >> 48 & 255)], words[Int(bytes >> 56)]
                    )
                } literal: { byte in
                    bits.append(words[Int(byte)])
                }
                bits.append(words[endOfBlock])
            }
        }
    }

    private static func symbolCounts(_ source: UnsafePointer<UInt8>, _ count: Int, before: UInt8) -> [UInt32] {
        // Four counts of each literal: one that comes several times in a row does not wait for itself.
        var literals = [UInt32](repeating: 0, count: 4 * literalCount)
        var counts = [UInt32](repeating: 0, count: symbolCount)
        literals.withUnsafeMutableBufferPointer { literals in
            guard let a = literals.baseAddress else { return }
            let (b, c, d) = (a + literalCount, a + 2 * literalCount, a + 3 * literalCount)
            forEachPiece(source, count, before: before) { units in
                counts[runSymbol(units * 8).symbol] += 1
            } literals: { bytes in
                a[Int(bytes & 255)] &+= 1
                b[Int(bytes >> 8 & 255)] &+= 1
                c[Int(bytes >> 16 & 255)] &+= 1
                d[Int(bytes >> 24 & 255)] &+= 1
                a[Int(bytes >> 32 & 255)] &+= 1
                b[Int(bytes >> 40 & 255)] &+= 1
                c[Int(bytes >> 48 & 255)] &+= 1
                d[Int(bytes >> 56)] &+= 1
            } literal: { byte in
                a[Int(byte)] &+= 1
            }
            for i in 0..<literalCount { counts[i] = a[i] + b[i] + c[i] + d[i] }
        }
        counts[endOfBlock] = 1
        return counts
    }

    /// Goes through the bytes in order: runs by their length in units of eight, else eight literals (the first in the low byte), and the last few one by one.
    @inline(__always)
    private static func forEachPiece(
        _ source: UnsafePointer<UInt8>, _ count: Int, before: UInt8, run: (_ units: Int) -> Void, literals: (UInt64) -> Void,
        literal: (UInt8) -> Void
    ) {
        let raw = UnsafeRawPointer(source)
        var i = 0
        var last = before
        while i &+ 8 <= count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            let repeated = UInt64(last) &* 0x0101_0101_0101_0101
            if word != repeated {
                literals(word)
                last = UInt8(truncatingIfNeeded: word >> 56)
                i &+= 8
                continue
            }
            var units = 1
            i &+= 8
            while units < longestRun / 8, i &+ 8 <= count, raw.loadUnaligned(fromByteOffset: i, as: UInt64.self) == repeated {
                units &+= 1
                i &+= 8
            }
            run(units)
        }
        while i < count {
            literal(source[i])
            i &+= 1
        }
    }

    /// The code's symbol of a run, and the bits that tell its length from the least with that symbol: RFC 1951, 3.2.5.
    private static func runSymbol(_ length: Int) -> (symbol: Int, extra: Int, extraBits: Int) {
        // From 11 on, four symbols each have one, two, three … extra bits.
        guard length > 10 else { return (254 + length, 0, 0) }
        let value = length - 3
        let extraBits = Int.bitWidth - value.leadingZeroBitCount - 3
        return (257 + 4 * extraBits + value >> extraBits, value & ((1 << extraBits) - 1), extraBits)
    }

    private static func runWord(_ length: Int, _ code: HuffmanCode) -> HuffmanCode.Word {
        let (symbol, extra, extraBits) = runSymbol(length)
        let word = code.words[symbol]
        return HuffmanCode.Word(bits: word.bits | UInt32(extra) << word.count, count: word.count + UInt32(extraBits) + 1)
    }
}

/// Bits from the lowest of each byte on.
private struct BitWriter {
    private let start: UnsafeMutableRawPointer
    private var target: UnsafeMutableRawPointer
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    /// - Parameter target: with eight bytes to spare at the end.
    init(_ target: UnsafeMutablePointer<UInt8>) {
        start = UnsafeMutableRawPointer(target)
        self.target = start
    }

    /// - Parameter count: up to 56; no bit beyond it is set.
    @inline(__always)
    mutating func append(_ bits: UInt64, count: Int) {
        pending |= bits &<< pendingCount
        pendingCount &+= UInt64(count)
        flush()
    }

    @inline(__always)
    mutating func append(_ word: HuffmanCode.Word) { append(UInt64(word.bits), count: Int(word.count)) }

    /// Four words of up to 14 bits.
    @inline(__always)
    mutating func appendFour(_ a: HuffmanCode.Word, _ b: HuffmanCode.Word, _ c: HuffmanCode.Word, _ d: HuffmanCode.Word) {
        let low = UInt64(a.bits) | UInt64(b.bits) &<< UInt64(a.count)
        let high = UInt64(c.bits) | UInt64(d.bits) &<< UInt64(c.count)
        let lowCount = UInt64(a.count &+ b.count)
        pending |= (low | high &<< lowCount) &<< pendingCount
        pendingCount &+= lowCount &+ UInt64(c.count &+ d.count)
        flush()
    }

    /// Writes whole bytes.
    @inline(__always)
    private mutating func flush() {
        target.storeBytes(of: pending.littleEndian, as: UInt64.self)
        target += Int(truncatingIfNeeded: pendingCount &>> 3)
        pending &>>= pendingCount & 56
        pendingCount &= 7
    }

    /// Zeros up to a whole byte.
    mutating func fillByte() { if pendingCount > 0 { append(0, count: 8 - Int(pendingCount)) } }

    /// Bytes written. - Precondition: the last is whole.
    func finish() -> Int {
        precondition(pendingCount == 0, "a part of a byte is left")
        return target - start
    }
}

/// A prefix code for symbols that come so often. Source of the method: D. Huffman, "A Method for the Construction of Minimum-Redundancy Codes" (1952).
struct HuffmanCode {
    struct Word {
        /// The first bit of the code lowest.
        var bits: UInt32
        var count: UInt32
    }

    /// Bits of each symbol's code; 0 where it does not occur.
    let lengths: [Int]
    let words: [Word]

    /// - Parameters:
    ///   - counts: at least two above 0. - longest: bits that no code exceeds, enough for all symbols.
    init(counts: [UInt32], longest: Int) {
        var weights = counts
        var lengths = Self.lengths(weights)
        // Flatter counts give a flatter tree; that of equal counts is flat enough.
        while let depth = lengths.max(), depth > longest {
            weights = weights.map { $0 == 0 ? 0 : $0 / 2 + 1 }
            lengths = Self.lengths(weights)
        }
        self.lengths = lengths
        // Codes of one length follow one another in order of their symbols, after all shorter ones: RFC 1951, 3.2.2.
        var next = [UInt32](repeating: 0, count: longest + 2)
        for length in lengths where length > 0 { next[length + 1] += 1 }
        for length in 1...longest { next[length + 1] = (next[length + 1] + next[length]) << 1 }
        words = lengths.map { length in
            guard length > 0 else { return Word(bits: 0, count: 0) }
            defer { next[length] += 1 }
            return Word(bits: next[length].reversedBits >> UInt32(32 - length), count: UInt32(length))
        }
    }

    /// The depths of the leaves of Huffman's tree; of equal weights the lower symbol, and a leaf before a branch, is taken first.
    private static func lengths(_ weights: [UInt32]) -> [Int] {
        let leaves = weights.indices.filter { weights[$0] > 0 }.sorted { (weights[$0], $0) < (weights[$1], $1) }
        precondition(leaves.count > 1, "a code has two symbols or more")
        // Nodes: the leaves by weight, then the branches as they are made, whose weights do not fall either.
        var nodeWeights = leaves.map { UInt64(weights[$0]) }
        var parents = [Int](repeating: 0, count: 2 * leaves.count - 1)
        var (leaf, branch) = (0, leaves.count)
        while nodeWeights.count < parents.count {
            var weight: UInt64 = 0
            for _ in 0..<2 {
                let takesLeaf = leaf < leaves.count && (branch >= nodeWeights.count || nodeWeights[leaf] <= nodeWeights[branch])
                let node = takesLeaf ? leaf : branch
                if takesLeaf { leaf += 1 } else { branch += 1 }
                weight += nodeWeights[node]
                parents[node] = nodeWeights.count
            }
            nodeWeights.append(weight)
        }
        var depths = [Int](repeating: 0, count: parents.count)
        for node in (0..<(parents.count - 1)).reversed() { depths[node] = depths[parents[node]] + 1 }
        var lengths = [Int](repeating: 0, count: weights.count)
        for (node, symbol) in leaves.enumerated() { lengths[symbol] = depths[node] }
        return lengths
    }
}

extension FixedWidthInteger {
    /// The highest bit lowest.
    fileprivate var reversedBits: Self {
        var (rest, result) = (self, Self(0))
        for _ in 0..<Self.bitWidth {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }
}
