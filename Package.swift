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
        .target(name: "CLivePage"),
        .target(name: "VitalsMetrics", dependencies: ["CVitals"]),
        .systemLibrary(
            name: "CMicrohttpd", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev", "libgnutls28-dev", "libcrypt-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .target(name: "VitalsBytes", dependencies: ["CVitals", "CDeflate"]),
        .target(name: "VitalsPrometheus", dependencies: ["VitalsMetrics", "VitalsBytes", "CVitals"]),
        .target(
            name: "VitalsEndpoint", dependencies: ["VitalsMetrics", "CVitals", "CMicrohttpd", "CLivePage"],
            exclude: ["Page/live.html"]),
        .target(name: "VitalsTesting", dependencies: ["VitalsMetrics"]),
        .target(
            name: "Vitals",
            dependencies: ["VitalsMetrics", "VitalsPrometheus", "VitalsEndpoint", "CVitals"]),
        .executableTarget(name: "interop-target", dependencies: ["Vitals"], path: "Tests/Interop/Target"),
        .executableTarget(name: "vitals-demo", dependencies: ["Vitals"]),
        .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
        .executableTarget(
            name: "vitals-bench",
            dependencies: ["VitalsMetrics", "VitalsPrometheus", "CVitals", "AllocationCounter"]),
        .executableTarget(name: "vitals-bench-http", dependencies: ["Vitals"]),
        .testTarget(name: "VitalsMetricsTests", dependencies: ["VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(name: "VitalsBytesTests", dependencies: ["VitalsBytes", "CDeflate"]),
        .testTarget(
            name: "VitalsPrometheusTests",
            dependencies: [
                "VitalsPrometheus", "VitalsBytes", "VitalsMetrics", "VitalsTesting", "CVitals", "CDeflate",
            ]),
        .testTarget(
            name: "VitalsEndpointTests", dependencies: ["VitalsEndpoint", "VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(name: "VitalsTestingTests", dependencies: ["VitalsTesting"]),
        .testTarget(name: "VitalsTests", dependencies: ["Vitals", "VitalsTesting"]),
    ]
)

// Fuzz targets have no main function of their own, so a plain build leaves them out (scripts/fuzz.sh).
if Context.environment["VITALS_FUZZ"] != nil {
    package.targets += [
        .executableTarget(name: "fuzz-accept", dependencies: ["VitalsPrometheus", "VitalsMetrics"]),
        .executableTarget(name: "fuzz-path", dependencies: ["VitalsEndpoint"]),
    ]
}

for target in package.targets
where target.type != .system && !["CVitals", "CLivePage", "AllocationCounter"].contains(target.name) {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
