"""Frames: sizes, masks, writes, pings and pongs, reserved bits and opcodes (RFC 6455 §5)."""

import websocket_case as ws
from websocket_payloads import both, letters, octets

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537]


def cases():
    yield from framing()
    yield from lengths()
    yield from pings()
    yield from pings_among_data()
    yield from reserved_bits()
    yield from opcodes()


def framing():
    for size in SIZES:
        for name, whole in both(size):
            about = f"{name} of {size} bytes"
            yield ws.echo(f"framing/{name}-{size}", "§5.2", about, [ws.message(whole)], [whole])
    for size, write in [(0, 1), (125, 1), (126, 1), (1000, 3), (65535, 997), (65536, 997), (65536, 4096)]:
        about = f"{size} bytes in writes of {write}"
        for name, whole in both(size):
            steps = [ws.chopped(ws.message(whole), write, 0.0002)]
            yield ws.echo(f"framing/{name}-{size}-by-{write}", "§5.2", about, steps, [whole])
    for key in ["00000000", "ffffffff", "01020304", "80000001", "000000ff", "2a2a2a2a"]:
        frames = b"".join(ws.frame(ws.BINARY, octets(size), key=bytes.fromhex(key)) for size in (13, 200, 70000))
        about = f"masking key {key}"
        yield ws.echo(f"framing/mask-{key}", "§5.3", about, [frames], [octets(13), octets(200), octets(70000)])
    for size, head in [(5, 6), (300, 8), (70000, 14)]:
        for at in range(1, head + 2):
            data = ws.text(letters(size))
            about = f"text of {size} bytes, a pause after {at} of its header's {head}"
            yield ws.echo(
                f"framing/split-{size}-{at}", "§5.2", about, [data[:at], ws.pause(0.01), data[at:]], [letters(size)]
            )
    many = [letters(size) for size in range(200)]
    yield ws.echo("framing/many", "§5.2", "200 messages in one write", [b"".join(map(ws.text, many))], many)
    yield ws.echo(
        "framing/many-chopped",
        "§5.2",
        "200 messages in writes of 7",
        [ws.chopped(b"".join(map(ws.text, many)), 7)],
        many,
    )
    mixed = [letters(size) if size % 2 else octets(size) for size in range(0, 2000, 97)]
    frames = b"".join(map(ws.message, mixed))
    yield ws.echo("framing/mixed", "§5.6", "text and binary by turns", [frames], mixed)


def lengths():
    for opcode, name in [
        (ws.TEXT, "text"),
        (ws.BINARY, "binary"),
        (ws.PING, "ping"),
        (ws.PONG, "pong"),
        (ws.CLOSE, "close"),
    ]:
        yield ws.refusal(f"mask/none-{name}", "§5.1", f"an unmasked {name}", [ws.frame(opcode, mask=False)])
    yield ws.refusal(
        "mask/none-payload",
        "§5.1",
        "unmasked text after good",
        [ws.text("a") + ws.frame(ws.TEXT, b"b", mask=False)],
        messages=["a"],
    )
    fragment = ws.text("a", fin=False) + ws.frame(ws.CONTINUATION, b"b", mask=False)
    yield ws.refusal("mask/none-continuation", "§5.1", "an unmasked continuation", [fragment])
    for size, form in [(0, 16), (5, 16), (125, 16), (0, 64), (125, 64), (126, 64), (65535, 64)]:
        id = f"length/long-{size}-{form}"
        about = f"the length {size} in {form} bits"
        yield ws.refusal(
            id, "§5.2", about, [ws.text(letters(size), form=form)], tolerated=[(ws.TEXT, letters(size).encode())]
        )
    yield ws.refusal(
        "length/long-ping",
        "§5.5",
        "a ping of 5 bytes, its length in 16 bits",
        [ws.frame(ws.PING, b"ping!", form=16)],
        tolerated=[(0, b"ping!")],
    )
    for size in (1 << 63, (1 << 64) - 1):
        about = f"the length {size:#x}: its highest bit must be 0"
        yield ws.refusal(
            f"length/top-bit-{size:x}", "§5.2", about, [ws.text("a", form=64, size=size)], codes=("1002", "1009")
        )


