// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "TrenchWatch", path: "..")],
    targets: [
        // Coverage and libFuzzer itself come from the command line of `fuzz`: they are for every module, not for this one.
        .executableTarget(
            name: "TrenchWatchFuzz",
            dependencies: [.product(name: "FuzzEntries", package: "TrenchWatch")])
    ],
    swiftLanguageModes: [.v6]
)
