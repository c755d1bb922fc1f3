"""All steps of `check` in their order."""

import asyncio
import signal
import sys
import time
from pathlib import Path

import environment
import kinds
import steps_comparing
import steps_links
import steps_networks
import steps_page
import steps_refusals
import steps_spreading
import steps_view
import vectors
from stage import Report, Stage, expect, scene
from steps_cases import Journey
from steps_consents import Consents
from steps_founded import Founded
from steps_keeping import Keeping
from steps_members import Membership
from steps_page_node import PageAtNode
from steps_stem import Stems

REKEY_SECONDS = 160


async def vectors_pass() -> str:
    """All files of protocol/vectors."""
    said: list[str] = []
    passed, failed = await asyncio.to_thread(vectors.run, said.append)
    expect(not failed, f"{failed} failed, first {said[:1]}")
    return f"{passed} passed, {failed} failed"


async def renews_keys(stage: Stage) -> str:
    """The exchange of `rekey.py`, as a program of its own."""
    pipe = asyncio.subprocess.PIPE
    program = str(environment.HERE / "rekey.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, stdin=pipe, stdout=pipe, stderr=pipe
    )
    target = f"{stage.node.address.replace(':', ' ')} {stage.invite.network.hex()}\n"
    try:
        said, faults = await process.communicate(target.encode())
    finally:
        if process.returncode is None:
            process.kill()
    expect(process.returncode == 0, faults.decode()[-300:])
    return said.decode().strip()


async def kinds_are_shown(with_page: bool) -> str:
    """What was sealed on one side and opened on another is what README.md says."""
    faults = kinds.faults(with_page)
    expect(not faults, "; ".join(faults))
    return f"{kinds.count()} cells of README.md"


async def play(binary: Path, folder: Path, with_rekey: bool, with_page: bool) -> int:
    """Plays all steps; the exit status. Told to end, it still ends the nodes it began."""
    task = asyncio.current_task()
    assert task is not None
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    report, stage = Report(), Stage(binary, folder)
    try:
        await report.step("the vectors of every topic", vectors_pass)
        if await report.step("a node is made and runs", lambda: steps_links.begin(stage)):
            await _play_with_node(report, stage, with_rekey, with_page)
    finally:
        await stage.close()
    await report.step("every kind of content, both ways", lambda: kinds_are_shown(with_page))
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


async def _play_with_node(
    report: Report, stage: Stage, with_rekey: bool, with_page: bool
) -> None:
    """The steps that need the node; those that wait are played beside the others."""
    consents = Consents(stage.binary, stage.folder / "consents")
    async with asyncio.TaskGroup() as beside:
        beside.create_task(steps_refusals.play_waits(report, stage))
        if with_rekey:
            name = "both directions take new keys"
            beside.create_task(report.step(name, lambda: renews_keys(stage), REKEY_SECONDS))
        beside.create_task(Stems(stage.binary, stage.folder / "stem").play(report))
        beside.create_task(consents.play(report, PageAtNode if with_page else None))
        if with_page:
            beside.create_task(steps_page.play(report, int(time.time())))
        beside.create_task(Founded(stage.binary, stage.folder / "founded").play(report))
        await steps_links.play(report, stage)
        await steps_view.play(report, stage)
        await Journey(stage).play(report)
        await Keeping(stage).play(report)
        await Membership(stage).play(report)
        await steps_spreading.play(report, stage)
        await steps_comparing.play(report, stage)
        await steps_networks.play(report, stage)
        await steps_refusals.play(report, stage)
    await scene(report, stage, "the node ends when it is told to", steps_links.ends)
