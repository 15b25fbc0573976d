extension ExportResponse {
    /// A response from its protobuf message; nil if that is malformed.
    package init?(protobuf message: UnsafeRawBufferPointer) {
        self.init()
        var reader = ProtobufReader(message)
        while let field = reader.next() {
            guard field.number == 1, case .bytes(let partial) = field.value else { continue }
            var reader = ProtobufReader(partial)
            while let field = reader.next() {
                switch (field.number, field.value) {
                case (1, .varint(let count)): rejected = max(0, Int(Int64(bitPattern: count)))
                case (2, .bytes(let text)): self.message = String(decoding: text, as: UTF8.self)
                default: continue
                }
            }
            if reader.isMalformed { return nil }
        }
        if reader.isMalformed { return nil }
    }
}
