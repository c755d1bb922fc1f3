"""Every thread of the browser's renderers slower by so many times, as on an older phone.

They are halted for a part of every tenth of a second: throttling by the browser's own protocol
reaches the page but not its workers.
"""

import os
import signal
import subprocess
import threading
from contextlib import contextmanager

TURN = 0.1  # seconds


@contextmanager
def slowed(chromium, times=4):
    """Within the block every renderer runs a `times`-th of the time, as on a slower phone."""
    if times <= 1:
        yield
        return
    done = threading.Event()
    browser = chromium.driver.service.process.pid

    def renderers():
        found, look = [], [browser]
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True,
                               encoding="utf-8", errors="replace", check=True).stdout
        rows = [line.split(None, 2) for line in table.splitlines()]
        while look:
            parent = look.pop()
            for pid, ppid, args in rows:
                if int(ppid) == parent:
                    look.append(int(pid))
                    if "--type=renderer" in args:
                        found.append(int(pid))
        return found

    def turn():
        at = 0
        halted = []
        while not done.is_set():
            if at % 5 == 0:
                halted = renderers()
            at += 1
            for what, share in ((signal.SIGSTOP, 1 - 1 / times), (signal.SIGCONT, 1 / times)):
                for pid in halted:
                    try:
                        os.kill(pid, what)
                    except ProcessLookupError:
                        continue
                done.wait(TURN * share)
        for pid in halted:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue
    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
