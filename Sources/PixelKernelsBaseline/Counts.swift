// Counts of bytes, sixteen at a time. A lane counts to 255 before it is added up.

/// How many of the bytes are `value`.
package func countOfByte(_ bytes: UnsafePointer<UInt8>, _ value: UInt8, _ count: Int) -> Int {
    let source = UnsafeRawPointer(bytes)
    let wanted = SIMD16<UInt8>(repeating: value)
    var total = 0
    var i = 0
    while i &+ 16 <= count {
        let left = (count &- i) / 16
        let end = i &+ 16 &* (left < 255 ? left : 255)
        var lanes = SIMD16<UInt8>(repeating: 0)
        while i < end {
            let sixteen = source.loadUnaligned(fromByteOffset: i, as: SIMD16<UInt8>.self)
            // All bits set are one less than 0.
            lanes &-= unsafeBitCast(sixteen .== wanted, to: SIMD16<UInt8>.self)
            i &+= 16
        }
        total &+= sumOfLanes(lanes)
    }
    while i < count {
        total &+= bytes[i] == value ? 1 : 0
        i &+= 1
    }
    return total
}

@inline(__always)
private func sumOfLanes(_ lanes: SIMD16<UInt8>) -> Int {
    var sum = 0
    for k in 0..<16 { sum &+= Int(lanes[k]) }
    return sum
}

/// Of a cell of 32 × 32 levels, of which rows begin `pitch` apart: how many were observed, and how many of those are beyond ±`limit`.
package func countsOfCell(
    _ corner: UnsafePointer<Int8>, _ pitch: Int, _ limit: Int8, _ observed: UnsafeMutablePointer<Int>, _ beyond: UnsafeMutablePointer<Int>
) {
    let source = UnsafeRawPointer(corner)
    let (missing, high, low) = (
        SIMD16<Int8>(repeating: -128), SIMD16<Int8>(repeating: limit), SIMD16<Int8>(repeating: 0 &- limit)
    )
    var seen = SIMD16<UInt8>(repeating: 0)
    var above = SIMD16<UInt8>(repeating: 0)
    var below = SIMD16<UInt8>(repeating: 0)
    var y = 0
    while y < 32 {
        var x = 0
        while x < 32 {
            let levels = source.loadUnaligned(fromByteOffset: y &* pitch &+ x, as: SIMD16<Int8>.self)
            seen &-= unsafeBitCast(levels .!= missing, to: SIMD16<UInt8>.self)
            above &-= unsafeBitCast(levels .> high, to: SIMD16<UInt8>.self)
            below &-= unsafeBitCast(levels .< low, to: SIMD16<UInt8>.self)
            x &+= 16
        }
        y &+= 1
    }
    let count = sumOfLanes(seen)
    observed.pointee = count
    // What was not observed lies below, too.
    beyond.pointee = sumOfLanes(above) &+ sumOfLanes(below) &- (1024 &- count)
}
