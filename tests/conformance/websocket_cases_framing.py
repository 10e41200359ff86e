"""Frames: sizes, masks, writes, pings and pongs, reserved bits and opcodes (RFC 6455 §5)."""

from websocket_case import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    await_failure,
    await_pongs,
    chopped,
    echo,
    fragments,
    frame,
    pause,
    refusal,
    text,
)

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537]
PATTERN = bytes(range(256))


def letters(size):
    return ("*abcdefghijklmnopqrstuvwxyz" * (size // 27 + 1))[:size]


def octets(size):
    return (PATTERN * (size // 256 + 1))[:size]


def cases():
    yield from framing()
    yield from lengths()
    yield from pings()
    yield from pings_among_data()
    yield from reserved_bits()
    yield from opcodes()


def framing():
    for size in SIZES:
        yield echo(f"framing/text-{size}", "§5.2", f"text of {size} bytes", [text(letters(size))], [letters(size)])
        yield echo(
            f"framing/binary-{size}", "§5.2", f"binary of {size} bytes", [frame(BINARY, octets(size))], [octets(size)]
        )
    for size, write in [(0, 1), (125, 1), (126, 1), (1000, 3), (65535, 997), (65536, 997), (65536, 4096)]:
        about = f"{size} bytes in writes of {write}"
        yield echo(
            f"framing/text-{size}-by-{write}",
            "§5.2",
            about,
            [chopped(text(letters(size)), write, 0.0002)],
            [letters(size)],
        )
        steps = [chopped(frame(BINARY, octets(size)), write, 0.0002)]
        yield echo(f"framing/binary-{size}-by-{write}", "§5.2", about, steps, [octets(size)])
    for key in ["00000000", "ffffffff", "01020304", "80000001", "000000ff", "2a2a2a2a"]:
        frames = b"".join(frame(BINARY, octets(size), key=bytes.fromhex(key)) for size in (13, 200, 70000))
        about = f"masking key {key}"
        yield echo(f"framing/mask-{key}", "§5.3", about, [frames], [octets(13), octets(200), octets(70000)])
    for size, head in [(5, 6), (300, 8), (70000, 14)]:
        for at in range(1, head + 2):
            data = text(letters(size))
            about = f"text of {size} bytes, a pause after {at} of its header's {head}"
            yield echo(
                f"framing/split-{size}-{at}", "§5.2", about, [data[:at], pause(0.01), data[at:]], [letters(size)]
            )
    many = [letters(size) for size in range(200)]
    yield echo("framing/many", "§5.2", "200 messages in one write", [b"".join(map(text, many))], many)
    yield echo(
        "framing/many-chopped", "§5.2", "200 messages in writes of 7", [chopped(b"".join(map(text, many)), 7)], many
    )
    mixed = [letters(size) if size % 2 else octets(size) for size in range(0, 2000, 97)]
    frames = b"".join(text(part) if isinstance(part, str) else frame(BINARY, part) for part in mixed)
    yield echo("framing/mixed", "§5.6", "text and binary by turns", [frames], mixed)


def lengths():
    for opcode, name in [(TEXT, "text"), (BINARY, "binary"), (PING, "ping"), (PONG, "pong"), (CLOSE, "close")]:
        yield refusal(f"mask/none-{name}", "§5.1", f"an unmasked {name}", [frame(opcode, mask=False)])
    yield refusal(
        "mask/none-payload",
        "§5.1",
        "unmasked text after good",
        [text("a") + frame(TEXT, b"b", mask=False)],
        messages=["a"],
    )
    fragment = text("a", fin=False) + frame(CONTINUATION, b"b", mask=False)
    yield refusal("mask/none-continuation", "§5.1", "an unmasked continuation", [fragment])
    for size, form in [(0, 16), (5, 16), (125, 16), (0, 64), (125, 64), (126, 64), (65535, 64)]:
        id = f"length/long-{size}-{form}"
        about = f"the length {size} in {form} bits"
        yield refusal(id, "§5.2", about, [text(letters(size), form=form)], tolerated=[(TEXT, letters(size).encode())])
    yield refusal(
        "length/long-ping",
        "§5.5",
        "a ping of 5 bytes, its length in 16 bits",
        [frame(PING, b"ping!", form=16)],
        tolerated=[(0, b"ping!")],
    )
    for size in (1 << 63, (1 << 64) - 1):
        about = f"the length {size:#x}: its highest bit must be 0"
        yield refusal(
            f"length/top-bit-{size:x}", "§5.2", about, [text("a", form=64, size=size)], codes=("1002", "1009")
        )


def pings():
    for size in (0, 1, 5, 124, 125):
        about = f"a ping of {size} bytes"
        yield echo(f"ping/{size}", "§5.5.2", about, [frame(PING, octets(size))], [], pongs=[octets(size)])
        steps = [chopped(frame(PING, octets(size)), 1, 0.0002)]
        yield echo(f"ping/{size}-chopped", "§5.5.2", about + ", byte by byte", steps, [], pongs=[octets(size)])
    yield echo(
        "ping/binary",
        "§5.5.2",
        "no UTF-8 in a ping",
        [frame(PING, b"\0\xff\xfe\xfd\x80")],
        [],
        pongs=[b"\0\xff\xfe\xfd\x80"],
    )
    for name, opcode in [("ping", PING), ("pong", PONG)]:
        for size in (126, 127, 1000, 65536):
            about = f"a {name} of {size} bytes"
            yield refusal(
                f"{name}/too-long-{size}", "§5.5", about, [text("a") + frame(opcode, octets(size))], messages=["a"]
            )
        about = f"a {name} without FIN"
        yield refusal(f"{name}/fragmented", "§5.5", about, [frame(opcode, b"a", fin=False), frame(CONTINUATION, b"b")])
    long = frame(PING, octets(126))
    yield refusal(
        "ping/too-long-header", "§5.5", "only the header of a ping of 126 bytes", [long[:4], await_failure, long[4:]]
    )
    yield echo("pong/unsolicited", "§5.5.3", "a pong for no ping, then text", [frame(PONG), text("a")], ["a"])
    yield echo(
        "pong/unsolicited-payload",
        "§5.5.3",
        "a pong with bytes for no ping",
        [frame(PONG, b"\xff\0"), text("a")],
        ["a"],
    )
    yield echo(
        "pong/then-ping", "§5.5.3", "pong, then ping", [frame(PONG, b"p1"), frame(PING, b"p2")], [], pongs=[b"p2"]
    )
    many = [b"ping-%d" % number for number in range(10)]
    frames = b"".join(frame(PING, payload) for payload in many)
    yield echo("ping/many", "§5.5.3", "10 pings in one write", [frames], [], pongs=many)
    yield echo("ping/many-chopped", "§5.5.3", "10 pings byte by byte", [chopped(frames, 1, 0.0002)], [], pongs=many)
    each = [step for number, payload in enumerate(many) for step in (frame(PING, payload), await_pongs(number + 1))]
    yield echo("ping/by-turns", "§5.5.2", "10 pings, each answered before the next", each, [], pongs=many)


def pings_among_data():
    first, last = text("Hel", fin=False), frame(CONTINUATION, b"lo")
    ping = frame(PING, b"in between")
    expected = {"pongs": [b"in between"]}
    yield echo("ping/in-message", "§5.4", "a ping between two fragments", [first + ping + last], ["Hello"], **expected)
    yield echo(
        "ping/in-message-answered",
        "§5.4",
        "... answered before the last one",
        [first, ping, await_pongs(1), last],
        ["Hello"],
        **expected,
    )
    yield echo(
        "ping/in-message-chopped",
        "§5.4",
        "... byte by byte",
        [chopped(first + ping + last, 1, 0.0002)],
        ["Hello"],
        **expected,
    )
    yield echo("pong/in-message", "§5.4", "a pong between two fragments", [first + frame(PONG, b"x") + last], ["Hello"])
    yield echo("ping/after-message", "§5.5.2", "text and a ping in one write", [text("a") + ping], ["a"], **expected)
    yield echo("ping/before-message", "§5.5.2", "a ping and text in one write", [ping + text("a")], ["a"], **expected)
    large = letters(200_000)
    yield echo(
        "ping/in-large",
        "§5.4",
        "pings between 50 fragments of 4000 bytes",
        [fragments(TEXT, large, 4000, between=ping)],
        [large],
        pongs=[b"in between"] * 49,
    )
    yield refusal(
        "ping/too-long-in-message",
        "§5.5",
        "a ping of 126 bytes between fragments",
        [first + frame(PING, octets(126)) + last],
    )
    yield refusal(
        "ping/fragmented-in-message",
        "§5.5",
        "a ping without FIN between fragments",
        [first + frame(PING, b"a", fin=False) + last],
    )


def reserved_bits():
    for rsv in range(1, 8):
        about = f"RSV bits {rsv:03b} without an extension"
        yield refusal(f"rsv/{rsv}-text", "§5.2", about + ", text", [text("a") + text("b", rsv=rsv)], messages=["a"])
        yield refusal(f"rsv/{rsv}-then-ping", "§5.2", about + ", then a ping", [text("b", rsv=rsv) + frame(PING, b"p")])
        yield refusal(f"rsv/{rsv}-chopped", "§5.2", about + ", byte by byte", [chopped(text("b", rsv=rsv), 1, 0.001)])
    for rsv in (RSV1, RSV2, RSV3):
        about = f"RSV bits {rsv:03b} without an extension"
        for name, data in [
            ("binary", frame(BINARY, b"b", rsv=rsv)),
            ("ping", frame(PING, b"b", rsv=rsv)),
            ("pong", frame(PONG, b"b", rsv=rsv)),
            ("close", frame(CLOSE, b"\x03\xe8", rsv=rsv)),
            ("continuation", text("a", fin=False) + frame(CONTINUATION, b"b", rsv=rsv)),
            ("fragment", text("a", fin=False, rsv=rsv) + frame(CONTINUATION, b"b")),
        ]:
            yield refusal(f"rsv/{rsv}-{name}", "§5.2", f"{about}, {name}", [data])


def opcodes():
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]:
        kind = "control" if opcode > 7 else "data"
        about = f"opcode {opcode:x}, reserved for {kind} frames"
        yield refusal(f"opcode/{opcode:x}-empty", "§5.2", about + ", empty", [frame(opcode)])
        steps = [text("a") + frame(opcode, b"what?") + frame(PING)]
        yield refusal(f"opcode/{opcode:x}-after-text", "§5.2", about + ", after text", steps, messages=["a"])
        yield refusal(
            f"opcode/{opcode:x}-in-message",
            "§5.2",
            about + ", between fragments",
            [text("a", fin=False) + frame(opcode, b"b")],
        )
    for opcode in (3, 11):
        about = f"opcode {opcode:x} without FIN"
        alone = frame(opcode, b"abc", fin=False)
        yield refusal(f"opcode/{opcode:x}-unfinished", "§5.2", about, [alone])
        yield refusal(
            f"opcode/{opcode:x}-header", "§5.2", about + ", only two bytes", [alone[:2], await_failure, alone[2:]]
        )
