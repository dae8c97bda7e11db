// Tiles of 16 × 16: each line of a tile is a cache line's part or less on both sides, and all of them stay in the first-level cache.

package func transposeInt8(_ source: UnsafePointer<Int8>, _ width: Int, _ height: Int, _ out: UnsafeMutablePointer<Int8>) {
    var top = 0
    while top < height {
        let bottom = top &+ 16 < height ? top &+ 16 : height
        var left = 0
        while left < width {
            let right = left &+ 16 < width ? left &+ 16 : width
            for x in left..<right {
                for y in top..<bottom { out[x &* height &+ y] = source[y &* width &+ x] }
            }
            left &+= 16
        }
        top &+= 16
    }
}

package func transposeInt16(_ source: UnsafePointer<Int16>, _ width: Int, _ height: Int, _ out: UnsafeMutablePointer<Int16>) {
    var top = 0
    while top < height {
        let bottom = top &+ 16 < height ? top &+ 16 : height
        var left = 0
        while left < width {
            let right = left &+ 16 < width ? left &+ 16 : width
            for x in left..<right {
                for y in top..<bottom { out[x &* height &+ y] = source[y &* width &+ x] }
            }
            left &+= 16
        }
        top &+= 16
    }
}

package func transposeFloat(_ source: UnsafePointer<Float>, _ width: Int, _ height: Int, _ out: UnsafeMutablePointer<Float>) {
    var top = 0
    while top < height {
        let bottom = top &+ 16 < height ? top &+ 16 : height
        var left = 0
        while left < width {
            let right = left &+ 16 < width ? left &+ 16 : width
            for x in left..<right {
                for y in top..<bottom { out[x &* height &+ y] = source[y &* width &+ x] }
            }
            left &+= 16
        }
        top &+= 16
    }
}
