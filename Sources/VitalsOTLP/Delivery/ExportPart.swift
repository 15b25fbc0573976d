/// A message that is to be delivered as a whole, in protobuf and not packed, so that it can still be taken apart.
package struct ExportPart: Sendable {
    /// The message.
    package let message: ExportBody
    /// How many points or spans it has.
    package let items: Int

    /// A message with so many items.
    package init(_ message: ExportBody, items: Int) {
        self.message = message
        self.items = items
    }

    /// A message of a signal, whose items are counted.
    init(_ message: ExportBody, _ signal: Signal) {
        self.init(message, items: MessageSplitter.count(message.bytes, signal))
    }
}
