/// Small symmetric systems, in doubles.
enum LinearSolver {
    /// Solves M x = v for a symmetric positive definite M (row by row, n × n) by Cholesky's decomposition; nil where M is not positive definite.
    static func solve(_ matrix: [Double], _ vector: [Double]) -> [Double]? {
        var lower = matrix
        var x = vector
        return factorise(&lower, vector.count) && substitute(lower, &x) ? x : nil
    }

    /// Replaces the lower triangle of a symmetric positive definite matrix (row by row, n × n) by its Cholesky factor; false where it is not
    /// positive definite.
    static func factorise(_ matrix: inout [Double], _ n: Int) -> Bool {
        for i in 0..<n {
            for j in 0...i {
                var sum = matrix[i * n + j]
                for k in 0..<j { sum -= matrix[i * n + k] * matrix[j * n + k] }
                if i == j {
                    guard sum > 0, sum.isFinite else { return false }
                    matrix[i * n + i] = sum.squareRoot()
                } else {
                    matrix[i * n + j] = sum / matrix[j * n + j]
                }
            }
        }
        return true
    }

    /// Solves L Lᵀ x = v in place, L the lower triangle that `factorise` left; false where the solution is not finite.
    static func substitute(_ lower: [Double], _ x: inout [Double]) -> Bool {
        let n = x.count
        for i in 0..<n {
            for k in 0..<i { x[i] -= lower[i * n + k] * x[k] }
            x[i] /= lower[i * n + i]
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
            for k in (i + 1)..<max(n, i + 1) { x[i] -= lower[k * n + i] * x[k] }
            x[i] /= lower[i * n + i]
        }
        return x.allSatisfy(\.isFinite)
    }

    /// The inverse of a symmetric positive definite matrix, nil where it is not.
    static func inverse(_ matrix: [Double], size n: Int) -> [Double]? {
        var result = [Double](repeating: 0, count: n * n)
        for column in 0..<n {
            var unit = [Double](repeating: 0, count: n)
            unit[column] = 1
            guard let x = solve(matrix, unit) else { return nil }
            for row in 0..<n { result[row * n + column] = x[row] }
        }
        return result
    }
}
