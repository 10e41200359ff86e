"""What a server must never answer or send (RFC 6455 §4.2.2, §5): each function names the fault, or returns None."""

import base64
import hashlib

import websocket_case as ws

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def as_list(values):
    return values if isinstance(values, list) else [values]


def fault_of_upgrade(answer, case, key):
    """RFC 6455 §4.2.2, step 5."""
    key = (as_list(case.fields.get("Sec-WebSocket-Key", key))[0] or "").strip()
    accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
    if answer.version != "HTTP/1.1":
        return f"101 of {answer.version}"
    if [value.lower() for value in answer.values("Upgrade")] != ["websocket"]:
        return "101 without Upgrade: websocket"
    if not answer.has(r"^connection:(.*,)?\s*upgrade\s*(,|$)"):
        return "101 without Connection: Upgrade"
    if answer.values("Sec-WebSocket-Accept") != [accept]:
        return "101 without the right Sec-WebSocket-Accept"
    if answer.values("Content-Length") or answer.values("Transfer-Encoding"):
        return "101 with a length"
    protocols = answer.values("Sec-WebSocket-Protocol")
    offered = ",".join(filter(None, as_list(case.fields.get("Sec-WebSocket-Protocol")))).split(",")
    if len(protocols) > 1 or any(protocol not in map(str.strip, offered) for protocol in protocols):
        return f"101 with the protocols {protocols}"
    return None


def fault_of_header(second, head, size, fin, rsv, opcode):
    if second & 128:
        return "masks a frame"
    if rsv & (ws.RSV2 | ws.RSV3):
        return "sets RSV2 or RSV3"
    if opcode not in (ws.CONTINUATION, ws.TEXT, ws.BINARY, ws.CLOSE, ws.PING, ws.PONG):
        return f"sends opcode {opcode}"
    if head == 4 and size < 126 or head == 10 and size < 65536 or size >> 63:
        return "does not use the shortest length"
    if opcode >= 8 and (size > 125 or not fin):
        return "sends a control frame that is long or fragmented"
    return None


def fault_of_close(payload):
    if not payload:
        return None
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or code < 1000 or code in (1004, 1005, 1006, 1015) or 1015 < code < 3000 or code > 4999:
        return f"sends the Close frame {payload!r}"
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return f"sends the Close frame {payload!r}"
    return None
