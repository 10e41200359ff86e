"""What the WebSocket cases are written with: frames as a client sends them (RFC 6455 §5.2), steps, the case itself."""

import dataclasses
import struct
import zlib

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
RSV1, RSV2, RSV3 = 4, 2, 1
MAX_MESSAGE = 1 << 20  # bytes: more the server refuses
DEFLATE_OFFER = "permessage-deflate; client_max_window_bits"

# The codes of Close frames that are right.
TOO_BIG = ("1009",)
NOT_UTF8 = ("1007",)
INVALID_DEFLATE = ("1007", "1002")  # the RFC names none


def encoded(payload):
    return payload.encode() if isinstance(payload, str) else payload


def masked(payload, key):
    """RFC 6455 §5.3, as one exclusive or of two large numbers: a loop over megabytes would take seconds."""
    size = len(payload)
    repeated = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")


def length_field(size, form, mask_bit):
    """The length in its shortest form, or in the form (7, 16 or 64 bits) that is asked for."""
    form = form or (7 if size < 126 else 16 if size < 65536 else 64)
    if form == 7:
        return bytes([mask_bit | size])
    return (
        bytes([mask_bit | 126]) + struct.pack(">H", size)
        if form == 16
        else bytes([mask_bit | 127]) + struct.pack(">Q", size)
    )


def frame(opcode, payload=b"", fin=True, rsv=0, key=None, form=None, size=None, mask=True):
    """`size` is what the header says where that is not the payload's size. The key follows from the payload: each run
    sends the same bytes."""
    payload = encoded(payload)
    first = bytes([(128 if fin else 0) | rsv << 4 | opcode])
    length = length_field(len(payload) if size is None else size, form, 128 if mask else 0)
    if not mask:
        return first + length + payload
    key = key or struct.pack(">I", zlib.crc32(payload[:64] + first + length))
    return first + length + key + masked(payload, key)


def opcode_of(payload):
    return TEXT if isinstance(payload, str) else BINARY


def message(payload, **more):
    return frame(opcode_of(payload), payload, **more)


def text(payload, **more):
    return frame(TEXT, payload, **more)


def close(code=1000, reason=b""):
    return frame(CLOSE, struct.pack(">H", code) + encoded(reason))


def fragments(opcode, payload, size, rsv=0, between=b""):
    """A message in frames of `size` bytes each; control frames go `between` them."""
    payload = encoded(payload)
    parts = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    return split(opcode, parts, rsv, between)


def gaps(payload, size):
    """How often `fragments` puts something between the frames."""
    return max(0, (len(encoded(payload)) - 1) // size)


def split(opcode, parts, rsv=0, between=b""):
    return between.join(split_frames(opcode, parts, rsv))


def split_frames(opcode, parts, rsv=0):
    last = len(parts) - 1
    return [
        frame(CONTINUATION if number else opcode, part, fin=number == last, rsv=0 if number else rsv)
        for number, part in enumerate(parts)
    ]


# Steps: bytes are sent as they are; any other step is called with the client.


def chopped(data, size, pause=0.0):
    """Writes of `size` bytes each."""
    return lambda client: client.send_chopped(data, size, pause)


def byte_by_byte(data):
    return chopped(data, 1, 0.001)


def unread(data):
    """Reads no answers while the server takes any of it. It is to be more than all buffers on the way can hold."""
    return lambda client: client.send_unread(data)


def pause(seconds):
    return lambda client: client.pause(seconds)


def await_pongs(count):
    return lambda client: client.expect_soon(lambda: len(client.pongs) >= count)


def await_messages(count):
    return lambda client: client.expect_soon(lambda: len(client.messages) >= count)


def await_failure(client):
    """The server must have had enough by now: what is sent after this is more than it may wait for."""
    client.expect_soon(lambda: client.close is not None or client.end is not None)


def failing_at(data, count):
    """The first `count` bytes are enough for the server to fail the connection."""
    return [data[:count], await_failure, data[count:]]


def await_answers(count):
    return lambda client: client.expect_soon(lambda: len(client.answers) >= count)


def half_close(client):
    client.half_close()


def compressed(payload, size=None, chop=None):
    """A message compressed as negotiated, in frames of `size` bytes, in writes of `chop` bytes."""

    def step(client):
        data = client.deflate(encoded(payload))
        rsv = RSV1 if client.negotiated else 0
        frames = fragments(opcode_of(payload), data, size or max(1, len(data)), rsv)
        client.send_chopped(frames, chop or max(1, len(frames)), 0)

    return step


@dataclasses.dataclass
class Case:
    """A connection and its right outcome.

    The handshake's request is `line` and the usual header fields as `fields` changes them (None drops one, a list
    repeats it), then `extra` bytes in the same write; `opening` replaces it by steps. `status` matches what must answer
    it, `weak_status` what is safe but not what the RFC asks for.

    After a 101 come the `steps`. `messages` and `pongs` must come back. Unless the server `fails` the connection, or
    the steps have closed it, Close 1000 ends it. `codes` are the right codes of the server's own Close frame ("empty"
    has none, "none" is no Close frame), `weak_codes` acceptable ones. `tolerated` is all that comes back, (0, payload)
    for a pong, of a server that accepts what it should refuse, which is weak.
    """

    id: str
    ref: str
    about: str
    steps: list = dataclasses.field(default_factory=list)
    messages: list = dataclasses.field(default_factory=list)
    pongs: list = dataclasses.field(default_factory=list)
    fails: bool = False
    closes: bool = True  # Close 1000 ends the case
    codes: tuple = ("1000",)
    weak_codes: tuple = ()
    tolerated: list = None
    compression: bool = False  # the resource that offers permessage-deflate
    offer: str = None  # Sec-WebSocket-Extensions
    accepts: str = "any"  # whether the offer is to be accepted: yes, no, any
    deflater: dict = dataclasses.field(default_factory=dict)  # level, memLevel, strategy of the client's compressor
    line: str = "GET {path} HTTP/1.1"
    fields: dict = dataclasses.field(default_factory=dict)
    extra: bytes = b""
    opening: list = None
    answers: int = 1  # of the last of which `status` tells
    status: str = "101"
    weak_status: str = "^$"
    header: str = None  # what the answer must hold if it is not 101


def echo(id, ref, about, steps, messages, **more):
    """The messages (text as str, binary as bytes) come back, and the connection ends in order."""
    return Case(id, ref, about, steps, as_messages(messages), **more)


def refusal(id, ref, about, steps, codes=("1002",), messages=(), **more):
    """The server fails the connection, after it has answered the `messages` that were good."""
    return Case(id, ref, about, steps, as_messages(messages), fails=True, closes=False, codes=codes, **more)


def attempt(id, ref, about, fields=None, status="101", weak="", **more):
    """If accepted, "Hello" must come back; what the client says after a refusal is no matter here."""
    accepted = {"steps": [text("Hello")], "messages": [(TEXT, b"Hello")]}
    return Case(id, ref, about, fields=fields or {}, status=status, weak_status=weak or "^$", **accepted, **more)


def as_messages(messages):
    return [(opcode_of(payload), encoded(payload)) for payload in messages]
