import VitalsBytes

extension ExportBody {
    /// The bytes as a gzip member; as they are, if the system has no memory for that.
    func packed() -> ExportBody {
        guard var compressor = GzipCompressor() else { return self }
        var member = ByteBuffer(capacity: 64)
        guard compressor.compress(bytes, into: &member) else { return self }
        // Room was made for the worst case.
        member.shrink(to: 0)
        return ExportBody(member, isPacked: true)
    }
}
