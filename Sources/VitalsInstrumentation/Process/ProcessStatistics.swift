/// What `/proc/self/stat` says that nothing else says better.
struct ProcessStatistics: Equatable {
    /// How many threads there are.
    let threads: UInt64
    /// When the process began, in ticks after the system did.
    let start: UInt64

    /// Nil for what is no such text.
    init?(_ text: SystemText) {
        // The name of the program, in parentheses, may itself have blanks, parentheses and line breaks. After it there are
        // only numbers.
        guard let name = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[name...].dropFirst()
        guard let threads = fields.word(17)?.number, let start = fields.word(19)?.number, threads > 0 else {
            return nil
        }
        self.threads = threads
        self.start = start
    }
}
