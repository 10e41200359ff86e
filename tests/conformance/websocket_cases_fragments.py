"""Fragmented messages (RFC 6455 §5.4)."""

import websocket_case as ws
from websocket_payloads import letters


def cases():
    yield from fragmentation()
    yield from broken_fragmentation()


def fragmentation():
    for name, opcode, whole in [("text", ws.TEXT, "Hello, fragments"), ("binary", ws.BINARY, b"\0\xff Hello \x80\xc0")]:
        for size in (1, 2, 5):
            frames = ws.fragments(opcode, whole, size)
            yield ws.echo(f"fragments/{name}-{size}", "§5.4", f"{name} in frames of {size}", [frames], [whole])
            yield ws.echo(
                f"fragments/{name}-{size}-chopped", "§5.4", "... byte by byte", [ws.chopped(frames, 1, 0.0002)], [whole]
            )
    for name, parts in [
        ("all", [b"", b"", b""]),
        ("first", [b"", b"ab"]),
        ("middle", [b"a", b"", b"", b"b"]),
        ("last", [b"ab", b""]),
        ("two", [b"", b""]),
    ]:
        about = f"frames of {list(map(len, parts))} bytes"
        yield ws.echo(f"fragments/empty-{name}", "§5.4", about, [ws.split(ws.TEXT, parts)], [b"".join(parts).decode()])
        yield ws.echo(f"fragments/empty-{name}-binary", "§5.4", about, [ws.split(ws.BINARY, parts)], [b"".join(parts)])
    thousand = letters(1000)
    yield ws.echo(
        "fragments/thousand", "§5.4", "a thousand frames of one byte", [ws.fragments(ws.TEXT, thousand, 1)], [thousand]
    )
    yield ws.echo(
        "fragments/ten-thousand-empty",
        "§5.4",
        "ten thousand empty frames",
        [ws.split(ws.TEXT, [b"a"] + [b""] * 9999 + [b"b"])],
        ["ab"],
    )
    slow = [step for part in fragments_of("Hello") for step in (part, ws.pause(0.02))]
    yield ws.echo("fragments/slow", "§5.4", "a pause after each frame", slow, ["Hello"])
    two = [ws.split(ws.TEXT, [b"a", b"b"]) + ws.split(ws.BINARY, [b"c", b"d"]) + ws.text("e")]
    yield ws.echo("fragments/several", "§5.4", "two fragmented messages and one whole", two, ["ab", b"cd", "e"])
    yield ws.echo(
        "fragments/close-within",
        "§5.4",
        "Close between fragments",
        [ws.text("a", fin=False) + ws.close(1000)],
        [],
        closes=False,
    )


def fragments_of(whole):
    last = len(whole) - 1
    return [ws.frame(ws.CONTINUATION if at else ws.TEXT, byte, fin=at == last) for at, byte in enumerate(whole)]


def broken_fragmentation():
    for fin in (True, False):
        end = "last" if fin else "unfinished"
        about = f"{end} continuation of nothing"
        alone = ws.frame(ws.CONTINUATION, b"a", fin=fin)
        yield ws.refusal(f"fragments/orphan-{end}", "§5.4", about, [alone + ws.text("b")])
        yield ws.refusal(
            f"fragments/orphan-{end}-empty", "§5.4", about + ", empty", [ws.frame(ws.CONTINUATION, fin=fin)]
        )
        yield ws.refusal(
            f"fragments/orphan-{end}-after", "§5.4", about + " after text", [ws.text("b") + alone], messages=["b"]
        )
        yield ws.refusal(
            f"fragments/orphan-{end}-chopped", "§5.4", about + ", byte by byte", [ws.chopped(alone, 1, 0.001)]
        )
        after = ws.split(ws.TEXT, [b"b", b"c"]) + alone
        yield ws.refusal(
            f"fragments/orphan-{end}-after-fragments", "§5.4", about + " after fragments", [after], messages=["bc"]
        )
        for outer in (ws.TEXT, ws.BINARY):
            for inner in (ws.TEXT, ws.BINARY):
                within = ws.frame(outer, b"a", fin=False) + ws.frame(inner, b"b", fin=fin)
                about = f"opcode {inner} ({end}) within a message of opcode {outer}"
                yield ws.refusal(f"fragments/within-{outer}-{inner}-{end}", "§5.4", about, [within])
    within = [
        ws.text("a"),
        ws.await_messages(1),
        ws.text("b", fin=False) + ws.text("c", fin=False) + ws.frame(ws.CONTINUATION, b"d"),
    ]
    yield ws.refusal("fragments/within-twice", "§5.4", "two messages begun, one ended", within, messages=["a"])
