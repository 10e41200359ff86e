"""Compressed messages (RFC 7692 §6, §7.2): what must be understood."""

import zlib

import websocket_case as ws
from websocket_payloads import ALONE, HELLO, WITH, content, raw

SIZES = [0, 1, 2, 3, 10, 125, 126, 127, 1000, 4096, 32767, 32768, 32769, 65535, 65536, 262144]


def cases():
    yield from sizes()
    yield from in_frames()
    yield from encoders()
    yield from blocks()
    yield from contexts()


def sizes():
    # What grows when it is compressed may be above a limit of the frame then.
    for kind, largest in [
        ("zeros", ws.MAX_MESSAGE),
        ("random", ws.MAX_MESSAGE - 4096),
        ("words", ws.MAX_MESSAGE),
    ]:
        for size in SIZES + [largest]:
            message = content(kind, size)
            about = f"{size} bytes of {kind}, twice"
            id = f"deflate/{kind}-{size}"
            yield ws.echo(id, "RFC 7692 §7.2", about, [ws.compressed(message)] * 2, [message] * 2, **WITH)
    for size in (16, 256, 4096):
        messages = [content("words", size + number) for number in range(200)]
        about = f"200 messages of about {size} bytes"
        steps = [ws.compressed(message) for message in messages]
        yield ws.echo(f"deflate/many-{size}", "RFC 7692 §7.2", about, steps, messages, **WITH)
        yield ws.echo(f"deflate/many-{size}-alone", "RFC 7692 §7.2", about + ", no context", steps, messages, **ALONE)


def in_frames():
    message = content("words", 2000)
    for size in (1, 2, 7, 100):
        step = ws.compressed(message, size)
        about = f"a compressed message in frames of {size}"
        yield ws.echo(f"deflate/frames-{size}", "RFC 7692 §6.1", about, [step, step], [message] * 2, **WITH)
    noise = content("random", 200_000)
    for size in (64, 1024, 65536):
        step = ws.compressed(noise, size)
        yield ws.echo(
            f"deflate/frames-{size}-large", "RFC 7692 §6.1", f"200 kB in frames of {size}", [step], [noise], **WITH
        )
    data = raw(message.encode())
    frames = ws.fragments(ws.TEXT, data, 50, ws.RSV1, between=ws.frame(ws.PING, b"p"))
    yield ws.echo(
        "deflate/pings-between",
        "RFC 7692 §6.1",
        "... with pings between frames",
        [frames],
        [message],
        pongs=[b"p"] * ws.gaps(data, 50),
        **WITH,
    )
    for chop in (1, 3, 100):
        step = ws.compressed(message, 500, chop=chop)
        yield ws.echo(f"deflate/writes-{chop}", "RFC 7692 §6.1", f"... in writes of {chop}", [step], [message], **WITH)
    for name, parts in [
        ("first", [b"", HELLO]),
        ("last", [HELLO, b""]),
        ("middle", [HELLO[:3], b"", b"", HELLO[3:]]),
        ("single", [HELLO[at : at + 1] for at in range(len(HELLO))]),
    ]:
        about = f"compressed Hello in frames of {list(map(len, parts))}"
        yield ws.echo(
            f"deflate/empty-{name}", "RFC 7692 §6.1", about, [ws.split(ws.TEXT, parts, ws.RSV1)], ["Hello"], **WITH
        )
    letters = content("words", 3000)
    steps = [
        ws.compressed(letters),
        ws.text("plain"),
        ws.compressed(letters),
        ws.split(ws.TEXT, [b"pl", b"ain"]),
        ws.compressed(letters),
    ]
    about = "compressed and plain messages by turns"
    yield ws.echo(
        "deflate/by-turns", "RFC 7692 §6", about, steps, [letters, "plain", letters, "plain", letters], **WITH
    )


def encoders():
    message = content("words", 20_000)
    for name, deflater in [(f"level-{level}", {"level": level}) for level in (0, 1, 6, 9)] + [
        ("memory-1", {"memLevel": 1}),
        ("memory-9", {"memLevel": 9}),
        ("fixed", {"strategy": zlib.Z_FIXED}),
        ("huffman", {"strategy": zlib.Z_HUFFMAN_ONLY}),
        ("runs", {"strategy": zlib.Z_RLE}),
        ("filtered", {"strategy": zlib.Z_FILTERED}),
    ]:
        messages = [message, content("zeros", 5000), message]
        steps = [ws.compressed(each) for each in messages]
        yield ws.echo(
            f"deflate/encoder-{name}",
            "RFC 7692 §7.2.1",
            f"a compressor with {deflater}",
            steps,
            messages,
            deflater=deflater,
            **WITH,
        )


