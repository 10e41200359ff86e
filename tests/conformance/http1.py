#!/usr/bin/env python3
"""Sends each case of http1_cases.json to a server on the loopback interface and judges what comes back.

usage: http1.py HOST:PORT [REGEX]        cases whose id matches, against a running server
       http1.py --serve BINARY CONFIG    all cases, against `BINARY serve CONFIG --listen 127.0.0.1:0`

The server must offer: GET and HEAD / -> 200; POST /echo -> the same body; /getonly for GET alone; /static/ with
hello.txt ("hello"); anything else 404. Exit code 0: every case was answered exactly right.

A case is a connection: `send` lists its steps (text, {rep, n}: text n times, {sleep} seconds, {await}: until so many
responses are there, {drip, every}: a byte at a time, {fin}: half-close, {rst}: reset). What comes back is written
"STATUS,STATUS/END" with END one of open, closed, reset; a status ends in "!" when its response is incomplete, "raw"
is no HTTP/1, "-" no response. `ok` lists what is exactly right, `weak` what is safe but not what the RFC asks for;
`hdr`, `nohdr`, `body`, `bodies` and `nobody` judge the first final response further.
"""

import collections
import concurrent.futures
import json
import pathlib
import re
import socket
import struct
import sys
import time

from peer import Peer
from server import loopback_address, served

PARALLEL = 12
ANSWER_SECONDS = 2.0  # for the first response, unless a case says otherwise
SILENCE_SECONDS = 0.6  # after which nothing more is expected


class Response:
    def __init__(self, status, head, body, complete):
        self.status, self.head, self.body, self.complete = status, head, body, complete

    def __str__(self):
        return self.status + ("" if self.complete or self.status == "raw" else "!")


def parse_chunked(data, start):
    """The body, where it ends, and whether it does."""
    body = b""
    at = start
    while True:
        line_end = data.find(b"\r\n", at)
        if line_end < 0:
            return body, at, False
        try:
            size = int(data[at:line_end].split(b";")[0], 16)
        except ValueError:
            return body, at, False
        at = line_end + 2
        if size == 0:
            line_end = data.find(b"\r\n", at)
            return body, line_end + 2 if line_end >= 0 else at, line_end >= 0
        body += data[at : at + size]
        at += size + 2


def parse_body(data, at, head, ended):
    """The body that begins at `at`, where it ends, and whether it is complete."""
    lower = head.lower()
    if re.search(r"\r\ntransfer-encoding:.*chunked", lower):
        return parse_chunked(data, at)
    length = re.search(r"\r\ncontent-length:\s*(\d+)", lower)
    if length:
        size = int(length.group(1))
        body = data[at : at + size]
        return body, at + size, len(body) == size
    return data[at:], len(data), ended


def parse_responses(data, methods, ended):
    responses = []
    at = 0
    finals = 0
    while at < len(data):
        if not data.startswith(b"HTTP/1.", at):
            return responses + [Response("raw", "", data[at:], True)]
        head_end = data.find(b"\r\n\r\n", at)
        if head_end < 0:
            return responses + [Response("part", data[at:].decode("latin1"), b"", False)]
        head = data[at:head_end].decode("latin1")
        status = head[9:12]
        at = head_end + 4
        if status.startswith("1") and status != "101":
            responses.append(Response(status, head, b"", True))
            continue
        method = methods[finals] if finals < len(methods) else "GET"
        finals += 1
        if status == "101":
            return responses + [Response(status, head, data[at:], True)]
        body, complete = b"", True
        if method != "HEAD" and status not in ("204", "304"):
            body, at, complete = parse_body(data, at, head, ended)
        responses.append(Response(status, head, body, complete))
        if not complete:
            break
    return responses


class Connection(Peer):
    def pump(self, seconds, until=lambda: False):
        """Moves bytes both ways until the time is over, until() holds or the peer has ended."""
        deadline = time.monotonic() + seconds
        while self.end is None and not until():
            rest = deadline - time.monotonic()
            if rest <= 0:
                return
            self.move(min(rest, 0.25))

    def flushed(self):
        return not self.unsent


