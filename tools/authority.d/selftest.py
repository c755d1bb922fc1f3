"""Tries every call and every fault against receivers of its own, in a temporary folder."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# Their order is that of the checks.
import checks_calls  # noqa: F401
import checks_faults  # noqa: F401
import checks_starts  # noqa: F401
from child import Authority
from trial import CHECKS, Failure, Trial


def run(verbose: bool = False) -> int:
    """Gives the exit status; prints what failed, and how many."""
    folder = Path(tempfile.mkdtemp(prefix="kith-authority-"))
    failed = 0
    try:
        with Authority(data=folder / "received.jsonl", update_endpoint=True) as authority:
            trial = Trial(authority)
            for one in CHECKS:
                failed += not _holds(one, trial, verbose)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _holds(one: Callable, trial: Trial, verbose: bool) -> bool:
    name, began = one.__name__.replace("_", " "), time.monotonic()
    try:
        if trial.authority.process.poll() is not None:
            raise Failure("the receiver has ended")
        trial.authority.control(faults=[])
        one(trial)
    except Exception as error:
        print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
        return False
    if verbose:
        print(f"{round((time.monotonic() - began) * 1000):5d} ms  {name}", flush=True)
    return True
