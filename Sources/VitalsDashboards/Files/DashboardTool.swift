import Glibc

/// A program that writes dashboards into files: `exit(DashboardTool(dashboards, catalogue).run(CommandLine.arguments))`.
public struct DashboardTool: Sendable {
    private let dashboards: [Dashboard]
    private let catalogue: Catalogue

    /// A program for these dashboards.
    ///
    /// - Parameter catalogue: What `--list` shows.
    public init(_ dashboards: [Dashboard], _ catalogue: Catalogue) {
        self.dashboards = dashboards
        self.catalogue = catalogue
    }

    /// Does what the arguments of the program say.
    ///
    /// - Returns: The exit code: 0; 1 if a file could not be written or is another one than `--check` expects; 64 if the
    ///   arguments are wrong.
    public func run(_ arguments: [String]) -> Int32 {
        var arguments = arguments.dropFirst()
        let option = arguments.first.flatMap { $0.hasPrefix("-") ? $0 : nil }
        if option != nil { arguments.removeFirst() }
        let folder = arguments.popFirst() ?? "dashboards"
        guard arguments.isEmpty else {
            return complain("one folder is enough: \"\(arguments.joined(separator: " "))\"", 64)
        }
        switch option {
        case nil: return forEachFile(in: folder, write)
        case "--check": return forEachFile(in: folder, check)
        case "--list":
            print(catalogue.listing, terminator: "")
            return 0
        case "--help":
            print(Self.help, terminator: "")
            return 0
        case .some(let unknown): return complain("there is no option \"\(unknown)\"\n\(Self.help)", 64)
        }
    }

    private static let help = """
        usage: [--check] [FOLDER]   write the dashboards into a folder (dashboards), or check that they lie there unchanged
               --list               print the instruments that there are: name, kind, unit, name in Prometheus
               --help               print this

        """

    private func forEachFile(in folder: String, _ body: (_ path: String, _ text: String) -> String?) -> Int32 {
        for dashboard in dashboards {
            if let problem = problem(with: dashboard) { return complain(problem, 1) }
        }
        var code: Int32 = 0
        for dashboard in dashboards {
            let path = "\(folder)/\(dashboard.fileName)"
            if let problem = body(path, dashboard.json) { code = complain("\(path): \(problem)", 1) }
        }
        return code
    }

    /// Grafana refuses what is too long or has other letters, and of two with one name it shows one.
    private func problem(with dashboard: Dashboard) -> String? {
        let uid = dashboard.uid
        let isLegal = uid.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        if !isLegal || uid.utf8.count > 40 {
            return "\"\(uid)\" cannot be a uid: at most 40 of the letters a to z, digits and -"
        }
        return dashboards.filter { $0.uid == uid }.count > 1 ? "there are two dashboards \"\(uid)\"" : nil
    }

    private func write(_ path: String, _ text: String) -> String? {
        guard let file = fopen(path, "w") else { return "cannot be written: \(Self.reason)" }
        let written = text.utf8CString.withUnsafeBufferPointer { fwrite($0.baseAddress, 1, $0.count - 1, file) }
        guard fclose(file) == 0, written == text.utf8.count else { return "cannot be written: \(Self.reason)" }
        return nil
    }

    private func check(_ path: String, _ text: String) -> String? {
        guard let file = fopen(path, "r") else { return "cannot be read: \(Self.reason)" }
        defer { fclose(file) }
        // One byte more than expected, so that what goes on is seen.
        var bytes = [UInt8](repeating: 0, count: text.utf8.count + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        return text.utf8.elementsEqual(bytes.prefix(count))
            ? nil : "is not what would be written now: write the dashboards again, without --check"
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private func complain(_ problem: String, _ code: Int32) -> Int32 {
        let line = Array("\(problem)\n".utf8)
        // Whoever closed it does not want to know.
        _ = Glibc.write(STDERR_FILENO, line, line.count)
        return code
    }
}
