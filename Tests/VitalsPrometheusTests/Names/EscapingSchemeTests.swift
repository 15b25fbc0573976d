import Testing
import VitalsPrometheus

@Suite struct EscapingSchemeTests {
    static let metricNames: [(String, String, String, String)] = [
        ("", "", "", ""),
        ("no:escaping_required", "no:escaping_required", "no:escaping__required", "no:escaping_required"),
        ("a.b_c", "a_b_c", "a_dot_b__c", "U__a_2e_b__c"),
        ("http.status:sum", "http_status:sum", "http_dot_status:sum", "U__http_2e_status:sum"),
        ("花火", "__", "____", "U___82b1__706b_"),
        ("label with 😱", "label_with__", "label__with____", "U__label_20_with_20__1f631_"),
        ("1up", "_up", "__up", "U___31_up"),
        ("a\u{0}\n\"b", "a___b", "a______b", "U__a_0__a__22_b"),
        ("\u{FFFD}", "_", "__", "U___fffd_"),
        ("e\u{301}", "e_", "e__", "U__e_301_"),
    ]

    @Test(arguments: metricNames)
    func metricNamesFollowTheTable(_ name: String, _ underscores: String, _ dots: String, _ values: String) {
        #expect(EscapingScheme.allowUTF8.metricName(name) == name)
        #expect(EscapingScheme.underscores.metricName(name) == underscores)
        #expect(EscapingScheme.dots.metricName(name) == dots)
        #expect(EscapingScheme.values.metricName(name) == values)
    }

    static let labelNames: [(String, String, String, String)] = [
        ("some_label", "some_label", "some__label", "some_label"),
        ("some.label", "some_label", "some_dot_label", "U__some_2e_label"),
        ("some?label", "some_label", "some__label", "U__some_3f_label"),
        ("a:b", "a_b", "a__b", "U__a_3a_b"),
    ]

    @Test(arguments: labelNames)
    func labelNamesHaveNoColon(_ name: String, _ underscores: String, _ dots: String, _ values: String) {
        #expect(EscapingScheme.allowUTF8.labelName(name) == name)
        #expect(EscapingScheme.underscores.labelName(name) == underscores)
        #expect(EscapingScheme.dots.labelName(name) == dots)
        #expect(EscapingScheme.values.labelName(name) == values)
    }

    static let classicNames: [(String, Bool, Bool)] = [
        ("a", true, true), ("_a9", true, true), ("a:b", true, false), (":a", true, false), ("9a", false, false),
        ("", false, false), ("a.b", false, false), ("ä", false, false), ("a b", false, false),
    ]

    @Test(arguments: classicNames)
    func onlyClassicNamesNeedNoQuotes(_ name: String, _ metric: Bool, _ label: Bool) {
        #expect(LegacyNames.isMetricName(name) == metric)
        #expect(LegacyNames.isLabelName(name) == label)
    }
}
