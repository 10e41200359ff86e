"""Byte streams that two readers of HTTP/1.1 have been known to read differently.

A case is (name, stream or parts of one, served): `served` names the requests that a strict server answers 2xx when it
gets the stream itself, in order. Each request carries its name in its target, as "/users/CASE-NAME" for a GET and
"/echo?CASE-NAME" for a POST: what was smuggled shows as such in a log. "S" names requests that must never be seen.
"""


def get(name, fields=""):
    return f"GET /users/{{case}}-{name} HTTP/1.1\r\nHost: h\r\n{fields}\r\n"


def post(name, fields, body="", line=None, host="Host: h\r\n"):
    return (line or f"POST /echo?{{case}}-{name} HTTP/1.1\r\n") + f"{host}{fields}\r\n{body}"


SMUGGLED = get("S")
CHUNKED = "Transfer-Encoding: chunked\r\n"


def length(text):
    return f"Content-Length: {len(text)}\r\n"


def both_framings():
    """Content-Length and Transfer-Encoding together (RFC 9112 §6.1): CL.TE, TE.CL and their disguises."""
    hidden = "0\r\n\r\n" + SMUGGLED.replace("{case}", "0000")
    yield "cl-te", post("1", length(hidden) + CHUNKED, "0\r\n\r\n" + SMUGGLED), ""
    yield "te-cl", post("1", CHUNKED + "Content-Length: 4\r\n", f"40\r\n{SMUGGLED:<64}\r\n0\r\n\r\n"), ""
    yield "te-cl0", post("1", "Content-Length: 0\r\n" + CHUNKED, "0\r\n\r\n") + SMUGGLED, ""
    for number, line in enumerate(
        [
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding:\tchunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
            " Transfer-Encoding: chunked",
            "X: y\r\n Transfer-Encoding: chunked",
            "X: y\nTransfer-Encoding: chunked",
            "X: y\rTransfer-Encoding: chunked",
            "Transfer-Encoding\r\n: chunked",
            "Transfer-Encoding:\r\n chunked",
            "Transfer-Encoding: \x0bchunked",
            "Transfer-Encoding: chunked\x0b",
            "Transfer-Encoding: chunked\0",
            "Transfer-Encoding\0: chunked",
            "Transfer-Encoding: \x00chunked",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: chunked;q=1",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: ,chunked",
            "Transfer-Encoding: cHuNkEd",
            "Transfer-Encoding: chunked,",
            "Transfer-Encoding:",
            "Transfer_Encoding: chunked",
            "Transfer-Encoding: chunk\u00e9d",
            "Transfer-Encoding: chun\u212aed".encode("utf-8").decode("latin1"),
            "\u00a0Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "X: a\r\n\r\nTransfer-Encoding: chunked",
        ]
    ):
        # Without a length beside it, and with one that hides a request from whoever does not see the coding.
        yield f"te-{number}", post("1", line + "\r\n", "0\r\n\r\n") + get("2"), None
        yield f"te-cl-{number}", post("1", length("0\r\n\r\n") + line + "\r\n", "0\r\n\r\n") + get("2"), None


def lengths():
    for number, line in enumerate(
        [
            "Content-Length: 3\r\nContent-Length: 3",
            "Content-Length: 3\r\nContent-Length: 0",
            "Content-Length: 0\r\nContent-Length: 3",
            "Content-Length: 3, 3",
            "Content-Length: 3, 0",
            "Content-Length: +3",
            "Content-Length: -3",
            "Content-Length: 3 0",
            "Content-Length: 0x3",
            "Content-Length: 3.0",
            "Content-Length: 3;",
            "Content-Length: '3'",
            "Content-Length: 3\x0b",
            "Content-Length: 3\0",
            "Content-Length : 3",
            "Content-Length\t: 3",
            "Content-Length:\r\n 3",
            "Content-Length: \r\n",
            "Content_Length: 3",
            "Content-Length: 18446744073709551619",
            "Content-Length: 99999999999999999999999999999999",
            "Content-Length: 4294967299",
            "Content-Length: \u0663".encode("utf-8").decode("latin1"),
        ]
    ):
        yield f"cl-{number}", post("1", line + "\r\n", "abc") + get("2"), None if "_" in line else ""
    yield "cl-zeros", post("1", "Content-Length: 003\r\n", "abc") + get("2"), "1,2"
    yield "cl-blank", post("1", "Content-Length:\t 3 \t\r\n", "abc") + get("2"), "1,2"
    yield "cl-get", get("1", "Content-Length: 3\r\n") + "abc" + get("2"), "1,2"
    yield "cl-hidden", post("1", length(SMUGGLED.replace("{case}", "cl-hidden")), SMUGGLED) + get("2"), "1,2"


