import VitalsMetrics

/// What can be found out about the operating system.
struct SystemDetector: Sendable {
    let files: SystemFiles

    var attributes: Attributes {
        let release = release
        var attributes: Attributes = ["os.type": "linux"]
        attributes["os.name"] = release["NAME"].map { .string($0) }
        attributes["os.version"] = release["VERSION_ID"].map { .string($0) }
        attributes["os.description"] = release["PRETTY_NAME"].map { .string($0) }
        let build = release["BUILD_ID"] ?? files.line("/proc/sys/kernel/osrelease")
        attributes["os.build_id"] = build.map { .string($0) }
        return attributes
    }

    /// The entries that are not empty.
    private var release: [String: String] {
        let first = files.lines("/etc/os-release")
        var entries: [String: String] = [:]
        for line in first.isEmpty ? files.lines("/usr/lib/os-release") : first {
            guard !line.hasPrefix("#"), let sign = line.firstIndex(of: "=") else { continue }
            let value = Self.unquoted(line[line.index(after: sign)...])
            if !value.isEmpty { entries[String(line[..<sign])] = value }
        }
        return entries
    }

    /// A value as a shell reads it.
    private static func unquoted(_ text: Substring) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote else {
            return String(text)
        }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if quote == "\"", !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                value.append(character)
                isEscaped = false
            }
        }
        return value
    }
}
