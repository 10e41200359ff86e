#!/usr/bin/env python3
"""Sends odd byte streams to the server through HAProxy and nginx, and asks whether both read them alike.

usage: proxies.py BINARY CONFIG [REGEX]     BINARY serves CONFIG; cases whose name matches

The streams are those of desync_cases.py and http1_cases.json. Each proxy keeps its connections to the server and runs
in a strict and in a lax configuration, with a server of its own. What must hold:
- what the server has seen (its access log) is what the proxy has sent to it (its log), request by request: nothing was
  smuggled, and nothing was lost that has an answer;
- after each stream, another client's request through the same proxy gets its own answer;
- the answers on a connection are whole, in the order of the requests, and hold no header that a client has made up;
- what the server answers through a proxy and without one does not contradict each other: one goes further, or both are
  alike;
- without a proxy, exactly those requests are answered that desync_cases.py says, and none after a refusal.

Exit code 77: a proxy is not installed.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import desync_cases
import http1
from server import EndedBadly, served

HERE = pathlib.Path(__file__).parent
PATIENCE = 5.0  # for the end of a connection; no timeout below is longer
SKIPPED = 77

HAPROXY = """
global
  log stdout len 65535 format raw local0
defaults
  mode http
  log global
  log-format "%HM|%HU|%ST|%s|%Tr"
  timeout client 2s
  timeout server 2s
  timeout connect 2s
  timeout http-request 2s
  retries 0
  http-reuse always
frontend front
  bind unix@{socket}
  {lax}
  default_backend back
backend back
  {lax_back}
  server patchbay 127.0.0.1:{port}
"""
NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  log_format reading escape=json '$request_method|$request_uri|$status|$upstream_addr|$upstream_header_time';
  access_log {folder}/proxy.log reading;
  client_header_timeout 2s;
  client_body_timeout 2s;
  keepalive_timeout 2s;
  proxy_read_timeout 2s;
  client_max_body_size 0;
  upstream back {{ server 127.0.0.1:{port}; keepalive 4; }}
  server {{
    listen unix:{socket};
    {lax}
    location / {{
      proxy_pass http://back;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
      proxy_ignore_client_abort on;
    }}
  }}
}}
"""
FRONTS = {
    "direct": None,
    "haproxy": (HAPROXY, {"lax": "", "lax_back": ""}),
    "haproxy-lax": (
        HAPROXY,
        {
            "lax": "option accept-invalid-http-request",
            "lax_back": "option http-restrict-req-hdr-names preserve",
        },
    ),
    "nginx": (NGINX, {"lax": ""}),
    "nginx-lax": (NGINX, {"lax": "ignore_invalid_headers off; proxy_request_buffering off; proxy_buffering off;"}),
}


class Server:
    """A running server, and the requests that its access log has."""

    def __init__(self, address, log):
        self.address, self.log = address, log

    def connect(self):
        return socket.create_connection(self.address, 5)

    def seen(self):
        for line in self.log.read_text().splitlines():
            request = json.loads(line)
            query = request.get("url.query")
            words = request.get("patchbay.request.beginning", "").split()
            target = request.get("url.path", words[1] if len(words) > 1 else "?")
            yield key_of(target + ("?" + query if query else ""))


