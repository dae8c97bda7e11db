import Geodesy
import Raster
import RasterIO

/// A mask file beside a scene, read on the scene's grid by nearest pixel. Where the mask does not reach, nothing is usable.
struct MaskFile: Sendable {
    private let reader: RasterReader
    private let kind: SceneMask.Kind
    private let mapping: GridMapping?

    /// nil for masks that stand in the image files: those are read with the bands.
    init?(_ mask: SceneMask, scene: SceneDescription, cache: DecodedBlockCache?) throws {
        guard mask.kind != .internalMask, mask.kind != .alphaBand else { return nil }
        kind = mask.kind
        reader = try RasterReader(path: mask.path, cache: cache)
        guard reader.info.bandCount >= mask.kind.bandCount else {
            throw InputError(path: mask.path, problem: "has changed since it was found", advice: "run again")
        }
        if let grid = reader.info.grid {
            mapping = try GridMapping.unlessSame(from: scene.grid, to: grid)
        } else if reader.info.size == scene.grid.size {
            mapping = nil
        } else {
            throw InputError(path: mask.path, problem: "a mask without a place and of another size than its scene")
        }
    }

    /// Nothing of a window of the scene will be asked for again soon. Only where the file has the scene's pixels.
    func release(_ window: PixelWindow) {
        if mapping == nil { reader.release(window) }
    }

    /// Sets `validity`, of the window's shape, to 0 where the mask forbids. The window lies inside the scene.
    func apply(to validity: inout [UInt8], window: PixelWindow) throws {
        guard let mapping else {
            let usable = try usable(window)
            for i in validity.indices where !usable[i] { validity[i] = 0 }
            return
        }
        let source = mapping.sourceWindow(for: window, halo: 0).intersection(PixelWindow(reader.info.size))
        guard !source.isEmpty else {
            validity = [UInt8](repeating: 0, count: validity.count)
            return
        }
        let usable = try usable(source)
        var columns: [Double] = []
        var rows: [Double] = []
        mapping.fill(window: window, columns: &columns, rows: &rows)
        for i in validity.indices where validity[i] != 0 {
            let u = columns[i] - Double(source.x)
            let v = rows[i] - Double(source.y)
            let isInside = u >= 0 && v >= 0 && u < Double(source.width) && v < Double(source.height)
            if !isInside || !usable[Int(v) * source.width + Int(u)] { validity[i] = 0 }
        }
    }

    private func usable(_ window: PixelWindow) throws -> [Bool] {
        let block = try reader.read(window, bands: Array(0..<kind.bandCount))
        let bands = (0..<kind.bandCount).map { block.floats(band: $0) }
        switch kind {
        case .sceneClassification: return bands[0].map { Self.usableClasses.contains($0) }
        case .landsatQuality: return bands[0].map { Int($0) & 0b11111 == 0 }
        case .planetUsableData:
            return bands[0].indices.map { i in
                bands[2][i] == 0 && bands[4][i] == 0 && bands[5][i] == 0 && Int(bands[7][i]) & 1 == 0
            }
        case .planetUnusableData: return bands[0].map { $0 == 0 }
        case .cloudProbability: return bands[0].map { $0 < Self.cloudProbabilityLimit }
        case .internalMask, .alphaBand: return [Bool](repeating: true, count: window.pixelCount)
        }
    }

    /// Dark (2), vegetation, bare, water, unclassified (7) and snow. Left out: no data, defective, cloud shadow (3), cloud of medium and high
    /// probability (8, 9), cirrus (10). Classes 2 and 7 stay since fresh spoil and shadowed trenches fall into them on bright sand.
    private static let usableClasses: Set<Float> = [2, 4, 5, 6, 7, 11]
    /// Per cent. Higher than the usual 40 to 50, since bright sand often reaches those.
    private static let cloudProbabilityLimit: Float = 60
}

extension SceneMask.Kind {
    /// Bands that the mask's rule looks at.
    var bandCount: Int { self == .planetUsableData ? 8 : 1 }

    /// The mask that says most comes first.
    var rank: Int {
        switch self {
        case .sceneClassification: 0
        case .landsatQuality: 1
        case .planetUsableData: 2
        case .planetUnusableData: 3
        case .cloudProbability: 4
        case .internalMask: 5
        case .alphaBand: 6
        }
    }
}
