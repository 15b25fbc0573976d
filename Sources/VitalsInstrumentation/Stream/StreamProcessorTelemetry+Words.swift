extension StreamProcessorTelemetry {
    /// Why an event was not processed.
    public struct DropReason: Sendable, Hashable {
        let index: Int
        let label: String

        /// It came after its window was closed.
        public static let late = DropReason(index: 0, label: "late")
        /// The queue had no room for it.
        public static let queueFull = DropReason(index: 1, label: "queue_full")
        /// Nobody wanted it.
        public static let filtered = DropReason(index: 2, label: "filtered")
        /// It could not be understood.
        public static let invalid = DropReason(index: 3, label: "invalid")
        /// The processor stopped before it was done.
        public static let shutdown = DropReason(index: 4, label: "shutdown")

        static let all = [late, queueFull, filtered, invalid, shutdown]
    }

    /// Why a window was evaluated.
    public struct Trigger: Sendable, Hashable {
        let label: String

        /// Time in the stream has passed its end.
        public static let watermark = Trigger(label: "watermark")
        /// It had as many events as it takes.
        public static let count = Trigger(label: "count")
        /// Time on the clock has passed.
        public static let processingTime = Trigger(label: "processing_time")
        /// An event came late, and was still taken.
        public static let late = Trigger(label: "late")
    }

    /// What is done with the state.
    public struct StateOperation: Sendable, Hashable {
        let index: Int
        let label: String

        /// Something is looked up.
        public static let get = StateOperation(index: 0, label: "get")
        /// Something is stored.
        public static let put = StateOperation(index: 1, label: "put")
        /// Something is taken out.
        public static let delete = StateOperation(index: 2, label: "delete")
        /// All of it is saved.
        public static let checkpoint = StateOperation(index: 3, label: "checkpoint")
        /// All of it is loaded.
        public static let restore = StateOperation(index: 4, label: "restore")

        static let all = [get, put, delete, checkpoint, restore]
    }
}
