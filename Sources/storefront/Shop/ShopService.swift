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
        let own: OwnPayment?
        let payment: ServiceAddress
        if let address = options.payment {
            (own, payment) = (nil, address)
        } else {
            let started = try OwnPayment(PaymentOptions(of: options))
            (own, payment) = (started, started.address)
        }
        defer { own?.end() }
        let telemetry = try ServiceTelemetry.start(
            "storefront", isOn: options.hasTelemetry, port: options.metricsPort)
        defer { telemetry.shutdown(timeout: .seconds(1)) }
        let meter = telemetry.meter("storefront", version: Version.current)
        let tracer = telemetry.tracer("storefront", version: Version.current)

        let shop = try Shop(options, payment: payment, meter: meter, tracer: tracer)
        for endpoint in [shop.endpoint, telemetry.endpoint] {
            try endpoint?.addReadinessCheck("shop", shop.checkReadiness)
        }
        let load = try options.load.map { rate in
            try LoadGenerator("http://localhost:\(shop.endpoint.port)", rate: rate, seed: options.seed)
        }
        announce(options, shop, telemetry, payment, own)

        let loading = Task { await load?.run() }
        _ = EndSignals.wait(.seconds(options.seconds ?? 1_000_000_000))

        load?.stop()
        shop.close()
        // It has exports of its own to deliver, and does so while the shop does.
        own?.process.terminate()
        let deadline = Deadline(after: .milliseconds(800))
        if block(until: deadline, { await shop.drain(until: deadline) }) != true {
            Console.complain("not all events were processed in time: the others come after the next start")
        }
        load?.shutdown()
        _ = block(until: Deadline(after: .milliseconds(200))) { await loading.value }
        report(shop.tally, load?.result)
    }

    private static func announce(
        _ options: ShopOptions, _ shop: Shop, _ telemetry: Telemetry, _ payment: ServiceAddress, _ own: OwnPayment?
    ) {
        Console.say("shop        http://localhost:\(shop.endpoint.port)/api/users/1")
        Console.say(telemetry)
        Console.say("payment     \(payment.url)/payments")
        if let own, own.metricsPort > 0 {
            Console.say("  metrics   http://localhost:\(own.metricsPort)/metrics")
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
