"""What a whole server does: latency beside blocking work, the memory of idle connections, the time to the first answer, and
large bodies."""
import os
import resource
import socket
import statistics
import subprocess
import time

from harness import PATCHBAY, RELEASE, ROOT, WORK, Server, build_load, result_of, servers, start_load

IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>; not in every Python
GIBIBYTE = 1 << 30


def bench_mixed(options):
    build_load()
    with Server("patchbay", *servers()[0]["patchbay"]) as server:
        print("| round | / p50 us | / p99 us | /blocking requests/s | /blocking CPU us |\n|---|---|---|---|---|")
        for number in range(options.rounds):
            blocking = start_load(server, "/blocking", options.seconds + 1, 32)
            quick = result_of(start_load(server, "/", options.seconds, 8), server, "/")
            result_of(blocking, server, "/blocking")
            alone = start_load(server, "/blocking", options.seconds, 32)
            before = server.cpu_seconds()
            slow = result_of(alone, server, "/blocking")
            cpu = (server.cpu_seconds() - before) * 1e6 / slow["requests"]
            print(f"| {number + 1} | {quick['p50_us']:.0f} | {quick['p99_us']:.0f} | {slow['per_second']:,.0f} | {cpu:.1f} |")


def connect(port, index, begin):
    client = socket.socket()
    # So that a port is taken when it is known for which peer, and one may serve for several.
    client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    client.bind((f"127.0.0.{2 + index // 20000}", 0))
    client.connect(("127.0.0.1", port))
    begin(client)
    return client


def ask(client):
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    if not client.recv(4096).startswith(b"HTTP/1.1 200"):
        raise SystemExit("a connection was not served")


def echo(client):
    client.sendall(b"\x81\x82\0\0\0\0hi")
    if client.recv(4096) != b"\x81\x02hi":
        raise SystemExit("a WebSocket was not served")


def open_websocket(client):
    client.sendall(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    if not client.recv(4096).startswith(b"HTTP/1.1 101"):
        raise SystemExit("a WebSocket was not served")
    echo(client)


def bench_idle(options):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(options.connections, hard - 200)
    build_load()
    available = servers()[0]
    begin, use = (open_websocket, echo) if options.websocket else (ask, ask)
    print("| server | idle connections | bytes each |\n|---|---|---|")
    for name in ["patchbay"] + ["nginx"] * (not options.websocket):
        if name not in available:
            continue
        port, command, environment = available[name]
        if name == "patchbay":
            conf = os.path.join(WORK, "idle.yaml")
            with open(conf, "w") as file:
                file.write(f"listen: 127.0.0.1:{port}\nevent_loops: 1\nplugins: {{directory: {RELEASE}/contract}}\n"
                           f"limits: {{connections: {count + 100}}}\ntimeouts: {{idle: 10m}}\nlog: {{level: warning}}\n")
            command = [PATCHBAY, "serve", conf]
        with Server(name, port, command, environment) as server:
            warm = [connect(port, 0, begin) for _ in range(64)]
            before = server.resident_bytes()
            clients = [connect(port, index, begin) for index in range(min(count, 10000 if name == "nginx" else count))]
            print(f"| {name} | {len(clients):,} | {(server.resident_bytes() - before) / len(clients):.0f} |", flush=True)
            for client in clients[:: max(1, len(clients) // 1000)] + warm:
                use(client)
            for client in clients + warm:
                client.close()


def bench_start(options):
    os.makedirs(WORK, exist_ok=True)
    times = []
    for _ in range(options.rounds):
        environment = {**os.environ, "PATCHBAY_LISTEN": "127.0.0.1:9105"}
        begin = time.monotonic()
        process = subprocess.Popen([PATCHBAY, "serve", os.path.join(ROOT, "conf", "patchbay.yaml")], cwd=ROOT,
                                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while True:
                if time.monotonic() > begin + 10 or process.poll() is not None:
                    raise SystemExit("no first answer: are the example plugins built?")
                try:
                    with socket.create_connection(("127.0.0.1", 9105), 1) as client:
                        client.sendall(b"GET /async HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        if client.recv(12) == b"HTTP/1.1 200":
                            break
                except OSError:
                    time.sleep(0.0005)
            times.append((time.monotonic() - begin) * 1000)
        finally:
            process.terminate()
            process.wait(10)
    print(f"first answer with the example plugins after {statistics.median(times):.1f} ms, median of {len(times)} "
          f"({min(times):.1f}-{max(times):.1f})")


def transfer(server, arguments):
    cpu, begin = server.cpu_seconds(), time.monotonic()
    done = subprocess.run(["taskset", "-c", "1", "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", *arguments],
                          capture_output=True, text=True)
    if done.stdout != "200":
        raise SystemExit(f"{server.name}: {done.stdout} {done.stderr}")
    return time.monotonic() - begin, server.cpu_seconds() - cpu


def bench_transfer(options):
    build_load()
    folder = os.path.join(WORK, "files")
    os.makedirs(folder, exist_ok=True)
    file = os.path.join(folder, "gibibyte")
    if not os.path.exists(file):
        with open(file, "wb") as out:
            for _ in range(1024):
                out.write(os.urandom(1 << 20))
    conf = os.path.join(WORK, "transfer.yaml")
    with open(conf, "w") as yaml:
        yaml.write("listen: 127.0.0.1:9106\nevent_loops: 1\nlimits: {body: 2GiB}\nlog: {level: warning}\n"
                   f"plugins: {{directory: {RELEASE}/tests/plugins/transfer}}\nroutes: [{{path: /files/, static: {folder}}}]\n")
    plugins = os.path.join(RELEASE, "tests", "plugins", "transfer")
    os.makedirs(plugins, exist_ok=True)
    copy = os.path.join(plugins, "uploads.so")
    with open(os.path.join(RELEASE, "tests", "plugins", "uploads.so"), "rb") as plugin, open(copy, "wb") as out:
        out.write(plugin.read())
    os.chmod(copy, 0o755)
    available = servers()[0]
    found = {"patchbay": (9106, [PATCHBAY, "serve", conf], {})}
    if "nginx" in available:
        found["nginx"] = available["nginx"]
    print("| server | 1 GiB | MiB/s | CPU seconds | own memory, MiB more |\n|---|---|---|---|---|")
    for _ in range(options.rounds):
        for name, (port, command, environment) in found.items():
            ready = "/quick" if name == "patchbay" else "/"
            with Server(name, port, command, environment, ready) as server:
                memory = server.resident_bytes()
                jobs = {"download": [f"http://127.0.0.1:{port}/files/gibibyte"]}
                if name == "patchbay":
                    jobs["streamed upload"] = ["-X", "POST", "-T", file, f"http://127.0.0.1:{port}/count"]
                for job, arguments in jobs.items():
                    seconds, cpu = transfer(server, arguments)
                    print(f"| {name} | {job} | {GIBIBYTE / 2**20 / seconds:,.0f} | {cpu:.2f} | "
                          f"{(server.resident_bytes() - memory) / 2**20:.1f} |", flush=True)
