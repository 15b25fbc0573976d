@testable import VitalsInstrumentation

/// There is nothing below this folder, so that no group is the whole system and nothing is read.
private let nowhere = SystemFiles(root: "/dev/null")

private func check(_ holds: Bool, _ promise: @autoclosure () -> String) {
    if !holds { fatalError(promise()) }
}

private func checkText(_ text: SystemText) {
    if let number = text.number {
        // Leading zeros are all that is lost.
        let digits = Array("\(number)".utf8)
        check(Array(text.suffix(digits.count)) == digits, "\(number) is not what \(Array(text)) says")
        check(text.dropLast(digits.count).allSatisfy { $0 == 0x30 }, "\(number) is not all that \(Array(text)) says")
    }
    _ = text.onlyNumber
    for key: StaticString in ["read_bytes", "nr_periods", "user_usec", "throttled_time"] { _ = text.number(of: key) }
    var (words, count) = (text, 0)
    while let word = words.takeWord() {
        check(!word.isEmpty && word.allSatisfy { $0 > 0x20 }, "a blank word")
        check(text.word(count) == word, "another word \(count)")
        count += 1
        // Which would make it quadratic.
        if count == 64 { break }
    }
    var (lines, bytes) = (text, 0)
    while let line = lines.takeLine() { bytes += line.count + 1 }
    check(bytes == text.count || bytes == text.count + 1, "\(bytes) bytes in the lines of \(text.count)")
}

private func checkProcess(_ text: SystemText) {
    if let statistics = ProcessStatistics(text) { check(statistics.threads > 0, "no threads") }
    let pressure = Pressure(text)
    for time in [pressure.some, pressure.full] { check(time.map { $0 >= 0 && $0.isFinite } ?? true, "a stall") }
}

private func checkGroups(_ memberships: SystemText, _ mounts: SystemText) {
    let groups = ControlGroups(memberships: memberships, mounts: mounts, files: nowhere)
    for group in [groups.memory, groups.processor, groups.accounting, groups.pressure] {
        guard let group else { continue }
        check(!group.folders.isEmpty && group.folders.count <= ControlGroup.deepest, "\(group.folders.count) folders")
        for (inner, outer) in zip(group.folders, group.folders.dropFirst()) {
            check(inner.utf8.starts(with: (outer + "/").utf8), "\(inner) is not in \(outer)")
            let name = inner.utf8.dropFirst(outer.utf8.count + 1)
            check(!name.contains(0x2F) && !name.elementsEqual("..".utf8) && !name.isEmpty, "\(inner) leads elsewhere")
        }
    }
}

/// What the fuzzer calls. The first byte says where the list of mounts begins.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))[...]
    guard let first = input.first else { return 0 }
    let text = input.dropFirst()
    checkText(text)
    checkProcess(text)
    checkGroups(text.prefix(Int(first)), text.dropFirst(Int(first)))
    // Mutations do not find whole words, so most bytes stand for one.
    let spelled = text.flatMap { byte in Int(byte) < words.count ? Array(words[Int(byte)].utf8) : [byte] }[...]
    checkProcess(spelled)
    let middle = spelled.firstIndex(of: 0xFF) ?? spelled.endIndex
    checkGroups(spelled[..<middle], spelled[middle...].dropFirst())
    return 0
}

private let words = [
    "0::", "4:memory:", "5:cpu,cpuacct:", "/", "/a", "/..", "/docker", "\n", " ", "1 2 0:3 ", " - ", "cgroup ",
    "cgroup2 ",
    "none ", "rw,memory", "rw,cpu,cpuacct", "\\040", "\\134", "\\777", "some ", "full ", "total=",
    "18446744073709551616",
    "42 (", ") ", ":", ",", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
]
