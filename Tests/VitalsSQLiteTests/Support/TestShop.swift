import Glibc
import Synchronization
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@testable import VitalsSQLite

/// A database in a folder of its own, with telemetry of its own, which all go when the test is over.
final class TestShop {
    let reader = InMemoryReader()
    let exporter = InMemorySpanExporter()
    let folder: String
    let database: SQLiteDatabase
    private let provider = TracerProvider()

    var path: String { folder + "/shop.db" }

    init(recordsStatements: Bool = false, timeout: Duration = .seconds(5)) throws {
        var template = Array("/tmp/vitals-sqlite-XXXXXX".utf8CString)
        folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/nowhere"
        var configuration = TracingConfiguration()
        configuration.processors = [SimpleSpanProcessor(exporter)]
        provider.start(configuration)
        database = try SQLiteDatabase(
            folder + "/shop.db",
            telemetry: DatabaseTelemetry(
                system: "sqlite", namespace: "shop", recordsStatements: recordsStatements, meter: reader.meter(),
                tracer: provider.tracer("test")), timeout: timeout)
    }

    deinit {
        database.close()
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(folder + "/shop.db" + suffix) }
        rmdir(folder)
    }

    /// Another connection to the same database, whose statements are not looked at.
    func other(timeout: Duration = .zero) throws -> SQLiteDatabase {
        try SQLiteDatabase(path, telemetry: unseen, timeout: timeout)
    }
}

/// Telemetry that nobody reads.
let unseen = DatabaseTelemetry(
    system: "sqlite", meter: Registry().meter("unseen"), tracer: TracerProvider().tracer("unseen"))

/// What `body` complains about; nil if nothing.
func complaint<Result>(_ body: () throws -> Result) -> SQLiteError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? SQLiteError
    }
}
