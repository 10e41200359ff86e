"""Negotiation of permessage-deflate (RFC 6455 §9.1, RFC 7692 §5, §7.1): what is agreed on is also kept to."""

import websocket_case as ws
from websocket_payloads import HELLO

FAR = "".join(chr(97 + number * number % 23) for number in range(700))
# What repeats after 700 bytes, and after 40 kB, shows whether a window is larger than agreed.
MESSAGES = ["Hello", "Hello", FAR + FAR, FAR, "", "é€" * 100, (FAR + "x" * 40_000) + FAR, FAR]

ACCEPTED = {
    "plain": "permessage-deflate",
    "server-no-context": "permessage-deflate; server_no_context_takeover",
    "client-no-context": "permessage-deflate; client_no_context_takeover",
    "no-context": "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "no-context-reversed": "permessage-deflate;client_no_context_takeover;server_no_context_takeover",
    "client-bits": ws.DEFLATE_OFFER,
    "all": "permessage-deflate; client_max_window_bits=10; server_max_window_bits=10; "
    "client_no_context_takeover; server_no_context_takeover",
    "blanks": "  permessage-deflate ;  client_max_window_bits=12  ",
    "tabs": "permessage-deflate\t;\tserver_no_context_takeover\t",
    "no-blanks": "permessage-deflate;server_max_window_bits=12;client_max_window_bits=12",
    "quoted": 'permessage-deflate; server_max_window_bits="12"',
    "quoted-client": 'permessage-deflate; client_max_window_bits="12"',
    "quoted-escape": 'permessage-deflate; client_max_window_bits="\\1\\2"',
    "unknown-extension-first": "x-unknown; a=1; b, permessage-deflate",
    "unknown-extension-last": 'permessage-deflate, x-unknown; a="1"',
    "unknown-value-comma": 'x-unknown; a="b", permessage-deflate',
    "empty-elements": ", permessage-deflate,, ",
    "two": "permessage-deflate; server_max_window_bits=10, permessage-deflate",
    "fallback-after-unknown": "permessage-deflate; unknown, permessage-deflate",
    "fallback-after-bad-bits": "permessage-deflate; server_max_window_bits=16, permessage-deflate",
    "fallback-after-repeated": "permessage-deflate; client_max_window_bits; client_max_window_bits, permessage-deflate",
    "many": ", ".join(["x-unknown"] * 30 + ["permessage-deflate"]),
    "frame-deflate": "x-webkit-deflate-frame, permessage-deflate",
}

DECLINED = {
    "unknown": "permessage-deflate; unknown",
    "unknown-value": "permessage-deflate; unknown=1",
    "unknown-among": "permessage-deflate; client_max_window_bits; mux=yes; server_no_context_takeover",
    "server-no-context-value": "permessage-deflate; server_no_context_takeover=1",
    "server-no-context-true": "permessage-deflate; server_no_context_takeover=true",
    "client-no-context-value": "permessage-deflate; client_no_context_takeover=0",
    "server-bits-none": "permessage-deflate; server_max_window_bits",
    "server-no-context-twice": "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "client-no-context-twice": "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
    "server-bits-twice": "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
    "server-bits-two": "permessage-deflate; server_max_window_bits=10; server_max_window_bits=12",
    "client-bits-twice": "permessage-deflate; client_max_window_bits; client_max_window_bits",
    "client-bits-two": "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
    "name-prefix": "permessage",
    "name-suffix": "permessage-deflate2",
    "name-bzip2": "permessage-bzip2",
    "name-quoted-within": 'x-note; v="permessage-deflate"',
    "frame-deflate": "x-webkit-deflate-frame",
    "deflate-frame": "deflate-frame",
    "none": None,
}

BAD_BITS = ["7", "16", "0", "1", "08", "015", "-9", "+9", "9.0", "0x9", "nine", "100", "99999999999999999999", "1e1"]

MALFORMED = {
    "no-name": ";client_max_window_bits",
    "equals-name": "=permessage-deflate",
    "empty-parameter": "permessage-deflate;",
    "empty-parameters": "permessage-deflate;; client_max_window_bits",
    "no-parameter-name": "permessage-deflate; =10",
    "no-value": "permessage-deflate; client_max_window_bits=",
    "blank-in-name": "permessage deflate",
    "blank-in-parameter": "permessage-deflate; client_max window_bits",
    "two-values": "permessage-deflate; client_max_window_bits=10 12",
    "two-equals": "permessage-deflate; client_max_window_bits==10",
    "quote-open": 'permessage-deflate; client_max_window_bits="10',
    "quote-tail": 'permessage-deflate; client_max_window_bits="10"x',
    "quote-empty": 'permessage-deflate; client_max_window_bits=""',
    "quote-blank": 'permessage-deflate; client_max_window_bits="1 0"',
    "quoted-name": '"permessage-deflate"',
    "slash": "permessage/deflate",
    "colon": "permessage-deflate: client_max_window_bits",
    "comma-for-semicolon": "permessage-deflate, =client_max_window_bits",
    "bytes": "permessage-d\u00e9flate",
    "parameter-bytes": "permessage-deflate; b\u00efts=1",
    "parentheses": "permessage-deflate (comment)",
    "offer-in-quotes": 'x-note; v="a,permessage-deflate;client_max_window_bits=8,b"',
}


