import Glibc
import Synchronization
import Testing
import VitalsMetrics

@testable import VitalsInstrumentation

struct ProcessReaderTests {
    private static let statistics = "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 7 0 4200 23 24 25\n"
    private static let files = [
        "/proc/self/stat": statistics, "/proc/self/statm": "300 20 10 1 0 50 0\n",
        "/proc/self/io": "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\nwrite_bytes: 8192\n",
        "/proc/self/fd/70001": "",
    ]

    private func reader(_ root: MadeUpRoot, now: Double = 100) -> ProcessReader {
        var reader = ProcessReader(files: root.files)
        reader.clock = { (now, 1_700_000_000) }
        return reader
    }

    @Test func filesAreReadInFull() throws {
        let root = try MadeUpRoot(Self.files)
        var reader = reader(root)
        let reading = reader.read()
        let page = UInt64(sysconf(Int32(_SC_PAGESIZE)))
        #expect((reading.virtual, reading.resident) == (300 * page, 20 * page))
        #expect((reading.bytesRead, reading.bytesWritten) == (4096, 8192))
        #expect((reading.threads, reading.descriptors) == (7, 1))
        let age = 100 - 4200 / Double(sysconf(Int32(_SC_CLK_TCK)))
        #expect((reading.uptime, reading.startTime) == (age, 1_700_000_000 - age))
        #expect(reading.container == ContainerReading())
    }

    @Test(arguments: [
        "", "garbage", ")", "1", "-1 -1", "99999999999999999999 99999999999999999999", "read_bytes: x", "\0\n\0",
    ])
    func garbageHasNoValue(text: String) throws {
        let root = try MadeUpRoot(["/proc/self/stat": text, "/proc/self/statm": text, "/proc/self/io": text])
        expectNothing(try readTwice(root))
    }

    @Test func whatIsNotThereHasNoValue() throws {
        expectNothing(try readTwice(MadeUpRoot()))
    }

    private func readTwice(_ root: MadeUpRoot) throws -> ProcessReading {
        var reader = reader(root)
        _ = reader.read()
        return reader.read()
    }

    private func expectNothing(_ reading: ProcessReading) {
        let found: [Any?] = [
            reading.resident, reading.virtual, reading.bytesRead, reading.bytesWritten, reading.threads,
            reading.descriptors, reading.startTime, reading.uptime,
        ]
        #expect(found.allSatisfy { $0 == nil })
        #expect(reading.container == ContainerReading())
    }

    @Test func pagesBeyondAllBytesAreClamped() throws {
        let root = try MadeUpRoot(["/proc/self/statm": "18446744073709551615 1\n"])
        var reader = reader(root)
        #expect(reader.read().virtual == .max)
    }

    @Test func aProcessFromTheFutureHasNoAge() throws {
        let root = try MadeUpRoot(Self.files)
        var reader = reader(root, now: 1)
        let reading = reader.read()
        #expect((reading.uptime, reading.startTime) == (nil, nil))
        #expect(reading.threads == 7)
    }

    @Test func theStartStaysWhenTheClockIsSetUnlessItIsAnotherProcess() throws {
        let root = try MadeUpRoot(Self.files)
        let unix = Locked(1_700_000_000.0)
        var reader = reader(root)
        reader.clock = { (100, unix.withLock(\.self)) }
        let start = try #require(reader.read().startTime)
        unix.withLock { $0 += 3600 }
        #expect(reader.read().startTime == start)
        try root.write("/proc/self/stat", Array(Self.statistics.replacing(" 4200 ", with: " 5200 ").utf8))
        #expect(reader.read().startTime == start + 3600 + 1000 / Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    @Test func theStartIsKnownWhenItCannotBeReadAnyMore() throws {
        let root = try MadeUpRoot(Self.files)
        let now = Locked(100.0)
        var reader = reader(root)
        reader.clock = { (now.withLock(\.self), 1_700_000_000) }
        let first = reader.read()
        let (start, uptime) = try (#require(first.startTime), #require(first.uptime))
        try root.remove("/proc/self/stat")
        now.withLock { $0 += 30 }
        let second = reader.read()
        #expect(second.threads == nil)
        #expect((second.startTime, second.uptime) == (start, uptime + 30))
    }

    @Test func aFileLongerThanTheBufferIsReadInFull() throws {
        let root = try MadeUpRoot([
            "/proc/self/io": String(repeating: "x: 1\n", count: 3000) + Self.files["/proc/self/io"]!
        ])
        var reader = reader(root)
        #expect(reader.read().bytesWritten == 8192)
    }
}
