/// What the type of an error is called.
package enum ErrorName {
    /// The name with its module, and without the address that stands for where a private type was declared: that is
    /// another one in each process, and each would be an error of its own to whoever counts them.
    package static func of(_ error: any Error) -> String {
        String(reflecting: type(of: error)).split(separator: ".").filter { !$0.hasPrefix("(unknown context at $") }
            .joined(separator: ".")
    }
}
