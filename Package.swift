// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TrenchWatch",
    targets: [
        .target(name: "Raster")
    ],
    swiftLanguageModes: [.v6]
)
