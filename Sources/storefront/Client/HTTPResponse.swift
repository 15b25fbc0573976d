/// What a server answered.
struct HTTPResponse: Sendable {
    var status: Int
    var body: [UInt8]
}
