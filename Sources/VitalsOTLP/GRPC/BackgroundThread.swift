internal import CVitals

/// A thread of its own for one body.
enum BackgroundThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts it; false if the system has no thread.
    static func start(_ name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(run))
        let failure = vitals_thread_start(
            { context in Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }, body.toOpaque(), name)
        if failure != 0 { body.release() }
        return failure == 0
    }
}
