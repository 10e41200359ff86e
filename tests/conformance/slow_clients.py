#!/usr/bin/env python3
"""Many slow clients at once must neither hurt the others nor stay.

usage: slow_clients.py --serve BINARY CONFIG

Starts `BINARY serve CONFIG --listen 127.0.0.1:0`. Each attack opens CLIENTS connections: headers that drip, bodies that
drip, and readers that take nothing of a large answer. While they last, GET / must be answered every time, and each
connection must be closed within LIMIT_SECONDS. Exit code 0: so it was.
"""

import resource
import select
import socket
import sys
import time

from server import served

CLIENTS = 800
LIMIT_SECONDS = 8.0
DRIP_SECONDS = 0.5
LARGE_ANSWER = 500_000  # bytes; POST /echo gives them back


def slow_header(number):
    return b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"x"


def slow_body(number):
    return b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n", b"x"


def slow_chunks(number):
    return b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"


def slow_reader(number):
    head = f"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LARGE_ANSWER}\r\n\r\n".encode()
    return head + b"x" * LARGE_ANSWER, b""


def connect(address, receive_buffer=None):
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(10)
    client.connect(address)
    return client


def others_served(address):
    try:
        with connect(address) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return client.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


class Victim:
    """One slow client. Being closed shows as an end or an error, when sending or when polled for a hang-up."""

    def __init__(self, address, opening, drip):
        self.socket = connect(address, None if drip else 4096)
        self.socket.sendall(opening)
        self.socket.setblocking(False)
        self.drip = drip
        self.closed = None  # when, on time.time()

    def step(self, hung_up):
        try:
            if self.drip:
                if self.socket in hung_up and not self.socket.recv(65536):
                    raise ConnectionError
                self.socket.send(self.drip)
            elif self.socket in hung_up:
                raise ConnectionError
        except BlockingIOError:
            pass
        except OSError:
            self.closed = time.time()
            self.socket.close()


def hung_up(victims):
    poll = select.poll()
    by_number = {}
    for victim in victims:
        by_number[victim.socket.fileno()] = victim.socket
        poll.register(victim.socket, (select.POLLIN if victim.drip else 0) | select.POLLRDHUP)
    return {by_number[number] for number, _ in poll.poll(0)}


def attack(address, name, make, clients):
    victims = [Victim(address, *make(number)) for number in range(clients)]
    asked = answered = 0
    started = time.time()
    while any(victim.closed is None for victim in victims) and time.time() - started < 3 * LIMIT_SECONDS:
        round_end = time.time() + DRIP_SECONDS
        open_victims = [victim for victim in victims if victim.closed is None]
        ended = hung_up(open_victims)
        for victim in open_victims:
            victim.step(ended)
        while time.time() < round_end:
            asked += 1
            answered += others_served(address)
            time.sleep(0.05)
    slowest = max(victim.closed or float("inf") for victim in victims) - started
    for victim in victims:
        victim.socket.close()
    print(f"{name}: {clients} clients, the last closed after {slowest:.1f} s; {answered} of {asked} others answered")
    return slowest <= LIMIT_SECONDS and answered == asked > 0


def main(binary, config):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with served(binary, config) as address:
        passed = [
            attack(address, "slow headers", slow_header, CLIENTS),
            attack(address, "slow bodies", slow_body, CLIENTS),
            attack(address, "slow chunks", slow_chunks, CLIENTS),
            attack(address, "slow readers", slow_reader, CLIENTS),
        ]
    return all(passed)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "--serve":
        raise SystemExit(__doc__)
    sys.exit(0 if main(sys.argv[2], sys.argv[3]) else 1)
