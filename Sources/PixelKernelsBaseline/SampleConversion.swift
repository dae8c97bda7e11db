/// `out = Float(samples[i · step]) · scale + offset`.
package func scaledUInt16(
    _ samples: UnsafePointer<UInt16>, _ step: Int, _ scale: Float, _ offset: Float, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    if step == 1 {
        for i in 0..<count { out[i] = Float(samples[i]) * scale + offset }
        return
    }
    for i in 0..<count { out[i] = Float(samples[i &* step]) * scale + offset }
}

package func scaledUInt8(
    _ samples: UnsafePointer<UInt8>, _ step: Int, _ scale: Float, _ offset: Float, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    if step == 1 {
        for i in 0..<count { out[i] = Float(samples[i]) * scale + offset }
        return
    }
    for i in 0..<count { out[i] = Float(samples[i &* step]) * scale + offset }
}

/// Pixels of four interleaved samples, each to a plane of its own.
package func scaledQuadsUInt16(
    _ samples: UnsafePointer<UInt16>, _ scales: UnsafePointer<Float>, _ offsets: UnsafePointer<Float>,
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>, _ third: UnsafeMutablePointer<Float>,
    _ fourth: UnsafeMutablePointer<Float>, _ count: Int
) {
    let low = SIMD16<UInt32>(repeating: 0xFFFF)
    var i = 0
    while i &+ 8 <= count {
        // Two samples a lane: the first and the third of a pixel lie low, the others high.
        let pairs = UnsafeRawPointer(samples + 4 &* i).loadUnaligned(as: SIMD16<UInt32>.self)
        let (even, odd) = (pairs & low, pairs &>> 16)
        putScaled(even.evenHalf, scales[0], offsets[0], first, i)
        putScaled(odd.evenHalf, scales[1], offsets[1], second, i)
        putScaled(even.oddHalf, scales[2], offsets[2], third, i)
        putScaled(odd.oddHalf, scales[3], offsets[3], fourth, i)
        i &+= 8
    }
    while i < count {
        first[i] = Float(samples[4 &* i]) * scales[0] + offsets[0]
        second[i] = Float(samples[4 &* i &+ 1]) * scales[1] + offsets[1]
        third[i] = Float(samples[4 &* i &+ 2]) * scales[2] + offsets[2]
        fourth[i] = Float(samples[4 &* i &+ 3]) * scales[3] + offsets[3]
        i &+= 1
    }
}

/// Weighted sums of pixels of four interleaved samples: `out[k][i] = (w₀·s₀ + w₁·s₁) + (w₂·s₂ + w₃·s₃) + offsets[k]`, w the four weights of the plane k.
package func mixedQuadsUInt16(
    _ samples: UnsafePointer<UInt16>, _ weights: UnsafePointer<Float>, _ offsets: UnsafePointer<Float>,
    _ out: UnsafePointer<UnsafeMutablePointer<Float>>, _ planes: Int, _ count: Int
) {
    var i = planes == 2 ? mixedPairs(samples, weights, offsets, out[0], out[1], count) : 0
    while i &+ 8 <= count {
        let pairs = UnsafeRawPointer(samples + 4 &* i).loadUnaligned(as: SIMD16<UInt32>.self)
        let (even, odd) = (pairs & SIMD16<UInt32>(repeating: 0xFFFF), pairs &>> 16)
        let (a, b, c, d) = (floats(even.evenHalf), floats(odd.evenHalf), floats(even.oddHalf), floats(odd.oddHalf))
        var k = 0
        while k < planes {
            let w = weights + 4 &* k
            let first = a * SIMD8<Float>(repeating: w[0]) + b * SIMD8<Float>(repeating: w[1])
            let second = c * SIMD8<Float>(repeating: w[2]) + d * SIMD8<Float>(repeating: w[3])
            UnsafeMutableRawPointer(out[k] + i).storeBytes(
                of: first + second + SIMD8<Float>(repeating: offsets[k]), as: SIMD8<Float>.self)
            k &+= 1
        }
        i &+= 8
    }
    while i < count {
        let s = samples + 4 &* i
        var k = 0
        while k < planes {
            let w = weights + 4 &* k
            let first = Float(s[0]) * w[0] + Float(s[1]) * w[1]
            let second = Float(s[2]) * w[2] + Float(s[3]) * w[3]
            out[k][i] = first + second + offsets[k]
            k &+= 1
        }
        i &+= 1
    }
}

