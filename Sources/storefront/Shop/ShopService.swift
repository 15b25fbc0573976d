import Vitals

/// The shop as a process: telemetry, payment service, shop and load.
enum ShopService {
    /// Serves until it is told to end. Gives the exit code.
    static func run(_ options: ShopOptions) -> Int32 {
        do {
            try serve(options)
            return 0
        } catch {
            Console.complain("\(error)")
            return 1
        }
    }

    private static func serve(_ options: ShopOptions) throws {
        let telemetry = try ServiceTelemetry.start(
            "storefront", isOn: options.hasTelemetry, port: options.metricsPort)
        defer { telemetry.shutdown(timeout: .seconds(1)) }
        let meter = telemetry.meter("storefront", version: VitalsVersion.current)
        let tracer = telemetry.tracer("storefront", version: VitalsVersion.current)
        let process = ProcessTelemetry(meter: meter)
        defer { withExtendedLifetime(process) {} }

        let payment = options.payment == nil ? try OwnPayment(PaymentOptions(of: options)) : nil
        defer { payment?.end() }
        let address = options.payment ?? payment?.address ?? ""
        let shop = try Shop(options, payment: address, meter: meter, tracer: tracer)
        for endpoint in [shop.endpoint, telemetry.endpoint] {
            try endpoint?.addReadinessCheck("shop", shop.checkReadiness)
        }
        let load = try options.load.map { rate in
            try LoadGenerator("http://localhost:\(shop.endpoint.port)", rate: rate, seed: options.seed)
        }
        announce(options, shop, telemetry, payment, address)

        let loading = Task { await load?.run() }
        _ = EndSignals.wait(.seconds(options.seconds ?? 1_000_000_000))

        load?.stop()
        shop.close()
        // Both end side by side: the payment service has exports of its own to deliver.
        payment?.process.terminate()
        let deadline = Deadline(after: .milliseconds(800))
        if block(until: deadline, { await shop.drain(until: deadline) }) != true {
            Console.complain("not all events were processed in time: the others come after the next start")
        }
        load?.shutdown()
        _ = block(until: Deadline(after: .milliseconds(200))) { await loading.value }
        report(shop.tally, load?.result)
    }

    private static func announce(
        _ options: ShopOptions, _ shop: Shop, _ telemetry: Telemetry, _ payment: OwnPayment?, _ address: String
    ) {
        Console.say("shop        http://localhost:\(shop.endpoint.port)/api/users/1")
        Console.say(telemetry)
        Console.say("payment     \(address)/payments")
        if let payment, payment.metricsPort > 0 {
            Console.say("            http://localhost:\(payment.metricsPort)/metrics")
        }
        if let rate = options.load { Console.say("load        \(rate) requests a second") }
        Console.say(options.seconds.map { "ends after \($0) s" } ?? "ends with Ctrl-C")
    }

    private static func report(_ tally: Tally, _ load: LoadGenerator.Result?) {
        if let load {
            Console.say(
                "load        answered=\(load.answered) failed=\(load.failed) unanswered=\(load.unanswered) "
                    + "skipped=\(load.skipped)")
        }
        Console.say(
            "served      requests=\(tally.requests.value) orders=\(tally.orders.value) "
                + "processed=\(tally.processed.value) dropped=\(tally.dropped.value) "
                + "deduplicated=\(tally.deduplicated.value)")
    }
}
