"""A wire tap: stands between two relays and keeps every byte of their links, both ways."""

import socket
import threading


class Tap:
    """Others are told its address instead of the relay's; what comes is passed on and kept."""

    def __init__(self, name, port, relay_port, folder):
        self.address = f"127.0.0.1:{port}"
        self.folder = folder
        self._name, self._relay_port = name, relay_port
        self._lock = threading.Lock()
        self._links = 0
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """No more links; what is kept stays."""
        self._listener.close()
        with self._lock:
            for one in self._open:
                one.close()

    def _accept(self):
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return  # closed
            try:
                relay = socket.create_connection(("127.0.0.1", self._relay_port), timeout=5)
            except OSError:
                caller.close()  # as a relay that is not there would refuse
                continue
            relay.settimeout(None)
            with self._lock:
                self._links += 1
                self._open += [caller, relay]
                number = self._links
            for source, sink, way in ((caller, relay, "to"), (relay, caller, "from")):
                kept = self.folder / f"link-{number}-{way}-{self._name}.bin"
                threading.Thread(target=_pump, args=(source, sink, kept), daemon=True).start()


def _pump(source, sink, kept):
    """Keeps what was said before it passes it on, so that nothing arrives unkept."""
    with open(kept, "ab", buffering=0) as file:
        try:
            while data := source.recv(65536):
                file.write(data)
                sink.sendall(data)
        except OSError:
            pass  # one side was killed
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
