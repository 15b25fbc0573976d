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
        let options = arguments.dropFirst().filter { $0.hasPrefix("-") }
        let folders = arguments.dropFirst().filter { !$0.hasPrefix("-") }
        let folder = folders.first ?? "dashboards"
        let takesFolder = options.isEmpty || options == ["--check"]
        if options.count > 1 || folders.count > (takesFolder ? 1 : 0) || folder.isEmpty {
            let words = arguments.dropFirst().map { "\"\($0)\"" }.joined(separator: " ")
            return complain("these arguments do not go together: \(words)\n\(Self.help)", 64)
        }
        switch options.first {
        case nil:
            // That it is there already is as good.
            _ = mkdir(folder, 0o777)
            return forEachFile(in: folder, write)
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
            if let problem = dashboard.problem ?? clash(dashboard) { return complain(problem, 1) }
        }
        var code: Int32 = 0
        for dashboard in dashboards {
            let path = "\(folder)/\(dashboard.fileName)"
            if let problem = body(path, dashboard.json) { code = complain("\(path): \(problem)", 1) }
        }
        return code
    }

    /// Of two with one uid Grafana shows one, and of two with one name there is one file.
    private func clash(_ dashboard: Dashboard) -> String? {
        let isAlone = dashboards.filter { $0.fileName == dashboard.fileName }.count == 1
        return isAlone
            ? nil : "there are two dashboards for the file \"\(dashboard.fileName)\": name one of them otherwise"
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
