"""Whether what a server answers to offers of permessage-deflate is allowed (RFC 6455 §9.1, RFC 7692 §7)."""

import dataclasses
import re

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
PARAMETER = re.compile(rf'\s*;\s*({TOKEN})(\s*=\s*(?:({TOKEN})|"((?:[^"\\]|\\.)*)"))?')
ELEMENT = re.compile(rf"\s*({TOKEN})((?:{PARAMETER.pattern})*)\s*(?:,|$)")
BLANK = re.compile(r"[\s,]*")
FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
BITS = ("server_max_window_bits", "client_max_window_bits")


@dataclasses.dataclass
class Agreement:
    server_no_context_takeover: bool
    client_no_context_takeover: bool
    server_bits: int
    client_bits: int


def parse(header):
    """[(name, [(parameter, value or None)])], or None if the header is malformed."""
    found, at = [], 0
    while at < len(header):
        at = BLANK.match(header, at).end()
        if at == len(header):
            break
        element = ELEMENT.match(header, at)
        if not element:
            return None
        parameters = [
            (name, re.sub(r"\\(.)", r"\1", quoted) or token if assigned else None)
            for name, assigned, token, quoted in PARAMETER.findall(element[2])
        ]
        found.append((element[1], parameters))
        at = element.end()
    return found


def judged(parameters, response):
    """The parameters as a dictionary if an offer or a response may have them, else None (RFC 7692 §7.1)."""
    names = [name for name, _ in parameters]
    if len(set(names)) != len(names):
        return None
    for name, value in parameters:
        if name in FLAGS:
            if value is not None:
                return None
        elif name not in BITS:
            return None
        elif value is None:
            if response or name == "server_max_window_bits":
                return None
        elif not re.fullmatch(r"[89]|1[0-5]", value):
            return None
    return dict(parameters)


def suits(offer, answer):
    """Whether the answer accepts this offer."""
    if "server_no_context_takeover" in offer and "server_no_context_takeover" not in answer:
        return False
    if "server_max_window_bits" in offer:
        if int(answer.get("server_max_window_bits", 99)) > int(offer["server_max_window_bits"]):
            return False
    if "client_max_window_bits" in answer:
        if "client_max_window_bits" not in offer:
            return False
        return int(answer["client_max_window_bits"]) <= int(offer["client_max_window_bits"] or 15)
    return True


def agreed(offers, response):
    """(Agreement, None), or (None, what is wrong with the response)."""
    parsed = parse(response)
    if parsed is None or len(parsed) != 1 or parsed[0][0] != "permessage-deflate":
        return None, f"answers the extensions {response!r}"
    answer = judged(parsed[0][1], response=True)
    if answer is None:
        return None, f"answers the parameters {response!r}"
    for name, parameters in parse(offers) or []:
        offer = judged(parameters, response=False) if name == "permessage-deflate" else None
        if offer is not None and suits(offer, answer):
            client_bits = min(
                int(answer.get("client_max_window_bits", 15)), int(offer.get("client_max_window_bits") or 15)
            )
            return (
                Agreement(
                    "server_no_context_takeover" in answer,
                    "client_no_context_takeover" in answer or "client_no_context_takeover" in offer,
                    int(answer.get("server_max_window_bits", 15)),
                    client_bits,
                ),
                None,
            )
    return None, f"answers {response!r}, which accepts none of the offers {offers!r}"
