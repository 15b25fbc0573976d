import Foundation
import Testing
import VitalsDashboards
import VitalsMetrics

/// A class, so that it can put away what it made.
final class DashboardToolTests {
    private let folder: String
    private let catalogue = Catalogue(Registry())

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder.path()
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("\(folder) is left: \(error)")
        }
    }

    private func dashboard(_ name: String) -> Dashboard {
        Dashboard(name, title: name, description: name, rows: [])
    }

    private func run(_ arguments: String..., dashboards: [Dashboard]) -> Int32 {
        DashboardTool(dashboards, catalogue).run(["tool"] + arguments)
    }

    @Test func itWritesFilesAndFindsThemUnchanged() throws {
        let orders = dashboard("orders")
        #expect(run(folder, dashboards: [orders]) == 0)
        #expect(try String(contentsOfFile: "\(folder)/orders.json", encoding: .utf8) == orders.json)
        #expect(run("--check", folder, dashboards: [orders]) == 0)
    }

    @Test(arguments: ["", "{", " "])
    func itFindsThatAFileIsAnotherOne(change: String) throws {
        let orders = dashboard("orders")
        #expect(run(folder, dashboards: [orders]) == 0)
        let text = change.isEmpty ? String(orders.json.dropLast()) : orders.json + change
        try text.write(toFile: "\(folder)/orders.json", atomically: true, encoding: .utf8)
        #expect(run("--check", folder, dashboards: [orders]) == 1)
    }

    @Test func aFolderIsMadeButNotTheOneAroundIt() {
        #expect(run("--check", "\(folder)/new", dashboards: [dashboard("orders")]) == 1)
        #expect(run("\(folder)/new", dashboards: [dashboard("orders")]) == 0)
        #expect(run("--check", "\(folder)/new", dashboards: [dashboard("orders")]) == 0)
        #expect(run("\(folder)/none/new", dashboards: [dashboard("orders")]) == 1)
    }

    @Test func namesThatClashOrThatGrafanaRefusesAreErrors() throws {
        let long = String(repeating: "a", count: 40)
        for names in [["a", "a"], ["A"], ["a b"], ["a/../b"], [long], [""]] {
            #expect(run(folder, dashboards: names.map(dashboard)) == 1, "\(names)")
        }
        // Two uids, and one file.
        let other = Dashboard("a", title: "A", description: "", family: "shop", rows: [])
        #expect(run(folder, dashboards: [dashboard("a"), other]) == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test(arguments: [
        Row("A", repeats: "shop", []),
        Row("A", [.timeseries("", "Words.", unit: .number, [Target("up", legend: "up")])]),
        Row("A", [.timeseries("a", "", unit: .number, [Target("up", legend: "up")])]),
        Row("A", [.timeseries("a", "Words.", unit: .number, [])]),
        Row("A", [.timeseries("a", "Words.", unit: .number, [Target("", legend: "up")])]),
        Row("A", [.table("a", "Words.", [Target("up", legend: "up"), Target("up", legend: "up")])]),
    ])
    func whatWouldBeDrawnAsNothingIsAnError(row: Row) throws {
        #expect(run(folder, dashboards: [Dashboard("a", title: "A", description: "", rows: [row])]) == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func whatMayBeRepeatedAndAnAlertListAreFine() {
        let rows = [Row("$job", repeats: "job", []), Row("A", [.alerts("Alerts", "Words.")])]
        #expect(run(folder, dashboards: [Dashboard("a", title: "A", description: "", rows: rows)]) == 0)
    }

    @Test func wrongArgumentsAreErrors() {
        for arguments in [
            ["--chek"], ["a", "b"], [""], ["--check", ""], ["--list", "a"], ["--check", "--list"], ["a", "--list"],
        ] {
            #expect(DashboardTool([], catalogue).run(["tool"] + arguments) == 64, "\(arguments)")
        }
        #expect(run("--help", dashboards: []) == 0)
        #expect(run("--list", dashboards: []) == 0)
        #expect(run(folder, "--check", dashboards: []) == 0)
    }
}