def chunks():
    for number, (body, served) in enumerate(
        [
            ("3\r\nabc\r\n0\r\n\r\n", "1,2"),
            ("3;a=b\r\nabc\r\n0;c\r\n\r\n", "1,2"),
            ("3 ;a\r\nabc\r\n0\r\n\r\n", "1,2"),
            ("0003\r\nabc\r\n00\r\n\r\n", "1,2"),
            ("3\r\nabc\r\n0\r\nX: y\r\n\r\n", "1,2"),
            ("3\r\nabc\r\n0\r\nContent-Length: 50\r\n\r\n", "1,2"),
            ("3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\nHost: evil\r\n\r\n", "1,2"),
            ("3;a\nabc\r\n0\r\n\r\n", ""),
            ("3;\nabc\r\n0\r\n\r\n", ""),
            ("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n", ""),
            ("3;a=\r\r\nabc\r\n0\r\n\r\n", ""),
            ("3\nabc\n0\n\n", ""),
            ("3\r\nabc\n0\r\n\r\n", ""),
            ("3\r\nabcX0\r\n\r\n", ""),
            ("3\r\nabcde\r\n0\r\n\r\n", ""),
            ("3\rXabc\r\n0\r\n\r\n", ""),
            ("3\r\nabc0\r\n\r\n", ""),
            ("0x3\r\nabc\r\n0\r\n\r\n", ""),
            ("+3\r\nabc\r\n0\r\n\r\n", ""),
            ("-3\r\nabc\r\n0\r\n\r\n", ""),
            (" 3\r\nabc\r\n0\r\n\r\n", ""),
            ("3_0\r\nabc\r\n0\r\n\r\n", ""),
            ("\r\n3\r\nabc\r\n0\r\n\r\n", ""),
            ("10000000000000003\r\nabc\r\n0\r\n\r\n", ""),
            ("fffffffffffffffd\r\nabc\r\n0\r\n\r\n", ""),
            ("100000003\r\nabc\r\n0\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\nX y\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\n X: y\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\nX: y\n\r\n", ""),
            ("3\r\nabc\r\n0\r\nX: \0\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\nX : y\r\n\r\n", ""),
            ("3\r\nabc\r\n0\n\r\n", ""),
            ("3\r\nabc\r\n0\r\n\n", ""),
            ("3\r\nabc\r\n0\r\n\rX", ""),
            ("3;" + "a" * 20000 + "\r\nabc\r\n0\r\n\r\n", ""),
        ]
    ):
        yield f"chunk-{number}", post("1", CHUNKED, body) + get("2"), served
    split = post("1", CHUNKED, "3\r\nabc\r\n0\r\n\r\n") + get("2")
    yield "chunk-split", [split[:at] for at in (60,)] + [split[60:110], split[110:116], split[116:]], "1,2"


def request_lines():
    for number, line in enumerate(
        [
            "GET  /users/{case}-1 HTTP/1.1",
            "GET\t/users/{case}-1\tHTTP/1.1",
            "GET /users/{case}-1  HTTP/1.1",
            "GET /users/{case}-1 HTTP/1.1 ",
            " GET /users/{case}-1 HTTP/1.1",
            "GET /users/{case}-1 HTTP/1.1\rX",
            "GET /users/{case}-1\rX HTTP/1.1",
            "GET /users/{case}-1 HTTP/1.1 HTTP/1.1",
            "GET /users/{case}-1 x HTTP/1.1",
            "GET /users/{case}-1\0 HTTP/1.1",
            "GET /users/{case}-1%0d%0aX-Injected:%201 HTTP/1.1",
            "GET /users/{case}-1%0aX-Injected:%201 HTTP/1.1",
            "GET /users/{case}-1%00 HTTP/1.1",
            "GET /users/../../{case}-1 HTTP/1.1",
            "GET /static/..%2f{case}-1%0d%0aX-Injected:1 HTTP/1.1",
            "GET /users/{case}-1#x HTTP/1.1",
            "GET users/{case}-1 HTTP/1.1",
            "GET /users/{case}-1 HTTP/2.0",
            "GET /users/{case}-1 HTTP/1.10",
            "GET /users/{case}-1 HTTP/01.1",
            "GET /users/{case}-1 http/1.1",
            "GET /users/{case}-1 HTTP/1,1",
            "GET /users/{case}-1 HTTP/ 1.1",
            "GET /users/{case}-1 ICY/1.1",
            "PRI * HTTP/2.0",
        ]
    ):
        yield f"line-{number}", f"{line}\r\nHost: h\r\n\r\n" + get("2"), ""
    yield "line-first-lf", "\n" + get("1") + get("2"), None
    yield "line-first-crlf", "\r\n" + get("1") + get("2"), "1,2"
    yield "line-between", get("1") + "\r\n" + get("2"), "1,2"
    yield "line-crlf-query", "GET /users/{case}-1?a=%0d%0aX-Injected:%201 HTTP/1.1\r\nHost: h\r\n\r\n" + get("2"), "1,2"


