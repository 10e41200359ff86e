"""Text must be UTF-8 (RFC 6455 §5.6, §8.1; RFC 3629), wherever frames and writes split it, and is refused at its first
wrong byte."""

import codecs

import websocket_case as ws

VALID = {
    "greek": "κόσμε",
    "mixed": "Hello-µ@ßöäüàá-UTF-8!!",
    "all-lengths": "aé€😀" * 20,
    "nul": "\0",
    "7f": "\x7f",
    "80": "\u0080",
    "7ff": "\u07ff",
    "800": "\u0800",
    "fff": "\u0fff",
    "1000": "\u1000",
    "cfff": "\ucfff",
    "d000": "\ud000",
    "d7ff": "\ud7ff",
    "e000": "\ue000",
    "fdd0": "\ufdd0",
    "feff": "\ufeffafter a byte order mark",
    "fffd": "\ufffd",
    "fffe": "\ufffe",
    "ffff": "\uffff",
    "10000": "\U00010000",
    "1ffff": "\U0001ffff",
    "3ffff": "\U0003ffff",
    "40000": "\U00040000",
    "fffff": "\U000fffff",
    "100000": "\U00100000",
    "10ffff": "\U0010ffff",
}

INVALID = {  # each is wrong in its own place of the table of RFC 3629 §4
    "continuation-80": "80",
    "continuation-bf": "bf",
    "continuations": "80bf80bf80bf",
    "lead-c0": "c020",
    "lead-c2": "c220",
    "lead-df": "df20",
    "lead-e0": "e020",
    "lead-ef": "ef20",
    "lead-f0": "f020",
    "lead-f4": "f420",
    "lead-lead": "c3c3a4",
    "three-short": "e28220",
    "three-short-lead": "e282c3a4",
    "four-short-2": "f09f20",
    "four-short-3": "f09f9820",
    "overlong-2": "c0af",
    "overlong-2-max": "c1bf",
    "overlong-nul": "c080",
    "overlong-3": "e080af",
    "overlong-3-max": "e09fbf",
    "overlong-4": "f08080af",
    "overlong-4-max": "f08fbfbf",
    "above": "f4908080",
    "above-f4bf": "f4bfbfbf",
    "lead-f5": "f5808080",
    "lead-f7": "f7bfbfbf",
    "five": "f888808080",
    "six": "fc8480808080",
    "fe": "fe",
    "ff": "ff",
    "fe-ff": "fefeffff",
    "surrogate-d800": "eda080",
    "surrogate-db7f": "edadbf",
    "surrogate-db80": "edae80",
    "surrogate-dbff": "edafbf",
    "surrogate-dc00": "edb080",
    "surrogate-dfff": "edbfbf",
    "surrogates": "eda080edb080",
    "latin1": "e4f6fc",
}

TRUNCATED = ["c2", "df", "e0", "e0a0", "e282", "efbf", "f0", "f090", "f09f98", "f48fbf"]


