import Foundation
import Raster
import TestSupport

@testable import RasterIO

/// GDAL's checksum of a band, so that `gdalinfo -checksum` can bear witness to every pixel. Source: GDALChecksumImage.
func gdalChecksum(_ block: SampleBlock, band: Int) -> Int {
    let primes = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43]
    var sum = 0
    for (index, value) in block.doubles(band: band).enumerated() {
        let whole: Int
        if block.type.isFloatingPoint {
            whole = value.isFinite ? Int(min(max((value + 0.5).rounded(.down), -2_147_483_647), 2_147_483_647)) : Int(Int32.min)
        } else {
            whole = Int(min(value, 2_147_483_647))
        }
        sum = (sum + whole % primes[index % primes.count]) & 0xFFFF
    }
    return sum
}

/// What `gdalinfo -checksum` says of a file: type and checksum of each band. nil where it cannot read it.
func gdalChecksums(_ path: String) throws -> [(type: String, checksum: Int)]? {
    let (status, output) = try OtherReader.run("gdalinfo", ["-checksum", "-nomd", "-norat", "-noct", path])
    guard status == 0 else { return nil }
    var found: [(String, Int)] = []
    var type = ""
    for line in output.split(separator: "\n") {
        if line.hasPrefix("Band "), let start = line.range(of: "Type=") { type = String(line[start.upperBound...].prefix { $0 != "," }) }
        if let start = line.range(of: "Checksum="), let number = Int(line[start.upperBound...]) { found.append((type, number)) }
        if line.hasPrefix("ERROR") { return nil }
    }
    return found
}
