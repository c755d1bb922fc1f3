#!/usr/bin/env python3
"""A client of the Kith protocol that was written from the folder protocol/ alone.

It shares no code with the program: what it can do, a stranger can who has read the chapters.
Secrets come on standard input: first the line of an invite, then what the command asks for.
"""

import argparse
import asyncio
import sys

import environment

COMMANDS = {
    "vectors": "run protocol/vectors and print how many passed",
    "look": "link to a seed of the invite, check charters and manifest, fetch everything",
    "ask": "ask the invite's community with the words of the second line; prints the return code",
    "open": "read what was written in the cases that the code in the second line opens",
}


def run_vectors() -> int:
    """Runs the vectors; the exit status."""
    import vectors

    passed, failed = vectors.run(print)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    """Reads the command and does it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in COMMANDS.items():
        commands.add_parser(name, help=purpose)
    options = parser.parse_args()
    environment.enter(__file__)
    if options.command == "vectors":
        return run_vectors()
    import client
    from basics import Refused

    try:
        return asyncio.run(client.run(options.command))
    except (Refused, OSError, EOFError) as fault:
        print(f"peer: error: {fault or type(fault).__name__}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
