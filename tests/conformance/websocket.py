#!/usr/bin/env python3
"""Sends each WebSocket case to a server on the loopback interface and judges what comes back (RFC 6455, RFC 7692).

usage: websocket.py HOST:PORT [REGEX]        cases whose id matches, against a running server
       websocket.py --serve BINARY CONFIG    all cases, against `BINARY serve CONFIG --listen 127.0.0.1:0`

The server must offer at /ws an echo of text and binary messages of at most 1 MiB, without compression, and at
/ws-deflate the same with permessage-deflate. Origins other than the server's own are foreign to both. Exit code 0: every
case is ok.

ok: the outcome that the RFC asks for. weak: the right outcome but late, without a Close frame, or what the RFC only
permits. failed: anything else. Options change the resources and how patient a client is.
"""

import argparse
import collections
import concurrent.futures
import re
import sys

import websocket_cases_close
import websocket_cases_deflate
import websocket_cases_fragments
import websocket_cases_framing
import websocket_cases_handshake
import websocket_cases_inflate
import websocket_cases_limits
import websocket_cases_negotiation
import websocket_cases_random
import websocket_cases_request
import websocket_cases_text
from server import loopback_address, served
from websocket_case import close, echo, text
from websocket_client import Client

PARALLEL = 16


def is_subsequence(some, sequence):
    """Some of the sequence in its order, its last among them."""
    rest = iter(sequence)
    return all(item in rest for item in some) and some[-1:] == sequence[-1:]


def short(messages):
    shown = [f"{message[:24]!r}" + (f"[{len(message)}]" if len(message) > 24 else "") for _, message in messages[:4]]
    return ", ".join(shown) + (f", ... {len(messages)} in all" if len(messages) > 4 else "")


class Runner:
    def __init__(self, options, address):
        self.options, self.address = options, address
        self.patience, self.bad = options.patience, 0

    def run(self, case):
        path = self.options.deflate_path if case.compression else self.options.path
        client = Client(self.address, path, case, self.patience)
        with client.socket:
            for step in case.opening or [client.request() + case.extra]:
                perform(client, step)
            client.wait(lambda: client.upgraded() or len(client.answers) >= case.answers or client.fault)
            if client.upgraded():
                converse(client, case)
        return client

    def judge(self, case):
        """(verdict, reasons)"""
        try:
            client = self.run(case)
        except OSError as error:
            return self.noted("failed"), [str(error)]
        failed, weak = verdict_on_answer(case, client)
        if not failed and client.upgraded():
            failed, weak_too = verdict_on_frames(case, client)
            weak += weak_too
        return self.noted("failed" if failed else "weak" if weak else "ok"), failed + weak

    def noted(self, verdict):
        """Where much is wrong nothing is worth a long wait."""
        self.bad += verdict != "ok"
        if self.bad > 40:
            self.patience = min(self.patience, 2.0)
        return verdict


def perform(client, step):
    if client.end is None and client.fault is None:
        client.send(step) if isinstance(step, bytes) else step(client)


def converse(client, case):
    def over():
        return client.fault is not None or client.end is not None

    def answered():
        return len(client.messages) >= len(case.messages) and client.pongs[-1:] == case.pongs[-1:]

    for step in case.steps:
        perform(client, step)
    if not case.fails:
        client.wait(lambda: answered() or client.close is not None or over())
    if case.closes:
        perform(client, close())
    if not client.wait(over) and not case.closes:
        client.late = True
        client.send(close())
        client.wait(over)


def verdict_on_answer(case, client):
    """(what is wrong, what is only weak)"""
    if client.fault:
        return [client.fault], []
    if not client.answers:
        return [f"no answer, {client.end or 'open'}"], []
    answer = client.answers[-1]
    if answer.status == "426" and not answer.has("^upgrade: *websocket$"):
        return ["426 without Upgrade: websocket"], []
    if answer.status == "405" and not answer.values("Allow"):
        return ["405 without Allow"], []
    if answer.status != "101" and case.header and not answer.has(case.header):
        return [f"{answer.status} without {case.header}"], []
    if re.fullmatch(case.status, answer.status):
        return [], []
    wrong = [f"answers {answer.status}, not {case.status}"]
    return ([], wrong) if re.fullmatch(case.weak_status, answer.status) else (wrong, [])


