/// What a client sends.
struct HTTPRequest: Sendable {
    var method: String
    var url: String
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// How long everything may take, from waiting for a connection to the last byte.
    var timeout = Duration.seconds(10)
}
