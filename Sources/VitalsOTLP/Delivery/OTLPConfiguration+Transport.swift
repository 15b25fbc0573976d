extension OTLPConfiguration {
    /// The way to the peer; connections are made when they are needed.
    package func makeTransport() throws(OTLPError) -> any ExportTransport {
        if transport == .grpc { try GRPCTransport(self) } else { try HTTPTransport(self) }
    }
}
