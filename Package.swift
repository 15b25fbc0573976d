// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "vitals",
    products: [
        .library(name: "Vitals", targets: ["Vitals"]),
        .library(name: "VitalsMetrics", targets: ["VitalsMetrics"]),
        .library(name: "VitalsTesting", targets: ["VitalsTesting"]),
    ],
    targets: [
        .target(name: "CVitals"),
        .target(name: "VitalsMetrics", dependencies: ["CVitals"]),
        .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .target(name: "VitalsBytes", dependencies: ["CVitals", "CDeflate"]),
        .target(name: "VitalsPrometheus", dependencies: ["VitalsMetrics", "VitalsBytes", "CVitals"]),
        .target(name: "VitalsEndpoint", dependencies: ["VitalsMetrics", "CVitals", "CMicrohttpd"]),
        .target(name: "VitalsTesting", dependencies: ["VitalsMetrics"]),
        .target(
            name: "Vitals",
            dependencies: ["VitalsMetrics", "VitalsPrometheus", "VitalsEndpoint", "CVitals"]),
        .executableTarget(name: "vitals-demo", dependencies: ["Vitals", "VitalsTesting"]),
        .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
        .executableTarget(name: "vitals-bench", dependencies: ["VitalsMetrics", "CVitals", "AllocationCounter"]),
        .testTarget(name: "VitalsMetricsTests", dependencies: ["VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(name: "VitalsBytesTests", dependencies: ["VitalsBytes"]),
        .testTarget(
            name: "VitalsPrometheusTests", dependencies: ["VitalsPrometheus", "VitalsBytes", "VitalsMetrics"]),
        .testTarget(
            name: "VitalsEndpointTests", dependencies: ["VitalsEndpoint", "VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(name: "VitalsTestingTests", dependencies: ["VitalsTesting"]),
        .testTarget(name: "VitalsTests", dependencies: ["Vitals", "VitalsTesting"]),
    ]
)

// Executables without a main function, which only the fuzzer's own can link: see scripts/fuzz.sh.
if Context.environment["VITALS_FUZZ"] != nil {
    package.targets += [
        .executableTarget(name: "fuzz-path", dependencies: ["VitalsEndpoint"])
    ]
}

for target in package.targets where target.type != .system && !["CVitals", "AllocationCounter"].contains(target.name) {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