class Proxy:
    """A proxy before a server, and the requests that it has sent there."""

    def __init__(self, name, port, folder):
        template, words = FRONTS[name]
        self.socket = folder / "front.sock"
        self.log = folder / "proxy.log"
        config = folder / "proxy.conf"
        config.write_text(template.format(socket=self.socket, port=port, folder=folder, **words))
        haproxy = template is HAPROXY
        self.soft_stop = signal.SIGUSR1 if haproxy else signal.SIGQUIT
        command = ["haproxy", "-db", "-f", config] if haproxy else ["nginx", "-p", folder, "-c", config]
        with open(self.log if haproxy else folder / "output", "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        deadline = time.time() + 10
        while not self.answers():
            if self.process.poll() is not None or time.time() > deadline:
                raise SystemExit(f"{name} did not start")
            time.sleep(0.02)

    def answers(self):
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(5)
        client.connect(str(self.socket))
        return client

    def stop(self):
        """once it has done, and logged, what it was in the middle of"""
        self.process.send_signal(self.soft_stop)
        self.process.wait(timeout=30)

    def sent(self):
        """Of each request that reached the server's connection: its key, and whether an answer came."""
        for line in self.log.read_text(errors="replace").splitlines():
            parts = line.rsplit("|", 4)
            if len(parts) == 5 and parts[3] not in ("", "-", "<NOSRV>"):
                yield key_of(parts[1]), parts[4] not in ("", "-", "-1")


def key_of(target):
    """A target as every log has it: in origin-form, with what logs escape in their own ways blanked."""
    target = re.sub(r"^https?://[^/?]*", "", target) or "/"
    return re.sub(r"(#[0-9A-F]{2}|[^\w/?.=&%:-])+", "~", target)[:200]


def talk(client, parts):
    """All that comes back to these parts and an end of input; whether the other end has closed."""
    received = b""
    deadline = time.time() + PATIENCE
    with client:
        try:
            for number, part in enumerate(parts):
                if number > 0:
                    time.sleep(0.02)  # so that they arrive as pieces
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all was sent
        while time.time() < deadline:
            client.settimeout(max(0.01, deadline - time.time()))
            try:
                data = client.recv(65536)
            except TimeoutError:
                return received, False
            except OSError:
                return received, True
            if not data:
                return received, True
            received += data
    return received, False


def methods_of(parts):
    return ["HEAD" if b"".join(parts).startswith(b"HEAD") else "GET"]


def parts_of_conformance(case):
    """A conformance case as parts to send; nothing when time is what it tests."""
    parts = []
    for step in case["send"]:
        if isinstance(step, str):
            parts.append(step.replace("{H}", "localhost").encode("latin1"))
        elif "rep" in step:
            parts.append((step["rep"] * step["n"]).encode("latin1"))
        elif "fin" not in step:
            return None
    text = b"".join(parts)
    return [text] if len(text) < 1_000_000 else None


class Front:
    """One way to the server, and what went wrong on it."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.faults, self.answers, self.probes = [], {}, 0
        self.server = self.proxy = self.way = None

    def fault(self, case, text):
        self.faults.append(f"{self.name:12} {case:14} {text}")

    def run(self, binary, config, cases):
        log = self.folder / "access.log"
        environment = {**os.environ, "PATCHBAY_ACCESS_LOG_FILE": str(log), "PATCHBAY_ACCESS_LOG_FORMAT": "json"}
        try:
            with served(binary, config, environment) as address:
                self.server = Server(address, log)
                self.run_cases(cases)
        except EndedBadly as error:
            self.fault("", str(error))
        if self.proxy:
            self.compare_logs()
        return self

    def run_cases(self, cases):
        self.proxy = Proxy(self.name, self.server.address[1], self.folder) if FRONTS[self.name] else None
        self.way = self.proxy or self.server
        try:
            for case in cases:
                self.run_case(*case)
        finally:
            if self.proxy:
                self.proxy.stop()

    def run_case(self, name, parts, wanted):
        received, closed = talk(self.way.connect(), parts)
        responses = http1.parse_responses(received, methods_of(parts), True)
        finals = [response for response in responses if not response.status.startswith("1")]
        good = [response for response in finals if response.status.startswith("2")]
        if not closed:
            self.fault(name, f"the connection is not closed after {'/'.join(map(str, responses)) or 'nothing'}")
        # HAProxy speaks HTTP/2; nginx answers HTTP/0.9, without a head.
        other_http = self.proxy and (parts[0].startswith(b"PRI ") or b"HTTP/" not in parts[0].split(b"\n")[0])
        if not other_http and any(response.status in ("raw", "part") for response in responses):
            self.fault(name, f"what comes back is no HTTP: {received[-80:]!r}")
        if any(re.search(r"\r\nx-injected", response.head, re.IGNORECASE) for response in responses):
            self.fault(name, "a client has made a header of a response")
        if len(finals) > 1 + b"".join(parts).count(b"\n"):
            self.fault(name, f"there are {len(finals)} answers")
        self.answers[name] = [response.body for response in good]
        if not self.proxy:
            self.check_served(name, finals, good, wanted)
        self.probe(name)

    def check_served(self, name, finals, good, wanted):
        for number, response in enumerate(finals):
            if re.search(r"\r\nconnection: close", response.head, re.IGNORECASE) and number + 1 < len(finals):
                self.fault(name, "an answer follows the last one")
        if wanted is None:
            return
        names = [word for word in wanted.split(",") if word]
        bodies = [response.body.decode("latin1") for response in good]
        paired = all(body == f"{name}-{path}" for path, body in zip(names, bodies) if body.startswith(name))
        if len(bodies) != len(names) or not paired:
            self.fault(name, f"answers {bodies} to the requests {names}")

    def probe(self, name):
        """Another client of the same proxy gets what it asked for."""
        self.probes += 1
        wanted = f"probe-{self.probes}"
        request = f"GET /users/{wanted} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode()
        received, _ = talk(self.way.connect(), [request])
        if not received.startswith(b"HTTP/1.1 200") or not received.endswith(b"\r\n\r\n" + wanted.encode()):
            self.fault(name, f"the next client's answer is {received[:80]!r}")

    def compare_logs(self):
        sent, answered = collections.Counter(), collections.Counter()
        for key, has_answer in self.proxy.sent():
            sent[key] += 1
            answered[key] += has_answer
        seen = collections.Counter(self.server.seen())
        for key, count in (seen - sent).items():
            self.fault("", f"the server has seen {key!r} {count} times more than the proxy has sent it")
        for key, count in (answered - seen).items():
            self.fault("", f"the server has not seen {key!r}, {count} times, that the proxy has an answer to")
        if sum(seen.values()) < self.probes:
            self.fault("", "the logs are not whole")


def contradictions(direct, other):
    for name, bodies in other.answers.items():
        plain = direct.answers[name]
        shared = min(len(plain), len(bodies))
        if plain[:shared] != bodies[:shared]:
            yield f"{other.name:12} {name:14} answers {bodies}, and {plain} without a proxy"


def all_cases(pattern):
    cases = list(desync_cases.cases())
    for case in json.loads((HERE / "http1_cases.json").read_text())["cases"]:
        parts = parts_of_conformance(case)
        if parts:
            cases.append((case["id"], parts, None))
    return [case for case in cases if re.search(pattern, case[0])]


def main(arguments):
    if len(arguments) not in (2, 3):
        raise SystemExit(__doc__)
    missing = [name for name in ("haproxy", "nginx") if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")]
    if missing:
        print(f"skipped: {' and '.join(missing)} not installed (apt-get install haproxy nginx-light)")
        return SKIPPED
    os.environ["PATH"] += ":/usr/sbin"
    cases = all_cases(arguments[2] if len(arguments) == 3 else ".")
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(len(FRONTS)) as pool:
        fronts = []
        for name in FRONTS:
            (pathlib.Path(folder) / name).mkdir()
            fronts.append(Front(name, pathlib.Path(folder) / name))
        fronts = list(pool.map(lambda front: front.run(arguments[0], arguments[1], cases), fronts))
    faults = [fault for front in fronts for fault in front.faults]
    for front in fronts[1:]:
        faults += contradictions(fronts[0], front)
    print(*faults, sep="\n")
    print(f"{len(cases)} streams, {len(fronts)} ways, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
