import Raster

/// What lies beside a mask is taken out of the search with it: masks of clouds are drawn too tight, and a cloud's soft edge is as strong a change as
/// any earthwork's.
///
/// Around masked ground that is more than 8 px across, 24 px (240 m at Sentinel-2's pixel) are left out; specks, such as bright sand taken for cloud,
/// cost no more than themselves. Change beyond 3 σ that hangs together with what is left out is followed for another 16 px.
enum MaskFringe {
    private static let speckRadius = 4
    private static let width = 24
    private static let leakReach = 16
    private static let leakLimit = 30

    /// - Returns: whether anything was taken out.
    static func remove(from planes: inout SearchPlanes) -> Bool {
        guard mayHoldMasks(planes) else { return false }
        let hidden = BytePlane(width: planes.width, height: planes.height, values: planes.signed.map { $0 == -128 ? 255 : 0 })
        // The rim that interpolation costs at a scene's edge is narrower than a speck.
        let core = hidden.eroded(by: speckRadius)
        guard core.values.contains(255) else { return false }
        let open = BytePlane(width: planes.width, height: planes.height, values: core.values.map { ~$0 }).eroded(by: speckRadius + width)
        var front: [Int] = []
        for i in open.values.indices where open.values[i] == 0 {
            planes.signed[i] = -128
            front.append(i)
        }
        for _ in 0..<leakReach where !front.isEmpty {
            var next: [Int] = []
            for i in front {
                let (x, y) = (i % planes.width, i / planes.width)
                for v in max(0, y - 1)...min(planes.height - 1, y + 1) {
                    for u in max(0, x - 1)...min(planes.width - 1, x + 1) {
                        let value = planes.signed[v * planes.width + u]
                        if value != -128, abs(Int(value)) > leakLimit {
                            planes.signed[v * planes.width + u] = -128
                            next.append(v * planes.width + u)
                        }
                    }
                }
            }
            front = next
        }
        return true
    }
}

extension MaskFringe {
    /// False where nothing masked is more than a speck across: anything larger covers a point of a lattice of that pitch.
    private static func mayHoldMasks(_ planes: SearchPlanes) -> Bool {
        func lattice(_ length: Int) -> [Int] {
            Array(stride(from: speckRadius, to: length, by: 2 * speckRadius)) + [max(0, length - 1 - speckRadius)]
        }
        let columns = lattice(planes.width)
        return lattice(planes.height).contains { y in columns.contains { planes.signed[y * planes.width + $0] == -128 } }
    }
}

extension SearchPlanes {
    /// Takes out what lies beside masks (`MaskFringe`). To be called once, when every block is stored.
    ///
    /// - Returns: whether anything was taken out.
    public mutating func closeMasks() -> Bool { MaskFringe.remove(from: &self) }
}
