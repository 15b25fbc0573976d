import Glibc

/// What was read of a file, in memory that the next file is read into as well.
struct FileBuffer: Sendable {
    private var storage = [UInt8](repeating: 0, count: 4096)
    /// How many bytes there are.
    var count = 0

    /// The bytes. They must be let go before the next file is read, or the memory is not used again.
    var bytes: ArraySlice<UInt8> { storage.prefix(count) }

    /// Reads until there is no more, or `longest` bytes are there. Returns 0, or the error.
    mutating func fill(upTo longest: Int, from read: (UnsafeMutableRawBufferPointer) -> Int) -> Int32 {
        while count < longest {
            if count == storage.count { storage += [UInt8](repeating: 0, count: storage.count) }
            let got = storage.withUnsafeMutableBytes { room in
                read(UnsafeMutableRawBufferPointer(rebasing: room[count..<min(room.count, longest)]))
            }
            if got < 0, errno == EINTR { continue }
            if got < 0 { return errno }
            if got == 0 { break }
            count += got
        }
        return 0
    }
}
