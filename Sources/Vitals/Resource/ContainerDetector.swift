import VitalsMetrics

/// Whether the program is in a container, and in which.
struct ContainerDetector: Sendable {
    let files: SystemFiles

    var attributes: Attributes {
        var attributes: Attributes = [:]
        attributes["container.id"] = id.map { .string($0) }
        return attributes
    }

    /// Whether there is any sign of a container.
    var isContainer: Bool {
        id != nil || files.contains("/.dockerenv") || files.contains("/run/.containerenv")
    }

    private var id: String? { fromGroups ?? fromMounts }

    /// The group of the process, where the container does not hide it:
    /// `0::/system.slice/docker-<id>.scope`, `4:memory:/kubepods/pod<number>/<id>`.
    private var fromGroups: String? {
        for line in files.lines("/proc/self/cgroup") {
            // A container in a container: the innermost is last.
            for part in line.split(separator: "/").dropFirst().reversed() {
                var name = part
                if name.hasSuffix(".scope") { name = name.dropLast(6) }
                if let dash = name.lastIndex(of: "-") { name = name[name.index(after: dash)...] }
                if Self.isID(name) { return String(name) }
            }
        }
        return nil
    }

    /// What container engines mount over some files of /etc: `/var/lib/docker/containers/<id>/hostname`. Those of a
    /// sandbox, which several containers share, do not count.
    private var fromMounts: String? {
        for line in files.lines("/proc/self/mountinfo") {
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count > 4, ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"].contains(fields[4]) else {
                continue
            }
            let parts = fields[3].split(separator: "/")
            for (folder, name) in zip(parts, parts.dropFirst()) where folder.hasSuffix("containers") {
                if Self.isID(name) { return String(name) }
            }
        }
        return nil
    }

    private static func isID(_ text: Substring) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy(isDigit)
    }

    /// Whether a byte is a hexadecimal digit in lower case.
    static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
