"""The request of the opening handshake (RFC 6455 §4.2.1, RFC 9110 §7.8), and frames that come in the same write."""

import websocket_case as ws


def cases():
    yield from requests()
    yield from fields()
    yield from bodies()
    yield from at_once()


def requests():
    for method, status, weak in [
        ("POST", "405|400", "4..|501"),
        ("PUT", "405|400", "4..|501"),
        ("DELETE", "405|400", "4..|501"),
        ("PATCH", "405|400", "4..|501"),
        ("HEAD", "405|400|426", "4..|501"),
        ("OPTIONS", "405|400|200|204", "4..|501"),
        ("get", "405|400|501", "4.."),
    ]:
        line = method + " {path} HTTP/1.1"
        yield with_line(f"handshake/method-{method}", f"{method}, not GET", line, status, weak)
    for name, version, status, weak in [
        ("1.0", "HTTP/1.0", "400|426|505", "4.."),
        ("0.9", "HTTP/0.9", "400|505", "4.."),
        ("2.0", "HTTP/2.0", "400|505", "4.."),
        ("none", "", "400|505", "4..|raw"),
    ]:
        line = "GET {path} " + version
        yield with_line(f"handshake/http-{name}", f"a request of {version}", line, status, weak)
    first = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    opening = [lambda client: client.send(first + client.request())]
    about = "the handshake behind another request in the same write"
    yield ws.attempt("handshake/pipelined", "RFC 9112 §9.3.2", about, None, "101", "[24]..", opening=opening, answers=2)
    opening = [lambda client: client.send(first), ws.await_answers(1), lambda client: client.send(client.request())]
    about = "the handshake on a connection that has served a request"
    yield ws.attempt("handshake/kept-alive", "RFC 9112 §9.3", about, None, "101", "[24]..", opening=opening, answers=2)
    plain = {"Upgrade": None, "Connection": None, "Sec-WebSocket-Key": None, "Sec-WebSocket-Version": None}
    yield ws.attempt("handshake/plain-get", "§4.2.1", "a plain GET", plain, "400|426", "4..")
    only = plain | {"Connection": "Upgrade", "Upgrade": "websocket"}
    yield ws.attempt("handshake/only-upgrade", "§4.2.1", "Upgrade and nothing of WebSocket", only, "400|426", "4..")
    for name, target, status, weak in [
        ("query", "{path}?a=1&b=%20", "101", ""),
        ("absolute", "http://{host}{path}", "101", "4.."),
        ("absolute-query", "http://{host}{path}?a=1", "101", "4.."),
        ("unknown", "{path}-that-is-not", "404", "4.."),
        ("fragment", "{path}#a", "400|101", "4.."),
        ("asterisk", "*", "400|404", "4.."),
    ]:
        line = f"GET {target} HTTP/1.1"
        yield with_line(f"handshake/target-{name}", f"the target {target}", line, status, weak)


def with_line(id, about, line, status, weak):
    return ws.attempt(id, "§4.2.1", about, None, status, weak, line=line)


def fields():
    yield ws.attempt("handshake/host-absent", "§4.2.1", "no Host", {"Host": None}, "400", "4..")
    yield ws.attempt(
        "handshake/host-twice", "RFC 9112 §3.2", "two Hosts", {"Host": ["localhost", "example.com"]}, "400", "4.."
    )
    yield ws.attempt(
        "handshake/unknown-fields", "§4.2.1", "unknown fields", {f"X-Field-{number}": "value" for number in range(20)}
    )
    yield ws.attempt("handshake/long-cookie", "§4.2.1", "a cookie of 4000 bytes", {"Cookie": "a=" + "b" * 4000})
    yield ws.attempt("handshake/browser", "§4.2.1", "what a browser adds", BROWSER)
    yield ws.attempt(
        "handshake/accept-sent",
        "§11.3.3",
        "Sec-WebSocket-Accept in the request",
        {"Sec-WebSocket-Accept": "x"},
        "101|400",
    )
    names = ["Upgrade", "Connection", "Sec-WebSocket-Version"]
    for kind in (str.lower, str.upper):
        renamed = {name: None for name in names} | {
            kind(name): value for name, value in zip(names, ["websocket", "Upgrade", "13"])
        }
        yield ws.attempt(f"handshake/names-{kind.__name__}", "§4.2.1", f"field names in {kind.__name__} case", renamed)
    last = {"Host": None, "Upgrade": None, "UPGRADE": "websocket", "HOST": "{host}"}
    yield ws.attempt("handshake/order", "§4.2.1", "Host and Upgrade as the last fields", last)
    bare = {"X-Bad": "a\nUpgrade: websocket"}
    yield ws.attempt("handshake/bare-lf", "RFC 9112 §2.2", "a line feed within a field", bare, "400|101", "4..")
    yield ws.attempt("handshake/nul", "RFC 9110 §5.5", "NUL in a field", {"X-Bad": "a\0b"}, "400", "4..")


