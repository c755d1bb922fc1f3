"""The attacker's process: reads from standard input whom to attack and how, prints what happened.

A process of its own, so that an honest client's times are not those of the attacker's loop.
"""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "interop")]

import catalogue
from foe import Attack
from lies import Target
from link import Network

NICE = 5


def main() -> None:
    """One attack."""
    order = json.load(sys.stdin)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.nice(NICE)
    shared = bytes.fromhex(order["shared"]) if order["shared"] else None
    network = Network(bytes.fromhex(order["network"]), shared)
    target = Target(order["host"], order["port"], network, int(time.time()))
    attack = Attack(target, order["facts"], order["seconds"], order["times"])
    asyncio.run(catalogue.ATTACKS[order["name"]].play(attack))
    said = {"sent": attack.sent, "bytes": attack.bytes, "did": attack.did, "notes": attack.notes}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
