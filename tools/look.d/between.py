"""A way to a relay that can answer in its place, as a relay in trouble would."""

import http.client
import http.server
import json
import threading

OWN = ("connection", "content-length", "transfer-encoding", "keep-alive")


class Between:
    """Carries every request and every answer, but those named in `instead` and `changed`.

    Their keys are beginnings of request lines, such as "POST /api/submissions". What is answered
    `instead` is a status, a type and bytes; what is `changed` are functions of the relay's bytes.
    `decide` is asked about each request line besides: None lets it pass, a status and a code refuse
    it, CUT drops the connection.
    """

    CUT = "cut"

    def __init__(self, target, decide=lambda line: None):
        self.instead, self.changed, self.asked, self.answered = {}, {}, [], 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length) if length else None
                line = f"{self.command} {self.path}"
                outer.asked.append(line)
                decided = decide(line)
                if decided == outer.CUT:
                    self.close_connection = True
                    return
                status, fields, content = (outer.answer_to(line, decided)
                                           or self.asked_of_relay(body))
                change = outer.found_in(outer.changed, line)
                if change is not None and status == 200:
                    content = change(content)
                self.send_response_only(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def asked_of_relay(self, body):
                way = http.client.HTTPConnection("127.0.0.1", target, timeout=60)
                try:
                    fields = {name: value for name, value in self.headers.items()
                              if name.lower() not in (*OWN, "accept-encoding")}
                    way.request(self.command, self.path, body, fields)
                    answer = way.getresponse()
                    told = [(name, value) for name, value in answer.getheaders()
                            if name.lower() not in OWN]
                    return answer.status, told, answer.read()
                finally:
                    way.close()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/"

    @staticmethod
    def found_in(named, line):
        return next((one for start, one in named.items() if line.startswith(start)), None)

    def answer_to(self, line, decided):
        found = refusal(*decided) if decided else self.found_in(self.instead, line)
        if found is None:
            return None
        self.answered += 1
        status, kind, content = found
        return status, [("content-type", kind), ("cache-control", "no-store")], content

    def refuse(self, start, status, code):
        """From now on requests that begin so are refused, in the shape of chapter 25."""
        self.instead[start] = refusal(status, code)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def refusal(status, code):
    told = json.dumps({"code": code, "message": "no", "hint": "later"}).encode()
    return status, "application/json", told
