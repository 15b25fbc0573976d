/// Why a service does not start, for the person who started it.
struct StartError: Error, CustomStringConvertible {
    let description: String
}
