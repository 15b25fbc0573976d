import Foundation
import Testing
import VitalsDashboards
import VitalsMetrics

/// As Grafana reads it: with a JSON parser that is not ours.
struct DashboardTests {
    private func panels(_ rows: [Row]) throws -> [[String: Any]] {
        let dashboard = Dashboard("orders", title: "Orders", description: "Orders.", rows: rows)
        return try #require(try read(dashboard)["panels"] as? [[String: Any]])
    }

    private func read(_ dashboard: Dashboard) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(dashboard.json.utf8)) as? [String: Any])
    }

    private func line(_ title: String) -> Panel {
        .timeseries(title, "Words.", unit: .number, [Target("up", legend: "{{job}}")])
    }

    @Test func panelsStandBesideEachOtherUntilTheLineIsFull() throws {
        let rows = [
            Row("First", [line("a").sized(8, 4), line("b").sized(12), line("c").sized(8, 4), line("d").sized(24)]),
            Row("Second", collapsed: true, [line("e")]), Row("Third", [line("f")]),
        ]
        let places = try panels(rows).map { panel in
            let place = try #require(panel["gridPos"] as? [String: Int])
            return ["x", "y", "w", "h"].map { place[$0] ?? -1 }
        }
        #expect(
            places == [
                [0, 0, 24, 1], [0, 1, 8, 4], [8, 1, 12, 8], [0, 9, 8, 4], [0, 13, 24, 8],
                [0, 21, 24, 1], [0, 22, 24, 1], [0, 23, 12, 8],
            ])
    }

    @Test func eachPanelHasANumberOfItsOwn() throws {
        let all = try panels([Row("First", [line("a"), line("b")]), Row("Second", collapsed: true, [line("c")])])
        let inside = try #require(all.last?["panels"] as? [[String: Any]])
        #expect((all + inside).compactMap { $0["id"] as? Int } == [1, 2, 3, 4, 5])
        #expect(all.compactMap { $0["title"] as? String } == ["First", "a", "b", "Second"])
    }

    @Test func aRowRepeatsForTheValuesOfAVariable() throws {
        let row = try #require(try panels([Row("$job", collapsed: true, repeats: "job", [line("a")])]).first)
        #expect(row["repeat"] as? String == "job")
    }

    @Test func nothingIsSaidOfADataSourceButTheChosenOne() throws {
        let dashboard = Dashboard("orders", title: "Orders", description: "", rows: [Row("A", [line("a")])])
        let sources = dashboard.json.split(separator: "\n").filter { $0.contains("\"uid\": ") }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        #expect(
            Set(sources) == [
                "\"uid\": \"vitals-orders\",", "\"uid\": \"-- Grafana --\"", "\"uid\": \"${datasource}\"",
            ])
    }

    @Test func whatHasNoInstancesAsksForNone() throws {
        let dashboard = Dashboard("slo", title: "SLO", description: "", isPerInstance: false, rows: [])
        #expect(!dashboard.json.contains("$instance"))
        let variables = try #require(try read(dashboard)["templating"] as? [String: Any])["list"] as? [[String: Any]]
        #expect(variables?.compactMap { $0["name"] as? String } == ["datasource", "job"])
    }

    @Test func variablesOfItsOwnComeLast() throws {
        let registry = Registry()
        _ = registry.meter("m").counter("orders.placed")
        let placed = try Catalogue(registry).metric("orders.placed")
        let shop = Variable("shop", title: "Shop", attribute: "shop.name", of: placed)
        let dashboard = Dashboard("a", title: "A", description: "", variables: [shop], rows: [])
        let templating = try #require(try read(dashboard)["templating"] as? [String: Any])
        let last = try #require((templating["list"] as? [[String: Any]])?.last)
        #expect(
            last["query"] as? String
                == #"label_values(orders_placed_total{job=~"$job", instance=~"$instance"}, shop_name)"#)
    }

    @Test func wordsOfAllKindsSurvive() throws {
        let words = "a \"b\" \\c\n\t\u{1} ü 🙂"
        let dashboard = Dashboard("a", title: words, description: words, rows: [])
        #expect(try read(dashboard)["description"] as? String == words)
        #expect(try read(dashboard)["title"] as? String == "Vitals / \(words)")
    }

    @Test func aFamilyOfOnesOwnHasItsOwnLinksAndUIDs() throws {
        let dashboard = Dashboard("orders", title: "Orders", description: "", family: "shop", rows: [])
        #expect(dashboard.uid == "shop-orders")
        #expect(dashboard.fileName == "orders.json")
        #expect(try read(dashboard)["tags"] as? [String] == ["shop", "orders"])
    }

    @Test func aPanelMayHaveMoreQueriesThanThereAreLetters() throws {
        let targets = (0..<30).map { Target("up", legend: "\($0)") }
        let panel = try #require(
            try panels([Row("A", [.timeseries("a", "Words.", unit: .number, targets)])]).last)
        let letters = try #require(panel["targets"] as? [[String: Any]]).compactMap { $0["refId"] as? String }
        #expect(letters.count == 30)
        #expect(letters.prefix(2) + letters.suffix(5) == ["A", "B", "Z", "AA", "AB", "AC", "AD"])
    }

    @Test func alertsAreThoseOfAllChosenJobs() throws {
        let panel = try #require(try panels([Row("A", [.alerts("Alerts", "Words.")])]).last)
        let options = try #require(panel["options"] as? [String: Any])
        // In this place Grafana writes several values as `{a,b}` unless it is told otherwise.
        #expect(options["alertInstanceLabelFilter"] as? String == #"{job=~"${job:regex}"}"#)
    }

    @Test func sizesAndLimitsAreBounded() throws {
        let all = try panels([
            Row("A", [line("a").sized(100, -7), line("b").sized(-1, 1_000_000).limits(3, .nan, 1, .infinity)])
        ])
        let places = all.dropFirst().compactMap { $0["gridPos"] as? [String: Int] }
        #expect(places.map { [$0["w"], $0["h"]] } == [[24, 1], [1, 100]])
        let defaults = ((all.last?["fieldConfig"] as? [String: Any])?["defaults"] as? [String: Any])?["thresholds"]
        let steps = (defaults as? [String: Any])?["steps"] as? [[String: Any]]
        #expect(steps?.map { $0["value"] as? Double } == [nil, 1, 3])
    }
}
