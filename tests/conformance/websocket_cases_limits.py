"""Large messages, many of them, and those above the server's limit (RFC 6455 §5.4, §7.4.1, §10.4)."""

import websocket_case as ws
from websocket_payloads import both, letters, octets

KIB = 1024


def cases():
    yield from large()
    yield from many()
    yield from above()


def large():
    for size in (ws.MAX_MESSAGE, ws.MAX_MESSAGE - 1, 512 * KIB, 256 * KIB, 128 * KIB, 64 * KIB):
        for name, whole in both(size):
            about = f"{name} of {size} bytes"
            yield ws.echo(f"large/{name}-{size}", "§5.2", about, [ws.message(whole)], [whole])
    size = 256 * KIB
    for name, whole in both(size):
        for part in (64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB):
            about = f"{size} bytes in frames of {part}"
            frames = ws.fragments(ws.opcode_of(whole), whole, part)
            yield ws.echo(f"large/{name}-frames-{part}", "§5.4", about, [frames], [whole])
        for part in (64, 128, 256, 512, KIB, 2 * KIB):
            about = f"{size} bytes in writes of {part}"
            steps = [ws.chopped(ws.message(whole), part)]
            yield ws.echo(f"large/{name}-writes-{part}", "§5.2", about, steps, [whole])
    largest = letters(ws.MAX_MESSAGE)
    pinged = ws.fragments(ws.TEXT, largest, 16 * KIB, between=ws.frame(ws.PING, b"p"))
    yield ws.echo(
        "large/limit-frames",
        "§5.4",
        "the largest message in frames of 16 KiB, with pings",
        [pinged],
        [largest],
        pongs=[b"p"] * ws.gaps(largest, 16 * KIB),
    )
    wide = "€" * (ws.MAX_MESSAGE // 3)
    yield ws.echo("large/utf8", "§5.6", "the largest message of euro signs", [ws.text(wide)], [wide])
    yield ws.echo("large/utf8-frames", "§5.6", "... in frames of 1021", [ws.fragments(ws.TEXT, wide, 1021)], [wide])


def many():
    for size in (0, 16, 64, 256, KIB, 4 * KIB):
        one = letters(size)
        steps = [step for number in range(100) for step in (ws.text(one), ws.await_messages(number + 1))]
        yield ws.echo(
            f"many/text-{size}-by-turns", "§5.4", f"100 messages of {size} bytes, one after another", steps, [one] * 100
        )
        frames = [ws.frame(ws.BINARY, octets(size)) * 1000]
        yield ws.echo(
            f"many/binary-{size}", "§5.4", f"1000 messages of {size} bytes in one write", frames, [octets(size)] * 1000
        )
    for size in (64 * KIB, KIB):
        count = 32 * KIB * KIB // size
        steps = [ws.unread(ws.frame(ws.BINARY, octets(size)) * count)]
        about = f"{count} messages of {size} bytes from a client that does not read as long as it can send"
        yield ws.echo(f"many/unread-{size}", "§5.6", about, steps, [octets(size)] * count)
    sizes = [size * 37 % 5000 for size in range(300)]
    frames = b"".join(ws.fragments(ws.TEXT, letters(size), 100 + size % 700) for size in sizes)
    yield ws.echo(
        "many/fragmented", "§5.4", "300 fragmented messages in one write", [frames], [letters(size) for size in sizes]
    )


def above():
    end = ws.frame(ws.BINARY, b"b")
    yield ws.refusal(
        "limit/text", "§7.4.1", "a message one byte too long", [ws.text(letters(ws.MAX_MESSAGE + 1))], ws.TOO_BIG
    )
    yield ws.refusal(
        "limit/binary",
        "§7.4.1",
        "... binary, after a good one",
        [end + ws.frame(ws.BINARY, octets(ws.MAX_MESSAGE + 1))],
        ws.TOO_BIG,
        [b"b"],
    )
    for size in (1000, 65536):
        parts = ws.fragments(ws.TEXT, letters(ws.MAX_MESSAGE + 1), size)
        yield ws.refusal(f"limit/frames-{size}", "§7.4.1", f"... in frames of {size}", [parts], ws.TOO_BIG)
    full = ws.frame(ws.BINARY, octets(ws.MAX_MESSAGE), fin=False)
    yield ws.refusal(
        "limit/last-frame",
        "§7.4.1",
        "the limit, then one more byte",
        [full, ws.frame(ws.CONTINUATION, b"x"), end],
        ws.TOO_BIG,
    )
    yield ws.echo(
        "limit/last-empty",
        "§7.4.1",
        "the limit, then an empty frame",
        [full, ws.frame(ws.CONTINUATION)],
        [octets(ws.MAX_MESSAGE)],
    )
    yield ws.refusal(
        "limit/endless",
        "§10.4",
        "frames without an end",
        [ws.fragments(ws.BINARY, octets(ws.MAX_MESSAGE * 2), 4096)[:-4000], ws.await_failure],
        ws.TOO_BIG,
    )
    yield from only_headers()


def only_headers():
    """A length that can't be right is best refused before a buffer is made for it; who waits for more may."""
    most = (1 << 63) - 1
    for name, about, data in [
        ("one-more", "a message one byte too long", ws.frame(ws.BINARY, size=ws.MAX_MESSAGE + 1)),
        ("32", "a message of 4 GiB", ws.frame(ws.BINARY, size=1 << 32)),
        ("62", "a message of 2^62 bytes", ws.frame(ws.BINARY, size=1 << 62)),
        ("63", "a message of 2^63 - 1 bytes", ws.frame(ws.BINARY, size=most)),
        (
            "continuation",
            "a continuation of 2^63 - 1 bytes",
            ws.text("a", fin=False) + ws.frame(ws.CONTINUATION, size=most),
        ),
        (
            "sum",
            "... after 70 kB",
            ws.frame(ws.BINARY, octets(70000), fin=False) + ws.frame(ws.CONTINUATION, size=most),
        ),
    ]:
        waits = {"weak_codes": ("none", "empty", "1000", "1001", "1002")}
        steps = [data, ws.await_failure, ws.half_close]
        yield ws.refusal(f"limit/header-{name}", "§10.4", f"only the header of {about}", steps, ws.TOO_BIG, **waits)
