import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

struct DatabaseTelemetryTests {
    private struct Refused: DatabaseStatusCode, CustomStringConvertible {
        let databaseStatusCode: String
        let description = "refused"
    }
    private struct Lost: Error {}

    private let duration = "db.client.operation.duration"
    private let returned = "db.client.response.returned_rows"

    struct Case: Sendable, CustomTestStringConvertible {
        var namespace: String?
        var address: String?
        var port: Int?
        var operation: DatabaseOperation
        var span: String
        var labels: Attributes
        var testDescription: String { span }
    }

    static let cases = [
        Case(operation: DatabaseOperation(""), span: "postgresql", labels: [:]),
        Case(operation: DatabaseOperation("PING"), span: "PING", labels: ["db.operation.name": "PING"]),
        Case(
            operation: DatabaseOperation("SELECT", collection: "orders"), span: "SELECT orders",
            labels: ["db.operation.name": "SELECT", "db.collection.name": "orders"]),
        Case(
            namespace: "shop", operation: DatabaseOperation("COMMIT"), span: "COMMIT shop",
            labels: ["db.operation.name": "COMMIT", "db.namespace": "shop"]),
        Case(
            namespace: "shop", operation: DatabaseOperation("SELECT", collection: "orders"), span: "SELECT orders",
            labels: ["db.operation.name": "SELECT", "db.namespace": "shop", "db.collection.name": "orders"]),
        Case(
            namespace: "shop", operation: DatabaseOperation("", collection: "orders"), span: "orders",
            labels: ["db.namespace": "shop", "db.collection.name": "orders"]),
        Case(
            namespace: "shop", operation: DatabaseOperation("SELECT", collection: ""), span: "SELECT shop",
            labels: ["db.operation.name": "SELECT", "db.namespace": "shop"]),
        Case(
            namespace: "shop",
            operation: DatabaseOperation("SELECT", collection: "orders", summary: "SELECT orders, users"),
            span: "SELECT orders, users",
            labels: [
                "db.operation.name": "SELECT", "db.namespace": "shop", "db.collection.name": "orders",
                "db.query.summary": "SELECT orders, users",
            ]),
        Case(
            namespace: "", address: "db.internal", port: 5432, operation: DatabaseOperation("PING"),
            span: "PING db.internal", labels: ["db.operation.name": "PING", "server.address": "db.internal"]),
        Case(
            address: "db.internal", port: 6432, operation: DatabaseOperation(""), span: "db.internal:6432",
            labels: ["server.address": "db.internal", "server.port": 6432]),
        Case(
            namespace: "shop", address: "db.internal", operation: DatabaseOperation("COMMIT"), span: "COMMIT shop",
            labels: ["db.operation.name": "COMMIT", "db.namespace": "shop", "server.address": "db.internal"]),
        Case(
            namespace: "shop", address: "db.internal", port: 5432,
            operation: DatabaseOperation("SELECT", collection: "orders"), span: "SELECT orders",
            labels: [
                "db.operation.name": "SELECT", "db.namespace": "shop", "db.collection.name": "orders",
                "server.address": "db.internal",
            ]),
        Case(
            namespace: "shop", address: "db.internal", port: 6432, operation: DatabaseOperation("COMMIT"),
            span: "COMMIT shop",
            labels: [
                "db.operation.name": "COMMIT", "db.namespace": "shop", "server.address": "db.internal",
                "server.port": 6432,
            ]),
        Case(
            namespace: "shop", address: "db.internal", port: 6432,
            operation: DatabaseOperation("SELECT", collection: "orders"), span: "SELECT orders",
            labels: [
                "db.operation.name": "SELECT", "db.namespace": "shop", "db.collection.name": "orders",
                "server.address": "db.internal", "server.port": 6432,
            ]),
        Case(
            namespace: "shop", address: "db.internal", port: 70000, operation: DatabaseOperation("COMMIT"),
            span: "COMMIT shop",
            labels: ["db.operation.name": "COMMIT", "db.namespace": "shop", "server.address": "db.internal"]),
        Case(
            namespace: "shop", port: 6432, operation: DatabaseOperation("COMMIT"), span: "COMMIT shop",
            labels: ["db.operation.name": "COMMIT", "db.namespace": "shop"]),
    ]

