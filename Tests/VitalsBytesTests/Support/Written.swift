import VitalsBytes

/// The text that `body` appends to an empty buffer.
func written(_ body: (inout ByteBuffer) -> Void) -> String {
    String(decoding: bytesWritten(body), as: UTF8.self)
}

/// The bytes that `body` appends to an empty buffer.
func bytesWritten(_ body: (inout ByteBuffer) -> Void) -> [UInt8] {
    var buffer = ByteBuffer(capacity: 0)
    body(&buffer)
    return Array(buffer.bytes)
}

/// Random numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Builds without optimisation are slow enough to be content with fewer values.
func manyOrFew(_ many: Int, _ few: Int) -> Int {
    #if DEBUG
        few
    #else
        many
    #endif
}
