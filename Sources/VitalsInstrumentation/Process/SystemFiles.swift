import Glibc

/// Files in which the system describes itself; what cannot be read is absent.
package struct SystemFiles: Sendable {
    /// Where the root folder is; a test makes one up.
    package var root: String

    /// The files below a root folder.
    package init(root: String = "") {
        self.root = root
    }

    /// No more bytes of a file than this are read.
    package static let longest = 1 << 18

    /// Reads a file, up to a bound, into `buffer`. Returns 0, or the error.
    func read(_ path: String, into buffer: inout FileBuffer) -> Int32 {
        buffer.count = 0
        // Whatever is there must not make the program wait, as a pipe would.
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errno }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return errno }
        guard status.st_mode & S_IFMT == S_IFREG else { return EINVAL }
        return buffer.fill(upTo: Self.longest) { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    }

    /// The text of a file, up to a bound; nil if there is none.
    package func text(_ path: String) -> String? {
        var buffer = FileBuffer()
        guard read(path, into: &buffer) == 0, buffer.count > 0 else { return nil }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// The lines of a file; empty if there is none.
    package func lines(_ path: String) -> [Substring] {
        text(path)?.split(whereSeparator: \.isNewline) ?? []
    }

    /// The first line of a file, if there is something in it.
    package func line(_ path: String) -> String? {
        lines(path).first.map(String.init)
    }

    /// Where a symbolic link leads.
    package func target(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(root + path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether there is something at a path.
    package func contains(_ path: String) -> Bool {
        access(root + path, F_OK) == 0
    }
}
