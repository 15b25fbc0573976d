import Glibc
import Testing
import Vitals
import VitalsPrometheus
import VitalsTesting

/// The process, as telemetry that was started reports it.
@Suite struct ProcessMetricsTests {
    private func configuration() -> Configuration {
        var configuration = Configuration(service: "test")
        configuration.metrics.registry = Registry()
        configuration.metrics.observesItself = false
        configuration.endpoint = nil
        configuration.detectors = []
        return configuration
    }

    private func names(_ registry: Registry) -> Set<String> {
        Set(InMemoryReader(registry).collect().metrics.map(\.name))
    }

    @Test func theProcessIsObservedFromTheStartToTheShutdown() throws {
        let configuration = configuration()
        let registry = configuration.metrics.registry
        for _ in 0..<2 {
            let telemetry = try Telemetry.start(configuration)
            #expect(names(registry).isSuperset(of: ["process.cpu.time", "process.memory.usage", "process.start_time"]))
            // Not the sum of several.
            #expect(try #require(InMemoryReader(registry).counter("process.cpu.limit")) < 4096)
            let before = InMemoryReader(registry).counter("process.cpu.limit")
            let another = ProcessTelemetry(meter: telemetry.meter("vitals.process"))
            #expect(InMemoryReader(registry).counter("process.cpu.limit") == before)
            another.cancel()
            telemetry.shutdown()
            #expect(names(registry).isEmpty)
        }
    }

    @Test func theLastExportStillHasTheProcess() throws {
        let exporter = InMemoryExporter()
        var configuration = configuration()
        configuration.export(to: exporter, every: .seconds(600))
        let telemetry = try Telemetry.start(configuration)
        #expect(telemetry.shutdown())
        #expect(exporter.collections.last?["process.thread.count"] != nil)
    }

    @Test func aStartThatFailsLeavesNothingObserved() throws {
        var configuration = configuration()
        configuration.push = PushConfiguration(otlp: OTLPConfiguration(endpoint: "ftp://collector", transport: .grpc))
        #expect(throws: TelemetryError.self) { try Telemetry.start(configuration) }
        #expect(names(configuration.metrics.registry).isEmpty)
        configuration.push = nil
        let telemetry = try Telemetry.start(configuration)
        #expect(names(configuration.metrics.registry).contains("process.cpu.time"))
        telemetry.shutdown()
    }

    @Test(arguments: [true, false])
    func theProcessIsNotObservedWhereThatIsTurnedOff(isDisabled: Bool) throws {
        var configuration = configuration()
        configuration.metrics.observesProcess = isDisabled
        configuration.isDisabled = isDisabled
        let telemetry = try Telemetry.start(configuration)
        #expect(names(configuration.metrics.registry).isEmpty)
        #expect(!names(Telemetry.disabled.configuration.metrics.registry).contains("process.cpu.time"))
        telemetry.shutdown()
    }

    /// By its name in Prometheus: the kind, and the labels of its series.
    private static let exposed: [(String, String, [String])] = [
        ("process_cpu_time_seconds_total", "counter", ["cpu_mode=\"user\"", "cpu_mode=\"system\""]),
        ("process_cpu_limit", "gauge", [""]),
        ("process_memory_usage_bytes", "gauge", [""]),
        ("process_memory_virtual_bytes", "gauge", [""]),
        ("process_memory_heap_usage_bytes", "gauge", [""]),
        ("process_memory_heap_reserved_bytes", "gauge", [""]),
        ("process_disk_io_bytes_total", "counter", ["disk_io_direction=\"read\"", "disk_io_direction=\"write\""]),
        ("process_thread_count", "gauge", [""]),
        ("process_unix_file_descriptor_count", "gauge", [""]),
        ("process_unix_file_descriptor_limit", "gauge", [""]),
        (
            "process_context_switches_total", "counter",
            ["process_context_switch_type=\"voluntary\"", "process_context_switch_type=\"involuntary\""]
        ),
        (
            "process_paging_faults_total", "counter",
            ["system_paging_fault_type=\"minor\"", "system_paging_fault_type=\"major\""]
        ),
        ("process_start_time_seconds", "gauge", [""]),
        ("process_uptime_seconds", "gauge", [""]),
    ]

    @Test(arguments: ["text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0"])
    func theseAreTheNamesInPrometheus(format: String) throws {
        let telemetry = try Telemetry.start(configuration())
        defer { telemetry.shutdown() }
        let renderer = PrometheusRenderer(telemetry.configuration.metrics.registry)
        let text = String(decoding: try renderer.render(accept: format).bytes, as: UTF8.self)
        let lines = text.split(separator: "\n")
        let isOpenMetrics = format.hasPrefix("application")
        for (name, kind, series) in Self.exposed {
            let family = isOpenMetrics && kind == "counter" ? String(name.dropLast(6)) : name
            #expect(lines.contains("# TYPE \(family) \(kind)"), "\(name)")
            let samples = lines.filter { $0.hasPrefix("\(name){") || $0.hasPrefix("\(name) ") }
            #expect(samples.count == series.count, "\(name)")
            for labels in series { #expect(samples.contains { $0.contains(labels) }, "\(name) \(labels)") }
        }
        // The container's are there only where there is one.
        let families = lines.filter { $0.hasPrefix("# TYPE process_") }
        #expect(families.count == Self.exposed.count)
    }

    @Test func theStartIsWhatPrometheusTakesItFor() throws {
        let telemetry = try Telemetry.start(configuration())
        defer { telemetry.shutdown() }
        let start = try #require(InMemoryReader(telemetry.configuration.metrics.registry).gauge("process.start_time"))
        // This century, and not the future.
        #expect((946_684_800...unixTime()).contains(start))
    }

    private func unixTime() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + 1
    }
}
