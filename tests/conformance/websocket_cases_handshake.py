"""The header fields of the opening handshake (RFC 6455 §4.2)."""

import websocket_case as ws

VERSION = "^sec-websocket-version: *(.*,)? *13"

# Field, value, what is right, what is weak.
UPGRADES = [
    ("case", "WebSocket", "101", ""),
    ("upper", "WEBSOCKET", "101", ""),
    ("list", "websocket, x-other", "101", "4.."),
    ("list-last", "x-other, websocket", "101", "4.."),
    ("lines", ["x-other", "websocket"], "101", "4.."),
    ("blanks", "  websocket \t", "101", ""),
    ("absent", None, "400|426", "4.."),
    ("empty", "", "400|426", "4.."),
    ("other", "h2c", "400|426", "4.."),
    ("prefix", "websockets", "400|426", "4.."),
    ("suffix", "xwebsocket", "400|426", "4.."),
    ("two-words", "web socket", "400|426", "4.."),
    ("version", "websocket/13", "400|426", "4..|101"),
    ("quoted", '"websocket"', "400|426", "4.."),
]

CONNECTIONS = [
    ("case", "upgrade", "101", ""),
    ("upper", "UPGRADE", "101", ""),
    ("list", "keep-alive, Upgrade", "101", ""),
    ("list-first", "Upgrade, keep-alive", "101", ""),
    ("list-tight", "keep-alive,upgrade,x", "101", ""),
    ("lines", ["keep-alive", "Upgrade"], "101", ""),
    ("empty-elements", ", ,Upgrade,", "101", "4.."),
    ("tab", "keep-alive,\tUpgrade", "101", ""),
    ("absent", None, "400|426", "4.."),
    ("empty", "", "400|426", "4.."),
    ("keep-alive", "keep-alive", "400|426", "4.."),
    ("close", "close", "400|426", "4.."),
    ("prefix", "Upgrades", "400|426", "4.."),
    ("suffix", "xupgrade", "400|426", "4.."),
    ("two-words", "keep-alive upgrade", "400|426", "4.."),
]

KEYS = [  # 16 bytes in Base64; a server need not decode them
    ("absent", None, "400", "4.."),
    ("empty", "", "400", "4.."),
    ("short", "AAAAAAAAAAAAAAAAAAAA", "400", "4..|101"),
    ("long", "AAAAAAAAAAAAAAAAAAAAAAA=", "400", "4..|101"),
    ("very-long", "A" * 2000, "400", "4..|101"),
    ("no-padding", "dGhlIHNhbXBsZSBub25jZQ", "400", "4..|101"),
    ("one-padding", "dGhlIHNhbXBsZSBub25jZQ=", "400", "4..|101"),
    ("three-padding", "dGhlIHNhbXBsZSBub25jZ===", "400", "4..|101"),
    ("url-alphabet", "_-hlIHNhbXBsZSBub25jZQ==", "400", "4..|101"),
    ("blank-within", "dGhlIHNhbXBs ZSBub25jZQ==", "400", "4..|101"),
    ("padding-within", "dGhlIHNh=XBsZSBub25jZQ==", "400", "4..|101"),
    ("no-base64", "****************", "400", "4..|101"),
    ("plain", "the sample nonce", "400", "4..|101"),
    ("two-lines", ["dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA=="], "400", "4..|101"),
    ("two-same", ["dGhlIHNhbXBsZSBub25jZQ=="] * 2, "400", "4..|101"),
    ("sample", "dGhlIHNhbXBsZSBub25jZQ==", "101", ""),
    ("zeros", "AAAAAAAAAAAAAAAAAAAAAA==", "101", ""),
    ("plus-slash", "+/+/+/+/+/+/+/+/+/+/+w==", "101", ""),
    ("blanks", " \tdGhlIHNhbXBsZSBub25jZQ== \t", "101", ""),
]

