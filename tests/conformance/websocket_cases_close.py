"""The closing handshake (RFC 6455 §5.5.1, §7)."""

import websocket_case as ws

DEFINED = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
REGISTERED = [1012, 1013, 1014]  # with IANA, after the RFC
FORBIDDEN = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
ANY = ("none", "empty", "1000", "1001", "1002")


def ended(id, ref, about, steps, codes=("1000",), messages=(), **more):
    """The steps close the connection themselves."""
    return ws.echo(id, ref, about, steps, list(messages), closes=False, codes=codes, **more)


def cases():
    yield from codes()
    yield from reasons()
    yield from malformed()
    yield from data_around()
    yield from without_close()


def codes():
    for code in DEFINED:
        right = (str(code),) if code != 1010 else ("1010", "1000", "empty")  # which only clients send
        yield ended(f"close/{code}", "§7.4", f"Close {code}", [ws.close(code)], right, weak_codes=("1000", "empty"))
        steps = [ws.close(code, "with a reason")]
        yield ended(f"close/{code}-reason", "§7.4", f"Close {code}, reason", steps, right, weak_codes=("1000", "empty"))
    for code in REGISTERED:
        yield ended(
            f"close/{code}",
            "§7.4.2",
            f"Close {code}",
            [ws.close(code)],
            (str(code),),
            weak_codes=("1000", "empty", "1002"),
        )
    for code in FORBIDDEN:
        yield ws.refusal(f"close/forbidden-{code}", "§7.4", f"Close {code}, which may not be sent", [ws.close(code)])
        steps = [ws.close(code, "with a reason")]
        yield ws.refusal(f"close/forbidden-{code}-reason", "§7.4", f"Close {code}, reason", steps)
    yield ended("close/empty", "§5.5.1", "Close without a code", [ws.frame(ws.CLOSE)], ("empty", "1000"))


def reasons():
    for name, reason in [
        ("empty", ""),
        ("one", "a"),
        ("hello", "Hello World!"),
        ("utf8", "κόσμε 😀"),
        ("122", "*" * 122),
        ("123", "*" * 123),
        ("123-utf8", "€" * 41),
        ("nul", "\0\0"),
    ]:
        yield ended(
            f"close/reason-{name}", "§5.5.1", f"a reason of {len(reason.encode())} bytes", [ws.close(1000, reason)]
        )
        steps = [ws.byte_by_byte(ws.close(1000, reason))]
        yield ended(f"close/reason-{name}-chopped", "§5.5.1", f"... {reason[:8]!r}, byte by byte", steps)
    for code in ["ff", "c0af", "eda080", "f4908080", "cebae1bdb9cf83cebcceb5eda080656469746564", "e282", "c3"]:
        about = f"the reason {code}, no UTF-8"
        yield ws.refusal(
            f"close/reason-bad-{code[:8]}", "§7.1.6", about, [ws.close(1000, bytes.fromhex(code))], ("1007", "1002")
        )


def malformed():
    yield ws.refusal("close/one-byte", "§5.5.1", "a Close of one byte", [ws.frame(ws.CLOSE, b"\x03")])
    yield ws.refusal(
        "close/one-byte-chopped", "§5.5.1", "... byte by byte", [ws.byte_by_byte(ws.frame(ws.CLOSE, b"\x03"))]
    )
    for size in (124, 125, 1000):
        about = f"a Close with a reason of {size} bytes"
        yield ws.refusal(f"close/too-long-{size}", "§5.5", about, [ws.close(1000, "*" * size)])
    yield ws.refusal("close/fragmented", "§5.5", "a Close without FIN", [ws.frame(ws.CLOSE, b"\x03\xe8", fin=False)])
    long = ws.frame(ws.CLOSE, b"\x03\xe8", form=16)
    yield ws.refusal("close/long-length", "§5.5", "a Close of 2 bytes, its length in 16 bits", [long])


