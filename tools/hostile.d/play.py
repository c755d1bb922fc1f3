"""Plays attacks, one after the other, and measures each."""

import asyncio
import contextlib
import json
import resource
import signal
import sys
import time
from pathlib import Path

import catalogue
from arena import Arena
from kithnode import CommandFailed
from meter import Meter, look
from verdict import Verdict

HERE = Path(__file__).resolve().parent
SETTLE_SECONDS = 0.4
# How long an honest newcomer's last message of the handshake travels.
NEWCOMER_DELAY = 0.1
STATUS_EVERY = 1.2
NEARLY = 0.2
WORKER_GRACE = 12


async def _worker(arena: Arena, name: str, seconds: float, times: int) -> dict[str, object]:
    """The attacker, as a process of its own that is always ended."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "worker.py"), stdin=pipe, stdout=pipe, stderr=pipe
    )
    target = arena.target
    order = {
        "name": name,
        "seconds": seconds,
        "times": times,
        "host": target.host,
        "port": target.port,
        "network": target.network.id.hex(),
        "shared": target.network.shared and target.network.shared.hex(),
        "facts": arena.facts,
    }
    try:
        async with asyncio.timeout(seconds + WORKER_GRACE):
            said, faults = await process.communicate(json.dumps(order).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise CommandFailed(f"the attacker failed: {faults.decode()[-600:]}")
    return json.loads(said)


async def _statuses(arena: Arena, verdict: Verdict) -> None:
    while True:
        try:
            verdict.statuses.append(await arena.status())
        except (CommandFailed, TimeoutError) as fault:
            verdict.faults.append(f"kith status: {fault or 'no answer'}")
        await asyncio.sleep(STATUS_EVERY)


async def _newcomers(arena: Arena, verdict: Verdict) -> None:
    while True:
        await asyncio.sleep(0.5)
        verdict.newcomers.append(await arena.newcomer(NEWCOMER_DELAY))


async def attacked(arena: Arena, name: str, seconds: float, times: int) -> Verdict:
    """One attack, from the quiet before it to the quiet after it."""
    verdict, pair = Verdict(name), arena.pair
    clients = pair.writer, pair.reader
    assert arena.victim.pid
    meter = Meter(arena.victim.pid)
    quiet = time.monotonic()
    await asyncio.sleep(SETTLE_SECONDS)
    meter.begin()
    began = time.monotonic()
    looking = [
        asyncio.create_task(_statuses(arena, verdict)),
        asyncio.create_task(_newcomers(arena, verdict)),
    ]
    asking = asyncio.create_task(arena.ask()) if catalogue.ATTACKS[name].asks else None
    try:
        said = await _worker(arena, name, seconds, times)
        verdict.sent, verdict.bytes = said["sent"], said["bytes"]  # type: ignore[assignment]
        verdict.did, verdict.notes = said["did"], said["notes"]  # type: ignore[assignment]
    except (CommandFailed, TimeoutError) as fault:
        verdict.faults.append(str(fault) or "the attacker did not end")
    ended = time.monotonic()
    verdict.seconds = ended - began
    if asking:
        try:
            verdict.ask = await asking
        except (CommandFailed, TimeoutError) as fault:
            verdict.faults.append(f"kith ask: {fault}")
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    await asyncio.sleep(SETTLE_SECONDS)
    probes = await pair.settled(quiet)
    if arena.victim.is_running:
        verdict.newcomer = await arena.newcomer()
        verdict.after = look(arena.victim.pid)
    else:
        verdict.faults.append("the node is dead")
        verdict.after = meter.samples[-1]
    verdict.samples = meter.end()
    # What the attacker first makes ready is not yet the attack.
    begun = max(began, ended - seconds - NEARLY)
    verdict.before = [probe for probe in probes if probe.sent < begun]
    verdict.during = [probe for probe in probes if begun <= probe.sent < ended]
    verdict.later = [probe for probe in probes if probe.sent >= ended]
    verdict.honest_ends = [bye for client in clients for bye in client.byes]
    for client in clients:
        client.byes = []
    pair.forget(time.monotonic())
    verdict.judge()
    return verdict


async def _attacks(
    arena: Arena, names: list[str], seconds: float, times: int, as_json: bool
) -> int:
    passed = failed = 0
    if not as_json:
        print(Verdict.HEAD, flush=True)
    for name in names:
        verdict = await attacked(arena, name, seconds, times)
        print(json.dumps(verdict.row) if as_json else verdict.line, flush=True)
        passed += not verdict.faults
        failed += bool(verdict.faults)
        if not arena.victim.is_running:
            await arena.victim.run()
    try:
        took = await arena.ask()
        say = f"ok     afterwards, words from the honest node are in the inbox after {took:.1f} s"
        passed += 1
    except (CommandFailed, TimeoutError) as fault:
        say = f"FAILED afterwards, words from the honest node: {fault}"
        failed += 1
    print(say, file=sys.stderr if as_json else sys.stdout)
    print(f"{passed} passed, {failed} failed", file=sys.stderr if as_json else sys.stdout)
    return 1 if failed else 0


async def play(
    binary: Path, folder: Path, names: list[str], seconds: float, times: int, as_json: bool
) -> int:
    """Plays the attacks; the exit status. Told to end, it still ends what it began."""
    task = asyncio.current_task()
    assert task is not None
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    with contextlib.suppress(ValueError, OSError):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    arena = Arena(binary, folder)
    try:
        await arena.begin()
        return await _attacks(arena, names, seconds, times, as_json)
    finally:
        await arena.end()
