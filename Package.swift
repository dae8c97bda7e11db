// swift-tools-version: 6.2
import PackageDescription

// Optimised in debug builds too, so that tests run the code that ships, and run it fast. With errno a square root is a call and its loop stays
// scalar.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let kernelFlags = ["-O", "-Xcc", "-fno-math-errno"]
#if arch(x86_64)
    let wideInstructions = ["-Xcc", "-mavx2"]
#else
    let wideInstructions: [String] = []
#endif

// Imports point down this list and never up.
let package = Package(
    name: "TrenchWatch",
    products: [
        .executable(name: "trenchwatch", targets: ["trenchwatch"]),
        // For the benchmarks.
        .library(name: "Detection", targets: ["Raster", "PixelKernels", "ChangeDetection"]),
        // For the fuzzers.
        .library(name: "FuzzEntries", targets: ["FuzzEntries"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
    ],
    targets: [
        // Libraries of the system, as Debian ships them. The linker is told only of those that have pkgConfig or say so in their module map; the
        // functions of the others are in CDeferred.
        .systemLibrary(name: "CTIFF", path: "Sources/System/CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CPNG", path: "Sources/System/CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CGeoTIFF", path: "Sources/System/CGeoTIFF", providers: [.apt(["libgeotiff-dev"])]),
        .systemLibrary(name: "CProj", path: "Sources/System/CProj", providers: [.apt(["libproj-dev"])]),
        .systemLibrary(name: "CGEOS", path: "Sources/System/CGEOS", providers: [.apt(["libgeos-dev"])]),
        .systemLibrary(name: "CCairo", path: "Sources/System/CCairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CCrypto", path: "Sources/System/CCrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CDeflate", path: "Sources/System/CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCurl", path: "Sources/System/CCurl", providers: [.apt(["libcurl4-gnutls-dev"])]),
        .target(name: "CDeferred", path: "Sources/System/CDeferred"),
        .systemLibrary(name: "CProcessor", path: "Sources/System/CProcessor"),
        .systemLibrary(name: "CMemory", path: "Sources/System/CMemory"),
        .target(
            name: "CRasterShims",
            dependencies: ["CTIFF", "CPNG", "CGeoTIFF", "CDeferred"],
            path: "Sources/System/CRasterShims"),
        .target(name: "CCurlShims", dependencies: ["CCurl", "CDeferred"], path: "Sources/System/CCurlShims"),
        .target(name: "CThreadSanitizer", path: "Sources/System/CThreadSanitizer"),

        // Floor 0
        .target(name: "Raster", dependencies: ["CThreadSanitizer"]),
        .target(name: "PixelKernelsBaseline", swiftSettings: [.unsafeFlags(kernelFlags)]),
        // Symbolic links to the same sources, compiled for wider registers; chosen at run time.
        .target(name: "PixelKernelsAVX2", swiftSettings: [.unsafeFlags(kernelFlags + wideInstructions)]),
        .target(name: "PixelKernels", dependencies: ["PixelKernelsBaseline", "PixelKernelsAVX2", "CProcessor"]),
        // Floor 1
        .target(
            name: "RasterIO", dependencies: ["Raster", "PixelKernels", "CTIFF", "CPNG", "CGeoTIFF", "CZlib", "CDeflate", "CRasterShims"]),
        .target(name: "Geodesy", dependencies: ["Raster", "CProj", "CGEOS", "CDeferred"]),
        .target(name: "StrictYAML", dependencies: ["Raster", .product(name: "Yams", package: "Yams")]),
        // Floor 2
        .target(name: "Scenes", dependencies: ["Raster", "RasterIO", "Geodesy"]),
        .target(name: "ChangeDetection", dependencies: ["Raster", "PixelKernels", "Geodesy"], swiftSettings: optimised),
        // Floor 3
        .target(
            name: "Simulation",
            dependencies: ["Raster", "RasterIO", "Geodesy", "StrictYAML", .product(name: "Yams", package: "Yams")],
            swiftSettings: optimised),
        .target(name: "Claims", dependencies: ["Raster", "Geodesy", "ChangeDetection", "StrictYAML"]),
        .target(
            name: "Reporting",
            dependencies: [
                "Raster", "RasterIO", "Geodesy", "ChangeDetection", "Claims", "CCairo", "CDeferred",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        // Floor 4
        .target(
            name: "Pipeline",
            dependencies: [
                "Raster", "PixelKernels", "RasterIO", "Geodesy", "Scenes", "ChangeDetection", "Simulation", "Reporting", "Claims",
                "StrictYAML", "CCrypto", "CDeferred", "CCurlShims", "CMemory",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        // Floor 5
        .executableTarget(
            name: "trenchwatch",
            dependencies: [
                "Pipeline", "Raster", "Geodesy", "Scenes", "RasterIO", "Simulation", "CMemory",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: optimised),

        .target(name: "TestSupport", dependencies: ["Raster", "RasterIO"], path: "Tests/TestSupport"),
        .target(
            name: "FuzzEntries",
            dependencies: ["Raster", "RasterIO", "Geodesy", "Scenes", "ChangeDetection", "Simulation", "Claims", "Pipeline"],
            path: "Tests/FuzzEntries"),
        .testTarget(name: "RasterTests", dependencies: ["Raster"]),
        .testTarget(name: "PixelKernelsTests", dependencies: ["PixelKernels"]),
        .testTarget(name: "RasterIOTests", dependencies: ["RasterIO", "TestSupport"]),
        .testTarget(name: "GeodesyTests", dependencies: ["Geodesy"]),
        .testTarget(name: "ScenesTests", dependencies: ["Scenes", "TestSupport"]),
        .testTarget(name: "ChangeDetectionTests", dependencies: ["ChangeDetection", "TestSupport"]),
        .testTarget(name: "StrictYAMLTests", dependencies: ["StrictYAML", "TestSupport"]),
        .testTarget(name: "ClaimsTests", dependencies: ["Claims", "TestSupport"]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "TestSupport"]),
        .testTarget(name: "ReportingTests", dependencies: ["Reporting", "TestSupport"]),
        .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "TestSupport"]),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzEntries", "TestSupport"], exclude: ["PastFindings"]),
        .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "trenchwatch"]),
    ],
    swiftLanguageModes: [.v6]
)

// A build with a sanitizer takes minutes, so it names the tests that it is for (`make sanitize`), and what only other targets need is left out.
if let names = Context.environment["TRENCHWATCH_TESTS"] {
    var waiting = names.split(separator: ",").map(String.init)
    var needed: Set<String> = []
    while let name = waiting.popLast() {
        guard needed.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else { continue }
        for case .byNameItem(let dependency, _) in target.dependencies { waiting.append(dependency) }
    }
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
}
