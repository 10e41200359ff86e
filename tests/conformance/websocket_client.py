"""A WebSocket client that sends any bytes and is strict about what it receives (RFC 6455, RFC 7692).

What comes back is kept as messages, pongs and the Close frame; what a server must never send is the client's `fault`.
"""

import base64
import hashlib
import re
import select
import time
import zlib

import websocket_case as ws
import websocket_extensions
from peer import Peer
from websocket_faults import as_list, fault_of_close, fault_of_header, fault_of_upgrade

FLUSH_TAIL = b"\0\0\xff\xff"


class Answer:
    """A response to a handshake."""

    def __init__(self, head):
        self.version, self.status = head[:8], head[9:12] if head.startswith("HTTP/1.") else "raw"
        self.lines = head.split("\r\n")[1:]

    def values(self, name):
        pairs = (line.partition(":") for line in self.lines)
        return [value.strip() for field, _, value in pairs if field.lower() == name.lower()]

    def has(self, pattern):
        return any(re.search(pattern, line, re.IGNORECASE) for line in self.lines)


class Client(Peer):
    def __init__(self, address, path, case, patience):
        super().__init__(address)
        self.path, self.case, self.patience = path, case, patience
        self.host = f"localhost:{address[1]}"
        self.key = base64.b64encode(hashlib.md5(case.id.encode()).digest()).decode()
        self.answers, self.messages, self.pongs = [], [], []
        self.close = self.fault = self.negotiated = None
        self.late = self.pushing = False  # pushing: bytes may be under way when the server ends the connection
        self.opcode, self.parts, self.is_compressed = None, [], False

    # Sending.

    def request(self, changes=None):
        """The handshake's bytes, as the case or `changes` have its header fields."""
        case = self.case
        fields = {
            "Host": self.host,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": self.key,
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Extensions": case.offer,
        } | (case.fields if changes is None else changes)
        lines = [case.line.format(path=self.path, host=self.host)]
        for name, values in fields.items():
            for value in values if isinstance(values, list) else [values]:
                if value is not None:
                    lines.append(f"{name}: {value.replace('{host}', self.host)}")
        return "\r\n".join(lines + ["", ""]).encode("latin1")

    def send(self, data):
        self.unsent += data
        self.pushing |= len(data) > 65536
        self.pump(0)

    def send_chopped(self, data, size, pause):
        self.pushing |= size < len(data)
        for at in range(0, len(data), size):
            self.unsent += data[at : at + size]
            self.pump(0)
            self.wait(lambda: not self.unsent)
            if self.end or self.close:
                return
            if pause:
                time.sleep(pause)

    def send_unread(self, data):
        """Reads nothing until the server takes no more, which must be before it has taken all."""
        self.unsent += data
        self.pushing = True
        while self.unsent and select.select([], [self.socket], [], 0.3)[1]:
            self.send_some()
        if not self.unsent:
            self.fault = "takes all that a client sends that reads no answers"

    def pause(self, seconds):
        self.wait(lambda: not self.unsent)
        time.sleep(seconds)

    def half_close(self):
        self.wait(lambda: not self.unsent)
        super().half_close()

    # Moving bytes.

    def expect_soon(self, condition):
        if not self.wait(condition, self.patience / 2):
            self.late = True
        self.pushing |= self.case.fails

    def wait(self, condition, patience=None):
        """Until the condition holds (true), the connection ends, or nothing has moved for that long (false)."""
        began = time.monotonic()
        while not condition():
            moved = max(began, self.last_sent, self.last_received)
            rest = moved + (patience or self.patience) - time.monotonic()
            if self.end is not None or rest <= 0:
                return False
            self.pump(min(rest, 0.5))
        return True

    def pump(self, seconds):
        self.move(seconds)
        while self.fault is None and (self.read_frame() if self.upgraded() else self.read_answer()):
            pass

    # Reading.

    def upgraded(self):
        return bool(self.answers) and self.answers[-1].status == "101"

    def read_answer(self):
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        answer = Answer(self.received[:end].decode("latin1"))
        length = int((answer.values("Content-Length") or ["0"])[0])
        if answer.status != "101" and len(self.received) < end + 4 + length and "HEAD" not in self.case.line:
            return False
        del self.received[: end + 4 + (0 if answer.status == "101" or "HEAD" in self.case.line else length)]
        if answer.status == "100":
            return True
        self.answers.append(answer)
        if answer.status == "101":
            self.negotiate(answer)
        return True

    def negotiate(self, answer):
        fields = [("Sec-WebSocket-Extensions", self.case.offer), *self.case.fields.items()]
        offers = ", ".join(
            ", ".join(as_list(values))
            for name, values in fields
            if values and name.lower() == "sec-websocket-extensions"
        )
        self.fault = fault_of_upgrade(answer, self.case, self.key)
        extensions = answer.values("Sec-WebSocket-Extensions")
        if self.fault is None and extensions:
            self.negotiated, self.fault = websocket_extensions.agreed(offers, ", ".join(extensions))
        if self.fault is None and self.case.accepts != "any" and (self.case.accepts == "yes") != bool(extensions):
            self.fault = "declines the offer" if self.case.accepts == "yes" else f"accepts as {extensions}"
        if self.negotiated:
            self.deflate_context, self.inflate_context = self.new_deflater(), self.new_inflater()

    def new_deflater(self):
        # zlib's windows of 9 bits reach back 250 bytes at most: they do for 8 bits, which it does not offer.
        return zlib.compressobj(method=zlib.DEFLATED, wbits=-max(9, self.negotiated.client_bits), **self.case.deflater)

    def new_inflater(self):
        return zlib.decompressobj(wbits=-self.negotiated.server_bits)

    def deflate(self, payload):
        if not self.negotiated:
            return payload
        data = self.deflate_context.compress(payload) + self.deflate_context.flush(zlib.Z_SYNC_FLUSH)
        if self.negotiated.client_no_context_takeover:
            self.deflate_context = self.new_deflater()
        return data.removesuffix(FLUSH_TAIL) or b"\0"

    def inflate(self, data):
        rest, out = data + FLUSH_TAIL, b""
        while rest:
            out += self.inflate_context.decompress(rest)
            rest = self.inflate_context.unused_data
            if self.inflate_context.eof:
                self.inflate_context = self.new_inflater()
        if not self.between_blocks():
            raise zlib.error("its last block does not end")
        if self.negotiated.server_no_context_takeover:
            self.inflate_context = self.new_inflater()
        return out

    def between_blocks(self):
        """Whether an empty last block could follow."""
        probe = self.inflate_context.copy()
        probe.decompress(b"\x03\0")
        return probe.eof

    def read_frame(self):
        """Takes one frame from what was received; false if there is none."""
        data = self.received
        if len(data) < 2:
            return False
        short = data[1] & 127
        head = 2 if short < 126 else 4 if short == 126 else 10
        if len(data) < head:
            return False
        size = short if head == 2 else int.from_bytes(data[2:head], "big")
        fin, rsv, opcode = data[0] & 128, data[0] >> 4 & 7, data[0] & 15
        self.fault = fault_of_header(data[1], head, size, fin, rsv, opcode) or self.fault_of_order(opcode, rsv)
        if self.fault or len(data) < head + size:
            return False
        payload = bytes(data[head : head + size])
        del data[: head + size]
        if opcode == ws.CLOSE:
            self.fault, self.close = fault_of_close(payload), payload
        elif opcode == ws.PONG:
            self.pongs.append(payload)
        elif opcode != ws.PING:  # a server may ask whether the client is there
            self.take_data(fin, rsv, opcode, payload)
        return True

    def fault_of_order(self, opcode, rsv):
        if self.close is not None:
            return "sends a frame after its Close frame"
        if opcode >= 8:
            return "sets RSV1 on a control frame" if rsv else None
        if (opcode == ws.CONTINUATION) != (self.opcode is not None):
            return "sends a continuation of nothing or a message within a message"
        if rsv and (opcode == ws.CONTINUATION or not self.negotiated):
            return "sets RSV1 where it has no meaning"
        return None

    def take_data(self, fin, rsv, opcode, payload):
        if self.opcode is None:
            self.opcode, self.parts, self.is_compressed = opcode, [], bool(rsv)
        self.parts.append(payload)
        if not fin:
            return
        message, opcode, self.opcode = b"".join(self.parts), self.opcode, None
        try:
            message = self.inflate(message) if self.is_compressed else message
            if opcode == ws.TEXT:
                message.decode()
        except (zlib.error, UnicodeDecodeError) as error:
            self.fault = f"sends a message that is none: {error}"
        self.messages.append((opcode, message))
