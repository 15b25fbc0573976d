// `environ` is a variable of C, which nothing here changes.
@preconcurrency import Glibc
import VitalsMetrics

/// This program once more, as a process of its own. Its standard input is closed when this process ends, however that
/// happens.
final class SpawnedProcess: Sendable {
    private let identifier: pid_t
    private let input: Int32
    private let output: Int32
    private let hasEnded = Locked(false)

    init(_ arguments: [String]) throws(StartError) {
        let input = try Pipe()
        let output = try Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)

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
        let failure = posix_spawn(&identifier, "/proc/self/exe", &actions, &attributes, words, environ)
        input.closeReading()
        output.closeWriting()
        guard failure == 0 else {
            input.closeWriting()
            output.closeReading()
            throw StartError(
                description: "'storefront \(arguments.joined(separator: " "))' cannot be started: "
                    + String(cString: strerror(failure)))
        }
        self.identifier = identifier
        self.input = input.writing
        self.output = output.reading
    }

    deinit {
        close(input)
        close(output)
    }

    /// The first line that it writes; nil if it ends before, or nothing comes until `deadline`.
    func firstLine(until deadline: Deadline) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        while line.count < 1000, !deadline.isOver {
            guard poll(&wait, 1, 100) > 0 else { continue }
            guard read(output, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// Asks it to end.
    func terminate() {
        send(SIGTERM)
    }

    /// Waits for its end, and ends it by force when `deadline` is over.
    func wait(until deadline: Deadline) {
        while !isOver {
            if deadline.isOver { send(SIGKILL) }
            usleep(5000)
        }
    }

    /// Under the lock, as its number may belong to another process once its end was heard of.
    private func send(_ signal: Int32) {
        hasEnded.withLock { hasEnded in
            if !hasEnded { kill(identifier, signal) }
        }
    }

    private var isOver: Bool {
        hasEnded.withLock { hasEnded in
            if !hasEnded { hasEnded = waitpid(identifier, nil, WNOHANG) != 0 }
            return hasEnded
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

    func closeReading() { close(reading) }
    func closeWriting() { close(writing) }
}
