"""The client's end of a connection, which sends and receives at the same time and notes how it ended."""

import select
import socket
import time


class Peer:
    def __init__(self, address):
        self.unsent, self.received = b"", bytearray()
        self.end = None  # "closed" or "reset"
        self.last_sent = self.last_received = time.monotonic()
        self.socket = socket.create_connection(address, 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)

    def move(self, seconds):
        """Moves bytes both ways, once, if any can be within the time."""
        if self.end is not None:
            return
        readable, writable, _ = select.select([self.socket], [self.socket] if self.unsent else [], [], seconds)
        if readable:
            self.receive_some()
        if writable and self.end is None:
            self.send_some()

    def send_some(self):
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent[:262144]) :]
            self.last_sent = time.monotonic()
        except BlockingIOError:
            pass
        except OSError:
            self.unsent = b""  # what the server has said before is still to be read

    def receive_some(self):
        try:
            data = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            self.end = "reset"
            return
        if not data:
            self.end = "closed"
        self.received += data
        self.last_received = time.monotonic()

    def half_close(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
