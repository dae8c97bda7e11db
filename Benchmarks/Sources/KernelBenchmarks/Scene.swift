/// Planes with plausible contents to run the kernels on. Shape: `side` × `side`.
struct Scene {
    static let bands = 4

    let side: Int
    let before: [[UInt16]]
    let after: [[UInt16]]
    let floats: [Float]
    let otherFloats: [Float]
    let inverseNoise: [Float]
    let validity: [UInt8]
    let levels: [Int8]

    init(side: Int) {
        self.side = side
        let count = side * side
        var state: UInt64 = 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        before = (0..<Self.bands).map { _ in (0..<count).map { _ in UInt16(1500 + next() % 2000) } }
        after = (0..<Self.bands).map { _ in (0..<count).map { _ in UInt16(1500 + next() % 2000) } }
        floats = (0..<count).map { _ in Float(next() % 10_000) / 10_000 }
        otherFloats = (0..<count).map { _ in Float(next() % 10_000) / 10_000 }
        inverseNoise = (0..<count).map { _ in 0.001 + Float(next() % 1000) / 1e6 }
        validity = (0..<count).map { _ in next() % 50 == 0 ? 0 : 255 }
        levels = (0..<count).map { _ in Int8(truncatingIfNeeded: next()) / 4 }
    }

    var count: Int { side * side }
}
