extension Propagator {
    private static let baggageName = "baggage"

    /// The header `baggage` of the W3C: what the program wants known wherever the execution goes.
    ///
    /// What may not be in a header is percent-encoded, in values and in names. At most 64 members and 8192 bytes are
    /// written and read; of others whole members are left out. A malformed member is passed over.
    public static let baggage = Propagator(
        fields: [baggageName],
        inject: { context, set in
            guard let baggage = context.storage?.baggage, !baggage.isEmpty else { return }
            let header = baggage.header
            if !header.isEmpty { set(baggageName, header) }
        },
        extract: { context, values in
            let headers = values(baggageName)
            guard !headers.isEmpty else { return context }
            let baggage = Baggage(headers: headers)
            guard !baggage.isEmpty else { return context }
            var context = context
            context.baggage = baggage
            return context
        })
}
