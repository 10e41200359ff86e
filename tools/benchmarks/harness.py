"""What every benchmark here needs: where things are, the servers to measure, and the load. Loopback only; what is started
ends with its with block."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RELEASE = os.path.join(ROOT, "build", "release")
PATCHBAY = os.path.join(RELEASE, "bin", "patchbay")
WORK = os.path.join(ROOT, "build", "bench")
TICK = os.sysconf("SC_CLK_TCK")


def build_load():
    os.makedirs(WORK, exist_ok=True)
    for name in ("epoll_limit", "http_load", "publish_load"):
        source, binary = os.path.join(HERE, name + ".cpp"), os.path.join(WORK, name)
        newest = max(os.path.getmtime(file) for file in (source, os.path.join(HERE, "load_socket.hpp")))
        if not os.path.exists(binary) or os.path.getmtime(binary) < newest:
            subprocess.run(["g++", "-std=c++20", "-O3", "-DNDEBUG", source, "-o", binary], check=True)


def servers():
    """name -> (port, command, environment) of those that can run here, and the names of the others"""
    python = "/usr/bin/python3"
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    can_import = lambda module: subprocess.run([python, "-c", "import " + module], capture_output=True).returncode == 0
    known = {
        "limit": (9100, [os.path.join(WORK, "epoll_limit"), "9100"], {}, True),
        "patchbay": (9101, [PATCHBAY, "serve", os.path.join(ROOT, "conf", "contract.yaml")],
                     {"PATCHBAY_LISTEN": "127.0.0.1:9101"}, os.path.exists(PATCHBAY)),
        "nginx": (9102, [nginx, "-p", WORK, "-c", os.path.join(HERE, "nginx.conf")], {}, os.path.exists(nginx)),
        "aiohttp": (9103, [python, os.path.join(HERE, "aiohttp_app.py"), "9103"], {}, can_import("aiohttp")),
        "quart": (9104, [python, os.path.join(HERE, "quart_app.py"), "9104"], {}, can_import("quart, hypercorn")),
    }
    return {n: s[:3] for n, s in known.items() if s[3]}, [n for n, s in known.items() if not s[3]]


class Server:
    """A server of its own session on core 0, from its first answer to the end of the with block."""

    def __init__(self, name, port, command, environment, ready="/", directory=None):
        self.name, self.port, self.ready = name, port, ready
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(["taskset", "-c", "0"] + command, env={**os.environ, **environment},
                                        start_new_session=True, cwd=directory, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log)

    def __enter__(self):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    probe.sendall(f"GET {self.ready} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                    if probe.recv(12) == b"HTTP/1.1 200":
                        return self
            except OSError:
                time.sleep(0.01)
        self.__exit__()
        self.log.seek(0)
        raise SystemExit(f"{self.name} did not start: {self.log.read().decode()[-500:]}")

    def __exit__(self, *_):
        for how, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            if self.process.poll() is None:
                os.killpg(self.process.pid, how)
                try:
                    self.process.wait(patience)
                except subprocess.TimeoutExpired:
                    pass

    def resident_bytes(self):
        """of memory that is the process's own"""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as rollup:
            return 1024 * int(next(line for line in rollup if line.startswith("Anonymous:")).split()[1])

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK


def start_load(server, path, seconds, connections, depth=1, body=0, websocket=False):
    """returns once the warm-up is over"""
    load = subprocess.Popen(["taskset", "-c", "1", os.path.join(WORK, "http_load"), str(server.port), path,
                             str(connections), str(seconds), "0.3", str(depth), str(body)] + ["websocket"] * websocket,
                            stdout=subprocess.PIPE, text=True)
    load.stdout.readline()
    return load


def result_of(load, server, path):
    said = load.communicate()[0].strip().splitlines()
    if not said:
        raise SystemExit(f"{server.name} {path}: no answer that the load takes; see above")
    result = json.loads(said[-1])
    if "error" in result:
        raise SystemExit(f"{server.name} {path}: {result['error']}")
    return result


def measure(server, path, seconds, *load_options):
    load = start_load(server, path, seconds, *load_options)
    before = server.cpu_seconds()
    result = result_of(load, server, path)
    result["cpu_us"] = (server.cpu_seconds() - before) * 1e6 / max(1, result["requests"])
    return result
