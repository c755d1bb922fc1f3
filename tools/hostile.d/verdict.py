"""What one attack did, and whether the bounds held."""

import statistics
from dataclasses import dataclass, field

from honest import LONGEST, Probe
from meter import Sample

MOST_GROWTH = 64 << 10  # KiB of anonymous memory, from before the attack to its peak
STILL_GROWING = 16 << 10  # KiB; more than this in the last third is no plateau
FALLEN_BACK = 32 << 10  # KiB; less than this above where it was is as before
MEDIAN_SECONDS = 1.0  # half of the honest items come in this time, all within LONGEST
STATUS_SECONDS = 2.0
FILES_LEFT = 16  # open files more than before, after the attack
MOST_FILES = 1024


@dataclass
class Verdict:
    """All that was measured during one attack."""

    name: str
    seconds: float = 0
    sent: int = 0
    bytes: int = 0
    did: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    after: Sample | None = None
    before: list[Probe] = field(default_factory=list)
    during: list[Probe] = field(default_factory=list)
    later: list[Probe] = field(default_factory=list)
    statuses: list[float] = field(default_factory=list)
    ask: float | None = None
    newcomer: bool = True
    newcomers: list[bool] = field(default_factory=list)
    honest_ends: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def growth(self) -> int:
        """KiB of anonymous memory more at the peak than before."""
        return max(s.anonymous for s in self.samples) - self.samples[0].anonymous

    @property
    def processor(self) -> float:
        return self.samples[-1].processor - self.samples[0].processor

    @property
    def files(self) -> int:
        return max(s.files for s in self.samples)

    @staticmethod
    def times(probes: list[Probe]) -> tuple[float, float]:
        """Median and maximum."""
        seconds = [probe.seconds for probe in probes] or [0.0]
        return statistics.median(seconds), max(seconds)

    def judge(self) -> None:
        """Adds a fault for every bound that did not hold; what is none is noted."""
        faults = self.faults
        if not all(self.newcomers):
            let_in, count = sum(self.newcomers), len(self.newcomers)
            self.notes.append(f"{let_in} of {count} newcomers are let in meanwhile")
        faults += [note for note in self.notes if note.startswith("must")]
        self._judge_memory()
        for kind, is_asked in (("pushed", False), ("announced", True)):
            some = [p for p in self.before + self.during + self.later if p.is_asked == is_asked]
            lost = [p for p in some if p.came is None or p.seconds > LONGEST]
            if lost:
                faults.append(f"{len(lost)} of {len(some)} honest items {kind} came not in time")
        median, _ = self.times(self.during)
        if median > MEDIAN_SECONDS:
            faults.append(f"half of the honest items took {median:.1f} s and more")
        if not self.during:
            faults.append("the honest pair could not write")
        if self.honest_ends:
            faults.append(f"honest links ended: {', '.join(self.honest_ends)}")
        if self.statuses and max(self.statuses) > STATUS_SECONDS:
            faults.append(f"kith status took {max(self.statuses):.1f} s")
        if not self.newcomer:
            faults.append("no newcomer is let in afterwards")

    def _judge_memory(self) -> None:
        assert self.after
        first, last = self.samples[0], self.samples[-1]
        late = self.samples[len(self.samples) * 2 // 3 :]
        grows = last.anonymous - late[0].anonymous > STILL_GROWING
        back = self.after.anonymous - first.anonymous < FALLEN_BACK
        if self.growth > MOST_GROWTH:
            self.faults.append(f"memory grew by {self.growth >> 10} MiB")
        if grows and not back:
            self.faults.append("memory neither falls back nor levels off")
        if self.files > MOST_FILES or self.after.files > first.files + FILES_LEFT:
            self.faults.append(f"{self.after.files} files open, {first.files} before")

    @property
    def row(self) -> dict[str, object]:
        """What `--json` prints."""
        assert self.after
        first = self.samples[0]
        names = {"before": self.before, "during": self.during, "after": self.later}
        return {
            "attack": self.name,
            "ok": not self.faults,
            "faults": self.faults,
            "seconds": round(self.seconds, 2),
            "sent": self.sent,
            "bytes": self.bytes,
            "did": self.did,
            "notes": self.notes,
            "rssKiB": [first.rss, max(s.rss for s in self.samples), self.after.rss],
            "anonymousKiB": [
                first.anonymous,
                max(s.anonymous for s in self.samples),
                self.after.anonymous,
            ],
            "processorSeconds": round(self.processor, 2),
            "files": [first.files, self.files, self.after.files],
            "honestSeconds": {
                name: [round(number, 4) for number in self.times(probes)]
                for name, probes in names.items()
            },
            "announcedSeconds": [
                round(n, 4) for n in self.times([p for p in self.during if p.is_asked])
            ],
            "statusSeconds": [round(number, 3) for number in self.statuses],
            "newcomers": [sum(self.newcomers), len(self.newcomers)],
            "askSeconds": self.ask and round(self.ask, 2),
        }

    HEAD = (
        f"{'':6} {'attack':18} {'frames':>9} {'MiB':>7} {'cpu s':>6} {'peak +MiB':>9} {'left':>5}"
        f" {'files':>5} {'honest: before':>14} {'median':>7} {'most':>7} {'status':>6}  the node"
    )

    @property
    def line(self) -> str:
        """One row of the table."""
        assert self.after
        left = (self.after.anonymous - self.samples[0].anonymous) / 1024
        before, _ = self.times(self.before)
        median, most = self.times(self.during)
        did = ", ".join(f"{what} {count}" for what, count in sorted(self.did.items()))
        listed = [*self.faults, *(note for note in self.notes if note not in self.faults)]
        more = "".join(f"; {note}" for note in listed)
        return (
            f"{'FAILED' if self.faults else 'ok':6} {self.name:18} {self.sent:9}"
            f" {self.bytes / 2**20:7.1f} {self.processor:6.2f} {self.growth / 1024:9.1f}"
            f" {left:5.1f} {self.files:5} {before * 1000:11.0f} ms {median * 1000:4.0f} ms"
            f" {most * 1000:4.0f} ms {max(self.statuses or [0]):5.2f}s  {did}{more}"
        )
