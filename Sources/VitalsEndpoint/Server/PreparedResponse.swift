import CMicrohttpd

/// A response as the server keeps it: made once, sent as often as wanted.
///
/// Unchecked, because the server counts its references itself and under a lock.
final class PreparedResponse: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The length of the body.
    let count: Int

    /// A response with a copy of `body`; nil without memory, or if a header cannot be sent.
    init?(_ body: [UInt8], headers: [(name: String, value: String)]) {
        let made = body.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made else { return nil }
        pointer = made
        count = body.count
        guard add(headers) else { return nil }
    }

    /// A response that sends `body` from where it lies, and keeps it until the last client has it.
    init?(_ body: any ScrapeResponse.Body, headers: [(name: String, value: String)]) {
        let bytes = body.bytes
        let owner = Unmanaged.passRetained(BodyOwner(body))
        let made = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
            { owner in
                if let owner { Unmanaged<BodyOwner>.fromOpaque(owner).release() }
            }, owner.toOpaque())
        guard let made else {
            owner.release()
            return nil
        }
        pointer = made
        count = bytes.count
        guard add(headers) else { return nil }
    }

    deinit {
        MHD_destroy_response(pointer)
    }

    /// An empty value has nothing to say, and the library does not take it.
    private func add(_ headers: [(name: String, value: String)]) -> Bool {
        headers.allSatisfy { name, value in
            value.isEmpty || MHD_add_response_header(pointer, name, value) == .YES
        }
    }

    private final class BodyOwner {
        let body: any ScrapeResponse.Body

        init(_ body: any ScrapeResponse.Body) {
            self.body = body
        }
    }
}
