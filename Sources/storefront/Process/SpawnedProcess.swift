// `environ` is a variable of C, which nothing here changes.
@preconcurrency import Glibc
import VitalsMetrics

/// A program as a process of its own. Its standard input is closed when this process ends, however that happens.
final class SpawnedProcess: Sendable {
    /// After its end by force the system is given so much time to say so.
    private static let forceTime = Duration.milliseconds(300)

    private let identifier: pid_t
    private let input: Int32
    /// What the system says of its end; nil before.
    private let status = Locked<Int32?>(nil)
    private let readers: [Worker]

    /// - Parameters:
    ///   - program: This one, unless something else is said.
    ///   - hear: Is given each line of its standard output and of its standard error, by the descriptor's number there, each
    ///     on a thread of its own.
    init(
        _ arguments: [String], program: String = "/proc/self/exe",
        hear: @escaping @Sendable (_ line: String, _ descriptor: Int32) -> Void
    ) throws(StartError) {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C is for its parent, which ends it when nobody needs it any more.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)

        var words: [UnsafeMutablePointer<CChar>?] = (["storefront"] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var identifier: pid_t = 0
        let failure = posix_spawn(&identifier, program, &actions, &attributes, words, environ)
        close(input.reading)
        close(output.writing)
        close(errors.writing)
        self.identifier = identifier
        self.input = input.writing
        // Where nothing was started, both end at once.
        readers = [(output.reading, STDOUT_FILENO), (errors.reading, STDERR_FILENO)].compactMap { end, descriptor in
            let reader = Worker("shop-child") { LineReader.read(end) { hear($0, descriptor) } }
            if reader == nil { close(end) }
            return reader
        }
        guard failure == 0 else {
            throw StartError(
                description: "'storefront \(arguments.joined(separator: " "))' cannot be started: "
                    + String(cString: strerror(failure)))
        }
        guard readers.count == 2 else {
            end(until: Deadline(after: .zero))
            throw StartError(description: "the system has no thread for what the payment service writes")
        }
    }

    deinit {
        close(input)
    }

    /// How it ended; nil while it runs.
    var ending: String? {
        guard let status = endStatus else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? "it ended with exit code \(status >> 8 & 0xFF)" : "it was ended by signal \(signal)"
    }

    /// Asks it to end.
    func terminate() {
        send(SIGTERM)
    }

    /// Asks it to end and waits for that, and ends it by force when `deadline` is over.
    func end(until deadline: Deadline) {
        terminate()
        let isOver = wait(until: deadline)
        let patience = Deadline(after: Self.forceTime)
        if !isOver {
            send(SIGKILL)
            // Not even that ends a process while the system cannot.
            _ = wait(until: patience)
        }
        // What it wrote at last.
        for reader in readers { _ = reader.join(until: patience.nanoseconds) }
    }

    private func wait(until deadline: Deadline) -> Bool {
        while endStatus == nil {
            if deadline.isOver { return false }
            usleep(5000)
        }
        return true
    }

    /// Under the lock, as its number may belong to another process once its end was heard of.
    private func send(_ signal: Int32) {
        status.withLock { status in
            if status == nil { kill(identifier, signal) }
        }
    }

    private var endStatus: Int32? {
        status.withLock { status in
            var ended: Int32 = 0
            if status == nil, waitpid(identifier, &ended, WNOHANG) != 0 { status = ended }
            return status
        }
    }
}

/// Two ends that no other process gets unless it is given them.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws(StartError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw StartError(description: "there is no pipe for another process: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        writing = ends[1]
    }
}
