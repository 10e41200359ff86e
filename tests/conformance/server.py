"""The server that is tested: started for the test, or already there; on the loopback interface either way."""

import contextlib
import ipaddress
import signal
import socket
import subprocess

READY = "listening on"


class EndedBadly(SystemExit):
    """Instead of with exit code 0."""


@contextlib.contextmanager
def served(binary, config, environment=None):
    """The address at which `BINARY serve CONFIG --listen 127.0.0.1:0` answers until the block ends."""
    command = [binary, "serve", config, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            ready = next((line for line in server.stdout if line.startswith(READY)), None)
            if ready is None:
                raise SystemExit("the server did not start")
            yield "127.0.0.1", int(ready.rsplit(":", 1)[1])
        finally:
            server.send_signal(signal.SIGTERM)
    if server.returncode != 0:
        raise EndedBadly(f"the server ended with exit code {server.returncode}")


def loopback_address(text):
    """The address HOST:PORT. No other host is to be sent what these tests send."""
    host, port = text.rsplit(":", 1)
    if not ipaddress.ip_address(socket.gethostbyname(host)).is_loopback:
        raise SystemExit("only a loopback address is tested")
    return host, int(port)
