"""Compressed messages (RFC 7692 §6, §7.2) that must be refused, and decompression bombs (RFC 6455 §10.4)."""

import zlib

import websocket_case as ws
from websocket_payloads import ALONE, HELLO, WITH, content, raw


def cases():
    yield from reserved_bits()
    yield from invalid()
    yield from limits()


def reserved_bits():
    for name, data in [
        (
            "continuation",
            ws.text(HELLO[:3], rsv=ws.RSV1, fin=False) + ws.frame(ws.CONTINUATION, HELLO[3:], rsv=ws.RSV1),
        ),
        ("continuation-plain", ws.text("a", fin=False) + ws.frame(ws.CONTINUATION, HELLO, rsv=ws.RSV1)),
        ("ping", ws.frame(ws.PING, b"a", rsv=ws.RSV1)),
        ("pong", ws.frame(ws.PONG, b"a", rsv=ws.RSV1)),
        ("close", ws.frame(ws.CLOSE, b"\x03\xe8", rsv=ws.RSV1)),
        ("ping-in-message", ws.text(HELLO[:3], rsv=ws.RSV1, fin=False) + ws.frame(ws.PING, b"a", rsv=ws.RSV1)),
        ("reserved", ws.frame(3, HELLO, rsv=ws.RSV1)),
        ("unmasked", ws.frame(ws.TEXT, HELLO, rsv=ws.RSV1, mask=False)),
    ]:
        yield ws.refusal(
            f"deflate/rsv1-{name}", "RFC 7692 §6.1", f"RSV1 on {name}", [ws.text("a") + data], messages=["a"], **WITH
        )
    for rsv in (ws.RSV2, ws.RSV3, ws.RSV1 | ws.RSV2, ws.RSV1 | ws.RSV3, ws.RSV2 | ws.RSV3, 7):
        about = f"RSV bits {rsv:03b}"
        yield ws.refusal(f"deflate/rsv-{rsv}", "§5.2", about, [ws.text(HELLO, rsv=rsv)], **WITH)
        yield ws.refusal(
            f"deflate/rsv-{rsv}-ping", "§5.2", about + " on a ping", [ws.frame(ws.PING, b"", rsv=rsv)], **WITH
        )


def invalid():
    stored = raw(bytes(range(200)), 0)
    for name, data in [
        ("reserved-type", b"\x06"),
        ("reserved-type-later", HELLO + b"\0\0\xff\xff\x06"),
        ("stored-length", b"\x00\x05\x00\x00\x00Hello"),
        ("stored-cut", stored[:100]),
        ("stored-header-cut", b"\x00\x05"),
        ("too-far-back", b"\xf2\x00\x11\x00\x00"),
        ("distance-code", b"\x4b\x04\x1f\xff\xff\xff"),
        ("no-codes", b"\x04\xff\xff\xff\xff\xff\xff\xff"),
        ("ones", b"\xff" * 40),
        ("plain-text", b"this is not compressed"),
        ("zlib-header", zlib.compress(b"Hello Hello")),
        ("gzip-header", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + HELLO),
        ("noise", content("random", 500)),
    ]:
        about = f"what is no deflate: {data[:12].hex()}"
        steps = [ws.text(HELLO, rsv=ws.RSV1) + ws.frame(ws.BINARY, data, rsv=ws.RSV1)]
        more = ALONE | {"tolerated": unfinished(data)}
        yield ws.refusal(
            f"deflate/invalid-{name}", "RFC 7692 §7.2.2", about, steps, ws.INVALID_DEFLATE, ["Hello"], **more
        )
        parts = ws.fragments(ws.BINARY, data, 1, ws.RSV1)
        more["tolerated"] = more["tolerated"] and more["tolerated"][1:]
        yield ws.refusal(
            f"deflate/invalid-{name}-frames",
            "RFC 7692 §7.2.2",
            about + " in frames of one byte",
            [parts],
            ws.INVALID_DEFLATE,
            **more,
        )
    about = "no bytes at all, which begin no block"
    yield ws.refusal(
        "deflate/invalid-nothing",
        "RFC 7692 §7.2.3.6",
        about,
        [ws.text(b"", rsv=ws.RSV1)],
        ws.INVALID_DEFLATE,
        tolerated=[(ws.TEXT, b"")],
        **ALONE,
    )
    for name, data in [
        ("ff", b"a\xff"),
        ("cut", b"a\xe2\x82"),
        ("surrogate", b"\xed\xa0\x80"),
        ("late", b"a" * 100_000 + b"\xff"),
    ]:
        yield ws.refusal(
            f"deflate/utf8-{name}",
            "§8.1",
            f"compressed text, no UTF-8: {name}",
            [ws.text(raw(data), rsv=ws.RSV1)],
            ws.NOT_UTF8,
            **ALONE,
        )
        frames = ws.fragments(ws.TEXT, raw(data), 2, ws.RSV1)
        yield ws.refusal(f"deflate/utf8-{name}-frames", "§8.1", "... in small frames", [frames], ws.NOT_UTF8, **ALONE)
    data = raw(b"\xff" + bytes(500), 0)
    steps = [ws.text(data[:-1], rsv=ws.RSV1, fin=False), ws.await_failure, ws.frame(ws.CONTINUATION, data[-1:])]
    yield ws.refusal(
        "deflate/utf8-first-frame", "§8.1", "a wrong byte in the first compressed frame", steps, ws.NOT_UTF8, **ALONE
    )


