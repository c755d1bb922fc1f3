"""A node of the program under test, run as people run it: by its commands alone."""

import asyncio
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
COMMAND_SECONDS = 60
READY_SECONDS = 60


class CommandFailed(Exception):
    """What a command that should have worked said instead."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


class KithNode:
    """One node with a data folder, a port and a passphrase of its own."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.made: dict[str, Any] = {}
        self._passphrase = secrets.token_hex(16)
        self._process: asyncio.subprocess.Process | None = None
        folder.mkdir(parents=True)

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "KITH_DATA"}
        return kept | {"HOME": str(self.folder)}

    async def _start(self, *words: str, **streams: Any) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(self.binary), *words, "--data", str(self.data), env=self._environment(), **streams
        )

    async def init(self, *options: str) -> None:
        """Makes the node, with a community and a test network of its own."""
        words = ("init", "--test-network", "--listen", self.address, "--passphrase-stdin")
        self.made = (await self.command(*words, *options))[-1]

    async def join(self, invite: str) -> None:
        """Makes the node, in the network of an invite that holds no secret."""
        words = ("init", "--join", invite, "--listen", self.address, "--passphrase-stdin")
        self.made = (await self.command(*words))[-1]

    async def run(self, stem_gap: int = 0, page: tuple[str, ...] = ("--no-page",)) -> None:
        """Starts the node and waits until it is ready; without a gap its items take no stem."""
        with self.log.open("wb") as log:
            self._process = await self._start(
                "run",
                *page,
                "--erase-delay",
                "1",
                "--stem-gap",
                str(stem_gap),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(READY_SECONDS):
            while b"kith: ready" not in self.log.read_bytes():
                if self._process.returncode is not None:
                    raise CommandFailed(self.log.read_text(errors="replace")[-400:])
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Ends the node, by its process id, politely first."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def pid(self) -> int | None:
        """The node's process, once it was started."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def command(
        self, *words: str, typed: str | None = None, status: int = 0
    ) -> list[dict[str, Any]]:
        """Runs a command with the passphrase, or what is typed, on its standard input."""
        pipe = asyncio.subprocess.PIPE
        process = await self._start(*words, "--json", stdin=pipe, stdout=pipe, stderr=pipe)
        line = self._passphrase if typed is None else typed
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                said, faults = await process.communicate(line.encode() + b"\n")
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode != status:
            raise CommandFailed(f"{words[0]}: {process.returncode}: {faults.decode()[-300:]}")
        return [json.loads(row) for row in said.decode().splitlines() if row.startswith("{")]

    @staticmethod
    async def _told(lines: asyncio.StreamReader, name: str) -> Any:
        """What a command says under this name; what it says before, such as a warning, is let go."""
        while line := await lines.readline():
            said = json.loads(line)
            if name in said:
                return said[name]
        raise CommandFailed(f"it ended and told no {name}")

    async def ask(self, *words: str) -> tuple[str, dict[str, Any]]:
        """Asks as a seeker at this node; the code that is shown, and what was said at the end."""
        pipe = asyncio.subprocess.PIPE
        process = await self._start(*words, "--json", stdin=pipe, stdout=pipe, stderr=pipe)
        assert process.stdin and process.stdout
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                code = await self._told(process.stdout, "code")
                groups = await self._told(process.stdout, "groups")
                typed = " ".join(code.split()[group - 1] for group in groups)
                said, faults = await process.communicate(typed.encode() + b"\n")
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode != 0:
            raise CommandFailed(f"{words[0]}: {process.returncode}: {faults.decode()[-300:]}")
        return code, json.loads(said.decode().splitlines()[-1])