def cases():
    for name, offer in ACCEPTED.items():
        yield conversation(f"negotiation/{name}", "RFC 7692 §5.1", offer, "yes")
    for bits in range(8, 16):
        # Not every deflate has a window of 256 bytes, and an offer may always be declined.
        accepts = "any" if bits == 8 else "yes"
        for side in ("server", "client"):
            offer = f"permessage-deflate; {side}_max_window_bits={bits}"
            yield conversation(f"negotiation/{side}-bits-{bits}", "RFC 7692 §7.1.2", offer, accepts)
        offer = f"permessage-deflate; server_max_window_bits={bits}; client_max_window_bits={bits}"
        yield conversation(f"negotiation/both-bits-{bits}", "RFC 7692 §7.1.2", offer, accepts)
    blanks = "permessage-deflate; client_max_window_bits = 12"  # the implied blanks of RFC 2616 §2.1, gone since
    yield conversation("negotiation/blanks-equals", "§9.1", blanks, "any", weak_status="4..")
    fallback = f"permessage-deflate; server_max_window_bits=8, {ws.DEFLATE_OFFER}"
    yield conversation("negotiation/fallback-from-8", "RFC 7692 §5.1", fallback, "yes")
    for name, offer in DECLINED.items():
        yield declined(f"negotiation/declined-{name}", "RFC 7692 §7", offer)
    for number, bits in enumerate(BAD_BITS):
        for side in ("server", "client"):
            offer = f"permessage-deflate; {side}_max_window_bits={bits}"
            yield declined(f"negotiation/declined-{side}-bits-{number}", "RFC 7692 §7.1.2", offer)
    for name, offer in MALFORMED.items():
        yield malformed(f"negotiation/malformed-{name}", offer)
    yield from headers()
    yield from without()


def conversation(id, ref, offer, accepts, **more):
    steps = [ws.compressed(message) for message in MESSAGES] + [ws.text("not compressed")]
    return ws.echo(
        id,
        ref,
        f"offers {offer}",
        steps,
        MESSAGES + ["not compressed"],
        compression=True,
        offer=offer,
        accepts=accepts,
        **more,
    )


def declined(id, ref, offer):
    """To refuse the handshake for it is weak."""
    return conversation(id, ref, offer, "no", weak_status="4..")


def malformed(id, offer):
    """Must fail the handshake (RFC 6455 §9.1); to do without the extension is weak."""
    status = {"status": "4..", "weak_status": "101"}
    return ws.Case(id, "§9.1", f"offers {offer}", compression=True, offer=offer, accepts="no", **status)


def headers():
    for name, values in [
        ("two-lines", ["x-unknown; a", "permessage-deflate"]),
        ("two-offers", ["permessage-deflate; unknown=1", ws.DEFLATE_OFFER]),
    ]:
        fields = {"Sec-WebSocket-Extensions": values}
        yield conversation(f"negotiation/{name}", "§9.1", None, "yes", fields=fields)
    fields = {"sec-websocket-EXTENSIONS": "permessage-deflate"}
    yield ws.echo(
        "negotiation/field-case",
        "§4.1",
        "the offer in a field of another case",
        [ws.compressed("a")],
        ["a"],
        compression=True,
        accepts="yes",
        fields=fields,
    )


def without():
    """On a resource without the extension, or where it was not agreed on, RSV1 means nothing."""
    yield ws.echo(
        "negotiation/plain-resource",
        "§9.1",
        "an offer where there may be no compression",
        [ws.compressed("a")],
        ["a"],
        offer=ws.DEFLATE_OFFER,
        accepts="no",
    )
    flagged = ws.text(HELLO, rsv=ws.RSV1)
    for name, about, offer in [
        ("no-offer", "RSV1 without an offer", None),
        ("declined", "RSV1 after a declined offer", "permessage-deflate; unknown"),
    ]:
        yield ws.refusal(
            f"negotiation/rsv1-{name}",
            "RFC 7692 §6",
            about,
            [ws.text("a") + flagged],
            messages=["a"],
            compression=True,
            offer=offer,
            accepts="no",
        )
