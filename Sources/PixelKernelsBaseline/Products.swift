/// Σ a · b over `rows` rows of `count`, `pitch` apart. - Precondition: no row's sum leaves 32 bits.
package func productInt16(_ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ count: Int, _ pitch: Int, _ rows: Int) -> Int {
    var total = 0
    var row = 0
    while row < rows {
        let (a, b) = (a + row &* pitch, b + row &* pitch)
        var sum: Int32 = 0
        for i in 0..<count { sum &+= Int32(a[i]) &* Int32(b[i]) }
        total &+= Int(sum)
        row &+= 1
    }
    return total
}
