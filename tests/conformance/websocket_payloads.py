"""What the WebSocket cases send: payloads of any size, compressed ones (RFC 7692), and offers of compression."""

import random
import zlib

from websocket_case import DEFLATE_OFFER

HELLO = b"\xf2\x48\xcd\xc9\xc9\x07\x00"
WITH = {"compression": True, "offer": DEFLATE_OFFER, "accepts": "yes"}
ALONE = WITH | {"offer": "permessage-deflate; client_no_context_takeover; server_no_context_takeover"}


def letters(size):
    return ("*abcdefghijklmnopqrstuvwxyz" * (size // 27 + 1))[:size]


def octets(size):
    return (bytes(range(256)) * (size // 256 + 1))[:size]


def both(size):
    """A text and a binary message of that size, by name."""
    return [("text", letters(size)), ("binary", octets(size))]


def content(kind, size):
    chance = random.Random(size)
    if kind == "zeros":
        return bytes(size)
    if kind == "random":
        return chance.randbytes(size)
    words = ["websocket", "deflate", "été", "κόσμος", '{"key": 1}', "\n", "€uro", "a"]
    whole = " ".join(chance.choices(words, k=size // 4 + 1)).encode()[:size]
    return whole.decode(errors="ignore")


def raw(data, level=-1, bits=15, strategy=0, flush=zlib.Z_SYNC_FLUSH):
    """A message's payload, from a compressor of its own."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -bits, 8, strategy)
    return (deflater.compress(data) + deflater.flush(flush)).removesuffix(b"\0\0\xff\xff")
