import CVitals
import Glibc
import VitalsMetrics

/// Reads what the system says about the process.
struct ProcessReader {
    let files: SystemFiles
    /// Seconds since the system began, and unix time.
    var clock: @Sendable () -> (system: Double, unix: Double) = {
        var now = timespec()
        guard clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return (-1, 0) }
        return (Double(now.tv_sec) + Double(now.tv_nsec) / 1e9, Double(vitals_unix_nanoseconds()) / 1e9)
    }

    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private let bytesPerPage = UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
    private var buffer = FileBuffer()
    private var descriptors: DescriptorCounter
    private var heap = HeapReader()
    private var container: ContainerReader
    private var process = getpid()
    /// By the tick in which the process began: the time is not to move when somebody sets the clock.
    private var start: (tick: UInt64, time: Double)?
    /// What was complained of.
    private var complaints: Set<String> = []

    init(files: SystemFiles = SystemFiles()) {
        self.files = files
        descriptors = DescriptorCounter(files: files)
        container = ContainerReader(files: files)
    }

    mutating func read() -> ProcessReading {
        if process != getpid() { becomeChild() }
        var reading = ProcessReading()
        readUsage(&reading)
        readStatistics(&reading)
        readMemory(&reading)
        readDisk(&reading)
        reading.descriptors = descriptors.count()
        if reading.descriptors == nil { complain("/proc/self/fd", "cannot be counted") }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max {
            reading.descriptorLimit = UInt64(limit.rlim_cur)
        }
        if let heap = heap.read() { (reading.heapUsed, reading.heapReserved) = (heap.used, heap.reserved) }
        let processors = vitals_processors()
        if processors > 0 { reading.processors = UInt64(processors) }
        reading.container = container.read(&buffer)
        return reading
    }

    /// What was remembered is the parent's.
    private mutating func becomeChild() {
        let (files, clock) = (files, clock)
        self = ProcessReader(files: files)
        self.clock = clock
    }

    /// Not of `/proc/self/stat`, which counts in ticks, nor of `/proc/self/status`, whose switches are those of one thread.
    private func readUsage(_ reading: inout ProcessReading) {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return }
        reading.user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
        reading.system = Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6
        reading.voluntarySwitches = UInt64(clamping: usage.ru_nvcsw)
        reading.involuntarySwitches = UInt64(clamping: usage.ru_nivcsw)
        reading.minorFaults = UInt64(clamping: usage.ru_minflt)
        reading.majorFaults = UInt64(clamping: usage.ru_majflt)
    }

    private mutating func readStatistics(_ reading: inout ProcessReading) {
        let statistics = statistics()
        reading.threads = statistics?.threads
        // It began when it began, also when no descriptor is left to read it again.
        guard let tick = statistics?.start ?? start?.tick else { return }
        let (now, unix) = clock()
        let age = now - Double(tick) / ticksPerSecond
        // Less than nothing where a sandbox makes up one of the two.
        guard ticksPerSecond > 0, age >= 0 else { return }
        reading.uptime = age
        if start?.tick != tick {
            start = (tick, ((unix - age) * ticksPerSecond).rounded() / ticksPerSecond)
        }
        reading.startTime = start?.time
    }

    private mutating func statistics() -> ProcessStatistics? {
        guard let text = text("/proc/self/stat") else { return nil }
        let statistics = ProcessStatistics(text)
        if statistics == nil { complainOfText("/proc/self/stat") }
        return statistics
    }

    /// Not of `/proc/self/stat`, which may lag behind by some pages for each processor.
    private mutating func readMemory(_ reading: inout ProcessReading) {
        guard let text = text("/proc/self/statm") else { return }
        guard let virtual = text.word(0)?.number, let resident = text.word(1)?.number else {
            return complainOfText("/proc/self/statm")
        }
        reading.virtual = bytes(pages: virtual)
        reading.resident = bytes(pages: resident)
    }

    private func bytes(pages: UInt64) -> UInt64 {
        let (bytes, isBeyond) = pages.multipliedReportingOverflow(by: bytesPerPage)
        return isBeyond ? .max : bytes
    }

    private mutating func readDisk(_ reading: inout ProcessReading) {
        guard let text = text("/proc/self/io") else { return }
        reading.bytesRead = text.number(of: "read_bytes")
        reading.bytesWritten = text.number(of: "write_bytes")
        if reading.bytesRead == nil || reading.bytesWritten == nil { complainOfText("/proc/self/io") }
    }

    private mutating func text(_ path: String) -> SystemText? {
        let failure = files.read(path, into: &buffer)
        guard failure != 0 else { return buffer.bytes }
        complain(path, "cannot be read (\(String(cString: strerror(failure))))")
        return nil
    }

    private mutating func complainOfText(_ path: String) {
        complain(path, "lacks what was looked for in it")
    }

    private mutating func complain(_ path: String, _ trouble: String) {
        guard complaints.insert(path).inserted else { return }
        Diagnostics.log(.info, "\(files.root)\(path) \(trouble): metrics of the process that come from it are absent")
    }
}
