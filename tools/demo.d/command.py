"""Calls of the command line: those that answer once, and those that ask back."""

import json
import queue
import subprocess
import tempfile
import threading
from contextlib import contextmanager

from steps import Failed, expect

PATIENCE = 60  # seconds for one answer; stretching a code and work take a few on a slow machine


class Kith:
    def __init__(self, program):
        self.program = program

    def run(self, *words, data, lines=(), accept=(0,)):
        """Runs a command with `lines` as its input; returns the JSON it printed, or None.

        Raises `Failed` unless its exit status is one of `accept`.
        """
        call = self._call(words, data)
        try:
            done = subprocess.run(
                call, input="".join(f"{line}\n" for line in lines), capture_output=True,
                encoding="utf-8", timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"{_short(words)} did not end within {PATIENCE} s") from None
        expect(done.returncode in accept,
               f"{_short(words)} ended with status {done.returncode}: {done.stderr.strip()}")
        if not done.stdout.strip():
            return None
        try:
            return json.loads(done.stdout)
        except ValueError:
            return _last_line(words, done.stdout)

    @contextmanager
    def talk(self, *words, data):
        """Runs a command that asks back; it must end with status 0 when the block is over."""
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                self._call(words, data), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=complaints, encoding="utf-8", bufsize=1)
            try:
                yield Talk(process, _short(words), complaints)
                process.stdin.close()
                status = process.wait(PATIENCE)
                expect(status == 0, f"{_short(words)} ended with status {status}")
            except subprocess.TimeoutExpired:
                raise Failed(f"{_short(words)} did not end within {PATIENCE} s") from None
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def _call(self, words, data):
        place = [] if data is None else ["--data", str(data)]
        return [str(self.program), *map(str, words), *place, "--json"]


class Talk:
    """One running command: JSON lines come out, plain lines go in."""

    def __init__(self, process, name, complaints):
        self.process, self.name, self.complaints = process, name, complaints
        self.heard = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def hear(self, event):
        """The next event, which must be of this kind; progress is passed over."""
        while True:
            try:
                line = self.heard.get(timeout=PATIENCE)
            except queue.Empty:
                raise Failed(f"{self.name} said nothing for {PATIENCE} s, {event} was due") from None
            if line is None:
                raise Failed(f"{self.name} ended before {event}: {self._complaint()}")
            try:
                said = json.loads(line)
            except ValueError:
                raise Failed(f"{self.name} printed what is no JSON: {line.strip()}") from None
            if said.get("event") == event:
                return said
            expect(said.get("event") == "progress", f"{self.name} said {said}, {event} was due")

    def say(self, line):
        try:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failed(f"{self.name} no longer listens: {self._complaint()}") from None

    def _listen(self):
        for line in self.process.stdout:
            if line.strip():
                self.heard.put(line)
        self.heard.put(None)

    def _complaint(self):
        self.complaints.seek(0)
        return self.complaints.read().decode("utf-8", "replace").strip() or "no error was printed"


def _last_line(words, printed):
    """Of a command that prints events, the last one is the answer."""
    try:
        return json.loads(printed.strip().splitlines()[-1])
    except ValueError:
        raise Failed(f"{_short(words)} printed what is no JSON: {printed[:200]!r}") from None


def _short(words):
    return "kith " + " ".join(str(word) for word in words[:3])
