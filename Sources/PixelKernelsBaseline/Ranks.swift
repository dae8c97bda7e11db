/// The value of the given rank, counted from 0: at most so many values lie below it, and more do not lie above. `none` where none is (not numbers).
/// - Precondition: `count` is a multiple of 8.
package func valueOfRank(_ values: UnsafePointer<Float>, _ count: Int, _ rank: Int32, _ none: Float) -> Float {
    var i = 0
    while i < count {
        let candidate = SIMD8<Float>(repeating: values[i])
        var below = SIMD8<Int32>(repeating: 0)
        var upTo = SIMD8<Int32>(repeating: 0)
        var k = 0
        while k < count {
            let eight = UnsafeRawPointer(values + k).loadUnaligned(as: SIMD8<Float>.self)
            // The mask's lanes are −1 where true.
            below &-= unsafeBitCast(eight .< candidate, to: SIMD8<Int32>.self)
            upTo &-= unsafeBitCast(eight .<= candidate, to: SIMD8<Int32>.self)
            k &+= 8
        }
        if below.wrappedSum() <= rank, rank < upTo.wrappedSum() { return values[i] }
        i &+= 1
    }
    return none
}