def blocks():
    """The examples of RFC 7692 §7.2.3, and what else a compressor may do."""
    flushed = zlib.compressobj(9, zlib.DEFLATED, -15)
    pieces = [
        flushed.compress(b"several") + flushed.flush(zlib.Z_FULL_FLUSH),
        flushed.compress(b" blocks") + flushed.flush(zlib.Z_SYNC_FLUSH),
    ]
    final = raw(b"Hel", flush=zlib.Z_FINISH)
    empty = b"\0\0\0\xff\xff"
    for name, data, message in [
        ("hello", HELLO, "Hello"),
        ("stored", b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "Hello"),
        ("final", b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "Hello"),
        ("two", b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "Hello"),
        ("empty", b"\0", ""),
        ("empty-fixed", b"\x02\0", ""),
        ("empty-blocks", empty * 50 + HELLO, "Hello"),
        ("empty-blocks-after", HELLO + b"\0\0\xff\xff" + empty * 50 + b"\0", "Hello"),
        ("only-empty-blocks", empty * 50 + b"\0", ""),
        ("full-flush", b"".join(pieces).removesuffix(b"\0\0\xff\xff"), "several blocks"),
        ("final-twice", final + raw(b"lo"), "Hello"),
        ("final-thrice", final + final + final + b"\0", "HelHelHel"),
        ("stored-empty-final", b"\x01\0\0\xff\xff" + HELLO, "Hello"),
        ("long-distance", raw(b"a" * 32768 + b"bcd" + b"a" * 32768), "a" * 32768 + "bcd" + "a" * 32768),
    ]:
        frames = ws.text(data, rsv=ws.RSV1)
        yield ws.echo(
            f"deflate/block-{name}",
            "RFC 7692 §7.2.3",
            f"a message of the blocks {data[:16].hex()}",
            [frames + ws.text("plain")],
            [message, "plain"],
            **ALONE,
        )
        single = (
            ws.fragments(ws.TEXT, data[:2000], 1, ws.RSV1)
            if len(data) < 500
            else ws.fragments(ws.TEXT, data, 100, ws.RSV1)
        )
        yield ws.echo(
            f"deflate/block-{name}-frames",
            "RFC 7692 §7.2.3",
            "... in small frames, then again whole",
            [single + frames],
            [message] * 2,
            **ALONE,
        )


def contexts():
    """What a window still holds is used by the next message, unless that was agreed away."""
    message = content("words", 400)
    for name, offer in [
        ("plain", "permessage-deflate"),
        ("client-bits", ws.DEFLATE_OFFER),
        ("client-bits-9", "permessage-deflate; client_max_window_bits=9"),
    ]:
        more = WITH | {"offer": offer}
        steps = [ws.compressed(message)] * 20
        yield ws.echo(
            f"deflate/context-{name}", "RFC 7692 §7.1.1", f"20 times the same, {offer}", steps, [message] * 20, **more
        )
        messages = [content("random", 40_000), message, message]
        steps = [ws.compressed(each) for each in messages]
        yield ws.echo(
            f"deflate/context-large-{name}",
            "RFC 7692 §7.1.1",
            f"a window's worth, then text, {offer}",
            steps,
            messages,
            **more,
        )
        steps = [
            ws.compressed(message),
            ws.frame(ws.PING, b"p"),
            ws.pause(0.05),
            ws.compressed(message),
            ws.compressed(""),
        ]
        yield ws.echo(
            f"deflate/context-pause-{name}",
            "RFC 7692 §7.1.1",
            f"a ping and a pause between, {offer}",
            steps,
            [message] * 2 + [""],
            pongs=[b"p"],
            **more,
        )
    second = b"\xf2\x00\x11\x00\x00"  # Hello again, as a reference to the first
    about = "a reference to an earlier message, though context is not taken over"
    yield ws.refusal(
        "deflate/context-misused",
        "RFC 7692 §7.1.1",
        about,
        [ws.text(HELLO, rsv=ws.RSV1) + ws.text(second, rsv=ws.RSV1)],
        ws.INVALID_DEFLATE,
        ["Hello"],
        **ALONE,
    )