class Runner:
    def __init__(self, address):
        self.address = address
        self.host_header = f"localhost:{address[1]}"

    def bytes_of(self, text):
        return text.replace("{H}", self.host_header).encode("latin1")

    def step(self, connection, step, case, complete):
        if isinstance(step, str):
            connection.unsent += self.bytes_of(step)
            connection.pump(0.0001)
        elif "rep" in step:
            connection.unsent += self.bytes_of(step["rep"]) * step["n"]
            connection.pump(0.0001)
        elif "sleep" in step:
            connection.pump(3, connection.flushed)
            time.sleep(step["sleep"])
        elif "await" in step:
            connection.pump(case.get("wait", ANSWER_SECONDS), lambda: complete() >= step["await"])
        elif "drip" in step:
            for byte in self.bytes_of(step["drip"]):
                if connection.end:
                    break
                connection.unsent += bytes([byte])
                connection.pump(0.05, connection.flushed)
                connection.pump(step["every"])
        elif "fin" in step:
            connection.pump(5, connection.flushed)
            connection.half_close()

    def run(self, case):
        """What came back, as text and as responses, and every byte of it."""
        connection = Connection(self.address)
        methods = case.get("methods", [])

        def responses():
            return parse_responses(bytes(connection.received), methods, connection.end is not None)

        def complete():
            return sum(1 for response in responses() if response.complete)

        with connection.socket:
            for step in case["send"]:
                if connection.end:
                    break
                if "rst" in step and not isinstance(step, str):
                    connection.pump(1, connection.flushed)
                    linger = struct.pack("ii", 1, 0)
                    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    return "-/rst", [], b""
                self.step(connection, step, case, complete)
            wait = case.get("wait", ANSWER_SECONDS)
            tail = case.get("tail", SILENCE_SECONDS)
            patience = wait + (4 if len(connection.unsent) > 65536 else 0)
            connection.pump(patience, lambda: complete() >= 1 and not connection.unsent)
            start = time.monotonic()
            silent_since = start if tail > 5 else 0
            while (
                connection.end is None
                and time.monotonic() - max(connection.last_received, silent_since) < tail
                and time.monotonic() - start < max(tail, wait) + 3
            ):
                connection.pump(0.1)
        found = responses()
        outcome = ",".join(map(str, found)) or "-"
        return f"{outcome}/{connection.end or 'open'}", found, bytes(connection.received)

    def alive(self):
        request = f"GET / HTTP/1.1\r\nHost: {self.host_header}\r\nConnection: close\r\n\r\n".encode()
        for _ in range(3):
            try:
                connection = Connection(self.address)
                with connection.socket:
                    connection.unsent = request
                    connection.pump(4, lambda: b"\r\n\r\n" in connection.received)
                if connection.received.startswith(b"HTTP/1.1 200"):
                    return True
            except OSError:
                pass
            time.sleep(0.3)
        return False

    def judge(self, case):
        """(verdict, outcome, reason)"""
        try:
            outcome, responses, received = self.run(case)
        except OSError as error:
            return "fail", str(error), ""
        verdict = "fail"
        if any(re.search(pattern, outcome) for pattern in case["ok"]):
            verdict = "ok"
        elif any(re.search(pattern, outcome) for pattern in case["weak"]):
            verdict = "weak"
        reason = fault_of(case, outcome, responses, received) if verdict != "fail" and responses else ""
        if not self.alive():
            reason = "the server does not answer any more"
        return ("fail" if reason else verdict), outcome, reason


def fault_of(case, outcome, responses, received):
    finals = [response for response in responses if not response.status.startswith("1")]
    headers = (finals or responses)[0].head.split("\r\n")[1:]
    body = b"".join(response.body for response in finals)

    def has(pattern):
        return any(re.search(pattern, header, re.IGNORECASE) for header in headers)

    if case.get("hdr") and not has(case["hdr"]):
        return "lacks " + case["hdr"]
    if case.get("nohdr") and has(case["nohdr"]):
        return "has " + case["nohdr"]
    if case.get("body") and outcome.startswith(case.get("bodywhen", "2")):
        if not re.search(case["body"].encode("latin1"), body):
            return f"body {body[:60]!r}"
    if case.get("bodies") and body.decode("latin1") != case["bodies"]:
        return f"bodies {body[:60]!r}"
    if case.get("nobody") and re.search(case["nobody"].encode(), received):
        return "holds " + case["nobody"]
    return ""


def test(address, pattern):
    runner = Runner(address)
    if not runner.alive():
        raise SystemExit(f"{address[0]}:{address[1]} does not answer GET / with 200")
    cases = json.loads(pathlib.Path(__file__).with_name("http1_cases.json").read_text())["cases"]
    cases = [case for case in cases if re.search(pattern, case["id"])]
    cases.sort(key=lambda case: not case["id"].startswith("tmo"))  # the slow ones first
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        for case, (verdict, outcome, reason) in zip(cases, pool.map(runner.judge, cases)):
            counts[verdict] += 1
            if verdict != "ok":
                print(f"{verdict:5} {case['id']:14} {outcome:20} {case['desc']} ({case['ref']}) {reason}")
                print(f"      expected one of {case['ok']}")
    print(f"{counts['ok']} ok, {counts['weak']} weak, {counts['fail']} failed of {len(cases)}")
    return counts["ok"] == len(cases)


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--serve":
        with served(arguments[1], arguments[2]) as address:
            return test(address, ".")
    if len(arguments) not in (1, 2) or ":" not in arguments[0]:
        raise SystemExit(__doc__)
    return test(loopback_address(arguments[0]), arguments[1] if len(arguments) == 2 else ".")


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
