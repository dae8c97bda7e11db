import Foundation
import Raster

@testable import ChangeDetection

/// Random numbers with a seed, the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func normal() -> Float {
        let u = Double.random(in: Double.leastNormalMagnitude...1, using: &self)
        let v = Double.random(in: 0...1, using: &self)
        return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
    }
}

/// Ground, scenes and planes made for the tests.
enum TestScene {
    /// Smooth random ground of unit variance that can be read at any position: a sum of waves longer than 6 px.
    struct Ground {
        private let waves: [(kx: Double, ky: Double, phase: Double, amplitude: Double)]

        init(seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            let count = 60
            waves = (0..<count).map { _ in
                let wavelength = Double.random(in: 6...40, using: &generator)
                let angle = Double.random(in: 0...(2 * .pi), using: &generator)
                return (
                    2 * .pi / wavelength * cos(angle), 2 * .pi / wavelength * sin(angle),
                    Double.random(in: 0...(2 * .pi), using: &generator),
                    (2.0 / Double(count)).squareRoot()
                )
            }
        }

        func height(_ x: Double, _ y: Double) -> Double {
            waves.reduce(0) { $0 + $1.amplitude * cos($1.kx * x + $1.ky * y + $1.phase) }
        }
    }

    /// A scene of that ground, read at x − shift, times gain, plus offset and noise. One band for each pair of numbers.
    static func block(
        _ ground: Ground, window: PixelWindow, shift: (x: Double, y: Double) = (0, 0), gains: [Float] = [1], offsets: [Float] = [0],
        noise: Float = 0, seed: UInt64 = 0, change: (Double, Double) -> Float = { _, _ in 0 }
    ) -> SceneBlock {
        var generator = SeededGenerator(seed: seed)
        var base = [Float](repeating: 0, count: window.pixelCount)
        for y in 0..<window.height {
            for x in 0..<window.width {
                let (u, v) = (Double(window.x + x), Double(window.y + y))
                base[y * window.width + x] = Float(ground.height(u - shift.x, v - shift.y)) + change(u, v)
            }
        }
        let planes = zip(gains, offsets).map { gain, offset in
            FloatPlane(width: window.width, height: window.height, values: base.map { $0 * gain + offset + noise * generator.normal() })
        }
        return SceneBlock(window: window, planes: planes, validity: BytePlane(width: window.width, height: window.height, repeating: 255))
    }

    /// White noise of one standard deviation with `signal` added, as the search sees it.
    static func planes(width: Int, height: Int, seed: UInt64, signal: (Double, Double) -> Float = { _, _ in 0 }) -> SearchPlanes {
        var generator = SeededGenerator(seed: seed)
        var planes = SearchPlanes(size: RasterSize(width: width, height: height))
        for y in 0..<height {
            for x in 0..<width {
                let z = generator.normal() + signal(Double(x) + 0.5, Double(y) + 0.5)
                planes.signed[y * width + x] = Int8(max(-127, min(127, (z * 10).rounded())))
            }
        }
        return planes
    }

    /// A line's cross profile: a Gaussian of 0.8 px round the curve x = position(y) between two rows.
    static func line(amplitude: Float, rows: ClosedRange<Double>, position: @escaping (Double) -> Double) -> (Double, Double) -> Float {
        { x, y in
            guard rows.contains(y) else { return 0 }
            let d = x - position(y)
            return amplitude * Float(exp(-d * d / (2 * 0.8 * 0.8)))
        }
    }

    static func lines(in planes: SearchPlanes, limit: Double = 1) -> [DetectedLine] {
        let search = LineSearch(planes)
        let traces = (0..<LineSearch.taskCount).flatMap { search.traces(of: $0).traces }
        return LineSelection.lines(
            from: traces, width: planes.width, height: planes.height, minimumLengthPixels: 20,
            observedSquareKilometres: Double(planes.width * planes.height) * 1e-4, falseAlarmsPer1000SquareKilometres: limit
        ).lines
    }

    static func sites(in planes: SearchPlanes, lines: [DetectedLine] = [], limit: Double = 1) -> [DetectedSite] {
        let search = SiteSearch(planes, lines: lines)
        var law = SiteSearch.ResponseLaw()
        for block in search.blocks { law.add(search.law(in: block)) }
        let spreads = law.spreads
        let peaks = search.blocks.flatMap { search.peaks(in: $0, spreads: spreads) }
        return search.sites(
            from: peaks, observedSquareKilometres: Double(planes.width * planes.height) * 1e-4, falseAlarmsPer1000SquareKilometres: limit
        ).sites
    }
}

extension ChangeModel {
    /// The change of a block whose surroundings were read at once. - Parameter levels: of the pair's own cells where nil.
    func change(of pair: PairBlock, in block: PixelWindow, levels: CellLevels? = nil, sizeOver frame: SceneFrame? = nil) -> ChangeBlock {
        let levels = levels ?? self.levels(of: pair)
        let mixed = mixed(pair, withBands: frame != nil)
        return change(in: block, of: pair.before.window, levels: levels, sizeOver: frame) { rows in
            PairBlock(before: mixed.before.rows(rows), after: mixed.after.rows(rows))
        }
    }

    func levels(of pair: PairBlock) -> CellLevels {
        let mixed = mixed(pair, withBands: true)
        return CellLevels(mixed, normalisation: .none(bandCount: mixed.before.planes.count))
    }

    private func mixed(_ pair: PairBlock, withBands: Bool) -> PairBlock {
        let mixes = mixes(withBands: withBands)
        return PairBlock(before: pair.before.mixed(by: mixes.before), after: pair.after.mixed(by: mixes.after))
    }
}

extension SceneBlock {
    /// Some of the rows.
    fileprivate func rows(_ window: PixelWindow) -> SceneBlock {
        let range = ((window.y - self.window.y) * window.width)..<((window.maxY - self.window.y) * window.width)
        return SceneBlock(
            window: window,
            planes: planes.map { FloatPlane(width: window.width, height: window.height, values: Array($0.values[range])) },
            validity: BytePlane(width: window.width, height: window.height, values: Array(validity.values[range])))
    }
}
