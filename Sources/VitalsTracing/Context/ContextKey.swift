/// Names a value that a program puts into contexts: `enum TenantKey: ContextKey { typealias Value = String }`.
public protocol ContextKey: Sendable {
    /// The type of the value.
    associatedtype Value: Sendable
}
