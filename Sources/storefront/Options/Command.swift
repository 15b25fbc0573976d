/// What the command line asks for.
enum Command: Equatable {
    case shop(ShopOptions)
    case payment(PaymentOptions)
    case help(String)

    /// What helps whoever wrote a command line that is not understood.
    static func hint(_ arguments: some Sequence<String>) -> String {
        let isPayment = arguments.first { _ in true } == "payment"
        return "`storefront \(isPayment ? "payment " : "")--help` explains every option"
    }

    /// - Parameter arguments: Those of the process, without its name.
    init(_ arguments: some Sequence<String>) throws(UsageError) {
        let words = Array(arguments)
        let isPayment = words.first == "payment"
        if words.contains("--help") || words.contains("-h") {
            self = .help(isPayment ? PaymentOptions.help : ShopOptions.help)
        } else if isPayment {
            self = .payment(try PaymentOptions(words.dropFirst()))
        } else {
            self = .shop(try ShopOptions(words))
        }
    }
}
