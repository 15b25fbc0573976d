import Foundation
import Synchronization
import Testing
import VitalsMetrics

@testable import Vitals

/// Writing where others write too, and where perhaps nobody reads.
@Suite struct ConsoleOutputTests {
    private static let second: UInt64 = 1_000_000_000

    private func soon(_ seconds: Double) -> UInt64 {
        now() + UInt64(seconds * 1e9)
    }

    private func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * Self.second + UInt64(time.tv_nsec)
    }

    /// Two descriptors: one to read from, one to write to.
    private func pair(socket: Bool) throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        let result = socket ? socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) : pipe(&ends)
        try #require(result == 0)
        return (ends[0], ends[1])
    }

    @Test(arguments: [false, true]) func everythingArrivesInOrder(socket: Bool) throws {
        let ends = try pair(socket: socket)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let received = Locked<[UInt8]>([])
        let thread = Thread {
            let all = (try? FileHandle(fileDescriptor: ends.reading).readToEnd()) ?? nil
            received.withLock { $0 = Array(all ?? Data()) }
            close(ends.reading)
        }
        thread.start()
        let end = soon(20)
        #expect(ConsoleOutput(descriptor: ends.writing).write(bytes) { end } == nil)
        close(ends.writing)
        while !thread.isFinished, now() < end { usleep(1000) }
        #expect(received.withLock { $0 } == bytes)
    }

    @Test(arguments: [false, true]) func whereNobodyReadsItEndsAtTheDeadline(socket: Bool) throws {
        let ends = try pair(socket: socket)
        defer { for end in [ends.reading, ends.writing] { close(end) } }
        let bytes = [UInt8](repeating: 1, count: 1 << 22)
        let began = now()
        let end = soon(0.2)
        #expect(ConsoleOutput(descriptor: ends.writing).write(bytes) { end } == "nobody reads it in time")
        let took = now() - began
        #expect(took >= 200_000_000 && took < 5 * Self.second)
        // What others print there waits as it did before.
        #expect(fcntl(ends.writing, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test func aDeadlineThatMovesIsHeeded() throws {
        let ends = try pair(socket: false)
        defer { for end in [ends.reading, ends.writing] { close(end) } }
        let deadline = Atomic(soon(60))
        let began = now()
        let asked = Atomic(0)
        let problem = ConsoleOutput(descriptor: ends.writing).write([UInt8](repeating: 1, count: 1 << 22)) {
            if asked.add(1, ordering: .relaxed).newValue == 3 { deadline.store(0, ordering: .relaxed) }
            return deadline.load(ordering: .relaxed)
        }
        #expect(problem == "nobody reads it in time")
        #expect(now() - began < 10 * Self.second)
    }

    @Test(arguments: [false, true]) func aReaderWhoIsGoneKillsNobody(socket: Bool) async {
        // In a process of its own, where the signal would do what it does by default.
        await #expect(processExitsWith: .success) { [socket] in
            signal(SIGPIPE, SIG_DFL)
            var ends: [Int32] = [0, 0]
            let result = socket ? socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) : pipe(&ends)
            try #require(result == 0)
            close(ends[0])
            for _ in 0..<3 {
                #expect(ConsoleOutput(descriptor: ends[1]).write([1, 2, 3]) { .max } == "Broken pipe")
            }
            // The signal is neither blocked nor pending afterwards.
            var signals = sigset_t()
            sigpending(&signals)
            #expect(sigismember(&signals, SIGPIPE) == 0)
            pthread_sigmask(SIG_BLOCK, nil, &signals)
            #expect(sigismember(&signals, SIGPIPE) == 0)
        }
    }

    @Test func aDescriptorThatIsClosedIsAnErrorAndLoggedOnce() async {
        await #expect(processExitsWith: .success) {
            let told = Locked<[String]>([])
            Diagnostics.handle { level, message in told.withLock { $0.append("\(level.rawValue): \(message)") } }
            let registry = Registry()
            registry.meter("shop").counter("orders").add(1)
            let exporter = ConsoleExporter(descriptor: 977)
            let reader = MetricReader(registry)
            for _ in 0..<3 { #expect(!exporter.export(reader, until: .max)) }
            #expect(exporter.failureCount == 3)
            #expect(
                told.withLock { $0 } == [
                    "error: metrics cannot be shown on the console: Bad file descriptor; it is tried again"
                ])
        }
    }

    @Test func aFileIsWritten() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vitals-\(UUID().uuidString)").path()
        let descriptor = open(path, O_CREAT | O_RDWR | O_APPEND, 0o600)
        defer {
            close(descriptor)
            unlink(path)
        }
        for part in ["one\n", "two\n"] {
            #expect(ConsoleOutput(descriptor: descriptor).write(Array(part.utf8)) { .max } == nil)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\n")
    }
}
