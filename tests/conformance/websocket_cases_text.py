"""Text must be UTF-8 (RFC 6455 §5.6, §8.1; RFC 3629), wherever frames and writes split it, and is refused at its first
wrong byte."""

import codecs

from websocket_case import (
    BINARY,
    CONTINUATION,
    PING,
    TEXT,
    await_failure,
    await_pongs,
    chopped,
    echo,
    fragments,
    frame,
    pause,
    refusal,
    split,
    text,
)

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
        yield echo(f"utf8/valid-{name}", "§5.6", f"text {whole[:8]!r}", [text(whole)], [whole])
        frames = fragments(TEXT, whole, 1, between=frame(PING) if name == "greek" else b"")
        pongs = [b""] * (len(whole.encode()) - 1) if name == "greek" else []
        yield echo(
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
        yield echo(f"utf8/valid-fragments-{size}", "§8.1", about, [fragments(TEXT, whole, size)], [whole])
        yield echo(
            f"utf8/valid-writes-{size}",
            "§8.1",
            f"... in writes of {size}",
            [chopped(text(whole), size, 0.001)],
            [whole],
        )
    yield echo(
        "utf8/binary", "§5.6", "bytes that are no UTF-8, in binary", [frame(BINARY, b"\xff\xc0\x80")], [b"\xff\xc0\x80"]
    )
    frames = fragments(BINARY, b"\xff\xc0\x80", 1)
    yield echo("utf8/binary-fragments", "§5.6", "... in frames of one byte", [frames], [b"\xff\xc0\x80"])


def invalid():
    for name, code in INVALID.items():
        bad = bytes.fromhex(code)
        whole = "κόσμε".encode() + bad + b"edited"
        about = f"text with {code}"
        yield refusal(f"utf8/{name}", "§8.1", about, [text("a") + text(whole)], ("1007",), ["a"])
        yield refusal(
            f"utf8/{name}-fragments", "§8.1", about + " in frames of one byte", [fragments(TEXT, whole, 1)], ("1007",)
        )
        data = text(whole)
        good = len(data) - len(whole) + valid_bytes(whole) + 1
        steps = [data[:good], await_failure, data[good:]]
        yield refusal(f"utf8/{name}-at-once", "§8.1", about + ", nothing sent after the wrong byte", steps, ("1007",))


def truncated():
    for code in TRUNCATED:
        part = b"abc" + bytes.fromhex(code)
        about = f"text that ends after {code}"
        yield refusal(f"utf8/truncated-{code}", "§8.1", about, [text(part)], ("1007",))
        yield refusal(
            f"utf8/truncated-{code}-fragments", "§8.1", about + ", fragmented", [split(TEXT, [part, b""])], ("1007",)
        )
    for last in ("a", "ä"):
        two = [split(TEXT, ["ä".encode()[:1], last.encode()])]
        about = f"half a character, then {last} in the next frame"
        yield refusal(f"utf8/half-then-{len(last.encode())}", "§8.1", about, two, ("1007",))
    two = [text(b"\xc3") + text(b"\xa4")]
    yield refusal("utf8/half-in-two-messages", "§8.1", "a character in two messages", two, ("1007",))


def positions():
    """What reads many bytes at a time must see one wrong byte anywhere."""
    for fill, name in [(b"a", "ascii"), ("ä".encode(), "two")]:
        for at in [0, 2, 6, 8, 14, 16, 18, 30, 32, 62, 64, 126, 128, 1022, 4094]:
            head = fill * (at // len(fill))
            whole = head + b"\xff" + fill * 100
            about = f"a wrong byte after {at} bytes ({name})"
            yield refusal(f"utf8/at-{at}-{name}", "§8.1", about, [text(whole)], ("1007",))
    for size in (15, 31, 63, 125, 126, 65536):
        head = b"a" * size
        about = f"a truncated character after {size} bytes"
        yield refusal(f"utf8/cut-{size}", "§8.1", about, [text(head + b"\xe2\x82")], ("1007",))
        whole = "a" * size + "€" * 5
        yield echo(f"utf8/whole-{size}", "§8.1", f"euro signs after {size} bytes", [text(whole)], [whole])


def at_once():
    steps = [text(b"\xce\xba\xff", fin=False), await_failure, frame(CONTINUATION, b"more")]
    yield refusal("utf8/first-fragment", "§8.1", "a wrong byte in the first of two frames", steps, ("1007",))
    steps = [
        text("a", fin=False),
        frame(PING, b"p"),
        await_pongs(1),
        frame(CONTINUATION, b"\xff", fin=False),
        await_failure,
    ]
    last = [frame(CONTINUATION, b"b")]
    yield refusal(
        "utf8/middle-fragment", "§8.1", "a wrong byte in a middle frame", steps + last, ("1007",), pongs=[b"p"]
    )
    steps = [
        text(b"\xf4", fin=False),
        frame(CONTINUATION, b"\x90", fin=False),
        await_failure,
        frame(CONTINUATION, b"\x80\x80"),
    ]
    yield refusal("utf8/across-fragments", "§8.1", "f4, then 90 in the next frame", steps, ("1007",))
    data = text("a" * 100_000 + "b")
    bad = text(b"a" * 99_999 + b"\xffb")
    steps = [bad[:-1], await_failure, bad[-1:]]
    yield refusal("utf8/large-at-once", "§8.1", "a wrong byte at the end of 100 kB", steps, ("1007",))
    slow = [data[:7], pause(0.01), data[7:50_000], pause(0.01), data[50_000:]]
    yield echo("utf8/large-slow", "§8.1", "100 kB in three writes", slow, ["a" * 100_000 + "b"])
