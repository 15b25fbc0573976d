import Testing
import VitalsMetrics
import VitalsPrometheus

@Suite struct LabelNamesTests {
    private static let classic = LabelNames(strategy: .underscoreEscapingWithSuffixes, escaping: .underscores)
    private static let utf8 = LabelNames(strategy: .noTranslation, escaping: .allowUTF8)

    private static func text(_ labels: [LabelNames.Label]) -> String {
        labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    }

    @Test(arguments: [
        ("http.method", "http_method"), ("a..b", "a_b"), ("a__b", "a_b"), ("a:b", "a_b"), ("ärger", "_rger"),
        ("日本", "_"), ("1st", "key_1st"), ("_a", "_a"), ("__name__", "_name_"), ("...", "_"), ("", "_"), ("le", "le"),
    ])
    func keysBecomeClassicNames(_ key: String, _ name: String) {
        #expect(Self.classic.name(key) == name)
        #expect(Self.classic.name(name) == name)
    }

    @Test(arguments: [("http.method", "http.method"), ("1st", "1st"), ("", "_"), ("__name__", "key__name__")])
    func keysStayWhereNamesMayHaveAnyCharacter(_ key: String, _ name: String) {
        #expect(Self.utf8.name(key) == name)
    }

    @Test(arguments: [
        (EscapingScheme.dots, "_a", "key__a"), (.dots, ".a", "_dot_a"), (.dots, "é", "key__"),
        (.underscores, "..a", "key__a"), (.values, "__name__", "key__name__"), (.values, ".a", "U___2e_a"),
    ])
    func noEscapingMakesAReservedName(_ scheme: EscapingScheme, _ key: String, _ name: String) {
        #expect(LabelNames(strategy: .noTranslation, escaping: scheme).name(key) == name)
    }

    @Test func escapingAppliesAfterTranslation() {
        let names = LabelNames(strategy: .underscoreEscapingWithSuffixes, escaping: .dots)
        #expect(names.name("http.method") == "http__method")
    }

    @Test(arguments: [
        ([("b", "1"), ("a", "2")], "b=1,a=2"),
        ([("a", ""), ("b", "1")], "b=1"),
        ([("a", "")], ""),
        ([("a.b", "x"), ("a_b", "y")], "a_b=x;y"),
        ([("a_b", "y"), ("a.b", "x")], "a_b=x;y"),
        // By key, not by value.
        ([("a-b", "z"), ("a.b", "y"), ("a_b", "x"), ("c", "1")], "a_b=z;y;x,c=1"),
        ([("a.b", ""), ("a_b", "x")], "a_b=x"),
    ])
    func keysThatBecomeEqualJoinTheirValues(_ pairs: [(String, String)], _ labels: String) {
        #expect(Self.text(Self.classic.resolve(pairs.map { (key: $0.0, value: $0.1) })) == labels)
    }

    @Test func keysThatStayDifferentAreNotJoined() {
        let labels = Self.utf8.resolve([("a.b", "x"), ("a_b", "y"), ("\u{E9}", "1"), ("e\u{301}", "2")])
        #expect(labels.count == 4)
    }

    @Test(arguments: [
        ([("le", "1"), ("a", "2")], "exported_le=1,a=2"),
        ([("exported.le", "1"), ("le", "2")], "exported_le=1;2"),
        ([("quantile", "1"), ("LE", "2")], "quantile=1,LE=2"),
    ])
    func aLabelOfTheFormatIsNotTheUsers(_ pairs: [(String, String)], _ labels: String) {
        #expect(Self.text(Self.classic.resolve(pairs.map { (key: $0.0, value: $0.1) }, reserved: "le")) == labels)
    }

    @Test func otherMetricsMayHaveThatLabel() {
        #expect(Self.text(Self.classic.resolve([("le", "1")])) == "le=1")
        #expect(Self.text(Self.classic.resolve([("quantile", "1")], reserved: "quantile")) == "exported_quantile=1")
    }

    @Test func theReservedLabelIsEscapedAsOthersAre() {
        let dots = LabelNames(strategy: .noTranslation, escaping: .dots)
        #expect(Self.text(dots.resolve([("le", "1")], reserved: "le")) == "exported__le=1")
    }

    @Test func scopesBecomeLabels() {
        let scope = Registry().meter(
            "shop", version: "1.2", schemaURL: "https://s",
            attributes: ["team": "a", "size": 3, "name": "x", "version": "y", "schema.url": "z"]
        ).scope
        #expect(
            Self.text(Self.classic.resolve(Self.classic.pairs(of: scope)))
                == "otel_scope_name=shop,otel_scope_version=1.2,otel_scope_schema_url=https://s,otel_scope_size=3,"
                + "otel_scope_team=a")
        #expect(Self.utf8.pairs(of: scope).map(\.key).contains("otel_scope_schema.url"))
    }

    @Test func whatAScopeLacksIsLeftOut() {
        let scope = Registry().meter("shop", attributes: ["version": "y", "a.b": "1", "a_b": "2"]).scope
        #expect(
            Self.text(Self.classic.resolve(Self.classic.pairs(of: scope))) == "otel_scope_name=shop,otel_scope_a_b=1;2")
    }

    @Test func aUsersLabelJoinsThatOfTheScope() {
        let scope = Registry().meter("shop").scope
        let pairs: [LabelNames.Pair] = [("otel.scope.name", "mine")]
        #expect(Self.text(Self.classic.resolve(pairs + Self.classic.pairs(of: scope))) == "otel_scope_name=mine;shop")
    }
}
