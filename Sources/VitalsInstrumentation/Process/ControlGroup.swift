/// A control group that the process is in: what an engine makes for a container, or systemd for a service.
struct ControlGroup: Equatable {
    /// Its folder, and those of the groups it is in, as far as they can be seen: limits of all of them count.
    let folders: [String]
    /// Whether it is of version 2, which has one group for everything.
    let isUnified: Bool

    /// Groups that are nested deeper than this are not looked at.
    static let deepest = 32

    /// The folder of the group itself.
    var folder: String { folders.first ?? "" }
}

/// The groups of the process, by what they control; nil where there is none or it cannot be seen.
struct ControlGroups: Equatable {
    var memory: ControlGroup?
    /// Limits of processor time.
    var processor: ControlGroup?
    /// How much processor time was used.
    var accounting: ControlGroup?
    var pressure: ControlGroup?

    init() {}

    /// Finds the groups by the texts of `/proc/self/cgroup` and `/proc/self/mountinfo`.
    init(memberships: SystemText, mounts: SystemText, files: SystemFiles) {
        let memberships = Membership.all(memberships)
        let mounts = GroupMount.all(mounts)
        func group(_ controller: StaticString?) -> ControlGroup? {
            // A controller that version 1 has is not in the tree of version 2.
            let member =
                memberships.first { $0.has(controller) } ?? memberships.first { $0.has(nil) }
            guard let member else { return nil }
            let name = member.isUnified ? nil : controller
            for mount in mounts where mount.has(name) {
                guard let group = mount.group(at: member.path, isUnified: member.isUnified) else { continue }
                // The group at the root is the whole system: that is no container.
                let isWhole =
                    member.isUnified
                    ? !files.contains(group.folder + "/cgroup.events") : files.contains(group.folder + "/release_agent")
                return isWhole ? nil : group
            }
            return nil
        }
        memory = group("memory")
        processor = group("cpu")
        accounting = group("cpuacct")
        pressure = group(nil)
    }
}

/// A line of `/proc/self/cgroup`: `0::/service`, or `4:cpu,cpuacct:/docker/12ab` of version 1.
private struct Membership {
    let isUnified: Bool
    let controllers: SystemText
    let path: SystemText

    static func all(_ text: SystemText) -> [Membership] {
        var rest = text
        var all: [Membership] = []
        while var line = rest.takeLine(), all.count < 64 {
            guard let number = line.take(upTo: 0x3A)?.number, let controllers = line.take(upTo: 0x3A) else { continue }
            all.append(Membership(isUnified: number == 0 && controllers.isEmpty, controllers: controllers, path: line))
        }
        return all
    }

    /// Whether it is of a controller of version 1, or, for nil, of version 2.
    func has(_ controller: StaticString?) -> Bool {
        guard let controller else { return isUnified }
        return !isUnified && controllers.lists(controller)
    }
}

/// A line of `/proc/self/mountinfo` that shows a tree of groups.
private struct GroupMount {
    /// Which group is seen at the place.
    let root: [UInt8]
    let place: [UInt8]
    let isUnified: Bool
    let options: SystemText

    static func all(_ text: SystemText) -> [GroupMount] {
        var rest = text
        var all: [GroupMount] = []
        while var line = rest.takeLine(), all.count < 256 {
            guard let root = line.word(3), let place = line.word(4) else { continue }
            while let word = line.takeWord(), !word.isText("-") {}
            guard let kind = line.takeWord(), kind.isText("cgroup2") || kind.isText("cgroup") else { continue }
            all.append(
                GroupMount(
                    root: root.unescaped, place: place.unescaped, isUnified: kind.isText("cgroup2"),
                    options: line.word(1) ?? []))
        }
        return all
    }

    /// Whether it is of a controller of version 1, or, for nil, of version 2.
    func has(_ controller: StaticString?) -> Bool {
        guard let controller else { return isUnified }
        return !isUnified && options.lists(controller)
    }

    /// The group at a path of the tree, if it can be seen here.
    func group(at path: SystemText, isUnified: Bool) -> ControlGroup? {
        let top = root == [0x2F] ? [] : root
        guard path.first == 0x2F, path.starts(with: top) else { return nil }
        var below = path.dropFirst(top.count)
        if below.last == 0x2F { below = below.dropLast() }
        guard below.isEmpty || below.first == 0x2F else { return nil }
        let names = below.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst()
        // `..` leads out of what the process may see.
        guard names.count < ControlGroup.deepest, !names.contains(where: { $0.isEmpty || $0.elementsEqual("..".utf8) })
        else { return nil }
        var folders = [String(decoding: place, as: UTF8.self)]
        for name in names {
            folders.append("\(folders[folders.count &- 1])/\(String(decoding: name, as: UTF8.self))")
        }
        return ControlGroup(folders: folders.reversed(), isUnified: isUnified)
    }
}

extension SystemText {
    /// Whether a word is one of those between commas.
    fileprivate func lists(_ word: StaticString) -> Bool {
        var rest = self
        while let item = rest.take(upTo: 0x2C) {
            if item.isText(word) { return true }
        }
        return false
    }

    /// Blanks and backslashes in paths of the list of mounts are written as octal numbers: `\040`.
    fileprivate var unescaped: [UInt8] {
        var bytes: [UInt8] = []
        var rest = self
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            guard byte == 0x5C, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) else {
                bytes.append(byte)
                continue
            }
            bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 &- 0x30) })
            rest = rest.dropFirst(3)
        }
        return bytes
    }
}
