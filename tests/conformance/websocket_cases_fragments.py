"""Fragmented messages (RFC 6455 §5.4)."""

import websocket_case as ws
from websocket_payloads import letters


def cases():
    yield from fragmentation()
    yield from broken_fragmentation()


def fragmentation():
    for name, whole in [("text", "Hello, fragments"), ("binary", b"\0\xff Hello \x80\xc0")]:
        for size in (1, 2, 5):
            frames = ws.fragments(ws.opcode_of(whole), whole, size)
            yield ws.echo(f"fragments/{name}-{size}", "§5.4", f"{name} in frames of {size}", [frames], [whole])
            yield ws.echo(
                f"fragments/{name}-{size}-chopped", "§5.4", "... byte by byte", [ws.byte_by_byte(frames)], [whole]
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
    slow = [step for part in ws.split_frames(ws.TEXT, "Hello") for step in (part, ws.pause(0.02))]
    yield ws.echo("fragments/slow", "§5.4", "a pause after each frame", slow, ["Hello"])
    two = [ws.split(ws.TEXT, [b"a", b"b"]) + ws.split(ws.BINARY, [b"c", b"d"]) + ws.text("e")]
    yield ws.echo("fragments/several", "§5.4", "two fragmented messages and one whole", two, ["ab", b"cd", "e"])


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
        yield ws.refusal(f"fragments/orphan-{end}-chopped", "§5.4", about + ", byte by byte", [ws.byte_by_byte(alone)])
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
