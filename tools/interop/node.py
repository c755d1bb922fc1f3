"""One peer: an identity, a store, and links that it dials or is dialled by."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

import hello
import peerrecords
import link as links
from basics import Refused
from envelopes import Envelope, Retraction
from frames import Hello, Receipt
from peerrecords import Address, make_record
from link import Identity, Link, Network
from session import Session
from store import Store

LOOPBACK = "127.0.0.1"


class Peer:
    """A relay that keeps everything in memory; it lives as long as the program does."""

    def __init__(self, network: Network, identity: Identity | None = None) -> None:
        self.network = network
        self.identity = identity or Identity()
        self.store = Store(network.id)
        self.sessions: list[Session] = []
        self.announced: dict[bytes, set[bytes]] = defaultdict(set)
        self.receipts: dict[bytes, set[bytes]] = defaultdict(set)
        self.port: int | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()

    def now(self) -> int:
        """Unix seconds."""
        return int(time.time())

    async def listen(self) -> int:
        """Listens on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            link = await links.accept(reader, writer, self.identity, self.network, self.now())
        except (Refused, OSError, EOFError, TimeoutError):
            return
        self._begin(link)

    async def dial(self, host: str, port: int) -> Session:
        """A session with a node that listens."""
        return self._begin(await links.dial(host, port, self.identity, self.network, self.now()))

    def _begin(self, link: Link) -> Session:
        session = Session(self, link)
        for other in [s for s in self.sessions if s.link.remote == link.remote]:
            if other.link.dialled != link.dialled and not self._stays(link):
                link.close()
                return session
            other.link.close()
        self.sessions.append(session)
        task = asyncio.create_task(self._run(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return session

    def _stays(self, link: Link) -> bool:
        """Of two links to one node, that dialled by the lower nodeId stays."""
        return link.dialled == (self.identity.node < link.remote)

    async def _run(self, session: Session) -> None:
        try:
            await session.run()
        finally:
            self.sessions.remove(session)
            self.changed()

    def hello(self) -> Hello:
        """The first frame of every link."""
        now = self.now()
        where = (Address(peerrecords.IPV4, bytes([127, 0, 0, 1]), self.port),) if self.port else ()
        record = make_record(
            self.identity.node_seed, self.network.id, now, now + peerrecords.SIGNED_FOR, where
        )
        charters = self.store.charters
        caps = (hello.FULL if where else hello.LEAF) | hello.TTL_CLASSES
        seq = charters.newest.seq if charters else 0
        return Hello(hello.VERSION, hello.VERSION, caps, now, seq, record.encode())

    def heard_of(self, id: bytes, node: bytes) -> None:
        """A neighbour announced an item."""
        self.announced[id].add(node)

    def received(self, receipt: Receipt, node: bytes) -> None:
        """A neighbour said that it applied a retraction."""
        self.receipts[receipt.retraction].add(node)

    def changed(self) -> None:
        """Wakes who waits for something to happen here."""
        self._change.set()

    async def until(self, holds: Callable[[], object], seconds: float = 10) -> bool:
        """Whether something came to hold in time."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._change.clear()
                    await self._change.wait()
        except TimeoutError:
            return False
        return True

    async def submit(self, *items: Envelope | Retraction) -> None:
        """Keeps items made here and tells all neighbours."""
        for item in items:
            if isinstance(item, Envelope):
                self.store.take(item, self.now(), pushed=True)
            else:
                self.store.retract(item, self.now())
            await self.spread(item, 0, None)

    async def spread(self, item: Envelope | Retraction, hops: int, sender: Session | None) -> None:
        """Tells every neighbour of a new item but the one it came from."""
        for session in list(self.sessions):
            if session is not sender and session.hello is not None:
                try:
                    await session.offer(item, hops)
                except OSError:
                    session.link.close()

    async def close(self) -> None:
        """Ends all links."""
        if self._server:
            self._server.close()
        for session in list(self.sessions):
            session.link.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