def data_around():
    after = {
        "text": ws.text("after"),
        "binary": ws.frame(ws.BINARY, b"after"),
        "ping": ws.frame(ws.PING, b"after"),
        "pong": ws.frame(ws.PONG, b"after"),
        "close": ws.close(1001),
        "reserved": ws.frame(3, b"after"),
        "unmasked": ws.frame(ws.TEXT, b"after", mask=False),
        "garbage": b"\xff" * 100,
        "fragments": ws.split(ws.TEXT, [b"a", b"b"]),
        "large": ws.text("*" * 200_000),
        "part": ws.text("after")[:4],
    }
    for name, data in after.items():
        about = f"Close, and {name} after it in the same write"
        yield ended(f"close/then-{name}", "§5.5.1", about, [ws.close() + data])
        steps = [ws.text("before") + ws.close() + data]
        yield ended(f"close/between-{name}", "§5.5.1", f"text, {about}", steps, messages=["before"])
    yield ended(
        "close/after-text", "§5.5.1", "text and Close in one write", [ws.text("a") + ws.close()], messages=["a"]
    )
    many = [f"message {number}" for number in range(50)]
    frames = b"".join(map(ws.text, many)) + ws.close()
    yield ended("close/after-many", "§5.5.1", "50 messages and Close in one write", [frames], messages=many)
    yield ended("close/after-many-chopped", "§5.5.1", "... in writes of 11", [ws.chopped(frames, 11)], messages=many)
    large = "*" * 256_000
    yield ended(
        "close/after-large", "§5.5.1", "256 kB and Close in one write", [ws.text(large) + ws.close()], messages=[large]
    )
    steps = [ws.frame(ws.PING, b"p") + ws.close()]
    yield ended("close/after-ping", "§5.5.1", "a ping and Close in one write", steps, pongs=[b"p"])
    steps = [ws.text("a", fin=False) + ws.close() + ws.frame(ws.CONTINUATION, b"b")]
    yield ended("close/in-message", "§5.4", "Close between fragments", steps)
    yield ended("close/at-once", "§7.1.2", "Close as the first frame, with the handshake", [], extra=ws.close())
    # More than one read takes: to close with bytes unread resets the connection, which may lose the Close frame.
    steps = [ws.close() + bytes(60_000)]
    yield ended("close/unread", "§7.1.1", "Close, and 60 kB after it", steps)
    yield ws.refusal(
        "close/unread-refused", "§7.1.1", "a reserved opcode, and 60 kB after it", [ws.frame(3) + bytes(60_000)]
    )
    for cut in (1, 2, 5, 7):
        data = ws.close(1000)
        steps = [data[:cut], ws.pause(0.01), data[cut:]]
        yield ended(f"close/split-{cut}", "§5.5.1", f"a pause after {cut} of a Close frame's bytes", steps)


def without_close():
    """The client's side ends: the server ends too, whatever it says before (§7.1.5, §7.1.7)."""
    message = ws.text("a message")
    for name, data, messages in [
        ("idle", b"", []),
        ("after-text", message, ["a message"]),
        ("in-header", message[:1], []),
        ("in-payload", message[:9], []),
        ("in-fragments", ws.text("a", fin=False), []),
        ("in-ping", ws.frame(ws.PING, b"ping")[:7], []),
    ]:
        about = f"half-closed, {name}"
        yield ended(f"close/half-closed-{name}", "§7.1.5", about, [data, ws.half_close], ANY, messages)
    steps = [ws.close(), ws.half_close]
    yield ended("close/half-closed-after-close", "§7.1.1", "Close, then half-closed", steps)
    for opcode in (ws.CLOSE, ws.PING):
        steps = [bytes([128 | opcode]), ws.half_close]
        yield ended(
            f"close/half-closed-after-{opcode}", "§7.1.5", f"only the first byte of opcode {opcode}", steps, ANY
        )
    steps = [b"\x81\x85ab", ws.half_close]
    yield ended("close/half-closed-in-key", "§7.1.5", "half-closed within the masking key", steps, ANY)