def valid_bytes(data):
    """How many bytes pass before the first that cannot continue UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(len(data)):
        try:
            decoder.decode(data[at : at + 1])
        except UnicodeDecodeError:
            return at
    return len(data)


def cases():
    yield from valid()
    yield from invalid()
    yield from truncated()
    yield from positions()
    yield from at_once()


def valid():
    for name, whole in VALID.items():
        yield ws.echo(f"utf8/valid-{name}", "§5.6", f"text {whole[:8]!r}", [ws.text(whole)], [whole])
        frames = ws.fragments(ws.TEXT, whole, 1, between=ws.frame(ws.PING) if name == "greek" else b"")
        pongs = [b""] * ws.gaps(whole, 1) if name == "greek" else []
        yield ws.echo(
            f"utf8/valid-{name}-fragments",
            "§8.1",
            f"text {whole[:8]!r} in frames of one byte",
            [frames],
            [whole],
            pongs=pongs,
        )
    whole = VALID["all-lengths"]
    for size in (2, 3, 7):
        about = f"characters of 1 to 4 bytes in frames of {size}"
        yield ws.echo(f"utf8/valid-fragments-{size}", "§8.1", about, [ws.fragments(ws.TEXT, whole, size)], [whole])
        yield ws.echo(
            f"utf8/valid-writes-{size}",
            "§8.1",
            f"... in writes of {size}",
            [ws.chopped(ws.text(whole), size, 0.001)],
            [whole],
        )
    yield ws.echo(
        "utf8/binary",
        "§5.6",
        "bytes that are no UTF-8, in binary",
        [ws.frame(ws.BINARY, b"\xff\xc0\x80")],
        [b"\xff\xc0\x80"],
    )
    frames = ws.fragments(ws.BINARY, b"\xff\xc0\x80", 1)
    yield ws.echo("utf8/binary-fragments", "§5.6", "... in frames of one byte", [frames], [b"\xff\xc0\x80"])


def invalid():
    for name, code in INVALID.items():
        bad = bytes.fromhex(code)
        whole = "κόσμε".encode() + bad + b"edited"
        about = f"text with {code}"
        yield ws.refusal(f"utf8/{name}", "§8.1", about, [ws.text("a") + ws.text(whole)], ws.NOT_UTF8, ["a"])
        yield ws.refusal(
            f"utf8/{name}-fragments",
            "§8.1",
            about + " in frames of one byte",
            [ws.fragments(ws.TEXT, whole, 1)],
            ws.NOT_UTF8,
        )
        data = ws.text(whole)
        good = len(data) - len(whole) + valid_bytes(whole) + 1
        steps = ws.failing_at(data, good)
        yield ws.refusal(
            f"utf8/{name}-at-once", "§8.1", about + ", nothing sent after the wrong byte", steps, ws.NOT_UTF8
        )


def truncated():
    for code in TRUNCATED:
        part = b"abc" + bytes.fromhex(code)
        about = f"text that ends after {code}"
        yield ws.refusal(f"utf8/truncated-{code}", "§8.1", about, [ws.text(part)], ws.NOT_UTF8)
        yield ws.refusal(
            f"utf8/truncated-{code}-fragments",
            "§8.1",
            about + ", fragmented",
            [ws.split(ws.TEXT, [part, b""])],
            ws.NOT_UTF8,
        )
    for last in ("a", "ä"):
        two = [ws.split(ws.TEXT, ["ä".encode()[:1], last.encode()])]
        about = f"half a character, then {last} in the next frame"
        yield ws.refusal(f"utf8/half-then-{len(last.encode())}", "§8.1", about, two, ws.NOT_UTF8)
    two = [ws.text(b"\xc3") + ws.text(b"\xa4")]
    yield ws.refusal("utf8/half-in-two-messages", "§8.1", "a character in two messages", two, ws.NOT_UTF8)


def positions():
    """What reads many bytes at a time must see one wrong byte anywhere."""
    for fill, name in [(b"a", "ascii"), ("ä".encode(), "two")]:
        for at in [0, 2, 6, 8, 14, 16, 18, 30, 32, 62, 64, 126, 128, 1022, 4094]:
            head = fill * (at // len(fill))
            whole = head + b"\xff" + fill * 100
            about = f"a wrong byte after {at} bytes ({name})"
            yield ws.refusal(f"utf8/at-{at}-{name}", "§8.1", about, [ws.text(whole)], ws.NOT_UTF8)
    for size in (15, 31, 63, 125, 126, 65536):
        head = b"a" * size
        about = f"a truncated character after {size} bytes"
        yield ws.refusal(f"utf8/cut-{size}", "§8.1", about, [ws.text(head + b"\xe2\x82")], ws.NOT_UTF8)
        whole = "a" * size + "€" * 5
        yield ws.echo(f"utf8/whole-{size}", "§8.1", f"euro signs after {size} bytes", [ws.text(whole)], [whole])


def at_once():
    steps = [ws.text(b"\xce\xba\xff", fin=False), ws.await_failure, ws.frame(ws.CONTINUATION, b"more")]
    yield ws.refusal("utf8/first-fragment", "§8.1", "a wrong byte in the first of two frames", steps, ws.NOT_UTF8)
    steps = [
        ws.text("a", fin=False),
        ws.frame(ws.PING, b"p"),
        ws.await_pongs(1),
        ws.frame(ws.CONTINUATION, b"\xff", fin=False),
        ws.await_failure,
    ]
    last = [ws.frame(ws.CONTINUATION, b"b")]
    yield ws.refusal(
        "utf8/middle-fragment", "§8.1", "a wrong byte in a middle frame", steps + last, ws.NOT_UTF8, pongs=[b"p"]
    )
    steps = [
        ws.text(b"\xf4", fin=False),
        ws.frame(ws.CONTINUATION, b"\x90", fin=False),
        ws.await_failure,
        ws.frame(ws.CONTINUATION, b"\x80\x80"),
    ]
    yield ws.refusal("utf8/across-fragments", "§8.1", "f4, then 90 in the next frame", steps, ws.NOT_UTF8)
    data = ws.text("a" * 100_000 + "b")
    bad = ws.text(b"a" * 99_999 + b"\xffb")
    yield ws.refusal(
        "utf8/large-at-once", "§8.1", "a wrong byte at the end of 100 kB", ws.failing_at(bad, len(bad) - 1), ws.NOT_UTF8
    )
    slow = [data[:7], ws.pause(0.01), data[7:50_000], ws.pause(0.01), data[50_000:]]
    yield ws.echo("utf8/large-slow", "§8.1", "100 kB in three writes", slow, ["a" * 100_000 + "b"])
