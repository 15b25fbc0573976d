import Testing
import VitalsMetrics
import VitalsPrometheus

/// Whatever is declared, under every strategy and scheme: the checker finds nothing wrong.
@Suite struct AnyRegistryTests {
    private static let words = [
        "a", "b", "total", "count", "bucket", "created", "sum", "bytes", "ratio", "info", "target", "9",
    ]
    private static let units: [Unit] = ["", "1", "By", "s", "{x}", "By/s"]
    private static let keys = ["a", "a.b", "a_b", "a-b", "le", "0", "__x", "otel.scope.name", "ü", "quantile"]

    private static func name(_ random: inout SeededNumbers) -> String {
        let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in words.randomElement(using: &random) ?? "a" }
        let separator = [".", "_", "-", "/"].randomElement(using: &random) ?? "."
        let name = parts.joined(separator: separator)
        return name.hasPrefix("9") ? "x\(name)" : name
    }

    private static func attributes(_ random: inout SeededNumbers) -> Attributes {
        let values: [AttributeValue] = ["", "1", 1, "x\ny\"\\", true, 1.0, .strings(["1"])]
        return Attributes(
            (0..<Int.random(in: 0...3, using: &random)).map { _ in
                (keys.randomElement(using: &random) ?? "a", values.randomElement(using: &random) ?? 1)
            })
    }

    private static func declare(in meter: Meter, _ random: inout SeededNumbers) {
        let name = name(&random)
        let unit = units.randomElement(using: &random) ?? ""
        let help = ["", "Help.", "\"H\"\n\\"].randomElement(using: &random) ?? ""
        let kind = Int.random(in: 0..<7, using: &random)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let attributes = attributes(&random)
            let value = Double(Int.random(in: -3...9, using: &random))
            switch kind {
            case 0: meter.counter(name, unit: unit, description: help).add(Int(value.magnitude), attributes)
            case 1: meter.counter(name, of: Double.self, unit: unit, description: help).add(value.magnitude, attributes)
            case 2: meter.gauge(name, unit: unit, description: help).set(value, attributes)
            case 3: meter.upDownCounter(name, unit: unit, description: help).add(Int(value), attributes)
            case 4: meter.histogram(name, unit: unit, description: help, buckets: [-1, 0, 5]).record(value, attributes)
            case 5: meter.histogram(name, unit: unit, description: help, buckets: [2, 5]).record(value, attributes)
            default:
                meter.histogram(name, unit: unit, description: help, buckets: .exponential()).record(value, attributes)
            }
        }
    }

    private static let formats: [String] =
        [EscapingScheme.underscores, .allowUTF8, .dots, .values].flatMap { scheme in
            [Accept.text(scheme), Accept.openMetrics(scheme), "\(Accept.protobuf);escaping=\(scheme.token)"]
        } + [Accept.text]

    @Test(arguments: Array(UInt64(1)...5))
    func everyFormatIsValid(_ seed: UInt64) async {
        // What it says of each clash is of no interest here.
        await #expect(processExitsWith: .success) { [seed] in
            Diagnostics.handle { _, _ in }
            var random = SeededNumbers(seed: seed)
            for strategy in QuotedNameTests.strategies.map(\.1) {
                let registry = Registry.still()
                let options = PrometheusOptions.with {
                    $0.translation = strategy
                    $0.hasScopeLabels = Bool.random(using: &random)
                    $0.hasCreatedSamples = Bool.random(using: &random)
                    if Bool.random(using: &random) { $0.resourceLabels = .without([]) }
                }
                let renderer = PrometheusRenderer(
                    registry, options: options, resource: AnyRegistryTests.attributes(&random))
                for _ in 0..<2 {
                    for _ in 0..<14 {
                        let meter = ["one", "two"].randomElement(using: &random) ?? "one"
                        AnyRegistryTests.declare(in: registry.meter(meter), &random)
                    }
                    for accept in AnyRegistryTests.formats {
                        do {
                            if accept.hasPrefix(Accept.protobuf) {
                                _ = try renderer.decoded(accept)
                            } else {
                                _ = try renderer.parsed(accept)
                            }
                        } catch {
                            Issue.record("seed \(seed), \(strategy), \(accept): \(error)")
                        }
                    }
                }
            }
        }
    }
}
