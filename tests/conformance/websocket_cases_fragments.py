"""Fragmented messages (RFC 6455 §5.4)."""

from websocket_case import (
    BINARY,
    CONTINUATION,
    TEXT,
    await_messages,
    chopped,
    close,
    echo,
    fragments,
    frame,
    pause,
    refusal,
    split,
    text,
)
from websocket_cases_framing import letters


def cases():
    yield from fragmentation()
    yield from broken_fragmentation()


def fragmentation():
    for name, opcode, whole in [("text", TEXT, "Hello, fragments"), ("binary", BINARY, b"\0\xff Hello \x80\xc0")]:
        for size in (1, 2, 5):
            frames = fragments(opcode, whole, size)
            yield echo(f"fragments/{name}-{size}", "§5.4", f"{name} in frames of {size}", [frames], [whole])
            yield echo(
                f"fragments/{name}-{size}-chopped", "§5.4", "... byte by byte", [chopped(frames, 1, 0.0002)], [whole]
            )
    for name, parts in [
        ("all", [b"", b"", b""]),
        ("first", [b"", b"ab"]),
        ("middle", [b"a", b"", b"", b"b"]),
        ("last", [b"ab", b""]),
        ("two", [b"", b""]),
    ]:
        about = f"frames of {list(map(len, parts))} bytes"
        yield echo(f"fragments/empty-{name}", "§5.4", about, [split(TEXT, parts)], [b"".join(parts).decode()])
        yield echo(f"fragments/empty-{name}-binary", "§5.4", about, [split(BINARY, parts)], [b"".join(parts)])
    thousand = letters(1000)
    yield echo(
        "fragments/thousand", "§5.4", "a thousand frames of one byte", [fragments(TEXT, thousand, 1)], [thousand]
    )
    yield echo(
        "fragments/ten-thousand-empty",
        "§5.4",
        "ten thousand empty frames",
        [split(TEXT, [b"a"] + [b""] * 9999 + [b"b"])],
        ["ab"],
    )
    slow = [step for part in fragments_of("Hello") for step in (part, pause(0.02))]
    yield echo("fragments/slow", "§5.4", "a pause after each frame", slow, ["Hello"])
    two = [split(TEXT, [b"a", b"b"]) + split(BINARY, [b"c", b"d"]) + text("e")]
    yield echo("fragments/several", "§5.4", "two fragmented messages and one whole", two, ["ab", b"cd", "e"])
    yield echo(
        "fragments/close-within",
        "§5.4",
        "Close between fragments",
        [text("a", fin=False) + close(1000)],
        [],
        closes=False,
    )


def fragments_of(whole):
    last = len(whole) - 1
    return [frame(CONTINUATION if at else TEXT, byte, fin=at == last) for at, byte in enumerate(whole)]


def broken_fragmentation():
    for fin in (True, False):
        end = "last" if fin else "unfinished"
        about = f"{end} continuation of nothing"
        alone = frame(CONTINUATION, b"a", fin=fin)
        yield refusal(f"fragments/orphan-{end}", "§5.4", about, [alone + text("b")])
        yield refusal(f"fragments/orphan-{end}-empty", "§5.4", about + ", empty", [frame(CONTINUATION, fin=fin)])
        yield refusal(
            f"fragments/orphan-{end}-after", "§5.4", about + " after text", [text("b") + alone], messages=["b"]
        )
        yield refusal(f"fragments/orphan-{end}-chopped", "§5.4", about + ", byte by byte", [chopped(alone, 1, 0.001)])
        after = split(TEXT, [b"b", b"c"]) + alone
        yield refusal(
            f"fragments/orphan-{end}-after-fragments", "§5.4", about + " after fragments", [after], messages=["bc"]
        )
        for outer in (TEXT, BINARY):
            for inner in (TEXT, BINARY):
                within = frame(outer, b"a", fin=False) + frame(inner, b"b", fin=fin)
                about = f"opcode {inner} ({end}) within a message of opcode {outer}"
                yield refusal(f"fragments/within-{outer}-{inner}-{end}", "§5.4", about, [within])
    within = [text("a"), await_messages(1), text("b", fin=False) + text("c", fin=False) + frame(CONTINUATION, b"d")]
    yield refusal("fragments/within-twice", "§5.4", "two messages begun, one ended", within, messages=["a"])
