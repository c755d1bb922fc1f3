"""The control socket of a running relay: length, then a binary property list, each way."""

import plistlib
import secrets
import socket
import sqlite3

from steps import Failed


class Control:
    def __init__(self, data):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(data / "kith.sock"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def status(self):
        return self._ask("status", {})["status"]["_0"]

    def submit(self, envelopes):
        """Returns once they are on the relay's disk."""
        self._ask("submit", {"_0": {
            "handle": secrets.token_bytes(16), "envelopes": envelopes, "opened": []}})

    def _ask(self, name, values):
        payload = plistlib.dumps({name: values}, fmt=plistlib.FMT_BINARY)
        self.socket.sendall(len(payload).to_bytes(4, "big") + payload)
        answer = plistlib.loads(self._read(int.from_bytes(self._read(4), "big")))
        if "problem" in answer:
            raise Failed(f"the relay refused {name}: {answer['problem']['_0']['what']}")
        return answer

    def _read(self, count):
        read = bytearray()
        while len(read) < count:
            more = self.socket.recv(count - len(read))
            if not more:
                raise Failed("the relay closed its control socket")
            read += more
        return bytes(read)


class Shelf:
    """A relay's store seen from outside, read only."""

    def __init__(self, relay):
        # Autocommit: every look is a snapshot of its own, and holds up nothing.
        self.database = sqlite3.connect(
            f"file:{relay.database}?mode=ro", uri=True, isolation_level=None,
            check_same_thread=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.database.close()

    def count(self):
        return self.database.execute("SELECT rows FROM total").fetchone()[0]

    def holds(self, item):
        return self.database.execute("SELECT 1 FROM item WHERE id = ?", (item,)).fetchone() is not None