def code_of(client):
    if client.close is None:
        return "none"
    return str(int.from_bytes(client.close[:2], "big")) if client.close else "empty"


def verdict_on_frames(case, client):
    """(what is wrong, what is only weak)"""
    code = code_of(client)
    if case.tolerated and client.messages + [(0, pong) for pong in client.pongs] == case.tolerated and code == "1000":
        return [], ["is accepted"]
    failed, weak = [], []
    ended_early = not case.closes
    if client.messages != case.messages:
        start = client.messages == case.messages[: len(client.messages)]
        # Who fails the connection, or has been told Close, need not answer what came before.
        (weak if ended_early and start else failed).append(f"messages: {short(client.messages)}")
    # A pong for the latest of several pings will do (RFC 6455 §5.5.3).
    if client.pongs != case.pongs and not is_subsequence(client.pongs, case.pongs):
        start = client.pongs == case.pongs[: len(client.pongs)]
        (weak if ended_early and start else failed).append(f"pongs: {client.pongs}")
    if code not in case.codes:
        unanswered = client.late and code in ("none", "1000") and case.fails
        good = code in case.weak_codes or case.fails and not unanswered
        (weak if good else failed).append(f"Close frame: {code}, not {' or '.join(case.codes)}")
    if client.end is None:
        failed.append("leaves the connection open")
    elif client.end == "reset" and not (client.pushing and client.close is not None):
        weak.append("resets the connection")
    if client.late:
        weak.append("late")
    return failed, weak


def all_cases():
    modules = [  # those that take longest first
        websocket_cases_limits,
        websocket_cases_deflate,
        websocket_cases_inflate,
        websocket_cases_framing,
        websocket_cases_fragments,
        websocket_cases_random,
        websocket_cases_text,
        websocket_cases_close,
        websocket_cases_handshake,
        websocket_cases_request,
        websocket_cases_negotiation,
    ]
    cases = [case for module in modules for case in module.cases()]
    repeated = [id for id, count in collections.Counter(case.id for case in cases).items() if count > 1]
    if repeated:
        raise SystemExit(f"two cases have one id: {repeated}")
    return cases


def test(options, address):
    runner = Runner(options, address)
    cases = [case for case in all_cases() if re.search(options.cases, case.id)]
    groups = collections.defaultdict(collections.Counter)
    with concurrent.futures.ThreadPoolExecutor(options.parallel) as pool:
        for case, (verdict, reasons) in zip(cases, pool.map(runner.judge, cases)):
            groups[case.id.split("/")[0]][verdict] += 1
            if verdict != "ok":
                print(f"{verdict:6} {case.id} ({case.ref}) {case.about}: {'; '.join(reasons)}")
    verdict, reasons = runner.judge(echo("alive", "", "", [text("alive")], ["alive"]))
    if verdict != "ok":
        print(f"{verdict:6} the server afterwards: {'; '.join(reasons)}")
    groups["afterwards"][verdict] += 1
    total = sum(groups.values(), collections.Counter())
    for name, counts in groups.items():
        print(f"{name:14} {counts['ok']:4} ok {counts['weak']:4} weak {counts['failed']:4} failed")
    print(f"{total['ok']} ok, {total['weak']} weak, {total['failed']} failed of {total.total()}")
    return total["ok"] == total.total()


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", nargs="?", metavar="HOST:PORT")
    parser.add_argument("cases", nargs="?", default=".", metavar="REGEX")
    parser.add_argument("--serve", nargs=2, metavar=("BINARY", "CONFIG"))
    parser.add_argument("--path", default="/ws")
    parser.add_argument("--deflate-path", default="/ws-deflate")
    parser.add_argument("--parallel", type=int, default=PARALLEL, help="connections (default: %(default)s)")
    parser.add_argument("--patience", type=float, default=10.0, help="seconds of silence (default: %(default)s)")
    options = parser.parse_args()
    if options.serve:
        with served(*options.serve) as address:
            return test(options, address)
    if ":" not in (options.server or ""):
        parser.error("which server?")
    return test(options, loopback_address(options.server))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
