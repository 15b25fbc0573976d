import Testing

@testable import VitalsInstrumentation

struct ContainerReaderTests {
    private static let unified = [
        "/proc/self/cgroup": "0::/pod/shop\n",
        "/proc/self/mountinfo": "31 23 0:28 / /groups rw - cgroup2 cgroup2 rw\n",
        "/groups/pod/shop/cgroup.events": "populated 1\n",
    ]
    private static let first = [
        "/proc/self/cgroup": "5:cpu,cpuacct:/shop\n4:memory:/shop\n",
        "/proc/self/mountinfo":
            "31 23 0:28 / /cpu rw - cgroup x rw,cpu,cpuacct\n32 23 0:29 / /memory rw - cgroup x rw,memory\n",
    ]

    private func read(_ files: [String: String], in version: [String: String] = unified) throws -> ContainerReading {
        let root = try MadeUpRoot(version.merging(files) { $1 })
        var reader = ContainerReader(files: root.files)
        var buffer = FileBuffer()
        return reader.read(&buffer)
    }

    @Test func versionTwoIsReadInFull() throws {
        let reading = try read([
            "/groups/pod/shop/memory.current": "3000\n", "/groups/pod/shop/memory.max": "4096\n",
            "/groups/pod/shop/cpu.max": "150000 100000\n",
            "/groups/pod/shop/cpu.stat":
                "usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\nnr_periods 40\nnr_throttled 4\nthrottled_usec 250000\n",
            "/groups/pod/shop/cpu.pressure": "some avg10=0 avg60=0 avg300=0 total=1000000\nfull avg10=0 total=500000\n",
            "/groups/pod/shop/memory.pressure": "some total=2000000\nfull total=1000000\n",
            "/groups/pod/shop/io.pressure": "some total=4000000\nfull total=3000000\n",
        ])
        var expected = ContainerReading(
            memoryUsage: 3000, memoryLimit: 4096, user: 3, system: 2, processorLimit: 1.5, periods: 40,
            throttledPeriods: 4, throttledTime: 0.25)
        (expected.processorPressure.some, expected.processorPressure.full) = (1, 0.5)
        (expected.memoryPressure.some, expected.memoryPressure.full) = (2, 1)
        (expected.diskPressure.some, expected.diskPressure.full) = (4, 3)
        #expect(reading == expected)
    }

    @Test func versionOneIsReadWithoutPressure() throws {
        let reading = try read(
            [
                "/memory/shop/memory.usage_in_bytes": "3000\n", "/memory/shop/memory.limit_in_bytes": "4096\n",
                "/cpu/shop/cpu.cfs_quota_us": "50000\n", "/cpu/shop/cpu.cfs_period_us": "100000\n",
                "/cpu/shop/cpu.stat": "nr_periods 40\nnr_throttled 4\nthrottled_time 250000000\n",
                "/cpu/shop/cpuacct.usage_user": "3000000000\n", "/cpu/shop/cpuacct.usage_sys": "2000000000\n",
            ], in: Self.first)
        #expect(
            reading
                == ContainerReading(
                    memoryUsage: 3000, memoryLimit: 4096, user: 3, system: 2, processorLimit: 0.5, periods: 40,
                    throttledPeriods: 4, throttledTime: 0.25))
    }

    @Test func theSmallestLimitOfAllGroupsAboveCounts() throws {
        let reading = try read([
            "/groups/pod/shop/memory.max": "max\n", "/groups/pod/memory.max": "4096\n", "/groups/memory.max": "8192\n",
            "/groups/pod/shop/cpu.max": "400000 100000\n", "/groups/pod/cpu.max": "max 100000\n",
            "/groups/cpu.max": "200000 100000\n",
        ])
        #expect(reading == ContainerReading(memoryLimit: 4096, processorLimit: 2))
    }

    @Test(arguments: [
        "/groups/pod/shop/memory.max": "max\n", "/groups/pod/shop/cpu.max": "max 100000\n",
    ])
    func noLimitHasNoValue(path: String, text: String) throws {
        #expect(try read([path: text]) == ContainerReading())
    }

    @Test(arguments: [("-1\n", "100000\n"), ("50000\n", "0\n"), ("0\n", "100000\n"), ("x", "y"), ("", "")])
    func noLimitOfVersionOneHasNoValue(quota: String, period: String) throws {
        let reading = try read(
            [
                "/memory/shop/memory.limit_in_bytes": "9223372036854771712\n",
                "/memory/memory.limit_in_bytes": "9223372036854710272\n",
                "/cpu/shop/cpu.cfs_quota_us": quota, "/cpu/shop/cpu.cfs_period_us": period,
            ], in: Self.first)
        #expect(reading == ContainerReading())
    }

    @Test(arguments: [
        "", "\n", "garbage", "max max max", "-1 -1", "99999999999999999999 1", "1 99999999999999999999", "\0",
    ])
    func garbageHasNoValue(text: String) throws {
        let names = [
            "memory.current", "memory.max", "cpu.max", "cpu.stat", "cpu.pressure", "memory.pressure", "io.pressure",
        ]
        let files = names.map { ("/groups/pod/shop/\($0)", text) }
        #expect(try read(Dictionary(uniqueKeysWithValues: files)) == ContainerReading())
    }

    @Test func whereThereAreNoGroupsThereIsNothing() throws {
        #expect(try read([:], in: [:]) == ContainerReading())
        #expect(try read(["/proc/self/cgroup": "0::/\n"], in: [:]) == ContainerReading())
    }

    @Test func aProcessThatIsMovedIsFound() throws {
        let root = try MadeUpRoot(
            Self.unified.merging([
                "/groups/pod/shop/memory.current": "1\n", "/groups/other/memory.current": "2\n",
                "/groups/other/cgroup.events": "populated 1\n",
            ]) { $1 })
        var reader = ContainerReader(files: root.files)
        var buffer = FileBuffer()
        #expect(reader.read(&buffer).memoryUsage == 1)
        try root.write("/proc/self/cgroup", Array("0::/other\n".utf8))
        #expect(reader.read(&buffer).memoryUsage == 2)
        try root.remove("/proc/self/cgroup")
        #expect(reader.read(&buffer) == ContainerReading())
        try root.write("/proc/self/cgroup", Array("0::/other\n".utf8))
        #expect(reader.read(&buffer).memoryUsage == 2)
    }
}
