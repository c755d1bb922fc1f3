"""The receiver as a child process, for tests: started, asked, changed, killed.

    with Authority(data=folder / "received.jsonl") as authority:
        authority.control(fault={"fault": "503", "times": 2})
        ...
        assert authority.lines("request")[0]["form"] == consented
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "authority"
PATIENCE = 10  # seconds to start, to answer the control path, to end


class Authority:
    """Switches are given as words: `update_endpoint=True` is --update-endpoint, `fault=[...]` one each."""

    def __init__(self, **switches: object):
        self.switches = switches
        self.data = switches.get("data")
        self.process: subprocess.Popen | None = None
        self.url = ""
        self.complaints = tempfile.TemporaryFile()  # a pipe would fill up

    def __enter__(self) -> "Authority":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns once it listens. It ends with us, since it reads the pipe that we hold."""
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, "--until-eof", *self._words()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints, text=True)
        said = self.process.stdout.readline()
        if not said.startswith("listening on "):
            self.kill()
            raise RuntimeError(f"it does not listen: {self.last_words()}")
        self.url = said.split()[-1]

    def kill(self) -> None:
        """As kill -9, or the power, would end it."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate(timeout=PATIENCE)
            self.process = None

    def last_words(self) -> str:
        self.complaints.seek(0)
        return self.complaints.read().decode("utf-8", "replace").strip()[-2000:]

    def state(self) -> dict:
        return self._ask(None)

    def control(self, **fields: object) -> dict:
        return self._ask(json.dumps(fields).encode())

    def lines(self, kind: str | None = None) -> list[dict]:
        """What it has kept, or that of one kind."""
        lines = [json.loads(line) for line in Path(self.data).read_bytes().splitlines()]
        return [line for line in lines if kind in (None, line["kind"])]

    def _ask(self, body: bytes | None) -> dict:
        request = urllib.request.Request(
            self.url + "/_control", body, {"Content-Type": "application/json"} if body else {})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def _words(self) -> list[str]:
        words = []
        for name, value in self.switches.items():
            switch = "--" + name.replace("_", "-")
            if value is True:
                words.append(switch)
            elif value is not False and value is not None:
                for one in value if isinstance(value, list) else [value]:
                    words += [switch, json.dumps(one) if isinstance(one, dict) else str(one)]
        return words