    @Test(arguments: cases)
    func itsSpanAndItsMetricsSayWhatIsKnownAndNothingElse(_ example: Case) throws {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(
            system: "postgresql", namespace: example.namespace, address: example.address, port: example.port,
            meter: peer.meter, tracer: peer.tracer)
        #expect(database.run(example.operation, rows: { $0 }) { _ in 3 } == 3)
        #expect(throws: Refused.self) {
            try database.run(example.operation) { _ in throw Refused(databaseStatusCode: "23505") }
        }
        let labels = example.labels.merging(["db.system.name": "postgresql"])
        let failed = labels.merging([
            "db.response.status_code": "23505",
            "error.type": "VitalsInstrumentationTests.DatabaseTelemetryTests.Refused",
        ])
        #expect(Set(peer.labels(duration)) == [labels, failed])
        #expect(peer.labels(returned) == [labels])
        let spans = peer.exporter.spans
        #expect(spans.map(\.name) == [example.span, example.span])
        #expect(spans.map(\.kind) == [.client, .client])
        #expect(spans.first?.attributes == labels.merging(["db.response.returned_rows": 3]))
        #expect(spans.first?.status == .unset)
        #expect(spans.last?.attributes == failed)
        #expect(spans.last?.status == .error("refused"))
    }

    @Test func itsInstrumentsAreThoseOfTheConventions() throws {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", namespace: "shop", meter: peer.meter, tracer: peer.tracer)
        database.run(DatabaseOperation("SELECT"), rows: { _ in 7 }) { _ in }
        let metrics = peer.reader.collect()
        let durations = try #require(metrics[duration])
        #expect(durations.unit == "s")
        #expect(durations.points.first?.histogram?.bounds == [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
        let rows = try #require(metrics[returned])
        #expect(rows.unit == "{row}")
        let histogram = try #require(rows.points.first?.histogram)
        #expect(histogram.bounds == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000])
        #expect(histogram.sum == 7)
        let span = try #require(peer.exporter.spans.first)
        #expect(durations.points.first?.histogram?.sum == Double(span.end &- span.start) / 1e9)
    }

    @Test(arguments: [-1, .min]) func fewerRowsThanNoneAreNotCounted(_ count: Int) {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", namespace: "shop", meter: peer.meter, tracer: peer.tracer)
        database.run(DatabaseOperation("SELECT"), rows: { _ in count }) { _ in }
        #expect(peer.labels(returned) == [])
        #expect(peer.exporter.spans.first?.attributes["db.response.returned_rows"] == nil)
        #expect(peer.labels(duration).count == 1)
    }

    @Test func rowsThatNobodyKnowsAreNotCounted() {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", namespace: "shop", meter: peer.meter, tracer: peer.tracer)
        database.run(DatabaseOperation("BEGIN")) { _ in }
        #expect(peer.labels(returned) == [])
        #expect(peer.exporter.spans.first?.attributes["db.response.returned_rows"] == nil)
    }

    @Test(arguments: [true, false])
    func aStatementIsShownToSpansOnlyWhereThatWasAsked(_ isAsked: Bool) {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(
            system: "sqlite", namespace: "shop", recordsStatements: isAsked, meter: peer.meter, tracer: peer.tracer)
        database.run(DatabaseOperation("SELECT", statement: "SELECT ?")) { _ in }
        database.run(DatabaseOperation("SELECT")) { _ in }
        #expect(
            peer.exporter.spans.map { $0.attributes["db.query.text"] } == [isAsked ? "SELECT ?" : nil, nil])
        #expect(
            peer.labels(duration) == [
                ["db.namespace": "shop", "db.operation.name": "SELECT", "db.system.name": "sqlite"]
            ])
    }

    @Test func anErrorThatNeverReachedTheDatabaseHasNoCode() {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", meter: peer.meter, tracer: peer.tracer)
        #expect(throws: Refused.self) {
            try database.run(DatabaseOperation("SELECT")) { _ in throw Refused(databaseStatusCode: "") }
        }
        let labels: Attributes = [
            "db.operation.name": "SELECT", "db.system.name": "sqlite",
            "error.type": "VitalsInstrumentationTests.DatabaseTelemetryTests.Refused",
        ]
        #expect(peer.labels(duration) == [labels])
        #expect(peer.exporter.spans.first?.attributes == labels)
    }

    @Test func anErrorWithoutACodeHasAType() {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", meter: peer.meter, tracer: peer.tracer)
        #expect(throws: Lost.self) { try database.run(DatabaseOperation("SELECT")) { _ in throw Lost() } }
        let labels: Attributes = [
            "db.operation.name": "SELECT", "db.system.name": "sqlite",
            "error.type": "VitalsInstrumentationTests.DatabaseTelemetryTests.Lost",
        ]
        #expect(peer.labels(duration) == [labels])
        #expect(peer.exporter.spans.first?.attributes == labels)
    }

    @Test func whoLostInterestDidNotFail() async {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", meter: peer.meter, tracer: peer.tracer)
        await #expect(throws: CancellationError.self) {
            try await database.run(DatabaseOperation("SELECT")) { _ async throws in
                await Task.yield()
                throw CancellationError()
            }
        }
        let labels: Attributes = ["db.operation.name": "SELECT", "db.system.name": "sqlite"]
        #expect(peer.labels(duration) == [labels])
        #expect(peer.exporter.spans.first?.attributes == labels)
        #expect(peer.exporter.spans.first?.status == .unset)
    }

    @Test func anOperationThatWaitsIsTheCurrentSpanMeanwhile() async throws {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "sqlite", namespace: "shop", meter: peer.meter, tracer: peer.tracer)
        let current = await database.run(DatabaseOperation("SELECT"), rows: { _ in 2 }) { span in
            await Task.yield()
            #expect(span.spanContext.spanID == SpanContext.current.spanID)
            return SpanContext.current
        }
        let point = try #require(peer.reader.collect()[duration]?.points.first)
        #expect(point.histogram?.count == 1)
        #expect(point.exemplars.map(\.context?.spanID) == [current.spanID.value])
        #expect(peer.labels(returned).count == 1)
        #expect(peer.exporter.spans.first?.context.spanID == current.spanID)
    }

    @Test func whatIsNotSampledIsMeasured() {
        let peer = TracedPeer(sampler: .alwaysOff)
        let database = DatabaseTelemetry(system: "sqlite", namespace: "shop", meter: peer.meter, tracer: peer.tracer)
        database.run(DatabaseOperation("SELECT", collection: "orders"), rows: { _ in 1 }) { _ in }
        #expect(peer.exporter.spans.isEmpty)
        #expect(peer.labels(duration).count == 1)
        #expect(peer.labels(returned).count == 1)
    }

    @Test func connectionsAreCountedWhenSomebodyReads() throws {
        let peer = TracedPeer()
        let database = DatabaseTelemetry(system: "postgresql", meter: peer.meter, tracer: peer.tracer)
        let watch = database.watchConnections(of: "main") { (idle: 3, used: 5) }
        let metric = try #require(peer.reader.collect()["db.client.connection.count"])
        #expect(metric.unit == "{connection}")
        for (state, count) in [("idle", 3), ("used", 5)] {
            let labels: Attributes = [
                "db.client.connection.pool.name": "main", "db.client.connection.state": .string(state),
            ]
            #expect(metric[labels]?.int == count)
        }
        watch.cancel()
        #expect(peer.reader.collect()["db.client.connection.count"] == nil)
    }

    @Test func aPoolThatIsMadeAnewTakesThePlaceOfTheFormer() {
        let peer = TracedPeer()
        let pools = [("main", 1), ("other", 10), ("main", 100)]
        let watches = pools.map { pool, count in
            DatabaseTelemetry(system: "postgresql", meter: peer.meter, tracer: peer.tracer)
                .watchConnections(of: pool) { (idle: count, used: 2 * count) }
        }
        func count(_ pool: String, _ state: String) -> Int? {
            peer.reader.collect()["db.client.connection.count"]?[
                [
                    "db.client.connection.pool.name": .string(pool), "db.client.connection.state": .string(state),
                ]
            ]?.int
        }
        #expect(count("main", "idle") == 100)
        #expect(count("main", "used") == 200)
        #expect(count("other", "idle") == 10)
        // The former's is no longer anybody's.
        watches[0].cancel()
        #expect(count("main", "idle") == 100)
        watches[2].cancel()
        #expect(count("main", "idle") == nil)
        #expect(count("other", "used") == 20)
    }
}
