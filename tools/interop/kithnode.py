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
        self._bridge: asyncio.subprocess.Process | None = None
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
        bridge, self._bridge = self._bridge, None
        process, self._process = self._process, None
        for one in (bridge, process):
            if one is None or one.returncode is not None:
                continue
            one.terminate()
            try:
                await asyncio.wait_for(one.wait(), 5)
            except TimeoutError:
                one.kill()
                await one.wait()

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

    async def consent(self, code: str, *words: str) -> tuple[dict[str, Any], str]:
        """Consents as a seeker at this node: what was shown before, and the consent's id."""
        pipe = asyncio.subprocess.PIPE
        process = await self._start("consent", *words, "--json", stdin=pipe, stdout=pipe, stderr=pipe)
        assert process.stdin and process.stdout
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                process.stdin.write(code.encode() + b"\n")
                preview = json.loads(await process.stdout.readline())
                agreed = await self._told(process.stdout, "type")
                process.stdin.write(agreed.encode() + b"\n")
                said, faults = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode != 0:
            raise CommandFailed(f"consent: {process.returncode}: {faults.decode()[-300:]}")
        return preview, json.loads(said.decode().splitlines()[-1])["consent"]

    async def work(self, authorities: Path) -> None:
        """Begins the work of this node's bridge, which asks for the passphrase once."""
        with (self.folder / "bridge.log").open("wb") as log:
            words = "bridge", "run", "--authorities", str(authorities), "--every", "1"
            streams = {"stdin": asyncio.subprocess.PIPE, "stdout": log, "stderr": log}
            self._bridge = await self._start(*words, "--passphrase-stdin", **streams)
        assert self._bridge.stdin
        self._bridge.stdin.write(self._passphrase.encode() + b"\n")
        self._bridge.stdin.close()

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
