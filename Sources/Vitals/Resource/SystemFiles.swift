import Glibc

/// Files in which the system describes itself; what cannot be read is absent.
struct SystemFiles: Sendable {
    /// Where the root folder is; a test makes one up.
    var root = ""

    /// No more bytes of a file than this are read.
    static let longest = 1 << 18

    /// The text of a file, up to a bound; nil if there is none.
    func text(_ path: String) -> String? {
        // Whatever is there must not make the program wait, as a pipe would.
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count < Self.longest {
            let got = read(descriptor, &part, min(part.count, Self.longest - bytes.count))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            bytes += part.prefix(got)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The lines of a file; empty if there is none.
    func lines(_ path: String) -> [Substring] {
        text(path)?.split(whereSeparator: \.isNewline) ?? []
    }

    /// The first line of a file, if there is something in it.
    func line(_ path: String) -> String? {
        lines(path).first.map(String.init)
    }

    /// Where a symbolic link leads.
    func target(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(root + path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether there is something at a path.
    func contains(_ path: String) -> Bool {
        access(root + path, F_OK) == 0
    }
}
