import Foundation
import Testing
import VitalsMetrics

@testable import Vitals

/// What is found out from the files of the system, here made up.
@Suite struct DetectorTests {
    private let id = String(repeating: "0123456789abcdef", count: 4)
    private let other = String(repeating: "fedcba9876543210", count: 4)

    private func process(_ root: MadeUpRoot) -> Attributes {
        ProcessDetector(files: root.files, process: 42, user: 1000, ticksPerSecond: 100).attributes
    }

    @Test func theProcessIsDescribed() throws {
        // A name with blanks and a parenthesis, and the 22nd field: 4,200 s after the machine began.
        let numbers = (4...21).map { "\($0)" }.joined(separator: " ")
        let root = try MadeUpRoot(
            [
                "/proc/self/cmdline": "./shop\0--password\0secret\0",
                "/proc/self/stat": "42 (a ) b) S \(numbers) 420000 23 24",
                "/proc/stat": "cpu 1 2 3\nintr 99\nctxt 5\nbtime 1700000000\nprocesses 9\n",
                "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nshopkeeper:x:1000:1000::/home/s:/bin/sh\n",
            ], links: ["/proc/self/exe": "/opt/shop/bin/shop (deleted)"])
        #expect(
            process(root) == [
                "process.pid": 42, "process.executable.path": "/opt/shop/bin/shop", "process.executable.name": "shop",
                "process.command": "./shop", "process.owner": "shopkeeper",
                "process.creation.time": "2023-11-14T23:23:20Z", "process.runtime.name": "swift",
                "process.runtime.version": .string(SwiftRuntime.version),
                "process.runtime.description": .string("Swift \(SwiftRuntime.version)"),
            ])
    }

    @Test func whatCannotBeFoundOutIsAbsent() throws {
        let nothing = try MadeUpRoot([:])
        let known: Set = [
            "process.pid", "process.runtime.name", "process.runtime.version", "process.runtime.description",
        ]
        #expect(Set(process(nothing).map(\.key)) == known)
        #expect(SystemDetector(files: nothing.files).attributes == ["os.type": "linux"])
        #expect(Set(HostDetector(files: nothing.files).attributes.map(\.key)).isSubset(of: ["host.arch"]))
        #expect(ContainerDetector(files: nothing.files).attributes.isEmpty)

        let garbage = try MadeUpRoot([
            "/proc/self/cmdline": "\0\0", "/proc/self/stat": "42 (x", "/proc/stat": "btime x", "/etc/passwd": ":::\nx",
            "/etc/machine-id": "uninitialized", "/etc/os-release": "=\n#NAME=x\nNAME\nNAME=\n",
            "/proc/self/cgroup": "::::/\n", "/proc/self/mountinfo": "1 2 3\n",
        ])
        #expect(Set(process(garbage).map(\.key)) == known)
        #expect(SystemDetector(files: garbage.files).attributes == ["os.type": "linux"])
        #expect(Set(HostDetector(files: garbage.files).attributes.map(\.key)).isSubset(of: ["host.arch"]))
        #expect(ContainerDetector(files: garbage.files).attributes.isEmpty)
    }

    @Test(arguments: [
        "42 (shop) S", "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x",
        "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 -5",
        "42 (shop) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 99999999999999999999",
    ])
    func aTimeThatMakesNoSenseIsAbsent(statistics: String) throws {
        let root = try MadeUpRoot(["/proc/self/stat": statistics, "/proc/stat": "btime 9223372036854775807\n"])
        #expect(process(root)["process.creation.time"] == nil)
    }

    @Test func theMachineIsDescribed() throws {
        let root = try MadeUpRoot([
            "/proc/sys/kernel/hostname": "shop-7\n", "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        ])
        let attributes = HostDetector(files: root.files).attributes
        #expect(attributes["host.name"] == "shop-7")
        #expect(attributes["host.id"] == "0123456789abcdef0123456789abcdef")
        #if arch(x86_64)
            #expect(attributes["host.arch"] == "amd64")
        #elseif arch(arm64)
            #expect(attributes["host.arch"] == "arm64")
        #endif
        let older = try MadeUpRoot(["/var/lib/dbus/machine-id": "ffffffffffffffffffffffffffffffff"])
        #expect(HostDetector(files: older.files).attributes["host.id"] == "ffffffffffffffffffffffffffffffff")
    }

    @Test(arguments: ["/.dockerenv", "/run/.containerenv"])
    func theNumberOfTheMachineIsNotThatOfAnImage(sign: String) throws {
        let root = try MadeUpRoot([sign: "", "/etc/machine-id": "0123456789abcdef0123456789abcdef\n"])
        #expect(HostDetector(files: root.files).attributes["host.id"] == nil)
        let inGroup = try MadeUpRoot([
            "/proc/self/cgroup": "0::/docker/\(id)\n", "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        ])
        #expect(HostDetector(files: inGroup.files).attributes["host.id"] == nil)
    }

    @Test func theSystemIsDescribed() throws {
        let root = try MadeUpRoot([
            "/etc/os-release": """
            # A comment.
            PRETTY_NAME="Debian \\"stable\\" \\$12"
            NAME='Debian GNU/Linux'
            VERSION_ID=12

            BUILD_ID=20260101
            """,
            "/usr/lib/os-release": "NAME=other\n",
        ])
        #expect(
            SystemDetector(files: root.files).attributes == [
                "os.type": "linux", "os.name": "Debian GNU/Linux", "os.version": "12",
                "os.description": "Debian \"stable\" $12", "os.build_id": "20260101",
            ])
        let older = try MadeUpRoot(["/usr/lib/os-release": "NAME=Alpine\n", "/proc/sys/kernel/osrelease": "6.1.0-18\n"])
        #expect(
            SystemDetector(files: older.files).attributes == [
                "os.type": "linux", "os.name": "Alpine", "os.build_id": "6.1.0-18",
            ])
    }

    @Test(arguments: [
        "0::/docker/ID", "0::/system.slice/docker-ID.scope", "4:memory:/docker/ID\n0::/",
        "2:cpu:/kubepods/besteffort/pod1b2c/ID", "0::/kubepods.slice/pod1.slice/cri-containerd-ID.scope",
        "1:name=systemd:/machine.slice/libpod-ID.scope/container", "0::/../crio-ID.scope",
        "3:cpu:/docker/OTHER/docker/ID",
    ])
    func theContainerIsFoundInTheGroups(text: String) throws {
        let groups = text.replacingOccurrences(of: "ID", with: id).replacingOccurrences(of: "OTHER", with: other)
        let root = try MadeUpRoot(["/proc/self/cgroup": groups + "\n"])
        #expect(ContainerDetector(files: root.files).attributes == ["container.id": .string(id)])
    }

    @Test(
        arguments: [
            ("530 2 254:1 /docker/containers/ID/hostname /etc/hostname rw - ext4 /dev/vda1 rw", true),
            ("530 2 254:1 /var/lib/docker/containers/ID/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw", true),
            ("9 2 0:1 /containers/overlay-containers/ID/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw", true),
            // A sandbox of Kubernetes, which the containers of a pod share.
            ("9 2 0:1 /io.containerd.grpc.v1.cri/sandboxes/ID/hostname /etc/hostname rw - ext4 /dev/a rw", false),
            // Somebody looks at the files of a container from outside.
            ("9 2 0:1 /var/lib/docker/containers/ID/hostname /mnt/hostname rw - ext4 /dev/a rw", false),
        ])
    func theContainerIsFoundInTheMounts(text: String, isFound: Bool) throws {
        let mounts = "22 27 0:21 / /proc rw - proc proc rw\n" + text.replacingOccurrences(of: "ID", with: id) + "\n"
        let root = try MadeUpRoot(["/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": mounts])
        #expect(ContainerDetector(files: root.files).attributes == (isFound ? ["container.id": .string(id)] : [:]))
    }

    @Test(arguments: [63, 65]) func onlySixtyFourDigitsAreAContainer(length: Int) throws {
        for name in [String((id + id).prefix(length)), String(id.dropLast()) + "g", id.uppercased()] {
            let root = try MadeUpRoot(["/proc/self/cgroup": "0::/docker/\(name)\n"])
            #expect(ContainerDetector(files: root.files).attributes.isEmpty)
        }
    }

    @Test func noMoreThanABoundIsReadAndNoPipeAtAll() throws {
        let root = try MadeUpRoot(["/big": String(repeating: "x", count: SystemFiles.longest + 1000), "/empty": ""])
        #expect(root.files.text("/big")?.utf8.count == SystemFiles.longest)
        #expect(root.files.text("/empty") == nil)
        #expect(root.files.text("/absent") == nil)
        #expect(root.files.text("/") == nil)
        #expect(mkfifo(root.path + "/pipe", 0o600) == 0)
        #expect(root.files.text("/pipe") == nil)
    }

    @Test func thisProcessFindsItself() {
        let attributes = ProcessDetector(files: SystemFiles()).attributes
        #expect(attributes["process.pid"] == .int(Int(getpid())))
        #expect(attributes["process.executable.name"] != nil)
        #expect(SwiftRuntime.version.hasPrefix("6."))
        let began = attributes["process.creation.time"]?.description ?? ""
        #expect(began.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
    }
}
