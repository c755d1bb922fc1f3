#!/usr/bin/env python3
"""Exchanges records with a node until both directions have gone on under a new key.

Reads `host port network` (the last in hex) from standard input; runs beside the other steps as a
program of its own, since 65536 records each way keep an interpreter busy.
"""

import socket
import sys
import time

import environment

AT_ONCE = 3
FEWEST = 65536 + 16
SECONDS = 150


def exchange(host: str, port: int, network_id: bytes) -> str:
    """Sends PINGs, each in a record of its own, until enough records have come back."""
    import lies
    import link as links
    import linkrecords
    from basics import number, u16
    from frames import Ping, Pong, Stream
    from link import Identity, Network

    network, identity, now = Network(network_id), Identity(), int(time.time())
    connection = socket.create_connection((host, port), timeout=5)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    came = connection.makefile("rb")

    def read() -> bytes:
        return came.read(number(came.read(2)))

    def write(message: bytes) -> None:
        connection.sendall(u16(len(message)) + message)

    side = links.handshake_of(identity, network, initiator=True)
    write(side.write())
    side.read(read())
    write(side.write(identity.proof(network_id, now + links.PROOF_SECONDS)))
    sending, receiving = side.split()
    said = lies.honest_hello(lies.Target(host, port, network, now), identity)
    connection.sendall(linkrecords.seal(sending, linkrecords.flush(said.encode())[0]))
    [ping] = linkrecords.flush(Ping(0).encode())
    stream, waiting, until = Stream(), 0, time.monotonic() + SECONDS
    while min(sending.count, receiving.count) < FEWEST:
        if time.monotonic() > until:
            sys.exit(f"only {sending.count} records sent and {receiving.count} received in time")
        while waiting < AT_ONCE:
            connection.sendall(linkrecords.seal(sending, ping))
            waiting += 1
        stream.feed(receiving.decrypt(read()))
        while (frame := stream.next()) is not None:
            waiting -= isinstance(frame, Pong)
    connection.close()
    return f"{sending.count} records sent, {receiving.count} received"


def main() -> int:
    """Plays with the node that standard input names."""
    environment.enter(__file__)
    host, port, network = sys.stdin.readline().split()
    print(exchange(host, int(port), bytes.fromhex(network)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
