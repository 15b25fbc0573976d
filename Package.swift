// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "vitals",
    products: [
        .library(name: "Vitals", targets: ["Vitals"]),
        .library(name: "VitalsMetrics", targets: ["VitalsMetrics"]),
        .library(name: "VitalsTracing", targets: ["VitalsTracing"]),
        .library(name: "VitalsInstrumentation", targets: ["VitalsInstrumentation"]),
        .library(name: "VitalsSQLite", targets: ["VitalsSQLite"]),
        .library(name: "VitalsDashboards", targets: ["VitalsDashboards"]),
        .library(name: "VitalsTesting", targets: ["VitalsTesting"]),
        .executable(name: "vitals-dashboards", targets: ["vitals-dashboards"]),
        .executable(name: "storefront", targets: ["storefront"]),
    ],
    targets: [
        .target(name: "CVitals"),
        .target(name: "CLivePage"),
        .target(name: "VitalsMetrics", dependencies: ["CVitals"]),
        .target(name: "VitalsTracing", dependencies: ["VitalsMetrics", "CVitals"]),
        .systemLibrary(
            name: "CMicrohttpd", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev", "libgnutls28-dev", "libcrypt-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .target(name: "VitalsBytes", dependencies: ["CVitals", "CDeflate"]),
        .target(name: "VitalsPrometheus", dependencies: ["VitalsMetrics", "VitalsBytes", "CVitals"]),
        .target(
            name: "VitalsEndpoint", dependencies: ["VitalsMetrics", "CVitals", "CMicrohttpd", "CLivePage"],
            exclude: ["Page/live.html"]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .target(name: "COpenSSL"),
        .target(name: "CCurl"),
        .target(
            name: "VitalsOTLP",
            dependencies: [
                "VitalsMetrics", "VitalsTracing", "VitalsBytes", "CVitals", "CNghttp2", "COpenSSL", "CCurl", "CDeflate",
            ]),
        .target(name: "VitalsInstrumentation", dependencies: ["VitalsMetrics", "VitalsTracing", "CVitals"]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "VitalsSQLite", dependencies: ["VitalsInstrumentation", "VitalsMetrics", "VitalsTracing", "CSQLite"]),
        .target(name: "VitalsTesting", dependencies: ["VitalsMetrics", "VitalsTracing"]),
        .target(
            name: "Vitals",
            dependencies: [
                "VitalsMetrics", "VitalsTracing", "VitalsPrometheus", "VitalsEndpoint", "VitalsOTLP",
                "VitalsInstrumentation", "VitalsBytes", "CVitals",
            ]),
        .target(name: "VitalsDashboards", dependencies: ["VitalsMetrics", "VitalsPrometheus", "VitalsBytes"]),
        .executableTarget(name: "vitals-dashboards", dependencies: ["VitalsDashboards", "Vitals"]),
        .executableTarget(name: "storefront", dependencies: ["Vitals", "VitalsSQLite", "CVitals", "CCurl"]),
        .executableTarget(name: "interop-target", dependencies: ["Vitals"], path: "Tests/Interop/Target"),
        .executableTarget(name: "interop-pusher", dependencies: ["Vitals", "CVitals"], path: "Tests/Interop/Pusher"),
        .executableTarget(name: "interop-tracer", dependencies: ["Vitals", "CVitals"], path: "Tests/Interop/Tracer"),
        .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
        .target(name: "BenchTiming", dependencies: ["CVitals"], path: "Sources/vitals-bench-timing"),
        .executableTarget(
            name: "vitals-bench",
            dependencies: ["VitalsMetrics", "VitalsPrometheus", "CVitals", "AllocationCounter", "BenchTiming"]),
        .executableTarget(
            name: "vitals-bench-otlp",
            dependencies: ["VitalsMetrics", "VitalsOTLP", "VitalsBytes", "CVitals", "AllocationCounter", "BenchTiming"]),
        .executableTarget(
            name: "vitals-bench-tracing",
            dependencies: ["VitalsMetrics", "VitalsTracing", "CVitals", "AllocationCounter", "BenchTiming"]),
        .executableTarget(name: "vitals-bench-http", dependencies: ["Vitals"]),
        .executableTarget(name: "vitals-bench-spans", dependencies: ["Vitals", "CVitals"]),
        .testTarget(name: "VitalsMetricsTests", dependencies: ["VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(
            name: "VitalsTracingTests", dependencies: ["VitalsTracing", "VitalsMetrics", "VitalsTesting", "CVitals"]),
        .testTarget(name: "VitalsBytesTests", dependencies: ["VitalsBytes", "CDeflate"]),
        .testTarget(
            name: "VitalsPrometheusTests",
            dependencies: [
                "VitalsPrometheus", "VitalsBytes", "VitalsMetrics", "VitalsTesting", "CVitals", "CDeflate",
            ]),
        .testTarget(
            name: "VitalsEndpointTests", dependencies: ["VitalsEndpoint", "VitalsMetrics", "VitalsTesting", "CVitals"]),
        .systemLibrary(name: "CTestTLS", path: "Tests/CTestTLS", pkgConfig: "openssl"),
        .testTarget(
            name: "VitalsOTLPTests",
            dependencies: [
                "VitalsOTLP", "VitalsMetrics", "VitalsTracing", "VitalsBytes", "VitalsTesting", "CVitals", "CNghttp2",
                "CTestTLS", "CCurl", "CDeflate",
            ]),
        .testTarget(
            name: "VitalsInstrumentationTests",
            dependencies: ["VitalsInstrumentation", "VitalsMetrics", "VitalsTracing", "VitalsTesting", "CVitals"]),
        .testTarget(
            name: "VitalsSQLiteTests",
            dependencies: [
                "VitalsSQLite", "VitalsInstrumentation", "VitalsMetrics", "VitalsTracing", "VitalsTesting",
            ]),
        .testTarget(
            name: "StorefrontTests",
            dependencies: ["storefront", "Vitals", "VitalsSQLite", "VitalsTesting"]),
        .testTarget(name: "VitalsDashboardsTests", dependencies: ["VitalsDashboards", "VitalsMetrics"]),
        .testTarget(name: "VitalsTestingTests", dependencies: ["VitalsTesting"]),
        .testTarget(name: "VitalsTests", dependencies: ["Vitals", "VitalsTesting"]),
    ]
)

// Fuzz targets have no main function of their own, so a plain build leaves them out (scripts/fuzz.sh).
if Context.environment["VITALS_FUZZ"] != nil {
    package.targets += [
        .executableTarget(name: "fuzz-accept", dependencies: ["VitalsPrometheus", "VitalsMetrics"]),
        .executableTarget(name: "fuzz-path", dependencies: ["VitalsEndpoint"]),
        .executableTarget(name: "fuzz-protobuf", dependencies: ["VitalsOTLP", "VitalsBytes"]),
        .executableTarget(name: "fuzz-grpc", dependencies: ["VitalsOTLP"]),
        .executableTarget(name: "fuzz-retry-after", dependencies: ["VitalsOTLP"]),
        .executableTarget(name: "fuzz-environment", dependencies: ["Vitals"]),
        .executableTarget(name: "fuzz-traceparent", dependencies: ["VitalsTracing"]),
        .executableTarget(name: "fuzz-tracestate", dependencies: ["VitalsTracing"]),
        .executableTarget(name: "fuzz-baggage", dependencies: ["VitalsTracing"]),
        .executableTarget(name: "fuzz-b3", dependencies: ["VitalsTracing"]),
        .executableTarget(name: "fuzz-system-files", dependencies: ["VitalsInstrumentation"]),
        .executableTarget(
            name: "fuzz-statement", dependencies: ["VitalsSQLite", "VitalsInstrumentation", "VitalsMetrics", "CSQLite"]),
        .executableTarget(name: "fuzz-stored-headers", dependencies: ["VitalsInstrumentation"]),
    ]
}

// The races are in some tests of two rooms, whose files this variable names: to build the others under ThreadSanitizer
// takes minutes (scripts/test.sh).
if let races = Context.environment["VITALS_RACES"] {
    let needed = [
        "CVitals", "VitalsMetrics", "VitalsTracing", "VitalsTesting", "VitalsMetricsTests", "VitalsTracingTests",
    ]
    package.products = []
    package.targets.removeAll { !needed.contains($0.name) }
    for target in package.targets where target.isTest {
        let folder = "\(target.name)/"
        target.sources = races.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix(folder) }
            .map { String($0.dropFirst(folder.count)) }
    }
}

// What is tested optimised is the libraries that programs link. The storefront runs in a stage of its own (scripts/test.sh),
// and dashboards are made from a debug build: to build all other programs and their tests too takes a minute.
if Context.environment["VITALS_OPTIMISED"] != nil {
    let needless = ["StorefrontTests", "VitalsDashboards", "VitalsDashboardsTests", "AllocationCounter", "BenchTiming"]
    package.products = []
    package.targets.removeAll {
        $0.type == .executable && $0.name != "storefront" || needless.contains($0.name)
    }
}

// What is tested optimised is the libraries that programs link. The storefront is built optimised as its users do it, and
// runs then (scripts/test.sh): to build it, all other programs and their tests once more takes minutes.
if Context.environment["VITALS_OPTIMISED"] != nil {
    let needless = ["StorefrontTests", "VitalsDashboards", "VitalsDashboardsTests", "AllocationCounter", "BenchTiming"]
    package.products = []
    package.targets.removeAll { $0.type == .executable || needless.contains($0.name) }
}

for target in package.targets
where target.type != .system
    && !["CVitals", "CLivePage", "CCurl", "COpenSSL", "AllocationCounter"].contains(target.name)
{
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}

// Nothing of these rooms is compiled into the programs that use them: only what is tested needs to be optimised, not the
// tests themselves, which would take twice the time to compile.
if Context.environment["VITALS_OPTIMISED"] != nil {
    let closed = [
        "VitalsPrometheusTests", "VitalsOTLPTests", "VitalsEndpointTests", "VitalsSQLiteTests", "VitalsTests",
    ]
    for target in package.targets where closed.contains(target.name) {
        target.swiftSettings?.append(.unsafeFlags(["-Onone"]))
    }
}