VERSIONS = ["0", "1", "4", "12", "14", "25", "130", "255"]
NO_VERSIONS = [
    "",
    "256",
    "013",
    "+13",
    "-13",
    "13.0",
    "0x0d",
    "13abc",
    "1 3",
    "thirteen",
    "13;x",
    "99999999999999999999",
    "13, 8",
    "8, 13",
]

ORIGINS = [
    ("same", "http://{host}", "101", ""),
    ("same-case", "HTTP://{host}", "101", "403"),
    ("foreign", "http://example.com", "403", "4..|101"),
    ("foreign-port", "http://localhost:1", "403", "4..|101"),
    ("foreign-suffix", "http://{host}.example.com", "403", "4..|101"),
    ("foreign-prefix", "http://x{host}", "403", "4..|101"),
    ("foreign-userinfo", "http://{host}@example.com", "403", "4..|101"),
    ("foreign-fragment", "http://example.com#{host}", "403", "4..|101"),
    ("foreign-other-scheme", "file://", "403", "4..|101"),
    ("null", "null", "403", "4..|101"),
    ("empty", "", "403", "4..|101"),
    ("word", "localhost", "403", "4..|101"),
    ("two", ["http://{host}", "http://example.com"], "400|403", "4..|101"),
    ("list", "http://{host} http://example.com", "400|403", "4..|101"),
]

PROTOCOLS = [
    ("one", "chat", "101", ""),
    ("two", "chat, superchat", "101", ""),
    ("lines", ["chat", "superchat"], "101", ""),
    ("tight", "a,b,c", "101", ""),
    ("token-characters", "!#$%&'*+-.^_`|~0aZ", "101", ""),
    ("many", ", ".join(f"protocol-{number}" for number in range(100)), "101", ""),
    ("two-words", "chat room", "400", "4..|101"),
    ("quoted", '"chat"', "400", "4..|101"),
    ("slash", "chat/1", "400", "4..|101"),
    ("bytes", "ch\u00e4t", "400", "4..|101"),
    ("semicolon", "chat; x=1", "400", "4..|101"),
    ("repeated", "chat, chat", "400|101", "4.."),
    ("empty", "", "400|101", "4.."),
]


def cases():
    for name, values in [
        ("Upgrade", UPGRADES),
        ("Connection", CONNECTIONS),
        ("Sec-WebSocket-Key", KEYS),
        ("Origin", ORIGINS),
        ("Sec-WebSocket-Protocol", PROTOCOLS),
    ]:
        for id, value, status, weak in values:
            shown = value if value is None or len(value) < 60 else value[:60] + "..."
            group = name.lower().removeprefix("sec-websocket-")
            yield ws.attempt(f"handshake/{group}-{id}", "§4.2", f"{name}: {shown}", {name: value}, status, weak)
    yield from versions()


def versions():
    name = "Sec-WebSocket-Version"
    others = [(version, "§4.4", f"version {version}", version) for version in VERSIONS]
    malformed = [(f"bad-{number}", "§4.3", f"version {bad!r}", bad) for number, bad in enumerate(NO_VERSIONS)]
    for id, ref, about, version in others + malformed:
        yield ws.attempt(f"handshake/version-{id}", ref, about, {name: version}, "426|400", "4..", header=VERSION)
    yield ws.attempt("handshake/version-absent", "§4.2.1", "no version", {name: None}, "426|400", "4..")
    yield ws.attempt("handshake/version-lines", "§11.3.5", "two versions", {name: ["13", "8"]}, "426|400", "4..|101")
    yield ws.attempt("handshake/version-blanks", "§4.2.1", "blanks around the version", {name: " \t13 \t"})
    old = {name: "12"}
    opening = [
        lambda client: client.send(client.request(old)),
        ws.await_answers(1),
        lambda client: client.send(client.request({})),
    ]
    closed = "4.."  # where the refusal has ended the connection
    yield ws.attempt(
        "handshake/version-again",
        "§4.4",
        "version 12, then 13 on the same connection",
        None,
        "101",
        closed,
        opening=opening,
        answers=2,
    )
