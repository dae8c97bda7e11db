// Counters are unsigned 32-bit words in tables that the caller owns; four tables in turn keep equal neighbours from waiting for each other's store.

/// Adds to four tables of 256 counters, one after the other, the levels of a plane: level −128 is bin 0.
package func histogramInt8(_ values: UnsafePointer<Int8>, _ tables: UnsafeMutablePointer<UInt32>, _ count: Int) {
    var i = 0
    while i &+ 4 <= count {
        tables[Int(values[i]) &+ 128] &+= 1
        tables[Int(values[i &+ 1]) &+ 384] &+= 1
        tables[Int(values[i &+ 2]) &+ 640] &+= 1
        tables[Int(values[i &+ 3]) &+ 896] &+= 1
        i &+= 4
    }
    while i < count {
        tables[Int(values[i]) &+ 128] &+= 1
        i &+= 1
    }
}

/// Adds 1 to `bins[value]` where valid.
package func histogramUInt16(
    _ values: UnsafePointer<UInt16>, _ validity: UnsafePointer<UInt8>, _ bins: UnsafeMutablePointer<UInt32>, _ count: Int
) {
    for i in 0..<count {
        bins[Int(values[i])] &+= validity[i] != 0 ? 1 : 0
    }
}

/// Adds 1 to `bins[⌊(value − low) · binsPerUnit⌋ + 1]` where valid and a number; bin 0 takes what lies below `low`, bin `inner + 1` what lies
/// at or above the last bin's end.
package func histogramFloat(
    _ values: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ low: Float, _ binsPerUnit: Float, _ inner: Int,
    _ bins: UnsafeMutablePointer<UInt32>, _ count: Int
) {
    let end = Float(inner)
    for i in 0..<count {
        let place = (values[i] - low) * binsPerUnit
        guard validity[i] != 0, place == place else { continue }
        let bin = place < 0 ? 0 : place >= end ? inner &+ 1 : Int(place) &+ 1
        bins[bin] &+= 1
    }
}

/// How many values lie above the threshold.
package func countAbove(_ values: UnsafePointer<Int8>, _ threshold: Int8, _ count: Int) -> Int {
    let source = UnsafeRawPointer(values)
    let limit = SIMD32<Int8>(repeating: threshold)
    var total = 0
    var i = 0
    while i &+ 32 <= count {
        // A lane counts to 255 before it has to be emptied.
        let steps = (count &- i) / 32
        let end = i &+ 32 &* (steps < 255 ? steps : 255)
        var lanes = SIMD32<UInt8>(repeating: 0)
        while i < end {
            let above = source.loadUnaligned(fromByteOffset: i, as: SIMD32<Int8>.self) .> limit
            lanes &-= unsafeBitCast(above, to: SIMD32<UInt8>.self)
            i &+= 32
        }
        for lane in 0..<32 { total &+= Int(lanes[lane]) }
    }
    while i < count {
        total &+= values[i] > threshold ? 1 : 0
        i &+= 1
    }
    return total
}

/// Adds 1 to `bins[level + 32 768]`.
package func histogramInt16(_ values: UnsafePointer<Int16>, _ bins: UnsafeMutablePointer<UInt32>, _ count: Int) {
    for i in 0..<count {
        bins[Int(values[i]) &+ 32_768] &+= 1
    }
}
