/// `out(k, y) = source(k, y)`: up to 64 neighbouring columns become rows.
///
/// Eight rows of eight levels are one word each; three times two words change halves, quarters and eighths.
///
/// - Parameters:
///   - source: first level of the first column, rows `pitch` apart, `rows` of them.
///   - columns: at most 64.
///   - out: rows `outPitch` apart.
package func transposeColumnsInt8(
    _ source: UnsafePointer<Int8>, _ pitch: Int, _ rows: Int, _ columns: Int, _ out: UnsafeMutablePointer<Int8>, _ outPitch: Int
) {
    let whole = columns & ~7
    var y = 0
    while y &+ 8 <= rows {
        let upper = UnsafeRawPointer(source + y &* pitch)
        var k = 0
        while k < whole {
            let p = upper + k
            var a = p.loadUnaligned(as: UInt64.self)
            var b = p.loadUnaligned(fromByteOffset: pitch, as: UInt64.self)
            var c = p.loadUnaligned(fromByteOffset: 2 &* pitch, as: UInt64.self)
            var d = p.loadUnaligned(fromByteOffset: 3 &* pitch, as: UInt64.self)
            var e = p.loadUnaligned(fromByteOffset: 4 &* pitch, as: UInt64.self)
            var f = p.loadUnaligned(fromByteOffset: 5 &* pitch, as: UInt64.self)
            var g = p.loadUnaligned(fromByteOffset: 6 &* pitch, as: UInt64.self)
            var h = p.loadUnaligned(fromByteOffset: 7 &* pitch, as: UInt64.self)
            exchange(&a, &e, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&b, &f, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&c, &g, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&d, &h, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&a, &c, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&b, &d, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&e, &g, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&f, &h, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&a, &b, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&c, &d, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&e, &f, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&g, &h, 8, 0x00FF_00FF_00FF_00FF)
            let q = UnsafeMutableRawPointer(out + (k &* outPitch &+ y))
            q.storeBytes(of: a, as: UInt64.self)
            q.storeBytes(of: b, toByteOffset: outPitch, as: UInt64.self)
            q.storeBytes(of: c, toByteOffset: 2 &* outPitch, as: UInt64.self)
            q.storeBytes(of: d, toByteOffset: 3 &* outPitch, as: UInt64.self)
            q.storeBytes(of: e, toByteOffset: 4 &* outPitch, as: UInt64.self)
            q.storeBytes(of: f, toByteOffset: 5 &* outPitch, as: UInt64.self)
            q.storeBytes(of: g, toByteOffset: 6 &* outPitch, as: UInt64.self)
            q.storeBytes(of: h, toByteOffset: 7 &* outPitch, as: UInt64.self)
            k &+= 8
        }
        while k < columns {
            for r in y..<(y &+ 8) { out[k &* outPitch &+ r] = source[r &* pitch &+ k] }
            k &+= 1
        }
        y &+= 8
    }
    while y < rows {
        for k in 0..<columns { out[k &* outPitch &+ y] = source[y &* pitch &+ k] }
        y &+= 1
    }
}

/// The upper parts of the first word's pairs for the lower parts of the second's; little-endian, so that a word's first level is its lowest byte.
@inline(__always)
private func exchange(_ first: inout UInt64, _ second: inout UInt64, _ shift: UInt64, _ mask: UInt64) {
    let difference = ((first &>> shift) ^ second) & mask
    second ^= difference
    first ^= difference &<< shift
}
