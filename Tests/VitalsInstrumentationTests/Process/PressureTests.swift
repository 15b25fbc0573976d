import Testing

@testable import VitalsInstrumentation

struct PressureTests {
    @Test(
        arguments: [
            (
                "some avg10=0.00 avg60=0.12 avg300=0.01 total=1500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=250000\n",
                1.5, 0.25
            ),
            // Kernels before 5.13 say nothing of `full` for processors.
            ("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", 0, nil),
            ("full total=1000000", nil, 1),
            ("some total=1000000 more=2\nnone total=3\n", 1, nil),
            ("some avg10=0.00\nfull\n", nil, nil), ("some total=x\nfull total=-1\n", nil, nil),
            ("some total=99999999999999999999\n", nil, nil), ("", nil, nil), ("\n\n", nil, nil),
            ("total=5\n", nil, nil),
        ] as [(String, Double?, Double?)])
    func stallsAreSeconds(text: String, some: Double?, full: Double?) {
        let pressure = Pressure(text.systemText)
        #expect(pressure.some == some)
        #expect(pressure.full == full)
    }
}
