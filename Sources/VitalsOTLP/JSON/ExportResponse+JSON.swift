extension ExportResponse {
    /// A response from its JSON form; nil if that is malformed.
    package init?(json message: UnsafeRawBufferPointer) {
        self.init()
        var reader = JSONReader(message)
        var rejected: Int64 = 0
        var text = ""
        reader.object { name, reader in
            guard name == "partialSuccess" else { return reader.skip() }
            reader.object { name, reader in
                switch name {
                case "rejectedDataPoints", "rejectedSpans", "rejectedLogRecords": rejected = reader.integer() ?? 0
                case "errorMessage": text = reader.text() ?? ""
                default: reader.skip()
                }
            }
        }
        guard reader.isAtEnd() else { return nil }
        self.rejected = max(0, Int(rejected))
        self.message = text
    }
}
