import VitalsBytes

/// A walk from a request to its points, which writes them anew into parts.
struct MessageWalk: ~Copyable {
    /// When a part is full.
    enum Cut {
        /// Before a point with which it would have more bytes.
        case beforeBytes(Int)
        /// After so many points.
        case afterPoints(Int)
    }

    /// A message around the points that are met.
    private struct Frame {
        /// Its field in the message around it.
        let field: UInt32
        /// What it has beside the way to the points: repeated in each part.
        var others: [UnsafeRawBufferPointer] = []
        var othersSize = 0
        /// Where its bytes begin in the part; nil if the part does not have it yet.
        var start: Int?
    }

    /// All parts together may be so many times as large as the request: a small limit must not multiply a large resource.
    private static let mostRepetition = 16
    private static let smallTotal = 1 << 16

    private let levels: [[UInt32]]
    private let cut: Cut
    private let mostBytes: Int
    private var frames: [Frame] = []
    private var part = ByteBuffer(capacity: 0)
    private var points = 0
    private var written = 0
    private var parts: [ExportBody] = []

    private init(_ levels: [[UInt32]], _ cut: Cut, mostBytes: Int) {
        self.levels = levels
        self.cut = cut
        self.mostBytes = mostBytes
    }

    static func parts(of body: UnsafeRawBufferPointer, _ signal: Signal, cutting cut: Cut) -> [ExportBody]? {
        let (most, isOver) = body.count.multipliedReportingOverflow(by: mostRepetition)
        var walk = MessageWalk(signal.levels, cut, mostBytes: isOver ? .max : max(most, smallTotal))
        guard walk.visit(body, field: 0) else { return nil }
        return walk.parts
    }

    /// How many points there are; nil if the message is malformed.
    static func count(_ message: UnsafeRawBufferPointer, _ levels: [[UInt32]], depth: Int) -> Int? {
        if depth == levels.count { return 1 }
        var total = 0
        var reader = ProtobufReader(message)
        while let field = reader.next() {
            guard levels[depth].contains(field.number) else { continue }
            guard case .bytes(let inner) = field.value, let count = count(inner, levels, depth: depth + 1) else {
                return nil
            }
            total += count
        }
        return reader.isMalformed ? nil : total
    }

    /// Writes the points in a message that is a field of another; false if it is malformed, or comes to too much.
    private mutating func visit(_ message: UnsafeRawBufferPointer, field: UInt32) -> Bool {
        let onward = levels[frames.count]
        var frame = Frame(field: field)
        var reader = ProtobufReader(message)
        // Before the points, as each part needs it and some of it stands behind them.
        while let field = reader.next() {
            if onward.contains(field.number) { continue }
            frame.others.append(field.bytes)
            frame.othersSize += field.bytes.count
        }
        guard !reader.isMalformed else { return false }
        frames.append(frame)
        let isLast = frames.count == levels.count
        reader = ProtobufReader(message)
        while let field = reader.next() {
            guard onward.contains(field.number) else { continue }
            guard case .bytes(let inner) = field.value else { return false }
            guard isLast ? add(field.bytes) : visit(inner, field: field.number) else { return false }
        }
        // The request itself is the part.
        if frames.count == 1 { finishPart() } else { close(frames.count - 1) }
        frames.removeLast()
        return true
    }

    /// Adds a point, with its tag and length, to the part or to the next one; false if it comes to too much.
    private mutating func add(_ point: UnsafeRawBufferPointer) -> Bool {
        let isFull =
            switch cut {
            case .beforeBytes(let limit): size(with: point.count) > limit
            case .afterPoints(let count): points >= count
            }
        if isFull { finishPart() }
        guard written + size(with: point.count) <= mostBytes else { return false }
        for index in frames.indices where frames[index].start == nil { open(index) }
        part.append(point)
        points += 1
        return true
    }

    /// How large the part would be with a point of so many bytes.
    private func size(with point: Int) -> Int {
        var size = point
        var end = part.count
        for frame in frames.reversed() {
            if let start = frame.start {
                size += end - start
                end = start - Self.tagSize(frame.field)
            } else {
                size += frame.othersSize
            }
            if frame.field > 0 { size += Self.tagSize(frame.field) + ByteBuffer.varintSize(UInt64(size)) }
        }
        return size
    }

    private static func tagSize(_ field: UInt32) -> Int {
        field == 0 ? 0 : ByteBuffer.varintSize(UInt64(field) << 3)
    }

    private mutating func open(_ index: Int) {
        if frames[index].field > 0 { part.append(tag: frames[index].field, .delimited) }
        frames[index].start = part.count
        for other in frames[index].others { part.append(other) }
    }

    /// Writes the length of a message that the part has, before its bytes.
    private mutating func close(_ index: Int) {
        guard let start = frames[index].start else { return }
        frames[index].start = nil
        guard frames[index].field > 0 else { return }
        let length = part.count - start
        let size = ByteBuffer.varintSize(UInt64(length))
        part.reserve(size)
        (part.base + start + size).copyMemory(from: part.base + start, byteCount: length)
        part.count = start
        part.append(varint: UInt64(length))
        part.count += length
    }

    private mutating func finishPart() {
        for index in frames.indices.reversed() { close(index) }
        guard points > 0 else { return }
        points = 0
        written += part.count
        var full = ByteBuffer(capacity: 0)
        swap(&full, &part)
        full.shrink(to: full.count)
        parts.append(ExportBody(full, isPacked: false))
    }
}
