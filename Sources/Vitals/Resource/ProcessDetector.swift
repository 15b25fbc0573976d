import Glibc
import VitalsMetrics

/// What can be found out about the process. Arguments beyond the first are left out: they may be secret.
struct ProcessDetector: Sendable {
    let files: SystemFiles
    var process = Int(getpid())
    var user = Int(geteuid())
    var ticksPerSecond = sysconf(Int32(_SC_CLK_TCK))

    var attributes: Attributes {
        var attributes: Attributes = [
            "process.pid": .int(process),
            "process.runtime.name": "swift",
            "process.runtime.version": .string(SwiftRuntime.version),
            "process.runtime.description": .string("Swift \(SwiftRuntime.version)"),
        ]
        attributes["process.executable.path"] = executable.map { .string($0) }
        attributes["process.executable.name"] = executableName.map { .string($0) }
        attributes["process.command"] = command.map { .string($0) }
        attributes["process.owner"] = owner.map { .string($0) }
        attributes["process.creation.time"] = began.map { .string($0) }
        return attributes
    }

    /// The path of the program.
    var executable: String? {
        guard let target = files.target("/proc/self/exe") else { return nil }
        // So the system marks a program whose file was replaced since, as updates do.
        let mark = " (deleted)"
        return target.hasSuffix(mark) ? String(target.dropLast(mark.count)) : target
    }

    /// The last part of the program's path.
    var executableName: String? {
        executable?.split(separator: "/").last.map(String.init)
    }

    private var command: String? {
        guard let line = files.text("/proc/self/cmdline") else { return nil }
        let first = line.unicodeScalars.prefix { $0 != "\0" }
        return first.isEmpty ? nil : String(String.UnicodeScalarView(first))
    }

    /// Not asked of the system's directory of users, which may be far away.
    private var owner: String? {
        for line in files.lines("/etc/passwd") {
            let fields = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            if fields.count > 3, Int(fields[2]) == user, !fields[0].isEmpty { return String(fields[0]) }
        }
        return nil
    }

    private var began: String? {
        // The name of the program, in parentheses, may itself have blanks and parentheses.
        guard let statistics = files.text("/proc/self/stat"), let name = statistics.lastIndex(of: ")") else {
            return nil
        }
        let fields = statistics[statistics.index(after: name)...].split(separator: " ")
        let boot = files.lines("/proc/stat").first { $0.hasPrefix("btime ") }?.dropFirst(6)
        guard fields.count > 19, let ticks = Int(fields[19]), ticks >= 0, ticksPerSecond > 0,
            let boot, let seconds = Int(boot), seconds >= 0
        else { return nil }
        let (time, isBeyond) = seconds.addingReportingOverflow(ticks / ticksPerSecond)
        return isBeyond ? nil : Timestamp.text(seconds: time)
    }
}
