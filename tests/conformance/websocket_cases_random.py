"""Conversations by chance, the same in each run: messages of any size in frames of any size, pings among them, in writes of
any size, compressed or not; every second one ends with a frame that must be refused."""

import random

import websocket_case as ws

SEEDS = 24
ALPHABET = "abcdefghij äöü€😀"
WRONG = [
    ("reserved bit", ws.frame(ws.TEXT, "a", rsv=1), "1002"),
    ("reserved opcode", ws.frame(5, "a"), "1002"),
    ("orphan", ws.frame(ws.CONTINUATION, "a"), "1002"),
    ("unmasked", ws.frame(ws.TEXT, "a", mask=False), "1002"),
    ("long ping", ws.frame(ws.PING, bytes(126)), "1002"),
    ("no UTF-8", ws.text(b"ab\xc0\xaf"), "1007"),
    ("cut UTF-8 in fragments", ws.split(ws.TEXT, [b"a", b"\xe2", b"\x82"]), "1007"),
    ("within", ws.frame(ws.BINARY, b"a", fin=False) + ws.text("b"), "1002"),
]


def cases():
    for seed in range(SEEDS):
        yield conversation(seed, None)
        yield conversation(seed, ws.DEFLATE_OFFER)


def conversation(seed, offer):
    chance = random.Random(seed)
    steps, messages, pongs = [], [], []
    for _ in range(chance.randrange(5, 60)):
        message = some_message(chance)
        messages.append(message)
        steps.append(some_sending(chance, message, pongs, offer))
    about = f"{len(messages)} messages, seed {seed}"
    id = f"random/{'deflate' if offer else 'plain'}-{seed}"
    more = {"pongs": pongs, "offer": offer, "compression": bool(offer), "accepts": "yes" if offer else "any"}
    if seed % 2 == 0:
        return ws.echo(id, "§5", about, steps, messages, **more)
    name, wrong, code = WRONG[seed // 2 % len(WRONG)]
    return ws.refusal(
        id,
        "§5",
        f"{about}, then {name}",
        [*steps, ws.chopped(wrong, chance.randrange(1, 9))],
        (code,),
        messages,
        **more,
    )


def some_message(chance):
    size = int(2 ** chance.uniform(0, 16.2)) - 1
    if chance.random() < 0.5:
        return "".join(chance.choices(ALPHABET, k=size))
    return chance.randbytes(size) if chance.random() < 0.5 else bytes(size)


def some_sending(chance, message, pongs, offer):
    payload = ws.encoded(message)
    part = max(1, int(len(payload) * chance.choice([1, 1, 0.5, 0.21, 0.03])))
    write = max(1, int(2 ** chance.uniform(4, 17)), len(payload) // 500)
    if offer and chance.random() < 0.7:
        return ws.compressed(message, part, write)
    ping = chance.randbytes(chance.randrange(126)) if chance.random() < 0.3 else None
    between = b"" if ping is None else ws.frame(ws.PING, ping)
    frames = ws.fragments(ws.opcode_of(message), payload, part, between=between)
    if ping is not None:
        pongs.extend([ping] * ws.gaps(payload, part))
    return ws.chopped(frames, write)
