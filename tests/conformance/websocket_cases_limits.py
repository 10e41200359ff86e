"""Large messages, many of them, and those above the server's limit (RFC 6455 §5.4, §7.4.1, §10.4)."""

from websocket_case import (
    BINARY,
    CONTINUATION,
    MAX_MESSAGE,
    PING,
    TEXT,
    await_failure,
    await_messages,
    chopped,
    echo,
    fragments,
    frame,
    half_close,
    refusal,
    text,
    unread,
)
from websocket_cases_framing import letters, octets

KIB = 1024


def cases():
    yield from large()
    yield from many()
    yield from above()


def large():
    for size in (MAX_MESSAGE, MAX_MESSAGE - 1, 512 * KIB, 256 * KIB, 128 * KIB, 64 * KIB):
        about = f"{size} bytes"
        yield echo(f"large/text-{size}", "§5.2", "text of " + about, [text(letters(size))], [letters(size)])
        yield echo(f"large/binary-{size}", "§5.2", "binary of " + about, [frame(BINARY, octets(size))], [octets(size)])
    size = 256 * KIB
    for part in (64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB):
        about = f"{size} bytes in frames of {part}"
        message = letters(size)
        yield echo(f"large/text-frames-{part}", "§5.4", about, [fragments(TEXT, message, part)], [message])
        yield echo(
            f"large/binary-frames-{part}", "§5.4", about, [fragments(BINARY, octets(size), part)], [octets(size)]
        )
    for part in (64, 128, 256, 512, KIB, 2 * KIB):
        about = f"{size} bytes in writes of {part}"
        yield echo(f"large/text-writes-{part}", "§5.2", about, [chopped(text(letters(size)), part)], [letters(size)])
        steps = [chopped(frame(BINARY, octets(size)), part)]
        yield echo(f"large/binary-writes-{part}", "§5.2", about, steps, [octets(size)])
    pinged = fragments(TEXT, letters(MAX_MESSAGE), 16 * KIB, between=frame(PING, b"p"))
    pongs = [b"p"] * (-(-MAX_MESSAGE // (16 * KIB)) - 1)
    yield echo(
        "large/limit-frames",
        "§5.4",
        "the largest message in frames of 16 KiB, with pings",
        [pinged],
        [letters(MAX_MESSAGE)],
        pongs=pongs,
    )
    wide = "€" * (MAX_MESSAGE // 3)
    yield echo("large/utf8", "§5.6", "the largest message of euro signs", [text(wide)], [wide])
    yield echo("large/utf8-frames", "§5.6", "... in frames of 1021", [fragments(TEXT, wide, 1021)], [wide])


def many():
    for size in (0, 16, 64, 256, KIB, 4 * KIB):
        one = letters(size)
        steps = [step for number in range(100) for step in (text(one), await_messages(number + 1))]
        yield echo(
            f"many/text-{size}-by-turns", "§5.4", f"100 messages of {size} bytes, one after another", steps, [one] * 100
        )
        frames = [frame(BINARY, octets(size)) * 1000]
        yield echo(
            f"many/binary-{size}", "§5.4", f"1000 messages of {size} bytes in one write", frames, [octets(size)] * 1000
        )
    for size in (64 * KIB, KIB):
        count = 32 * KIB * KIB // size
        steps = [unread(frame(BINARY, octets(size)) * count)]
        about = f"{count} messages of {size} bytes from a client that does not read as long as it can send"
        yield echo(f"many/unread-{size}", "§5.6", about, steps, [octets(size)] * count)
    sizes = [size * 37 % 5000 for size in range(300)]
    frames = b"".join(fragments(TEXT, letters(size), 100 + size % 700) for size in sizes)
    yield echo(
        "many/fragmented", "§5.4", "300 fragmented messages in one write", [frames], [letters(size) for size in sizes]
    )


def above():
    too_big = ("1009",)
    end = frame(BINARY, b"b")
    yield refusal("limit/text", "§7.4.1", "a message one byte too long", [text(letters(MAX_MESSAGE + 1))], too_big)
    yield refusal(
        "limit/binary",
        "§7.4.1",
        "... binary, after a good one",
        [end + frame(BINARY, octets(MAX_MESSAGE + 1))],
        too_big,
        [b"b"],
    )
    for size in (1000, 65536):
        parts = fragments(TEXT, letters(MAX_MESSAGE + 1), size)
        yield refusal(f"limit/frames-{size}", "§7.4.1", f"... in frames of {size}", [parts], too_big)
    full = frame(BINARY, octets(MAX_MESSAGE), fin=False)
    yield refusal(
        "limit/last-frame", "§7.4.1", "the limit, then one more byte", [full, frame(CONTINUATION, b"x"), end], too_big
    )
    yield echo(
        "limit/last-empty",
        "§7.4.1",
        "the limit, then an empty frame",
        [full, frame(CONTINUATION)],
        [octets(MAX_MESSAGE)],
    )
    yield refusal(
        "limit/endless",
        "§10.4",
        "frames without an end",
        [fragments(BINARY, octets(MAX_MESSAGE * 2), 4096)[:-4000], await_failure],
        too_big,
    )
    yield from only_headers()


def only_headers():
    """A length that can't be right is best refused before a buffer is made for it; who waits for more may."""
    most = (1 << 63) - 1
    for name, about, data in [
        ("one-more", "a message one byte too long", frame(BINARY, size=MAX_MESSAGE + 1)),
        ("32", "a message of 4 GiB", frame(BINARY, size=1 << 32)),
        ("62", "a message of 2^62 bytes", frame(BINARY, size=1 << 62)),
        ("63", "a message of 2^63 - 1 bytes", frame(BINARY, size=most)),
        ("continuation", "a continuation of 2^63 - 1 bytes", text("a", fin=False) + frame(CONTINUATION, size=most)),
        ("sum", "... after 70 kB", frame(BINARY, octets(70000), fin=False) + frame(CONTINUATION, size=most)),
    ]:
        waits = {"weak_codes": ("none", "empty", "1000", "1001", "1002")}
        steps = [data, await_failure, half_close]
        yield refusal(f"limit/header-{name}", "§10.4", f"only the header of {about}", steps, ("1009",), **waits)
