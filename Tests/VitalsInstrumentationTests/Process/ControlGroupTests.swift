import Testing

@testable import VitalsInstrumentation

/// Where the groups of the process are.
struct ControlGroupTests {
    private func groups(_ memberships: String, _ mounts: String, _ files: [String] = []) throws -> ControlGroups {
        let root = try MadeUpRoot(Dictionary(uniqueKeysWithValues: files.map { ($0, "") }))
        return ControlGroups(
            memberships: memberships.systemText, mounts: mounts.systemText, files: root.files)
    }

    private let unified = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

    @Test func aServiceHasOneGroupForEverything() throws {
        let found = try groups(
            "0::/system.slice/shop.service\n", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n" + unified,
            ["/sys/fs/cgroup/system.slice/shop.service/cgroup.events"])
        let group = ControlGroup(
            folders: ["/sys/fs/cgroup/system.slice/shop.service", "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup"],
            isUnified: true)
        #expect(found.memory == group)
        #expect(found.processor == group)
        #expect(found.accounting == group)
        #expect(found.pressure == group)
    }

    @Test func aContainerSeesItsOwnGroupAsTheRoot() throws {
        let found = try groups("0::/\n", unified, ["/sys/fs/cgroup/cgroup.events"])
        #expect(found.memory == ControlGroup(folders: ["/sys/fs/cgroup"], isUnified: true))
    }

    @Test func theWholeSystemIsNoContainer() throws {
        #expect(try groups("0::/\n", unified) == ControlGroups())
        #expect(
            try groups(
                "3:memory:/\n", "4 1 0:3 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
                ["/sys/fs/cgroup/memory/release_agent"]) == ControlGroups())
    }

    @Test func controllersOfTheFirstVersionHaveTreesOfTheirOwn() throws {
        let found = try groups(
            "5:cpu,cpuacct:/docker/12ab\n4:memory:/docker/12ab\n1:name=systemd:/docker/12ab\n0::/system.slice\n",
            """
            30 25 0:26 /docker/12ab /sys/fs/cgroup/systemd ro - cgroup cgroup rw,xattr,name=systemd
            31 25 0:27 /docker/12ab /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
            32 25 0:28 /docker/12ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory

            """ + unified.replacing("/sys/fs/cgroup", with: "/sys/fs/cgroup/unified"),
            ["/sys/fs/cgroup/unified/system.slice/cgroup.events"])
        let processor = ControlGroup(folders: ["/sys/fs/cgroup/cpu,cpuacct"], isUnified: false)
        #expect(found.memory == ControlGroup(folders: ["/sys/fs/cgroup/memory"], isUnified: false))
        #expect(found.processor == processor)
        #expect(found.accounting == processor)
        #expect(found.pressure?.folder == "/sys/fs/cgroup/unified/system.slice")
    }

    @Test(arguments: [
        // Another container's, a name that only begins the same, out of what can be seen, and no path.
        ("/docker/34cd", "/docker/12ab"), ("/docker/12abc", "/docker/12ab"), ("/../34cd", "/"), ("/a/../../b", "/"),
        ("/", "/../.."), ("", "/"), ("docker", "/"), ("/a//b", "/"), (String(repeating: "/a", count: 40), "/"),
    ])
    func aGroupThatCannotBeSeenIsNone(path: String, root: String) throws {
        let found = try groups(
            "4:memory:\(path)\n", "32 25 0:28 \(root) /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n")
        #expect(found.memory == nil)
    }

    @Test func theMountThatShowsTheGroupIsTaken() throws {
        let found = try groups(
            "4:memory:/docker/12ab\n",
            """
            30 25 0:28 /docker/34cd /other rw - cgroup cgroup rw,memory
            31 25 0:28 /docker /all\\040groups\\134 rw shared:1 master:2 - cgroup cgroup rw,memory

            """)
        #expect(found.memory?.folders == ["/all groups\\/12ab", "/all groups\\"])
    }

    @Test(arguments: [
        ("", ""), ("::::\n", "- - -\n"), ("0::/a", "1 2 3\n"), ("0::/a\n", "1 2 3 / /x rw\n"),
        ("0::/a\n", "1 2 3 / /x rw -\n"), ("0::/a\n", "1 2 3 / /x rw - cgroup2\n"), ("x:memory:/a\n", "\n\n\n"),
        ("99999999999999999999:memory:/a\n", "1 2 3 / /x rw - cgroup x rw,memory\n"), ("0\n1:\n2:memory\n", ""),
        ("4:memory:/a\n", "1 2 3 / /x rw - cgroup x rw,memory2,xmemory\n"), ("\0\0\0", "\0 \0 \0 \0 \0 - cgroup \0"),
    ])
    func garbageHasNoGroups(memberships: String, mounts: String) throws {
        #expect(try groups(memberships, mounts) == ControlGroups())
    }
}
