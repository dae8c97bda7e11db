/// A gently bending way of 120 m steps, as diggers lay a line over open ground.
enum Meander {
    private static let stepMetres = 120.0

    /// `wanderDegrees` is the standard deviation of the turn from one step to the next; the bends pull back to the bearing, so that the line
    /// keeps its course. The bends depend on the start, so that lines of one scenario differ. The last step is shorter.
    static func points(from start: MapPoint, bearingDegrees: Double, lengthMetres: Double, wanderDegrees: Double) -> [MapPoint] {
        let random = CounterRandom(seed: start.x.bitPattern ^ (start.y.bitPattern << 1)).stream(.meander)
        var points = [start]
        var position = start
        var left = lengthMetres
        var turn = 0.0
        var step = 0
        while left > 0 {
            turn = 0.9 * turn + wanderDegrees * random.normal(step)
            let (sine, cosine) = ExactMath.sinCos(degrees: bearingDegrees + turn)
            let length = min(left, stepMetres)
            position = MapPoint(x: position.x + length * sine, y: position.y + length * cosine)
            points.append(position)
            left -= length
            step += 1
        }
        return points
    }
}
