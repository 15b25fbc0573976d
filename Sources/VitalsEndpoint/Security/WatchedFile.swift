import Glibc

/// A small file that is read again when it has changed.
struct WatchedFile: Sendable {
    private struct Stamp: Hashable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    /// Keys, certificates and passwords are smaller than this.
    private static let largest = 1 << 20

    let path: String
    private var stamp: Stamp?

    init(_ path: String) {
        self.path = path
    }

    /// Whether the file is another one than it was when it was read, or cannot be looked at.
    func hasChanged() -> Bool {
        Self.stamp(path) != stamp
    }

    /// Reads the file.
    mutating func read() throws(EndpointError) -> String {
        // Before the content: what changes in between is noticed the next time.
        let stamp = Self.stamp(path)
        self.stamp = stamp
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            guard count >= 0 else { throw .file(path, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
            guard bytes.count <= Self.largest else {
                throw .file(path, reason: "it is larger than \(Self.largest) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw .file(path, reason: "it is empty, or no text")
        }
        return text
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }
}
