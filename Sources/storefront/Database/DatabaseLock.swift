import Glibc

/// Keeps a second shop away from a database, as long as this is there: each would send the events of the other. The lock
/// is on a file of its own, because to close a descriptor of the database takes SQLite's locks away.
final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// - Parameter file: The database.
    init(_ file: String) throws(StartError) {
        let path = "\(file).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StartError(
                description: "the lock of the database, \(path), cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw StartError(
                description: code == EWOULDBLOCK
                    ? "another shop uses the database \(file): end it, or choose another file with --database"
                    : "the lock of the database, \(path), cannot be taken: \(String(cString: strerror(code)))")
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
