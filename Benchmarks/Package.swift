// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "TrenchWatch", path: "..")],
    targets: [
        // The same loops in C, for clang to vectorise: what the Swift kernels are held against.
        .target(name: "CLoops", cSettings: [.unsafeFlags(["-O3", "-mavx2", "-ffp-contract=off", "-fno-math-errno"])]),
        .executableTarget(
            name: "KernelBenchmarks", dependencies: ["CLoops", .product(name: "Detection", package: "TrenchWatch")]),
    ],
    swiftLanguageModes: [.v6]
)