def hosts_and_fields():
    first = "GET /users/{case}-1 HTTP/1.1\r\n"
    for number, (fields, served) in enumerate(
        [
            ("", ""),
            ("Host: a\r\nHost: b\r\n", ""),
            ("Host: a\r\nHost: a\r\n", ""),
            ("Host: a, b\r\n", ""),
            ("Host: a b\r\n", ""),
            ("Host: a/b\r\n", ""),
            ("Host: u@a\r\n", ""),
            ("Host: a:80:80\r\n", ""),
            ("Host: a%0d%0aX-Injected: 1\r\n", None),
            ("Host : a\r\n", ""),
            (" Host: a\r\n", ""),
            ("X: y\r\n folded\r\nHost: a\r\n", ""),
            ("Host: a\r\nX: y\r\n\tfolded\r\n", ""),
            ("Host: a\r\nX: y\rZ: z\r\n", ""),
            ("Host: a\r\nX: y\nZ: z\r\n", ""),
            ("Host: a\r\nX: \0\r\n", ""),
            ("Host: a\r\nX\0: y\r\n", ""),
            ("Host: a\r\nX\r\n", ""),
            ("Host: a\r\n: y\r\n", ""),
            ("Host: a\r\nX y: z\r\n", ""),
            ("Host: a\r\nConnection: close, Content-Length\r\nContent-Length: 0\r\n", None),
            ("Host: a\r\nConnection: Host\r\n", None),
            ("Host: a\r\nX: \xff\xfe\r\n", None),
        ]
    ):
        yield f"field-{number}", first + fields + "\r\n" + get("2"), served
    yield "lf-only", get("1").replace("\r\n", "\n") + get("2"), ""
    yield "absolute", "GET http://b/users/{case}-1 HTTP/1.1\r\nHost: h\r\n\r\n" + get("2"), "1,2"
    yield "absolute-user", "GET http://h@b/users/{case}-1 HTTP/1.1\r\nHost: h\r\n\r\n" + get("2"), ""
    yield "absolute-two", "GET http://b/users/{case}-1 HTTP/1.1\r\nHost: h\r\nHost: b\r\n\r\n" + get("2"), ""


def other_protocols():
    upgrade = "Connection: Upgrade\r\nUpgrade: "
    body = "Content-Length: 3\r\n"
    yield "upgrade-ws", get("1", upgrade + "websocket\r\nSec-WebSocket-Version: 13\r\n") + get("2"), None
    yield "upgrade-h2c", get("1", upgrade + "h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n") + get("2"), None
    yield "upgrade-body", post("1", upgrade + "websocket\r\n" + body, "abc") + get("2"), None
    yield "connect", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n" + get("S"), ""
    yield "connect-path", "CONNECT /users/{case}-1 HTTP/1.1\r\nHost: h\r\n\r\n" + get("S"), ""
    yield "expect", post("1", "Expect: 100-continue\r\n" + body, "abc") + get("2"), "1,2"
    yield "expect-odd", post("1", "Expect: 100-continue, x\r\n" + body, "abc") + get("2"), None
    yield "expect-get", get("1", "Expect: 100-continue\r\n") + get("2"), "1,2"
    yield "head", get("1").replace("GET", "HEAD") + get("2"), "1,2"
    yield "http-0.9", "GET /users/{case}-1\r\n" + get("2"), ""
    old = "POST /echo?{case}-1 HTTP/1.0\r\n"
    keep = "Connection: keep-alive\r\n"
    yield "1.0-te", post("1", keep + CHUNKED, "0\r\n\r\n", line=old) + get("S"), ""
    yield "1.0-te-cl", post("1", keep + CHUNKED + "Content-Length: 5\r\n", "0\r\n\r\n", line=old) + get("S"), ""
    yield "1.0-close", "GET /users/{case}-1 HTTP/1.0\r\n\r\n" + get("S"), "1"
    yield "1.0-keep", "GET /users/{case}-1 HTTP/1.0\r\n" + keep + "\r\n" + get("2"), "1,2"
    yield "close", get("1", "Connection: close\r\n") + get("S"), "1"
    yield "cut-body", post("1", "Content-Length: 50\r\n", "abc"), ""
    yield "cut-chunk", post("1", CHUNKED, "50\r\nabc"), ""


def cases():
    for family in (both_framings, lengths, chunks, request_lines, hosts_and_fields, other_protocols):
        for name, stream, served in family():
            parts = stream if isinstance(stream, list) else [stream]
            yield name, [part.replace("{case}", name).encode("latin1") for part in parts], served
