/// The order of small integers, equal ones as they stood: by counting, since there may be many.
struct StableOrder {
    let indices: [Int]

    /// - Parameter keys: from zero on.
    init(keys: [Int]) {
        var places = [Int](repeating: 0, count: (keys.max() ?? -1) + 2)
        for key in keys { places[key + 1] += 1 }
        for key in places.indices.dropFirst() { places[key] += places[key - 1] }
        var indices = [Int](repeating: 0, count: keys.count)
        for (index, key) in keys.enumerated() {
            indices[places[key]] = index
            places[key] += 1
        }
        self.indices = indices
    }
}