BROWSER = {
    "Pragma": "no-cache",
    "Cache-Control": "no-cache",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0",
    "Origin": "http://{host}",
    "Connection": "keep-alive, Upgrade",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9,de;q=0.8",
    "Sec-WebSocket-Extensions": ws.DEFLATE_OFFER,
    "Sec-Fetch-Dest": "websocket",
    "Sec-Fetch-Mode": "websocket",
    "Sec-Fetch-Site": "same-origin",
    "Cookie": "a=b; c=d",
}


def bodies():
    """A handshake has no body; where one is announced, its bytes must not be taken for frames (RFC 9110 §7.8)."""
    for name, more, body, status in [
        ("none", {"Content-Length": "0"}, b"", "101"),
        ("length", {"Content-Length": "5"}, b"Hello", "101|400|413"),
        ("frame-like", {"Content-Length": str(len(ws.text("smuggled")))}, ws.text("smuggled"), "101|400|413"),
        ("chunked-none", {"Transfer-Encoding": "chunked"}, b"0\r\n\r\n", "101|400"),
        ("chunked", {"Transfer-Encoding": "chunked"}, b"5\r\nHello\r\n0\r\n\r\n", "101|400|413"),
        ("both", {"Transfer-Encoding": "chunked", "Content-Length": "5"}, b"0\r\n\r\n", "400"),
        ("bad-length", {"Content-Length": "x"}, b"", "400"),
        ("expect", {"Expect": "100-continue"}, b"", "101|417"),
    ]:
        about = f"a handshake with {more}"
        yield ws.attempt(f"handshake/body-{name}", "RFC 9110 §7.8", about, more, status, "4..", extra=body)


def at_once():
    """Frames in the same write as the handshake are not lost."""
    hello = ws.text("Hello")
    yield ws.echo("handshake/then-text", "§4.1", "the first frame with the handshake", [], ["Hello"], extra=hello)
    many = [f"message {number}" for number in range(100)]
    yield ws.echo(
        "handshake/then-many", "§4.1", "100 messages with the handshake", [], many, extra=b"".join(map(ws.text, many))
    )
    large = "a" * 300_000
    yield ws.echo("handshake/then-large", "§4.1", "300 kB with the handshake", [], [large], extra=ws.text(large))
    for cut in (1, 2, 4, 6, 9):
        about = f"{cut} bytes of the first frame with the handshake"
        yield ws.echo(
            f"handshake/then-part-{cut}", "§4.1", about, [ws.pause(0.01), hello[cut:]], ["Hello"], extra=hello[:cut]
        )
    frames = ws.split(ws.TEXT, [b"a", b"b"]) + ws.frame(ws.PING, b"p")
    yield ws.echo(
        "handshake/then-fragments",
        "§4.1",
        "fragments and a ping with the handshake",
        [],
        ["ab"],
        extra=frames,
        pongs=[b"p"],
    )
    frames = hello + ws.close()
    yield ws.echo(
        "handshake/then-all", "§4.1", "text and Close with the handshake", [], ["Hello"], extra=frames, closes=False
    )
    for size, wait in [(1, 0.0002), (7, 0.0002), (100, 0.01)]:
        opening = [lambda client, size=size, wait=wait: client.send_chopped(client.request() + hello, size, wait)]
        yield ws.echo(
            f"handshake/writes-{size}",
            "§4.1",
            f"handshake and text in writes of {size}",
            [],
            ["Hello"],
            opening=opening,
        )
    opening = [b"\r\n", lambda client: client.send(client.request())]
    about = "an empty line before the request"
    yield ws.attempt("handshake/empty-line", "RFC 9112 §2.2", about, None, "101", "4..", opening=opening)
    for count in (2, 3):
        steps = [ws.byte_by_byte(hello)] * count
        yield ws.echo(
            f"handshake/then-slow-{count}",
            "§4.2.2",
            f"{count} messages byte by byte afterwards",
            steps,
            ["Hello"] * count,
        )
