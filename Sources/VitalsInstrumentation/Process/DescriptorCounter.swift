import Glibc

/// Counts the open descriptors of the process.
struct DescriptorCounter {
    private let path: String
    /// Whether the system says the number as the size of the folder, which costs nothing. Linux does from 6.2 on, and
    /// others may mean something else by it.
    private var isSizeTheCount = false

    /// Where they have to be counted one by one, more than these are not: it takes a quarter of a second.
    static let most = 1 << 16

    init(files: SystemFiles) {
        path = files.root + "/proc/self/fd"
    }

    /// Nil if they cannot be counted, or are too many to be counted one by one.
    mutating func count() -> UInt64? {
        var status = stat()
        let size = stat(path, &status) == 0 ? UInt64(clamping: status.st_size) : nil
        if isSizeTheCount, let size { return size }
        let count = countOneByOne()
        isSizeTheCount = count != nil && count == size
        return count
    }

    private func countOneByOne() -> UInt64? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        // What it is counted with is open only meanwhile.
        let own = UInt64(clamping: dirfd(folder))
        var count: UInt64 = 0
        while let entry = readdir(folder) {
            guard let number = Self.number(entry), number != own else { continue }
            count &+= 1
            if count > Self.most { return nil }
        }
        return count
    }

    /// Nil for `.` and `..`.
    private static func number(_ entry: UnsafeMutablePointer<dirent>) -> UInt64? {
        // Not the whole member, which is larger than what the system wrote.
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        let name = UnsafeRawPointer(entry) + offset
        return UnsafeRawBufferPointer(start: name, count: strlen(name.assumingMemoryBound(to: CChar.self))).number
    }
}
