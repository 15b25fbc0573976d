/// What was found out about the process. What could not be read is nil.
struct ProcessReading: Equatable {
    /// Seconds of processor time.
    var user: Double?
    var system: Double?
    /// Bytes in memory, and of the address space.
    var resident: UInt64?
    var virtual: UInt64?
    /// Bytes that storage read and wrote.
    var bytesRead: UInt64?
    var bytesWritten: UInt64?
    var threads: UInt64?
    var descriptors: UInt64?
    var descriptorLimit: UInt64?
    var voluntarySwitches: UInt64?
    var involuntarySwitches: UInt64?
    var minorFaults: UInt64?
    var majorFaults: UInt64?
    /// Unix time and age, in seconds.
    var startTime: Double?
    var uptime: Double?
    /// Bytes that malloc handed out, and those that it has of the system.
    var heapUsed: UInt64?
    var heapReserved: UInt64?
    /// How many it may run on.
    var processors: UInt64?
    var container = ContainerReading()
}
