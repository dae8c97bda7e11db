/// The value of the given rank, counted from 0: at most so many values lie below it, and more do not lie above. `none` where none is (not numbers).
/// - Precondition: `count` is a multiple of 8.
package func valueOfRank(_ values: UnsafePointer<Float>, _ count: Int, _ rank: Int32, _ none: Float) -> Float {
    // Two that were tried, and the one lies between them: values at or beyond need no try. Nothing is at or beyond what is not a number.
    var (lower, upper) = (Float.nan, Float.nan)
    var i = 0
    while i < count {
        let value = values[i]
        if value <= lower || value >= upper {
            i &+= 1
            continue
        }
        let candidate = SIMD8<Float>(repeating: value)
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
        if below.wrappedSum() > rank {
            upper = value
        } else if upTo.wrappedSum() <= rank {
            lower = value
        } else {
            return value
        }
        i &+= 1
    }
    return none
}

/// How many values lie below `low`, and how many from it up to `high`.
package func countBetween(
    _ values: UnsafePointer<Float>, _ count: Int, _ low: Float, _ high: Float, _ below: UnsafeMutablePointer<Int>,
    _ inside: UnsafeMutablePointer<Int>
) {
    let (lows, highs) = (SIMD8<Float>(repeating: low), SIMD8<Float>(repeating: high))
    var less = SIMD8<Int32>(repeating: 0)
    var upTo = SIMD8<Int32>(repeating: 0)
    var i = 0
    while i &+ 8 <= count {
        let eight = UnsafeRawPointer(values + i).loadUnaligned(as: SIMD8<Float>.self)
        less &-= unsafeBitCast(eight .< lows, to: SIMD8<Int32>.self)
        upTo &-= unsafeBitCast(eight .<= highs, to: SIMD8<Int32>.self)
        i &+= 8
    }
    var (first, last) = (Int(less.wrappedSum()), Int(upTo.wrappedSum()))
    while i < count {
        first &+= values[i] < low ? 1 : 0
        last &+= values[i] <= high ? 1 : 0
        i &+= 1
    }
    below.pointee = first
    inside.pointee = last &- first
}

/// Moves the values from `low` up to `high` to the front, in their order.
package func gatherBetween(_ values: UnsafeMutablePointer<Float>, _ count: Int, _ low: Float, _ high: Float) {
    var next = values
    var i = 0
    while i < count {
        let value = values[i]
        // What is written here was read before, or is overwritten by the next.
        next.pointee = value
        next += (value >= low ? 1 : 0) & (value <= high ? 1 : 0)
        i &+= 1
    }
}