def pings():
    for size in (0, 1, 5, 124, 125):
        about = f"a ping of {size} bytes"
        yield ws.echo(f"ping/{size}", "§5.5.2", about, [ws.frame(ws.PING, octets(size))], [], pongs=[octets(size)])
        steps = [ws.byte_by_byte(ws.frame(ws.PING, octets(size)))]
        yield ws.echo(f"ping/{size}-chopped", "§5.5.2", about + ", byte by byte", steps, [], pongs=[octets(size)])
    yield ws.echo(
        "ping/binary",
        "§5.5.2",
        "no UTF-8 in a ping",
        [ws.frame(ws.PING, b"\0\xff\xfe\xfd\x80")],
        [],
        pongs=[b"\0\xff\xfe\xfd\x80"],
    )
    for name, opcode in [("ping", ws.PING), ("pong", ws.PONG)]:
        for size in (126, 127, 1000, 65536):
            about = f"a {name} of {size} bytes"
            yield ws.refusal(
                f"{name}/too-long-{size}",
                "§5.5",
                about,
                [ws.text("a") + ws.frame(opcode, octets(size))],
                messages=["a"],
            )
        about = f"a {name} without FIN"
        yield ws.refusal(
            f"{name}/fragmented", "§5.5", about, [ws.frame(opcode, b"a", fin=False), ws.frame(ws.CONTINUATION, b"b")]
        )
    long = ws.frame(ws.PING, octets(126))
    yield ws.refusal("ping/too-long-header", "§5.5", "only the header of a ping of 126 bytes", ws.failing_at(long, 4))
    yield ws.echo(
        "pong/unsolicited", "§5.5.3", "a pong for no ping, then text", [ws.frame(ws.PONG), ws.text("a")], ["a"]
    )
    yield ws.echo(
        "pong/unsolicited-payload",
        "§5.5.3",
        "a pong with bytes for no ping",
        [ws.frame(ws.PONG, b"\xff\0"), ws.text("a")],
        ["a"],
    )
    yield ws.echo(
        "pong/then-ping",
        "§5.5.3",
        "pong, then ping",
        [ws.frame(ws.PONG, b"p1"), ws.frame(ws.PING, b"p2")],
        [],
        pongs=[b"p2"],
    )
    many = [b"ping-%d" % number for number in range(10)]
    frames = b"".join(ws.frame(ws.PING, payload) for payload in many)
    yield ws.echo("ping/many", "§5.5.3", "10 pings in one write", [frames], [], pongs=many)
    yield ws.echo("ping/many-chopped", "§5.5.3", "10 pings byte by byte", [ws.byte_by_byte(frames)], [], pongs=many)
    each = [
        step for number, payload in enumerate(many) for step in (ws.frame(ws.PING, payload), ws.await_pongs(number + 1))
    ]
    yield ws.echo("ping/by-turns", "§5.5.2", "10 pings, each answered before the next", each, [], pongs=many)


