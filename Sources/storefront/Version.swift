/// The version of the shop and of its payment service.
enum Version {
    static let current = "1.0.0"
}
