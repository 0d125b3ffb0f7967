"""A dictionary of what has broken portals: values, headers, types, addresses."""

# Each of them stopped a version of a library below the portal, or of a database.
KILLERS = (b"2147483648", b"9223372036854775808", b"9" * 5000, b"a\x00b", b"\xed\xa0\x80", b"")
VALUES = (
    b"2147483647", b"2147483648", b"9223372036854775807", b"9223372036854775808", b"-1", b"0",
    b"9" * 5000, b"1e309", b"NaN", b"+1", b"1_0", b"0x10", b"\xd9\xa3\xd9\xa4", b"\xc2\xbd", b"", b" ",
    b" " * 300, b"\x00", b"a\x00b", b"\x7f\x1b[31m", b"\xed\xa0\x80", b"a\xed\xb0\x80b", b"\xff\xfe",
    b"\xe9t\xe9", b"\xf4\x90\x80\x80", b"x" * 3000, b"x" * 201, "é".encode() * 129, "İ".encode() * 70,
    "🧈".encode() * 80, "ß".encode() * 254, "\u202e\u2028\ufeff\u0000".encode(), "e\u0301".encode() * 60,
    b"\r\nSet-Cookie: a=b", b"=1+1", b"true", b"[]", b"{}", b"'\"><script>alert(1)</script>",
    b"'; DROP TABLE account; --", b"{{7*7}}{% x %}%s%n", b"%00", b"%", b"%zz", b"+", b"../../etc/passwd",
    b"..%2f..%2f", b"//evil.example", b"/\\evil.example", b"https://evil.example", b"javascript:1",
    b"alice@ours.example", b"a@" + b"b" * 300 + b".fr", b"a@\xc3\xa9lorn.fr", b"@", b"00010", b"00010-5",
    b"00042", b"31/12/9999", b"2026-02-30", b"0000-00-00", b"99999-01-01", b"+33612345678",
    b"tel:1;phone-context=+",
)  # fmt: skip
# What cannot be a header's value: no server passes it on.
HEADER_VALUES = tuple(v for v in VALUES if not {0, 10, 13} & set(v))
PARTS = (
    (b"", b"\xff\xfe"), (b"", b"\xed\xa0\x80"), (b"", b"\x00"), (b'; filename="a.txt"', b"a@b.fr"),
    (b'; filename="../../a"', b"\x00" * 99), (b'; filename=""', b"a@b.fr"), (b"; filename=a\x00b", b"a"),
    *((b"\r\nContent-Type: text/plain; charset=" + charset, b"+2AA-") for charset in (
        b"nope", b"hex", b"rot13", b"idna", b"utf-7", b"utf-16", b"undefined", b"\xff",
    )),
)  # fmt: skip
HEADERS = {
    b"Accept": (b"application/json", b"*/*;q=nan", b"image/webp", b",;,;="),
    b"Accept-Encoding": (b"br;q=0", b"vibration", b"gzip;q=9e99", b"identity;q=0, *;q=0", b"zstd"),
    b"Accept-Language": (b"tlh", b"*;q=-1"),
    b"Content-Length": (b"-1", b"abc", b"9" * 40),
    b"Cookie": (
        b"session", b"=;=;;", b"flow=\xe9\xff", b"device=\xff.\xff", b'session="\\355\\240\\200"',
        b"a=b;" * 3000,
    ),
    b"Expect": (b"100-continue", b"nothing"),
    b"Forwarded": (b"for=evil;host=evil.example;proto=https",),
    b"Host": (
        b"", b"evil.example", b"evil.example:80", b"[", b"[::1", b"a:abc", b"a:99999", b"\xe9.fr", b"a b",
        b"//", b"@",
    ),
    b"HX-Request": (b"true", b"false"),
    b"HX-Request-Type": (b"partial", b"full"),
    b"HX-Target": (b"#sign-in", b"body"),
    b"HX-Current-URL": (b"https://evil.example", b"http://["),
    b"HX-Boosted": (b"true",),
    b"HX-History-Restore-Request": (b"true",),
    b"If-Modified-Since": (b"yesterday",),
    b"If-None-Match": (b"*", b'W/"'),
    b"Origin": (b"null", b"http://[", b"http://a:abc", b"https://evil.example", b"http://\xe9"),
    b"Range": (b"bytes=0-0", b"bytes=9-1", b"lines=1"),
    b"Referer": (b"http://[", b"//evil.example"),
    b"Sec-Fetch-Site": (b"cross-site", b"same-site"),
    b"Transfer-Encoding": (b"chunked", b"gzip"),
    b"Upgrade": (b"websocket", b"h2c"),
    b"User-Agent": (b"", b"x" * 9000),
    b"X-Forwarded-For": (b"evil", b"1.2.3.4, ::1"),
    b"X-Forwarded-Host": (b"evil.example",),
    b"X-Forwarded-Proto": (b"gopher",),
    b"X-HTTP-Method-Override": (b"DELETE",),
}  # fmt: skip
METHODS = ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "FOO", "POST", "GET")
TYPES = (
    b"application/json", b"text/plain", b"application/xml", b"multipart/form-data",
    b"multipart/form-data; boundary=", b'multipart/form-data; boundary="\xe9"',
    b"multipart/mixed; boundary=x", b"", b"\xff;;=;",
    b"application/x-www-form-urlencoded; charset=utf-16", b"application/x-msgpack",
)  # fmt: skip
STRANGERS = (
    "/introuvable", "/static/../pyproject.toml", "/static/%2e%2e/app/main.py", "/static/app.css.map",
    "/favicon.ico", "/.git/config", "/schema", "/schema/openapi.json", "/demo/courriels",
    "/demo/connexion", "/%00", "/%ff", "/connexion/nouveau-mot-de-passe/", "/espace/00010/",
    "/espace//salaries", "/" + "a/" * 500,
)  # fmt: skip
