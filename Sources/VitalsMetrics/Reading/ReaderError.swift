/// Why a reader did not collect.
public enum ReaderError: Error, CustomStringConvertible {
    /// The reader was shut down.
    case isShutDown

    /// What went wrong and what to do.
    public var description: String {
        "the reader was shut down and collects no more; make a new one"
    }
}