def unfinished(data):
    """What comes back of a block that does not end, after Hello, from a server that does not ask whether it has."""
    try:
        return [(ws.TEXT, b"Hello"), (ws.BINARY, zlib.decompressobj(-15).decompress(data + b"\0\0\xff\xff"))]
    except zlib.error:
        return None


def limits():
    for name, data in [
        ("one-more", raw(bytes(ws.MAX_MESSAGE + 1))),
        ("16", raw(bytes(16 * ws.MAX_MESSAGE), 9)),
        ("random", raw(content("random", ws.MAX_MESSAGE + 1))),
        ("stored", raw(bytes(ws.MAX_MESSAGE + 1), 0)),
        ("200", bomb(200 * ws.MAX_MESSAGE)),
    ]:
        about = f"{len(data)} bytes that inflate above the limit"
        yield ws.refusal(
            f"deflate/bomb-{name}",
            "§7.4.1",
            about,
            [ws.text(HELLO, rsv=ws.RSV1), ws.frame(ws.BINARY, data, rsv=ws.RSV1)],
            ws.TOO_BIG,
            ["Hello"],
            **ALONE,
        )
        size = max(100, len(data) // 2000)
        parts = ws.fragments(ws.BINARY, data, size, ws.RSV1)
        yield ws.refusal(
            f"deflate/bomb-{name}-frames", "§7.4.1", f"... in frames of {size}", [parts], ws.TOO_BIG, **ALONE
        )
    empty = b"\0\0\0\xff\xff" * 40_000 + b"\0"
    yield ws.echo(
        "deflate/empty-blocks-many",
        "RFC 7692 §7.2.3",
        "40,000 empty blocks",
        [ws.text(empty, rsv=ws.RSV1)],
        [""],
        **ALONE,
    )
    data = raw(bytes(16 * ws.MAX_MESSAGE), 9)
    half = len(data) // 2
    steps = [
        ws.frame(ws.BINARY, data[:half], rsv=ws.RSV1, fin=False),
        ws.await_failure,
        ws.frame(ws.CONTINUATION, data[half:]),
    ]
    yield ws.refusal(
        "deflate/bomb-first-frame", "§10.4", "a first frame that inflates above the limit", steps, ws.TOO_BIG, **ALONE
    )


def bomb(size):
    """Zeros to any size without the time to compress them: after the first MiB each block only repeats."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = deflater.compress(bytes(1 << 20)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    again = deflater.compress(bytes(1 << 20)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return (first + again * (size >> 20)).removesuffix(b"\0\0\xff\xff")
