import Glibc

/// A file that is read again when it changes.
struct WatchedFile: Sendable {
    /// What changes when a file does.
    private struct Stamp: Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    static let largest = 1 << 20
    let path: String
    private var stamp: Stamp?

    init(_ path: String) {
        self.path = path
    }

    /// Whether the file is not what it was at the last look, or is gone.
    mutating func hasChanged() -> Bool {
        var status = stat()
        let now: Stamp? = stat(path, &status) == 0 ? Self.stamp(status) : nil
        defer { stamp = now }
        return now != stamp
    }

    /// The content of the file. Anything but a regular file is refused: reading a pipe would wait.
    func read() throws(EndpointError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadableFile(path: path, reason: SystemError.text(errno)) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadableFile(path: path, reason: "it is no regular file")
        }
        guard status.st_size <= Self.largest else {
            throw .unreadableFile(path: path, reason: "it has more than \(Self.largest) bytes")
        }
        var content = [UInt8](repeating: 0, count: Self.largest + 1)
        var count = 0
        while count < content.count {
            let got = content.withUnsafeMutableBytes { bytes in
                Glibc.read(descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .unreadableFile(path: path, reason: SystemError.text(errno)) }
            if got == 0 { break }
            count += got
        }
        guard count <= Self.largest else {
            throw .unreadableFile(path: path, reason: "it has more than \(Self.largest) bytes")
        }
        return Array(content.prefix(count))
    }

    private static func stamp(_ status: stat) -> Stamp {
        Stamp(
            device: UInt(status.st_dev), inode: UInt(status.st_ino), size: Int(status.st_size),
            seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec))
    }
}

/// What an errno means.
enum SystemError {
    static func text(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
