import Raster

/// Which date of a tile the others are compared with.
enum StackReference {
    /// The earliest of those on which nearly as much can be seen as on the clearest: what the reference hides is hidden in all.
    ///
    /// - Parameter clearShares: of each date.
    /// - Returns: an index.
    static func choose(_ clearShares: [Double]) -> Int {
        let best = clearShares.max() ?? 0
        return clearShares.firstIndex { $0 >= 0.99 * best } ?? 0
    }

    /// - Throws: what reading throws.
    static func choose(_ sources: [any SceneSource]) throws -> Int { choose(try sources.map(clearShare)) }

    /// Share of a scene's pixels that can be seen, by windows spread over it.
    static func clearShare(_ source: any SceneSource) throws -> Double {
        var (valid, seen) = (0, 0)
        for window in SampleWindows.spread(over: source.grid.size, side: 128, atMost: 9) {
            let block = try source.read(window)
            valid += block.validity.values.count { $0 != 0 }
            seen += window.pixelCount
        }
        return seen > 0 ? Double(valid) / Double(seen) : 0
    }
}
