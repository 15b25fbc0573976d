import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsPrometheus

/// Scrapes while series come, go and are recorded into (cases 41, 96 and 97).
@Suite struct RenderRaceTests {
    private static let writers = 16
    private static let scrapers = 8

    /// What a scrape showed, to be compared with the scraper's next one.
    private struct Seen {
        var totals: [String: Double] = [:]

        mutating func check(_ name: String, _ total: Double) throws {
            if let before = totals[name], total < before {
                throw InvalidExposition(line: 0, reason: "\(name) fell from \(before) to \(total)")
            }
            totals[name] = total
        }
    }

    private static func scrape(_ renderer: PrometheusRenderer, _ number: Int, _ seen: inout Seen) throws {
        let families: [String] = number == 7 ? ["orders", "steady"] : []
        switch number % 4 {
        case 0, 1:
            let accept = number == 0 ? Accept.text : number == 1 ? Accept.openMetrics : Accept.utf8OpenMetrics
            let parsed = try renderer.parsed(accept)
            for thread in 0..<writers {
                let mine = parsed.samples.filter { $0.label("thread") == "\(thread)" }
                for name in ["steady_total", "sizes_sum", "sizes_count"] {
                    try seen.check("\(name)/\(thread)", mine.first { $0.name == name }?.value ?? 0)
                }
                // Every measurement is 3: what is read is never half of one.
                let (sum, count) = (mine.first { $0.name == "sizes_sum" }, mine.first { $0.name == "sizes_count" })
                if sum?.value ?? 0 != 3 * (count?.value ?? 0) {
                    throw InvalidExposition(line: 0, reason: "\(sum?.text ?? "") of \(count?.text ?? "")")
                }
            }
        case 2:
            for family in try renderer.decoded() where family.name == "steady_total" {
                for metric in family.metrics {
                    try seen.check("steady/\(metric.labels["thread"] ?? "")", metric.value ?? -1)
                }
            }
        default:
            let accept = number == 3 ? Accept.text : Accept.openMetrics
            let packed = try renderer.render(accept: accept, acceptEncoding: "gzip", families: families)
            guard let body = Gzip.unpack(packed.copy, atMost: 4 << 20) else {
                throw InvalidExposition(line: 0, reason: "cannot be unpacked")
            }
            let parsed = try ExpositionChecker.check(body, isOpenMetrics: packed.format == "openmetrics")
            for sample in parsed.samples where sample.name == "steady_total" {
                try seen.check("steady/\(sample.label("thread") ?? "")", sample.value)
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func everyBodyIsValidAndNoSumFalls() throws {
        let registry = Registry()
        let meter = registry.meter("shop")
        let steady = meter.counter("steady")
        let sizes = meter.histogram("sizes", of: Int.self, buckets: .exponential())
        let coming = meter.counter("orders")
        let level = meter.gauge("level")
        let renderer = PrometheusRenderer(registry, options: .bare, resource: ["a": 1])
        let end = vitals_monotonic_nanoseconds() + 1_500_000_000
        let failures = Locked<[String]>([])
        let scrapes = Atomic(0)
        let added = Locked([Int](repeating: 0, count: Self.writers))
        Crew.run(Self.writers + Self.scrapers) { number in
            if number >= Self.writers {
                var seen = Seen()
                for _ in 0..<10_000 where vitals_monotonic_nanoseconds() < end {
                    do {
                        try Self.scrape(renderer, number - Self.writers, &seen)
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                        return
                    }
                    scrapes.add(1, ordering: .relaxed)
                }
                return
            }
            var count = 0
            for round in 0..<100_000 where vitals_monotonic_nanoseconds() < end {
                steady.add(1, ["thread": .int(number)])
                sizes.record(3, ["thread": .int(number)])
                count += 1
                let label = Attributes([("k", .int(number)), ("long\(round % 5)", .int(round % 11))])
                coming.add(1, label)
                level.set(Double(round), label)
                if round % 3 == 0 {
                    coming.remove(label)
                    level.remove(label)
                }
                if round % 500 == 499 { registry.meter("shop\(number)").counter("late.\(round % 7)").add(1) }
            }
            let total = count
            added.withLock { $0[number] = total }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(scrapes.load(ordering: .relaxed) >= Self.scrapers)
        let last = try renderer.parsed()
        for (thread, count) in added.withLock({ $0 }).enumerated() {
            let mine = last.samples.filter { $0.label("thread") == "\(thread)" }
            #expect(mine.first { $0.name == "steady_total" }?.value == Double(count))
            #expect(mine.first { $0.name == "sizes_sum" }?.value == Double(3 * count))
        }
    }

    @Test(.timeLimit(.minutes(2))) func viewsMayChangeMeanwhile() throws {
        let registry = Registry()
        let meter = registry.meter("shop")
        let sizes = meter.histogram("sizes", of: Int.self, buckets: [1, 10])
        let orders = meter.counter("orders")
        let renderer = PrometheusRenderer(registry, options: .bare)
        let kinds: [[View]] = [
            [], [View("sizes", aggregation: .histogram(.exponential()))], [View("orders", name: "sizes.count")],
            [View("orders", aggregation: .drop)], [View("sizes", name: "other", attributes: .only(["k"]))],
            [View("sizes", name: "one"), View("sizes", name: "two", attributes: .only([]))],
        ]
        let failures = Locked<[String]>([])
        Crew.run(6) { number in
            for round in 0..<50 {
                switch number {
                case 0: registry.configure(views: kinds[round % kinds.count])
                case 1, 2:
                    sizes.record(round, ["k": .int(round % 7), "l": .int(number)])
                    orders.add(1, ["k": .int(round % 7)])
                default:
                    do {
                        if number == 3 {
                            _ = try renderer.decoded()
                        } else {
                            _ = try renderer.parsed(number == 4 ? Accept.text : Accept.openMetrics)
                        }
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
        registry.configure(views: [])
        // A view that drops forgets what was counted.
        orders.add(1)
        sizes.record(1)
        #expect(try renderer.parsed().families.map(\.name) == ["orders_total", "sizes"])
    }
}