def pings_among_data():
    first, last = ws.text("Hel", fin=False), ws.frame(ws.CONTINUATION, b"lo")
    ping = ws.frame(ws.PING, b"in between")
    expected = {"pongs": [b"in between"]}
    yield ws.echo(
        "ping/in-message", "§5.4", "a ping between two fragments", [first + ping + last], ["Hello"], **expected
    )
    yield ws.echo(
        "ping/in-message-answered",
        "§5.4",
        "... answered before the last one",
        [first, ping, ws.await_pongs(1), last],
        ["Hello"],
        **expected,
    )
    yield ws.echo(
        "ping/in-message-chopped",
        "§5.4",
        "... byte by byte",
        [ws.byte_by_byte(first + ping + last)],
        ["Hello"],
        **expected,
    )
    yield ws.echo(
        "pong/in-message", "§5.4", "a pong between two fragments", [first + ws.frame(ws.PONG, b"x") + last], ["Hello"]
    )
    yield ws.echo(
        "ping/after-message", "§5.5.2", "text and a ping in one write", [ws.text("a") + ping], ["a"], **expected
    )
    yield ws.echo(
        "ping/before-message", "§5.5.2", "a ping and text in one write", [ping + ws.text("a")], ["a"], **expected
    )
    large = letters(200_000)
    yield ws.echo(
        "ping/in-large",
        "§5.4",
        "pings between 50 fragments of 4000 bytes",
        [ws.fragments(ws.TEXT, large, 4000, between=ping)],
        [large],
        pongs=[b"in between"] * ws.gaps(large, 4000),
    )
    yield ws.refusal(
        "ping/too-long-in-message",
        "§5.5",
        "a ping of 126 bytes between fragments",
        [first + ws.frame(ws.PING, octets(126)) + last],
    )
    yield ws.refusal(
        "ping/fragmented-in-message",
        "§5.5",
        "a ping without FIN between fragments",
        [first + ws.frame(ws.PING, b"a", fin=False) + last],
    )


def reserved_bits():
    for rsv in range(1, 8):
        about = f"RSV bits {rsv:03b} without an extension"
        yield ws.refusal(
            f"rsv/{rsv}-text", "§5.2", about + ", text", [ws.text("a") + ws.text("b", rsv=rsv)], messages=["a"]
        )
        yield ws.refusal(
            f"rsv/{rsv}-then-ping", "§5.2", about + ", then a ping", [ws.text("b", rsv=rsv) + ws.frame(ws.PING, b"p")]
        )
        yield ws.refusal(
            f"rsv/{rsv}-chopped", "§5.2", about + ", byte by byte", [ws.byte_by_byte(ws.text("b", rsv=rsv))]
        )
    for rsv in (ws.RSV1, ws.RSV2, ws.RSV3):
        about = f"RSV bits {rsv:03b} without an extension"
        for name, data in [
            ("binary", ws.frame(ws.BINARY, b"b", rsv=rsv)),
            ("ping", ws.frame(ws.PING, b"b", rsv=rsv)),
            ("pong", ws.frame(ws.PONG, b"b", rsv=rsv)),
            ("close", ws.frame(ws.CLOSE, b"\x03\xe8", rsv=rsv)),
            ("continuation", ws.text("a", fin=False) + ws.frame(ws.CONTINUATION, b"b", rsv=rsv)),
            ("fragment", ws.text("a", fin=False, rsv=rsv) + ws.frame(ws.CONTINUATION, b"b")),
        ]:
            yield ws.refusal(f"rsv/{rsv}-{name}", "§5.2", f"{about}, {name}", [data])


def opcodes():
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]:
        kind = "control" if opcode > 7 else "data"
        about = f"opcode {opcode:x}, reserved for {kind} frames"
        yield ws.refusal(f"opcode/{opcode:x}-empty", "§5.2", about + ", empty", [ws.frame(opcode)])
        steps = [ws.text("a") + ws.frame(opcode, b"what?") + ws.frame(ws.PING)]
        yield ws.refusal(f"opcode/{opcode:x}-after-text", "§5.2", about + ", after text", steps, messages=["a"])
        yield ws.refusal(
            f"opcode/{opcode:x}-in-message",
            "§5.2",
            about + ", between fragments",
            [ws.text("a", fin=False) + ws.frame(opcode, b"b")],
        )
    for opcode in (3, 11):
        about = f"opcode {opcode:x} without FIN"
        alone = ws.frame(opcode, b"abc", fin=False)
        yield ws.refusal(f"opcode/{opcode:x}-unfinished", "§5.2", about, [alone])
        yield ws.refusal(f"opcode/{opcode:x}-header", "§5.2", about + ", only two bytes", ws.failing_at(alone, 2))
