/// What is wrong with the command line, for the person who wrote it.
struct UsageError: Error, Equatable, CustomStringConvertible {
    let description: String
}
