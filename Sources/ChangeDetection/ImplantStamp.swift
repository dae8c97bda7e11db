import Foundation

/// A compact work's contrast around its middle as a sensor sees it, relative to the reflectance around it.
public struct ImplantStamp: Sendable, Equatable {
    let step: Double
    /// Values across and down; the middle one is the work's middle.
    let side: Int
    let values: [Double]

    /// - Parameters:
    ///   - section: from the outer foot inwards.
    ///   - diameterMetres: from outer foot to outer foot.
    public init(section: ImplantSection, diameterMetres: Double, sun: ImplantSun, pixelMetres: Double) {
        let step = pixelMetres / 10
        let spread = ImplantProfile.spreadPixels * pixelMetres
        let (east, north) = sun.run
        let run = (east * east + north * north).squareRoot()
        let towardsSun = run > 0 ? (x: east / run, y: -north / run) : (x: 0.0, y: 0.0)
        let highest = section.relief.map(\.height).max() ?? 0
        let deepest = section.relief.map(\.height).min() ?? 0
        let own = diameterMetres / 2 - min(0, section.extent.lowerBound) + run * max(0, highest)
        let half = Int(((own + ImplantProfile.reachSpreads * spread) / step).rounded(.up))
        let side = 2 * half + 1

        func height(_ x: Double, _ y: Double) -> Double {
            section.height(at: diameterMetres / 2 - (x * x + y * y).squareRoot())
        }
        var contrast = [Double](repeating: 0, count: side * side)
        let steps = Int((run * (highest - deepest) / step).rounded(.up))
        for row in 0..<side {
            for column in 0..<side {
                let (x, y) = (Double(column - half) * step, Double(row - half) * step)
                let distance = (x * x + y * y).squareRoot()
                guard distance <= own + step else { continue }
                let slopeX = (height(x + step / 2, y) - height(x - step / 2, y)) / step
                let slopeY = (height(x, y + step / 2) - height(x, y - step / 2)) / step
                let here = height(x, y)
                let isInShadow = (0..<steps).contains { k in
                    let way = Double(k + 1) * step
                    return height(x + way * towardsSun.x, y + way * towardsSun.y) > here + way / run + 1e-9
                }
                contrast[row * side + column] = ImplantSection.contrast(
                    brightness: section.brightness(at: diameterMetres / 2 - distance),
                    slope: (slopeX * slopeX + slopeY * slopeY).squareRoot(),
                    slopeToSun: slopeX * towardsSun.x + slopeY * towardsSun.y, sunRun: run, isInShadow: isInShadow)
            }
        }
        self.step = step
        self.side = side
        values = Self.blurred(contrast, side: side, spread: spread / step).map(ImplantProfile.rounded)
    }

    private static func blurred(_ plane: [Double], side: Int, spread: Double) -> [Double] {
        let reach = Int((ImplantProfile.reachSpreads * spread).rounded(.up))
        let half = (0...reach).map { exponential(-0.5 * Double($0 * $0) / (spread * spread)) }
        let total = half[0] + 2 * half.dropFirst().reduce(0, +)
        func pass(_ input: [Double], along: Int, across: Int) -> [Double] {
            var output = [Double](repeating: 0, count: input.count)
            for line in 0..<side {
                for at in 0..<side {
                    let value = input[line * across + at * along]
                    guard value != 0 else { continue }
                    for to in max(0, at - reach)...min(side - 1, at + reach) {
                        output[line * across + to * along] += value * half[abs(to - at)] / total
                    }
                }
            }
            return output
        }
        return pass(pass(plane, along: 1, across: side), along: side, across: 1)
    }

    /// How far from the middle there is anything along an axis, in metres.
    var reach: Double { Double(side / 2) * step }

    /// Contrast at metres to the right and down of the middle, in a grid whose up is north.
    public func contrast(x: Double, y: Double) -> Double {
        let (column, row) = (x / step + Double(side / 2), y / step + Double(side / 2))
        guard column >= 0, row >= 0, column < Double(side - 1), row < Double(side - 1) else { return 0 }
        let (i, j) = (Int(column), Int(row))
        let (u, v) = (column - Double(i), row - Double(j))
        let k = j * side + i
        return (1 - v) * ((1 - u) * values[k] + u * values[k + 1]) + v * ((1 - u) * values[k + side] + u * values[k + side + 1])
    }
}
