import Testing

@testable import VitalsInstrumentation

struct RedactionTests {
    @Test(arguments: [
        ("", ""), ("a", "a"), ("a=1&b=2", "a=1&b=2"), ("token=x", "token=REDACTED"),
        ("a=1&token=x&b=2", "a=1&token=REDACTED&b=2"), ("TOKEN=x", "TOKEN=REDACTED"),
        ("access_token=x;b=1", "access_token=REDACTED;b=1"), ("reset-token=x", "reset-token=REDACTED"),
        (
            "AWSAccessKeyId=a&Signature=b&sig=c&X-Goog-Signature=d",
            "AWSAccessKeyId=REDACTED&Signature=REDACTED&sig=REDACTED&X-Goog-Signature=REDACTED"
        ),
        ("X-Amz-Security-Token=a&X-Amz-Credential=b", "X-Amz-Security-Token=REDACTED&X-Amz-Credential=REDACTED"),
        ("api_key=a&apiKey=b&key=c", "api_key=REDACTED&apiKey=REDACTED&key=REDACTED"),
        ("password=a&client_secret=b&code=c", "password=REDACTED&client_secret=REDACTED&code=REDACTED"),
        ("%74oken=x", "%74oken=REDACTED"), ("token%=x", "token%=REDACTED"), ("token=", "token=REDACTED"),
        ("token", "token"), ("token=a=b", "token=REDACTED"), ("=x", "=x"), ("&&=&", "&&=&"), ("a=token", "a=token"),
        (
            "subscription-key=a&x-functions-key=b&license_key=c",
            "subscription-key=REDACTED&x-functions-key=REDACTED&license_key=REDACTED"
        ),
        ("key[]=a&key%5B0%5D=b&card[pin]=c&[]=d", "key[]=REDACTED&key%5B0%5D=REDACTED&card[pin]=REDACTED&[]=d"),
        ("otp=a&pin=b&refresh=c&SAMLResponse=d", "otp=REDACTED&pin=REDACTED&refresh=REDACTED&SAMLResponse=REDACTED"),
        ("assertion=a&client_assertion=b", "assertion=REDACTED&client_assertion=REDACTED"),
        ("shipping=x&refreshed=y&item[0]=z", "shipping=x&refreshed=y&item[0]=z"),
        ("keyboard=x&design=y", "keyboard=x&design=y"), ("ä=1&token=ö", "ä=1&token=REDACTED"),
    ])
    func valuesOfSecretParametersAreNotShown(query: String, shown: String) {
        #expect(Redaction.query(query) == shown)
    }

    @Test(arguments: [
        ("https://example.com/a?b=1#c", "https://example.com/a?b=1#c"),
        ("https://u:p@example.com/a", "https://REDACTED:REDACTED@example.com/a"),
        ("https://u@example.com/a", "https://REDACTED@example.com/a"),
        ("https://u:p@ss@example.com/a", "https://REDACTED:REDACTED@example.com/a"),
        ("https://example.com/a@b", "https://example.com/a@b"),
        ("https://example.com/?m=a@b&sig=x", "https://example.com/?m=a@b&sig=REDACTED"),
        ("https://example.com/#access_token=x&a=1", "https://example.com/#access_token=REDACTED&a=1"),
        ("https://example.com/?x#token=y", "https://example.com/?x#token=REDACTED"),
        // What is no valid URL may have its password anywhere.
        ("https://u:p/q@example.com/", "https://REDACTED:REDACTED@example.com/"),
        ("//u:p@example.com/", "REDACTED:REDACTED@example.com/"), ("u:p@example.com", "REDACTED:REDACTED@example.com"),
        ("http:/\\u:p@h", "REDACTED:REDACTED@h"), ("", ""), ("@", "REDACTED@"),
        ("http://u:p\u{301}@\u{301}h", "http://REDACTED:REDACTED@\u{301}h"),
    ])
    func credentialsInURLsAreNotShown(url: String, shown: String) {
        #expect(Redaction.url(url) == shown)
    }

    @Test(arguments: [
        ("", ""), ("could not connect: code=7", "could not connect: code=7"), (" \n\"", " \n\""),
        ("mail to ann@example.com failed", "mail to ann@example.com failed"), ("really?", "really?"),
        (
            "could not connect to https://ann:pa55@h/?token=s3cret.",
            "could not connect to https://REDACTED:REDACTED@h/?token=REDACTED"
        ),
        ("GET /a?token=x&b=1 failed", "GET /a?token=REDACTED&b=1 failed"),
        ("{url=\"https://u@h/a\", n=1}", "{url=\"https://REDACTED@h/a\", n=1}"),
        ("Error Code=-1 {NSURL=https://u:p@h/?sig=a, b}", "Error Code=-1 REDACTED:REDACTED@h/?sig=REDACTED b}"),
        ("<redis://:p@h>\t<redis://h>", "<redis://REDACTED:REDACTED@h>\t<redis://h>"),
        ("https://h/ä?token=ö ü", "https://h/ä?token=REDACTED ü"),
    ])
    func whatErrorsSayOfURLsIsNotShownEither(words: String, shown: String) {
        #expect(Redaction.words(words) == shown)
    }
}
