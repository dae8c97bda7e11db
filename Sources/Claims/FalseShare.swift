/// How much of a sum noise may have made up.
enum FalseShare {
    private static let steps = 2000

    /// The amount that is false at most, in 97.5 of 100 cases, where each part is false as a whole with its own chance. The parts' joint
    /// distribution is added up in steps of 1/2000 of the sum, each part rounded up. A normal curve would not do: one part that is hardly ever false has a
    /// variance, but no place in the interval.
    static func upperLimit(of parts: [(amount: Double, chance: Double)]) -> Double {
        let total = parts.reduce(0) { $0 + $1.amount }
        guard total > 0 else { return 0 }
        var probability = [1.0] + Array(repeating: 0, count: steps)
        for part in parts where part.chance > 0 && part.amount > 0 {
            let shift = min(steps, Int((part.amount / total * Double(steps)).rounded(.up)))
            for step in stride(from: steps, through: 0, by: -1) {
                let whole = probability[step] * part.chance
                guard whole > 0 else { continue }
                probability[step] -= whole
                probability[min(steps, step + shift)] += whole
            }
        }
        var sum = 0.0
        for (step, share) in probability.enumerated() {
            sum += share
            if sum >= 0.975 { return total * Double(step) / Double(steps) }
        }
        return total
    }
}