/// Two planes, whose weights stay in registers. - Returns: how many pixels were done, eight at a time.
@inline(__always)
private func mixedPairs(
    _ samples: UnsafePointer<UInt16>, _ weights: UnsafePointer<Float>, _ offsets: UnsafePointer<Float>,
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>, _ count: Int
) -> Int {
    let low = SIMD16<UInt32>(repeating: 0xFFFF)
    let p = (
        SIMD8<Float>(repeating: weights[0]), SIMD8<Float>(repeating: weights[1]), SIMD8<Float>(repeating: weights[2]),
        SIMD8<Float>(repeating: weights[3]), SIMD8<Float>(repeating: offsets[0])
    )
    let q = (
        SIMD8<Float>(repeating: weights[4]), SIMD8<Float>(repeating: weights[5]), SIMD8<Float>(repeating: weights[6]),
        SIMD8<Float>(repeating: weights[7]), SIMD8<Float>(repeating: offsets[1])
    )
    var i = 0
    while i &+ 8 <= count {
        let pairs = UnsafeRawPointer(samples + 4 &* i).loadUnaligned(as: SIMD16<UInt32>.self)
        let (even, odd) = (pairs & low, pairs &>> 16)
        let (a, b, c, d) = (floats(even.evenHalf), floats(odd.evenHalf), floats(even.oddHalf), floats(odd.oddHalf))
        UnsafeMutableRawPointer(first + i).storeBytes(of: (a * p.0 + b * p.1) + (c * p.2 + d * p.3) + p.4, as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(second + i).storeBytes(of: (a * q.0 + b * q.1) + (c * q.2 + d * q.3) + q.4, as: SIMD8<Float>.self)
        i &+= 8
    }
    return i
}

/// Validity becomes 0 where one of four interleaved samples is its marker. Samples whose bits in `unused` are all set have none.
///
/// - Parameters:
///   - markers: of the four samples, the first one lowest.
///   - unused: 0xFFFF for each of the four that has no marker, else 0.
package func hideMarkedQuadsUInt16(
    _ samples: UnsafePointer<UInt16>, _ markers: UInt64, _ unused: UInt64, _ validity: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    let quads = UnsafeRawPointer(samples)
    for i in 0..<count {
        // A sample that is its marker becomes 0. Then, of four 16-bit numbers in a word, whether any is 0.
        let rest = (quads.loadUnaligned(fromByteOffset: 8 &* i, as: UInt64.self) ^ markers) | unused
        let nothing = (rest &- 0x0001_0001_0001_0001) & ~rest & 0x8000_8000_8000_8000
        let kept = validity[i]
        validity[i] = nothing != 0 ? 0 : kept
    }
}

/// 2²³ and the sample, from which 2²³ is taken: a conversion would be a function of its own, which must not be.
@inline(__always)
private func floats(_ samples: SIMD8<UInt32>) -> SIMD8<Float> {
    unsafeBitCast(samples | SIMD8<UInt32>(repeating: 0x4B00_0000), to: SIMD8<Float>.self) - SIMD8<Float>(repeating: 8_388_608)
}

@inline(__always)
private func putScaled(
    _ samples: SIMD8<UInt32>, _ scale: Float, _ offset: Float, _ out: UnsafeMutablePointer<Float>, _ i: Int
) {
    UnsafeMutableRawPointer(out + i).storeBytes(
        of: floats(samples) * SIMD8<Float>(repeating: scale) + SIMD8<Float>(repeating: offset), as: SIMD8<Float>.self)
}

/// Where a sample has the value that stands for none, value and validity become 0; the rest stays. For few enough pixels that the samples, which are read
/// twice, stay in the first cache.
package func clearMarkedUInt16(
    _ samples: UnsafePointer<UInt16>, _ step: Int, _ marker: UInt16, _ values: UnsafeMutablePointer<Float>,
    _ validity: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    if step == 4 {
        for i in 0..<count {
            let kept = values[i].bitPattern
            values[i] = Float(bitPattern: samples[4 &* i] == marker ? 0 : kept)
        }
        for i in 0..<count {
            let kept = validity[i]
            validity[i] = samples[4 &* i] == marker ? 0 : kept
        }
        return
    }
    for i in 0..<count {
        let kept = values[i].bitPattern
        values[i] = Float(bitPattern: samples[i &* step] == marker ? 0 : kept)
    }
    for i in 0..<count {
        let kept = validity[i]
        validity[i] = samples[i &* step] == marker ? 0 : kept
    }
}

package func clearMarkedUInt8(
    _ samples: UnsafePointer<UInt8>, _ step: Int, _ marker: UInt8, _ values: UnsafeMutablePointer<Float>,
    _ validity: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    for i in 0..<count {
        let kept = values[i].bitPattern
        values[i] = Float(bitPattern: samples[i &* step] == marker ? 0 : kept)
    }
    for i in 0..<count {
        let kept = validity[i]
        validity[i] = samples[i &* step] == marker ? 0 : kept
    }
}

/// 1 for `low` and below, one more for each `1 / scale` above it, up to 255; 0 for what is not finite, and for 0 where not valid.
package func greyLevels(
    _ values: UnsafePointer<Float>, _ low: Float, _ scale: Float, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>,
    _ count: Int
) {
    for i in 0..<count {
        let value = values[i]
        let valid = validity[i]
        var level = (value - low) * scale + 1
        level = level < 255 ? level : 255
        level = level > 1 ? level : 1
        // Cut to a whole number by adding 2²³ to what is half a step less: the low bits of the pattern are then the number.
        let whole = UInt8(truncatingIfNeeded: (level - 0.498_046_88 + 8_388_608).bitPattern)
        let isFinite: UInt8 = (value.bitPattern & 0x7FFF_FFFF) < 0x7F80_0000 ? 255 : 0
        let hasData: UInt8 = (value.bitPattern & 0x7FFF_FFFF) != 0 ? 255 : 0
        out[i] = whole & isFinite & (valid | hasData)
    }
}
