import CVitals
import Glibc

/// Writes to a descriptor that others may use too, without ever waiting longer than it may.
struct ConsoleOutput: Sendable {
    let descriptor: Int32

    /// Writes all of `bytes` as long as the time has not come that `deadline` tells, which may move.
    /// Returns why not all was written, or nil.
    func write(_ bytes: [UInt8], deadline: () -> UInt64) -> String? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return Self.text(errno) }
        let kind = status.st_mode & S_IFMT
        // A pipe or terminal is opened once more, because only a description of one's own may be told not to wait:
        // others print to the one they share with us.
        let isOpened = kind == S_IFIFO || kind == S_IFCHR
        let own = isOpened ? open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1
        defer { if own >= 0 { _ = close(own) } }
        let target = own >= 0 ? own : descriptor
        var written = 0
        while written < bytes.count {
            // What poll lets through for a pipe that could not be opened again.
            let most = own >= 0 || kind == S_IFREG ? bytes.count : min(bytes.count, written + Int(PIPE_BUF))
            if own < 0, kind != S_IFREG, let problem = wait(target, deadline) { return problem }
            let (count, code) = Self.withoutSignal {
                bytes[written..<most].withUnsafeBytes { part in
                    kind == S_IFSOCK
                        ? send(target, part.baseAddress, part.count, Int32(MSG_DONTWAIT))
                        : Glibc.write(target, part.baseAddress, part.count)
                }
            }
            if count > 0 {
                written += count
            } else if count < 0, code == EAGAIN {
                if let problem = wait(target, deadline) { return problem }
            } else if count == 0 || code != EINTR {
                return count == 0 ? "nothing was taken" : Self.text(code)
            }
            if written < bytes.count, vitals_monotonic_nanoseconds() >= deadline() { return Self.late }
        }
        return nil
    }

    private static let late = "nobody reads it in time"

    /// Waits until bytes may be taken.
    private func wait(_ target: Int32, _ deadline: () -> UInt64) -> String? {
        while true {
            let now = vitals_monotonic_nanoseconds()
            let end = deadline()
            guard now < end else { return Self.late }
            var item = pollfd(fd: target, events: Int16(POLLOUT), revents: 0)
            // In steps, as the deadline may move.
            let ready = poll(&item, 1, Int32(clamping: min((end - now) / 1_000_000 + 1, 50)))
            if ready > 0 { return nil }
            if ready < 0, errno != EINTR { return Self.text(errno) }
        }
    }

    /// Runs `body`, which writes, such that a reader who is gone is an error and not a signal, whose default is the end
    /// of the process: the thread blocks the signal meanwhile, and takes it back if it was its own.
    private static func withoutSignal(_ body: () -> Int) -> (count: Int, code: Int32) {
        var signals = sigset_t()
        var former = sigset_t()
        var pending = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        sigemptyset(&pending)
        _ = sigpending(&pending)
        let wasPending = sigismember(&pending, SIGPIPE) == 1
        guard pthread_sigmask(SIG_BLOCK, &signals, &former) == 0 else { return (-1, EPIPE) }
        let count = body()
        let code = errno
        if count < 0, code == EPIPE, !wasPending {
            var none = timespec()
            while sigtimedwait(&signals, nil, &none) < 0, errno == EINTR {}
        }
        _ = pthread_sigmask(SIG_SETMASK, &former, nil)
        return (count, code)
    }

    private static func text(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
