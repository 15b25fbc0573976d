import CMicrohttpd

extension Answer {
    /// The response for libmicrohttpd, whose bytes stay where they are until it is done with them.
    func makeResponse() -> OpaquePointer? {
        let response: OpaquePointer?
        switch content {
        case .shared(let body): response = Self.lend(body, body.bytes)
        case .bytes(let bytes):
            let body = OwnBody(bytes)
            response = Self.lend(body, body.bytes)
        }
        guard let response else { return nil }
        for (name, value) in headers {
            // A name that libmicrohttpd writes itself is not taken twice.
            _ = MHD_add_response_header(response, name, value)
        }
        return response
    }

    private static func lend(_ body: AnyObject, _ bytes: UnsafeRawBufferPointer) -> OpaquePointer? {
        let owner = Unmanaged.passRetained(body)
        let response = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
            { owner in
                if let owner { Unmanaged<AnyObject>.fromOpaque(owner).release() }
            }, owner.toOpaque())
        if response == nil { owner.release() }
        return response
    }
}

/// Bytes at a place of their own.
private final class OwnBody {
    let bytes: UnsafeRawBufferPointer

    init(_ content: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, content.count), alignment: 1)
        memory.copyBytes(from: content)
        bytes = UnsafeRawBufferPointer(rebasing: memory[..<content.count])
    }

    deinit {
        bytes.deallocate()
    }
}
