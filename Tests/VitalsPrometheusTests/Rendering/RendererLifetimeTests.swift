import CVitals
import Testing
import VitalsMetrics
import VitalsPrometheus

@Suite struct RendererLifetimeTests {
    @Test func afterShutdownRenderingsAreRefused() throws {
        let registry = Registry.still()
        registry.meter("shop").counter("orders").add(1)
        let renderer = PrometheusRenderer(registry)
        let kept = try renderer.render()
        renderer.shutdown()
        renderer.shutdown()
        for accept in [Accept.text, Accept.openMetrics, Accept.protobuf] {
            let refusal = #expect(throws: ReaderError.self) { try renderer.render(accept: accept) }
            guard case .isShutDown = refusal else {
                Issue.record("refused because \(String(describing: refusal))")
                continue
            }
        }
        // What was rendered before is whole, and another renderer is not disturbed.
        #expect(String(decoding: kept.copy, as: UTF8.self).hasSuffix("orders_total{otel_scope_name=\"shop\"} 1\n"))
        #expect(try PrometheusRenderer(registry).parsed().samples.count == 1)
        // Declarations go on, and nobody complains of clashes.
        _ = registry.meter("shop").gauge("orders_total")
        #expect(registry.conflicts == 0)
    }

    @Test func bodiesOutliveTheRenderer() throws {
        let registry = Registry.still()
        registry.meter("shop").counter("orders").add(1)
        var renderer: PrometheusRenderer? = PrometheusRenderer(registry, options: .bare)
        let body = try renderer?.render()
        weak let gone = renderer
        renderer = nil
        #expect(gone == nil)
        #expect(
            body.map { String(decoding: $0.copy, as: UTF8.self) } == "# TYPE orders_total counter\norders_total 1\n")
    }

    @Test(.timeLimit(.minutes(1))) func aHangingCallbackIsCutAndTheExpositionSaysSo() throws {
        let registry = Registry()
        registry.observeItself()
        let isDone = Waitable(false)
        registry.meter("shop").counter("orders").add(1)
        registry.meter("shop").observableGauge("before") { $0.observe(1) }
        registry.meter("shop").observableGauge("stuck") { observer in
            _ = isDone.wait(until: vitals_monotonic_nanoseconds() + 20_000_000_000) { $0 }
            observer.observe(1)
        }
        let renderer = PrometheusRenderer(registry, options: .bare)
        let began = vitals_monotonic_nanoseconds()
        let exposition = try renderer.render(accept: Accept.openMetrics, timeout: .milliseconds(50))
        #expect(vitals_monotonic_nanoseconds() - began < 5_000_000_000)
        let parsed = try exposition.parsed()
        #expect(
            parsed.lines("vitals_collections_cut_total") == [
                "otel_component_name=prometheus_http_text_metric_exporter/0,"
                    + "otel_component_type=prometheus_http_text_metric_exporter 1"
            ])
        #expect(parsed.value("orders_total") == 1)
        #expect(parsed.value("before") == 1)
        #expect(parsed["stuck"] == nil)
        // It is not started again before it has come back.
        #expect(try renderer.parsed().value("orders_total") == 1)
        _ = isDone.update { $0 = true }
        var isBack = false
        for _ in 0..<200 where !isBack {
            isBack = try renderer.parsed().value("stuck") == 1
            if !isBack { _ = Waitable(0).wait(until: vitals_monotonic_nanoseconds() + 10_000_000) { $0 == 1 } }
        }
        #expect(isBack)
    }

    @Test func aRenderingInACallbackOfItsOwnIsRefused() throws {
        let registry = Registry.still()
        let renderer = PrometheusRenderer(registry, options: .bare)
        let other = PrometheusRenderer(registry, options: .bare)
        registry.meter("shop").observableGauge("inner", of: Int.self) { [weak renderer] observer in
            do {
                _ = try renderer?.render()
                observer.observe(1)
            } catch {
                observer.observe(2)
            }
        }
        registry.meter("shop").counter("orders").add(1)
        #expect(try renderer.parsed().value("inner") == 2)
        #expect(try other.parsed().value("orders_total") == 1)
    }

    @Test func lettingGoWhileInstrumentsAreDeclaredAndRendered() throws {
        let registry = Registry.still()
        let failures = Locked<[String]>([])
        Crew.run(6) { number in
            for round in 0..<60 {
                if number < 3 {
                    let meter = registry.meter("shop\(round % 5)")
                    meter.counter("orders.\(number).\(round)").add(1)
                    meter.gauge("orders_\(number)_\(round)_total").set(1)
                } else {
                    let renderer = PrometheusRenderer(registry)
                    do { _ = try renderer.parsed(round % 2 == 0 ? Accept.text : Accept.openMetrics) } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                    if round % 3 == 0 { renderer.shutdown() }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let last = try PrometheusRenderer(registry).parsed()
        #expect(last.families.count == 180)
    }
}
