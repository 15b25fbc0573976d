/// What was found out about the container, which is the control group of the process. What could not be read is nil, and
/// so is a limit that there is not.
struct ContainerReading: Equatable {
    /// Bytes, with those of files that are kept in memory.
    var memoryUsage: UInt64?
    var memoryLimit: UInt64?
    /// Seconds of processor time.
    var user: Double?
    var system: Double?
    /// Processors.
    var processorLimit: Double?
    /// Periods of the limit, and those in which the group was stopped because it had used up its share.
    var periods: UInt64?
    var throttledPeriods: UInt64?
    /// How long it was stopped, in seconds, as a sum over processors.
    var throttledTime: Double?
    var processorPressure = Pressure()
    var memoryPressure = Pressure()
    var diskPressure = Pressure()
}

/// Reads what the control groups of the process say.
struct ContainerReader {
    let files: SystemFiles
    /// The groups, and by which text they were found: a process may be moved.
    private var groups = ControlGroups()
    private var memberships: [UInt8] = []

    init(files: SystemFiles) {
        self.files = files
    }

    mutating func read(_ buffer: inout FileBuffer) -> ContainerReading {
        find(&buffer)
        var reading = ContainerReading()
        if let group = groups.memory { readMemory(of: group, &reading, &buffer) }
        if let group = groups.processor { readProcessor(of: group, &reading, &buffer) }
        if let group = groups.accounting { readAccounting(of: group, &reading, &buffer) }
        if let group = groups.pressure {
            reading.processorPressure = pressure(group.folder + "/cpu.pressure", &buffer)
            reading.memoryPressure = pressure(group.folder + "/memory.pressure", &buffer)
            reading.diskPressure = pressure(group.folder + "/io.pressure", &buffer)
        }
        return reading
    }

    /// Looks the groups up, unless the process is still where it was.
    private mutating func find(_ buffer: inout FileBuffer) {
        let isRead = files.read("/proc/self/cgroup", into: &buffer) == 0
        if isRead, buffer.bytes.elementsEqual(memberships) { return }
        (groups, memberships) = (ControlGroups(), [])
        // A buffer of its own: there may be thousands of mounts.
        var mounts = FileBuffer()
        // The next collection tries again: all descriptors may be in use for a while.
        guard isRead, files.read("/proc/self/mountinfo", into: &mounts) == 0 else { return }
        memberships = Array(buffer.bytes)
        groups = ControlGroups(memberships: buffer.bytes, mounts: mounts.bytes, files: files)
    }

    private func readMemory(of group: ControlGroup, _ reading: inout ContainerReading, _ buffer: inout FileBuffer) {
        let names =
            group.isUnified
            ? (usage: "/memory.current", limit: "/memory.max")
            : (usage: "/memory.usage_in_bytes", limit: "/memory.limit_in_bytes")
        reading.memoryUsage = number(group.folder + names.usage, &buffer)
        for folder in group.folders {
            // Version 1 says that there is no limit with the largest multiple of its page size.
            guard let limit = number(folder + names.limit, &buffer), limit < 1 << 62 else { continue }
            reading.memoryLimit = min(limit, reading.memoryLimit ?? limit)
        }
    }

    private func readProcessor(of group: ControlGroup, _ reading: inout ContainerReading, _ buffer: inout FileBuffer) {
        if files.read(group.folder + "/cpu.stat", into: &buffer) == 0 {
            reading.periods = buffer.bytes.number(of: "nr_periods")
            reading.throttledPeriods = buffer.bytes.number(of: "nr_throttled")
            reading.throttledTime =
                group.isUnified
                ? buffer.bytes.number(of: "throttled_usec").map { Double($0) / 1e6 }
                : buffer.bytes.number(of: "throttled_time").map { Double($0) / 1e9 }
            if group.isUnified {
                reading.user = buffer.bytes.number(of: "user_usec").map { Double($0) / 1e6 }
                reading.system = buffer.bytes.number(of: "system_usec").map { Double($0) / 1e6 }
            }
        }
        for folder in group.folders {
            let (quota, period) =
                group.isUnified
                ? quota(folder + "/cpu.max", &buffer)
                : (number(folder + "/cpu.cfs_quota_us", &buffer), number(folder + "/cpu.cfs_period_us", &buffer))
            guard let quota, let period, quota > 0, period > 0 else { continue }
            let limit = Double(quota) / Double(period)
            reading.processorLimit = min(limit, reading.processorLimit ?? limit)
        }
    }

    /// Version 1 has groups of their own for it; `cpu.stat` of version 2 says it.
    private func readAccounting(of group: ControlGroup, _ reading: inout ContainerReading, _ buffer: inout FileBuffer) {
        guard !group.isUnified else { return }
        reading.user = number(group.folder + "/cpuacct.usage_user", &buffer).map { Double($0) / 1e9 }
        reading.system = number(group.folder + "/cpuacct.usage_sys", &buffer).map { Double($0) / 1e9 }
    }

    private func number(_ path: String, _ buffer: inout FileBuffer) -> UInt64? {
        files.read(path, into: &buffer) == 0 ? buffer.bytes.onlyNumber : nil
    }

    /// Microseconds of processor time within a period: `50000 100000`, or `max 100000`.
    private func quota(_ path: String, _ buffer: inout FileBuffer) -> (UInt64?, UInt64?) {
        guard files.read(path, into: &buffer) == 0 else { return (nil, nil) }
        return (buffer.bytes.word(0)?.number, buffer.bytes.word(1)?.number)
    }

    private func pressure(_ path: String, _ buffer: inout FileBuffer) -> Pressure {
        files.read(path, into: &buffer) == 0 ? Pressure(buffer.bytes) : Pressure()
    }
}
