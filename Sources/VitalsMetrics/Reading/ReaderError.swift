/// Why a reader did not collect.
public enum ReaderError: Error, CustomStringConvertible {
    /// The reader was shut down.
    case isShutDown
    /// The thread is in the middle of a collection.
    case isCollecting

    /// What went wrong and what to do.
    public var description: String {
        switch self {
        case .isShutDown: "the reader was shut down and collects no more; make a new one"
        case .isCollecting: "a collection is under way on this thread or waits for this callback; collect elsewhere"
        }
    }
}
