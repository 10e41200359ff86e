"""User-space instructions a request, counted by valgrind: of each path, and what each feature adds to GET /."""
import os
import signal
import socket

from harness import PATCHBAY, RELEASE, WORK, Server

# By path; a change may not exceed them. Lower them when a change does.
CEILINGS = {"/": 3550, "/inline": 3300, "/json": 4150, "/users/42": 4300}
REQUESTS = 4000
CONNECTIONS = 32
PORT = 9101

ROUTES = "".join(f"  - {{path: /made/{n}/up, handler: contract.getonly}}\n" for n in range(1000))
FEATURES = {
    "1,000 more routes": "routes:\n" + ROUTES,
    "access log, JSON": "access_log: {file: /dev/null}\n",
    "security headers": "filters: {it: {security_headers: {}}}\nroutes: [{path: /, handler: contract.hello, filters: [it]}]\n",
    "CORS, no Origin": "filters: {it: {cors: {origins: [https://example.com]}}}\n"
                       "routes: [{path: /, handler: contract.hello, filters: [it]}]\n",
    "rate limit": "filters: {it: {rate_limit: {requests: 1000000, per: 1s}}}\n"
                  "routes: [{path: /, handler: contract.hello, filters: [it]}]\n",
}


def ask(path, requests):
    """sends the requests on CONNECTIONS connections at once, one on each at a time"""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n".encode()
    clients = [socket.create_connection(("127.0.0.1", PORT), 10) for _ in range(CONNECTIONS)]
    for _ in range(requests // CONNECTIONS):
        for client in clients:
            client.sendall(request)
        for client in clients:
            if not client.recv(4096).startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path} was not answered with 200")
    for client in clients:
        client.close()


def instructions_of_run(requests_by_path, yaml=""):
    counts, conf = os.path.join(WORK, "instructions.out"), os.path.join(WORK, "instructions.yaml")
    with open(conf, "w") as file:  # without static: valgrind does not know openat2
        file.write(f"listen: 127.0.0.1:{PORT}\nevent_loops: 1\nplugins: {{directory: {RELEASE}/contract}}\n"
                   "log: {level: warning}\n" + yaml)
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + counts, PATCHBAY, "serve", conf]
    with Server("patchbay", PORT, command, {}) as server:
        for path, requests in requests_by_path.items():
            ask(path, requests)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
    with open(counts) as lines:
        return int(next(line for line in lines if line.startswith("summary:")).split()[1])


def a_request(path, yaml=""):
    few = instructions_of_run({path: 320}, yaml)
    return (instructions_of_run({path: 320 + REQUESTS}, yaml) - few) / REQUESTS


def bench_instructions(options):
    os.makedirs(WORK, exist_ok=True)
    print("| path | instructions a request | ceiling |\n|---|---|---|")
    above = []
    for path, ceiling in CEILINGS.items():
        count = a_request(path)
        print(f"| {path} | {count:,.0f} | {ceiling:,} |", flush=True)
        if count > ceiling:
            above.append(path)
    if options.check:
        if above:
            raise SystemExit("above the ceiling: " + ", ".join(above))
        return
    plain = a_request("/")
    print("\n| GET / with | more instructions |\n|---|---|")
    for name, yaml in FEATURES.items():
        print(f"| {name} | {a_request('/', yaml) - plain:,.0f} |", flush=True)
