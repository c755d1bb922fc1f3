#!/usr/bin/env python3
"""A client of the Kith protocol that was written from the folder protocol/ alone.

It shares no code with the program: what it can do, a stranger can who has read the chapters.
Secrets come on standard input: first the line of an invite, then what the command asks for, a line
each. README.md beside it tells which kinds of content were shown to be read on both sides.
"""

import argparse
import asyncio
import sys

import environment

COMMANDS = {
    "vectors": "run protocol/vectors and print how many passed",
    "look": "link to a seed, check charters, manifest, guidance and bridges, fetch everything",
    "ask": "ask the community; lines: words. Prints the return code",
    "note": "keep a note that only the code opens; lines: words. Prints the return code",
    "open": "read all that a code opens; lines: code",
    "write": "write again under a case key; lines: code, words",
    "act": "act on a case; lines: code, act (erase, withdraw, hand-over, contact-rules, reopen), value",
    "consent": "let a bridge send fields; lines: code, authority, purpose, fields with commas between",
    "withdraw": "take a consent back; lines: code, the consent's id",
    "renew": "seal own copies anew; lines: code",
    "join": "ask to become a member with a member's invite; lines: name. Prints the keys",
    "inbox": "list requests and acts of all cases; lines: a member's keys",
    "answer": "give a case its key, and words; lines: a member's keys, case, words",
    "status": "tell where a case stands; lines: a member's keys, case, number of the state, words",
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
