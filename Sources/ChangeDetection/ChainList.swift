/// Chains of beamlets one after another in common arrays, each from its end to its start.
struct ChainList {
    struct Chain {
        let sign: ChainSearch.Sign
        /// The node at the end lies on the lower edge of this strip.
        let endStrip: Int
        let endColumn: Int
        /// The chain's beamlets, the last one first.
        let beamlets: Range<Int>
    }

    private(set) var chains: [Chain] = []
    /// Of each beamlet: the column of its upper end, and its slope index.
    private(set) var columns: [Int32] = []
    private(set) var slopes: [Int8] = []

    /// Adds a beamlet before those of the chain that is being added.
    mutating func append(column: Int32, slope: Int8) {
        columns.append(column)
        slopes.append(slope)
    }

    mutating func removeLast(_ count: Int) {
        columns.removeLast(count)
        slopes.removeLast(count)
    }

    /// Closes a chain of the last `count` beamlets.
    mutating func end(sign: ChainSearch.Sign, strip: Int, column: Int, count: Int) {
        chains.append(
            Chain(sign: sign, endStrip: strip, endColumn: column, beamlets: columns.count - count..<columns.count))
    }

    /// The nodes of a chain, from its end to its start.
    func forEachNode(of chain: Chain, _ body: (ChainSearch.Node) -> Void) {
        body(ChainSearch.Node(strip: chain.endStrip + 1, column: chain.endColumn))
        for (k, i) in chain.beamlets.enumerated() { body(ChainSearch.Node(strip: chain.endStrip - k, column: Int(columns[i]))) }
    }

    /// The nodes of a chain from its start to its end, and the slope index of each beamlet between them.
    func copy(_ chain: Chain, nodes: inout [ChainSearch.Node], slopes copied: inout [Int]) {
        nodes.removeAll(keepingCapacity: true)
        copied.removeAll(keepingCapacity: true)
        var strip = chain.endStrip + 1 - chain.beamlets.count
        var i = chain.beamlets.upperBound - 1
        while i >= chain.beamlets.lowerBound {
            nodes.append(ChainSearch.Node(strip: strip, column: Int(columns[i])))
            copied.append(Int(slopes[i]))
            strip += 1
            i -= 1
        }
        nodes.append(ChainSearch.Node(strip: strip, column: chain.endColumn))
    }

    /// The sum of every beamlet.
    ///
    /// Strip by strip, since it takes less to filter a strip's rows for all of its beamlets than to filter a few pixels for each of many.
    func sums(of plane: BeamletSums) -> [Float] {
        var strips = [Int](repeating: 0, count: columns.count)
        for chain in chains {
            for (k, i) in chain.beamlets.enumerated() { strips[i] = chain.endStrip - k }
        }
        let order = StableOrder(keys: strips).indices
        let scratch = BeamletScratch(width: plane.width, transposed: plane.isTransposed)
        var result = [Float](repeating: 0, count: columns.count)
        var first = 0
        while first < order.count {
            let strip = strips[order[first]]
            var end = first + 1
            while end < order.count, strips[order[end]] == strip { end += 1 }
            let isCrowded = (end - first) * Self.columnsOfOne > plane.width
            if isCrowded { plane.filterRows(strip: strip, columns: 0..<plane.width, scratch: scratch) }
            for i in order[first..<end] {
                let (column, slope) = (Int(columns[i]), Int(slopes[i]))
                result[i] =
                    isCrowded
                    ? plane.sum(column: column, slopeIndex: slope, scratch: scratch)
                    : plane.sum(strip: strip, column: column, slopeIndex: slope)
            }
            first = end
        }
        return result
    }

    /// Columns of a strip that are filtered in the time that one beamlet takes.
    private static let columnsOfOne = 128
}
