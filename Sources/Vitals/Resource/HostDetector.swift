import VitalsMetrics

/// What can be found out about the machine.
struct HostDetector: Sendable {
    let files: SystemFiles

    var attributes: Attributes {
        var attributes: Attributes = [:]
        attributes["host.name"] = files.line("/proc/sys/kernel/hostname").map { .string($0) }
        attributes["host.arch"] = Self.architecture.map { .string($0) }
        attributes["host.id"] = machine.map { .string($0) }
        return attributes
    }

    /// The number of the machine. That in a container is the image's, which many machines share.
    private var machine: String? {
        guard !ContainerDetector(files: files).isContainer else { return nil }
        for path in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
            guard let line = files.line(path), line.utf8.count == 32, line.utf8.allSatisfy(ContainerDetector.isDigit)
            else { continue }
            return line
        }
        return nil
    }

    /// By the names of the semantic conventions.
    private static var architecture: String? {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #elseif arch(arm)
            "arm32"
        #elseif arch(i386)
            "x86"
        #elseif arch(powerpc64) || arch(powerpc64le)
            "ppc64"
        #elseif arch(s390x)
            "s390x"
        #else
            nil
        #endif
    }
}
