"""What a process costs: memory, processor time and open files, from /proc."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """One look at a process; memory in KiB."""

    rss: int
    anonymous: int
    processor: float
    files: int


def look(pid: int) -> Sample:
    """A process as it is now."""
    folder = Path("/proc") / str(pid)
    lines = (line.split() for line in (folder / "status").read_text().splitlines())
    status = {words[0]: words[1] for words in lines if len(words) > 1}
    stat = (folder / "stat").read_text().rpartition(")")[2].split()
    processor = (int(stat[11]) + int(stat[12])) / TICKS
    files = len(os.listdir(folder / "fd"))
    return Sample(int(status["VmRSS:"]), int(status["RssAnon:"]), processor, files)


class Meter:
    """Looks at a process many times a second."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.samples: list[Sample] = []
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Starts anew."""
        self.samples = [look(self.pid)]
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self.samples.append(look(self.pid))

    def end(self) -> list[Sample]:
        """Stops; what was seen."""
        if self._task:
            self._task.cancel()
        return self.samples
