/// Renders a scrape. Called on one thread at a time; throws where nothing can be rendered.
///
/// - Parameter timeout: How long callbacks may take; nil for the registry's limit.
package typealias ScrapeRenderer = @Sendable (_ request: ScrapeRequest, _ timeout: Duration?) throws -> ScrapeResponse
