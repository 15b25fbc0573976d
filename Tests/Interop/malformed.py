"""Requests that no server should take for good ones."""

METHODS = (b"GET", b"HEAD", b"POST")
HEADERS = b"Host: localhost\r\nAccept: text/plain\r\n"


def noise(random, count, but=b""):
    return bytes(byte for byte in random.randbytes(count) if byte not in but)


def word(random, least=1, most=12):
    return bytes(random.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(random.randint(least, most)))


def random_bytes(random):
    # A word of capital letters might be a method.
    return b"\x01" + noise(random, random.randint(1, 2000)) + b"\r\n\r\n"


def no_version(random):
    version = random.choice((b"", b" HTTP", b" HTTP/", b" HTTP/x.y", b" HTTPS/1.1", b" http/1.1", b" " + word(random)))
    return b"GET /" + word(random) + version + b"\r\n" + HEADERS + b"\r\n"


def no_host(random):
    return b"GET /" + word(random) + b" HTTP/1.1\r\nAccept: */*\r\n\r\n"


def cut(random):
    whole = b"GET /metrics HTTP/1.1\r\n" + HEADERS
    return whole[: random.randint(1, len(whole) - 1)]


def unknown_method(random):
    return word(random, 2, 40).upper() + b"X /metrics HTTP/1.1\r\n" + HEADERS + b"\r\n"


def bad_escape(random):
    escape = random.choice((b"%", b"%%", b"%g1", b"%1", b"%ff", b"%c3%28", b"%ed%a0%80", b"%f5%80%80%80"))
    where = random.choice((b"/" + escape, b"/metrics?name[]=" + escape, b"/metrics?" + escape + b"=" + word(random)))
    return b"GET " + where + b" HTTP/1.1\r\n" + HEADERS + b"\r\n"


def nowhere(random):
    path = b"".join(b"/" + word(random) + random.choice((b"", b"/..", b"//", b"%2f", b"%00")) for _ in range(4))
    return random.choice(METHODS) + b" " + path + b" HTTP/1.1\r\n" + HEADERS + b"Content-Length: 0\r\n\r\n"


def long_target(random):
    return b"GET /" + b"a" * random.randint(40_000, 80_000) + b" HTTP/1.1\r\n" + HEADERS + b"\r\n"


def large_headers(random):
    many = b"".join(b"X-%d: %s\r\n" % (index, word(random)) for index in range(random.randint(4000, 8000)))
    one = b"X-Large: " + b"b" * random.randint(40_000, 80_000) + b"\r\n"
    return b"GET /metrics HTTP/1.1\r\n" + HEADERS + random.choice((many, one)) + b"\r\n"


def bad_length(random):
    length = random.choice((b"-1", b"1x", b"0x10", b"", b"9" * 40, b"+5", b"1 2", word(random)))
    return b"POST /metrics HTTP/1.1\r\n" + HEADERS + b"Content-Length: " + length + b"\r\n\r\nbody"


def missing_body(random):
    length = b"%d" % random.randint(10, 100_000)
    return b"POST /metrics HTTP/1.1\r\n" + HEADERS + b"Content-Length: " + length + b"\r\n\r\nbody"


def bad_chunks(random):
    chunk = random.choice((b"x\r\n", b"-1\r\n", b"5\r\nab\r\n", b"ffffffffffffffffff\r\n", b"5;" + word(random) + b"\n"))
    return b"POST /metrics HTTP/1.1\r\n" + HEADERS + b"Transfer-Encoding: chunked\r\n\r\n" + chunk


def bad_header(random):
    header = random.choice(
        (b": " + word(random), word(random), word(random) + b" : x", b"X-\x00: y", b"X: a\x00b", b" folded: x")
    )
    return b"GET /" + word(random) + b" HTTP/1.1\r\n" + header + b"\r\n" + HEADERS + b"\r\n"


KINDS = (
    random_bytes, no_version, no_host, cut, unknown_method, bad_escape, nowhere, long_target, large_headers, bad_length,
    missing_body, bad_chunks, bad_header,
)


def malformed_requests(random, count):
    """So many of all kinds in turns, each with the name of its kind."""
    for index in range(count):
        kind = KINDS[index % len(KINDS)]
        yield kind.__name__, kind(random)
