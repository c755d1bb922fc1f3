"""A way to a relay's page that sees each request before the relay does, and may answer in its place."""

import json
import re
import socket
import threading

HEAD_END = b"\r\n\r\n"


class Gate:
    """Carries everything. `answer` is asked about each request, once it is whole, by its method and
    path: None lets it pass, a status and a code answer it here, and CUT drops the connection."""

    CUT = "cut"

    def __init__(self, target, answer=lambda request: None):
        self.target, self.answer = target, answer
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/"

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        """One request; the connection ends with its answer."""
        try:
            request = self._request(near)
            if request is not None:
                words = request.split(b"\r\n", 1)[0].decode("latin-1").rsplit(" ", 1)[0]
                self.asked.append(words)
                told = self.answer(words)
                if told != self.CUT:
                    near.sendall(refusal(*told) if told else self._carried(request))
        except OSError:
            pass
        near.close()

    @staticmethod
    def _request(near):
        """A whole request; None when it ends before."""
        held, wanted = b"", None
        while wanted is None or len(held) < wanted:
            piece = near.recv(65536)
            if not piece:
                return None
            held += piece
            if wanted is None and HEAD_END in held:
                head = held.split(HEAD_END, 1)[0]
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                wanted = len(head) + len(HEAD_END) + (int(length[1]) if length else 0)
        return held

    def _carried(self, request):
        """The relay's whole answer."""
        head, body = request.split(HEAD_END, 1)
        head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head) + b"\r\nConnection: close"
        with socket.create_connection(("127.0.0.1", self.target)) as far:
            far.sendall(head + HEAD_END + body)
            answer = b""
            while piece := far.recv(65536):
                answer += piece
        return answer


def refusal(status, code):
    """An answer as the relay gives it for what it does not take."""
    body = json.dumps({"code": code, "message": "refused", "hint": "later"}).encode()
    head = (f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
    return head.encode() + body
