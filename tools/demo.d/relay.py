"""A relay process: started, hung, killed, ended."""

import os
import signal
import socket
import subprocess

from steps import Failed, eventually, expect, expect_soon

ERASE_DELAY = 1  # seconds; the usual mean of ten minutes is too long to watch
NO_STEM = ["--stem-gap", "0"]  # ten messages a minute are too few for many entries


class Relay:
    def __init__(self, name, folder, port, program, tap=None, has_stem=False):
        self.name = name
        self.data = folder / name
        self.log = folder / f"{name}.log"
        self.listen = f"127.0.0.1:{port}"
        self.tap = tap
        self.advertise = tap.address if tap else self.listen  # what others are told
        self.program = program
        self.how = [] if has_stem else NO_STEM
        self.page = ["--no-page"]  # what it is told of the seeker's page
        self.process = None
        self.node = None  # its id, once it has one

    def start(self):
        """Returns once it serves. It writes to a file, so that it can outlive us."""
        written = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "run", "--data", self.data, "--erase-delay", str(ERASE_DELAY),
                 *self.page, *self.how],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

        def is_ready():
            said = self.log.read_bytes()[written:].splitlines()
            if any(line.startswith(b"kith: ready") for line in said):
                return
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with status {self.process.returncode} before it served")
            expect_soon(False, f"{self.name} has not said that it is ready")

        eventually(is_ready)

    def hang(self):
        """It keeps its links and does nothing more: what is sent to it is lost when it dies."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        try:
            status = self.process.wait(15)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} did not end within 15 s of SIGTERM") from None
        expect(status == 0, f"{self.name} ended with status {status} on SIGTERM")

    def close(self):
        """Ends it whatever its state."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def last_words(self, lines=15):
        if not self.log.exists():
            return "(none)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) or "(none)"


def free_ports(count):
    """Ports free a moment ago; held open together, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
