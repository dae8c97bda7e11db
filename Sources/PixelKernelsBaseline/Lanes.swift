// What kernels do lane by lane with vectors. The standard library's conversions and choices are generic: used often enough they are no longer taken into the
// kernel but called, through a function that both kernel sets would share. Written out they become one or two instructions.

@inline(__always)
func widened(_ a: SIMD16<Int8>) -> SIMD16<Int16> {
    SIMD16(
        Int16(a[0]), Int16(a[1]), Int16(a[2]), Int16(a[3]), Int16(a[4]), Int16(a[5]), Int16(a[6]), Int16(a[7]), Int16(a[8]), Int16(a[9]),
        Int16(a[10]), Int16(a[11]), Int16(a[12]), Int16(a[13]), Int16(a[14]), Int16(a[15]))
}

@inline(__always)
func widened(_ a: SIMD8<Int16>) -> SIMD8<Int32> {
    SIMD8(Int32(a[0]), Int32(a[1]), Int32(a[2]), Int32(a[3]), Int32(a[4]), Int32(a[5]), Int32(a[6]), Int32(a[7]))
}

/// The low quarters.
@inline(__always)
func narrowed(_ a: SIMD8<Int32>, _ b: SIMD8<Int32>) -> SIMD16<Int8> {
    @inline(__always) func low(_ value: Int32) -> Int8 { Int8(truncatingIfNeeded: value) }
    return SIMD16(
        low(a[0]), low(a[1]), low(a[2]), low(a[3]), low(a[4]), low(a[5]), low(a[6]), low(a[7]), low(b[0]), low(b[1]), low(b[2]), low(b[3]),
        low(b[4]), low(b[5]), low(b[6]), low(b[7]))
}

/// The upper halves of the products.
@inline(__always)
func upperHalves(_ a: SIMD16<Int16>, _ factor: Int16) -> SIMD16<Int16> {
    @inline(__always) func upper(_ i: Int) -> Int16 { Int16(truncatingIfNeeded: (Int32(a[i]) &* Int32(factor)) &>> 16) }
    return SIMD16(
        upper(0), upper(1), upper(2), upper(3), upper(4), upper(5), upper(6), upper(7), upper(8), upper(9), upper(10), upper(11), upper(12),
        upper(13), upper(14), upper(15))
}

/// The greater of each two. What is the same in all lanes has to come from memory, else it is not seen to be one instruction.
@inline(__always)
func greater(_ a: SIMD16<Int16>, _ b: SIMD16<Int16>) -> SIMD16<Int16> { a.replacing(with: b, where: b .> a) }

@inline(__always)
func lesser(_ a: SIMD16<Int16>, _ b: SIMD16<Int16>) -> SIMD16<Int16> { a.replacing(with: b, where: b .< a) }

/// `a` where all bits of the mask are set, `b` where none is.
@inline(__always)
func choose(_ mask: SIMDMask<SIMD8<Int32>>, _ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    let bits = unsafeBitCast(mask, to: SIMD8<Int32>.self)
    return unsafeBitCast(
        (unsafeBitCast(a, to: SIMD8<Int32>.self) & bits) | (unsafeBitCast(b, to: SIMD8<Int32>.self) & ~bits), to: SIMD8<Float>.self)
}

@inline(__always)
func eightFloats(_ row: UnsafePointer<Float>, _ x: Int) -> SIMD8<Float> {
    UnsafeRawPointer(row + x).loadUnaligned(as: SIMD8<Float>.self)
}

/// `table[steps[x + i] · 4 + b]` of eight pixels i, for each of four bands b: lines of four turned, which is faster than gathering floats.
@inline(__always)
func weightsOfEight(
    _ table: UnsafePointer<Float>, _ steps: UnsafePointer<UInt16>, _ x: Int
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    // Pixels four apart side by side; then floats, then pairs of them change places within each half. The words keep the compiler from making every result
    // from the lines themselves, which takes three times as many steps.
    let p = interleaved(twoLines(table, steps[x], steps[x &+ 4]), twoLines(table, steps[x &+ 1], steps[x &+ 5]))
    let q = interleaved(twoLines(table, steps[x &+ 2], steps[x &+ 6]), twoLines(table, steps[x &+ 3], steps[x &+ 7]))
    return (firsts(p.low, q.low), seconds(p.low, q.low), firsts(p.high, q.high), seconds(p.high, q.high))
}

@inline(__always)
private func twoLines(_ table: UnsafePointer<Float>, _ a: UInt16, _ b: UInt16) -> SIMD8<Float> {
    let first = UnsafeRawPointer(table + Int(a) &* 4).loadUnaligned(as: SIMD2<UInt64>.self)
    let second = UnsafeRawPointer(table + Int(b) &* 4).loadUnaligned(as: SIMD2<UInt64>.self)
    return unsafeBitCast(SIMD4(first[0], first[1], second[0], second[1]), to: SIMD8<Float>.self)
}

/// By halves, two floats a word.
@inline(__always)
private func interleaved(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> (low: SIMD4<UInt64>, high: SIMD4<UInt64>) {
    (
        unsafeBitCast(SIMD8(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5]), to: SIMD4<UInt64>.self),
        unsafeBitCast(SIMD8(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7]), to: SIMD4<UInt64>.self)
    )
}

@inline(__always)
private func firsts(_ p: SIMD4<UInt64>, _ q: SIMD4<UInt64>) -> SIMD8<Float> {
    unsafeBitCast(SIMD4(p[0], q[0], p[2], q[2]), to: SIMD8<Float>.self)
}

@inline(__always)
private func seconds(_ p: SIMD4<UInt64>, _ q: SIMD4<UInt64>) -> SIMD8<Float> {
    unsafeBitCast(SIMD4(p[1], q[1], p[3], q[3]), to: SIMD8<Float>.self)
}
