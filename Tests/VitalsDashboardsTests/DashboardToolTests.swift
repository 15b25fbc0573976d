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

    @Test func aFolderThatIsNotThereIsAnError() {
        #expect(run("\(folder)/none", dashboards: [dashboard("orders")]) == 1)
        #expect(run("--check", "\(folder)/none", dashboards: [dashboard("orders")]) == 1)
    }

    @Test func twoOfOneNameAndNamesThatGrafanaRefusesAreErrors() throws {
        let long = String(repeating: "a", count: 40)
        for dashboards in [["a", "a"], ["A"], ["a b"], ["a/../b"], [long]].map({ $0.map(dashboard) }) {
            #expect(run(folder, dashboards: dashboards) == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func wrongArgumentsAreErrors() {
        #expect(run("--chek", dashboards: []) == 64)
        #expect(run("a", "b", dashboards: []) == 64)
        #expect(run("--help", dashboards: []) == 0)
        #expect(run("--list", dashboards: []) == 0)
    }
}
