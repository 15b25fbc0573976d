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
        .target(name: "VitalsTesting", dependencies: ["VitalsMetrics"]),
        .target(name: "Vitals", dependencies: ["VitalsMetrics"]),
        .executableTarget(name: "vitals-demo", dependencies: ["Vitals", "VitalsTesting"]),
        .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
        .executableTarget(name: "vitals-bench", dependencies: ["VitalsMetrics", "CVitals", "AllocationCounter"]),
        .testTarget(name: "VitalsMetricsTests", dependencies: ["VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(name: "VitalsTestingTests", dependencies: ["VitalsTesting"]),
        .testTarget(name: "VitalsTests", dependencies: ["Vitals", "VitalsTesting"]),
    ]
)

for target in package.targets where !["CVitals", "AllocationCounter"].contains(target.name) {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
