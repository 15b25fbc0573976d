import CVitals
import Glibc

/// What people read.
enum Console {
    /// Writes a line, to standard output unless something else is said.
    static func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
        write("\(line)\n", to: descriptor)
    }

    /// Writes what went wrong to standard error.
    static func complain(_ complaint: String) {
        write("storefront: \(complaint)\n", to: STDERR_FILENO)
    }

    /// In one piece as far as the system allows, so that the lines of two processes do not mix.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody is left to be told that nobody listens.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
