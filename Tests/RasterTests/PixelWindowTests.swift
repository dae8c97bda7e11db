import Raster
import Testing

@Suite struct PixelWindowTests {
    struct Case: Sendable {
        var window: PixelWindow
        var side: Int
    }

    static let cases = [
        Case(window: PixelWindow(x: 0, y: 0, width: 1, height: 1), side: 512),
        Case(window: PixelWindow(x: 0, y: 0, width: 37, height: 53), side: 16),
        Case(window: PixelWindow(x: -5, y: -9, width: 40, height: 21), side: 8),
        Case(window: PixelWindow(x: 3, y: 4, width: 64, height: 32), side: 32),
        Case(window: PixelWindow(x: 100, y: -3, width: 17, height: 5), side: 1),
        Case(window: PixelWindow(x: 7, y: 7, width: 0, height: 9), side: 4),
    ]

    @Test(arguments: cases) func blocksCoverEveryPixelOnce(_ item: Case) {
        let window = item.window
        var counts = [Int](repeating: 0, count: window.pixelCount)
        for block in window.blocks(side: item.side) {
            #expect(window.contains(block))
            #expect(!block.isEmpty && block.width <= item.side && block.height <= item.side)
            for y in block.y..<block.maxY {
                for x in block.x..<block.maxX { counts[(y - window.y) * window.width + (x - window.x)] += 1 }
            }
        }
        #expect(counts.allSatisfy { $0 == 1 })
    }

    @Test(arguments: cases) func growingAndCuttingBackChangesNothing(_ item: Case) {
        for halo in [0, 1, 13] {
            let grown = item.window.expanded(by: halo)
            #expect(grown.contains(item.window))
            #expect(grown.expanded(by: -halo) == item.window)
            #expect(grown.intersection(item.window) == item.window)
        }
    }

    @Test func intersectionHoldsJustTheSharedPixels() {
        var generator = SystemlessGenerator(state: 7)
        for _ in 0..<200 {
            let a = generator.window()
            let b = generator.window()
            let shared = a.intersection(b)
            #expect(shared.pixelCount == b.intersection(a).pixelCount)
            let range = -12..<24
            #expect(
                range.allSatisfy { y in
                    range.allSatisfy { x in
                        shared.contains(x: x, y: y) == (a.contains(x: x, y: y) && b.contains(x: x, y: y))
                    }
                })
        }
    }
}

/// The same numbers on every machine and run.
struct SystemlessGenerator {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        // Constants of Knuth's MMIX generator.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }

    mutating func real(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(next(below: 1 << 30)) / Double(1 << 30) }

    mutating func window() -> PixelWindow {
        PixelWindow(x: next(below: 20) - 10, y: next(below: 20) - 10, width: next(below: 14), height: next(below: 14))
    }
}
