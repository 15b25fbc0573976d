import Glibc

/// Reads what somebody else writes.
enum LineReader {
    /// A line that is longer is given in parts.
    static let longestLine = 1 << 16

    /// Gives each line, without its end, until there will be none; and closes the descriptor.
    static func read(_ descriptor: Int32, _ hear: (String) -> Void) {
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        var line: [UInt8] = []
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for byte in buffer[..<count] {
                let isEnd = byte == UInt8(ascii: "\n")
                if !isEnd { line.append(byte) }
                guard isEnd || line.count == longestLine else { continue }
                hear(String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
            }
        }
        if !line.isEmpty { hear(String(decoding: line, as: UTF8.self)) }
    }
}
