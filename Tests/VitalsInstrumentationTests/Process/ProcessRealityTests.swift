import CVitals
import Glibc
import Testing
import VitalsMetrics

@testable import VitalsInstrumentation

/// What is read of the process that runs the tests, beside which other tests run: hence the bounds.
struct ProcessRealityTests {
    private func read() -> ProcessReading {
        var reader = ProcessReader()
        return reader.read()
    }

    @Test func processorTimeIsThatOfTheKernelsOwnFile() throws {
        let before = try cpuTimeOfFile()
        let reading = read()
        let after = try cpuTimeOfFile()
        let (user, system) = try (#require(reading.user), #require(reading.system))
        // It counts whole ticks, and shares the sum out between the two once more.
        #expect((before - 0.05...after + 0.05).contains(user + system))
    }

    private func cpuTimeOfFile() throws -> Double {
        var buffer = FileBuffer()
        try #require(SystemFiles().read("/proc/self/stat", into: &buffer) == 0)
        let name = try #require(buffer.bytes.lastIndex(of: UInt8(ascii: ")")))
        let fields = buffer.bytes[name...].dropFirst()
        let (user, system) = try (#require(fields.word(11)?.number), #require(fields.word(12)?.number))
        return Double(user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    @Test func processorTimeGrowsWithWork() throws {
        let before = try #require(read().user)
        var number: UInt64 = 1
        let end = vitals_monotonic_nanoseconds() + 30_000_000_000
        while try #require(read().user) < before + 0.05, vitals_monotonic_nanoseconds() < end {
            for _ in 0..<1_000_000 { number = number &* 6_364_136_223_846_793_005 &+ 1 }
        }
        #expect(number != 0)
        #expect(try #require(read().user) >= before + 0.05)
    }

    /// Whether it holds at last: other tests take and give back as well.
    private func holds(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<50 {
            if try condition() { return true }
            vitals_sleep(20_000_000)
        }
        return false
    }

    @Test func memoryThatIsTouchedIsSeen() throws {
        let size = 64 << 20
        let isSeen = try holds {
            let before = try #require(read().resident)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 1)
            defer { memory.deallocate() }
            memset(memory, 1, size)
            let during = read()
            let (resident, virtual) = try (#require(during.resident), #require(during.virtual))
            return resident >= before + UInt64(size) && virtual >= resident
        }
        #expect(isSeen)
    }

    @Test func memoryOfMallocIsSeen() throws {
        let size = 64 << 20
        let isSeen = try holds {
            let before = try #require(read().heapUsed)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 1)
            defer { memory.deallocate() }
            let during = read()
            let (used, reserved) = try (#require(during.heapUsed), #require(during.heapReserved))
            return used >= before + UInt64(size) && reserved >= used
        }
        #expect(isSeen)
    }

    @Test func descriptorsThatAreOpenAreSeen() throws {
        let isSeen = try holds {
            let before = try #require(read().descriptors)
            let opened = (0..<100).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
            defer { opened.forEach { close($0) } }
            return try opened.allSatisfy { $0 >= 0 } && #require(read().descriptors) == before + 100
        }
        #expect(isSeen)
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(read().descriptorLimit == UInt64(limit.rlim_cur))
    }

    @Test func readingOpensNothingThatStaysOpen() throws {
        var reader = ProcessReader()
        _ = reader.read()
        // The number of the next descriptor is the lowest that is free; other tests open some for a moment.
        func next() -> Int32 {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            close(descriptor)
            return descriptor
        }
        let before = next()
        for _ in 0..<200 { _ = reader.read() }
        #expect(next() < before + 100)
    }

    @Test func threadsThatRunAreSeen() throws {
        let isSeen = try holds {
            let before = try #require(read().threads)
            let threads = Threads()
            defer { threads.end() }
            #expect(threads.start(5))
            return try #require(read().threads) == before + 5
        }
        #expect(isSeen)
    }

    /// Threads that wait for their end.
    private final class Threads: Sendable {
        private let hasEnded = Waitable(false)
        private let running = Waitable(0)

        /// Whether all of them run.
        func start(_ count: Int) -> Bool {
            for _ in 0..<count {
                let failure = vitals_thread_start(
                    { pointer in
                        let threads = Unmanaged<Threads>.fromOpaque(pointer).takeRetainedValue()
                        _ = threads.running.update { $0 += 1 }
                        _ = threads.hasEnded.wait(until: threads.deadline) { $0 }
                        _ = threads.running.update { $0 -= 1 }
                    }, Unmanaged.passRetained(self).toOpaque(), "test-threads")
                #expect(failure == 0)
            }
            return running.wait(until: deadline) { $0 == count }
        }

        func end() {
            _ = hasEnded.update { $0 = true }
            #expect(running.wait(until: deadline) { $0 == 0 })
        }

        private var deadline: UInt64 { vitals_monotonic_nanoseconds() + 60_000_000_000 }
    }

    @Test func theStartIsBeforeNowAndDoesNotMove() throws {
        var reader = ProcessReader()
        let first = reader.read()
        let now = Double(vitals_unix_nanoseconds()) / 1e9
        let (start, uptime) = try (#require(first.startTime), #require(first.uptime))
        #expect(abs(now - start - uptime) < 5)
        let second = reader.read()
        #expect(second.startTime == start)
        #expect(try #require(second.uptime) > uptime)
    }

    @Test func processorsAreThoseOfTheSystem() throws {
        let all = UInt64(clamping: sysconf(Int32(_SC_NPROCESSORS_CONF)))
        #expect((1...all).contains(try #require(read().processors)))
    }

    @Test func switchesAndFaultsAreCounted() throws {
        let reading = read()
        #expect(try #require(reading.voluntarySwitches) > 0)
        #expect(try #require(reading.minorFaults) > 0)
        #expect(reading.involuntarySwitches != nil)
        #expect(reading.majorFaults != nil)
    }
}
