"""One peer: an identity, a store, and links that it dials or is dialled by."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

import hello
import link as links
import peerrecords
from basics import Refused
from branch import Branch
from envelopes import Envelope, Retraction
from frames import Hello, Receipt
from link import Identity, Link, Network
from peerrecords import Address, PeerRecord, make_record
from session import Session
from stems import Stems
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
        self.hops: dict[bytes, int] = {}
        self.told: dict[bytes, PeerRecord] = {}
        self.accepts = True
        self.stems = Stems(self)
        self.port: int | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()

    def now(self) -> int:
        """Unix seconds."""
        return int(time.time())

    async def listen(self, port: int = 0) -> int:
        """Listens on loopback, on a free port unless one is told."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, port)
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

    def own_record(self) -> PeerRecord:
        """The signed word on where this peer is reached, if it listens."""
        now, network = self.now(), self.network.id
        where = (Address(peerrecords.IPV4, bytes([127, 0, 0, 1]), self.port),) if self.port else ()
        until = now + peerrecords.SIGNED_FOR
        return make_record(self.identity.node_seed, network, now, until, where)

    def hello(self) -> Hello:
        """The first frame of every link."""
        charters = self.store.charters
        caps = (hello.FULL if self.port else hello.LEAF) | hello.TTL_CLASSES
        seq = charters.newest.seq if charters else 0
        record = self.own_record().encode()
        return Hello(hello.VERSION, hello.VERSION, caps, self.now(), seq, record)

    def neighbour_links(self) -> list[Link]:
        """The links that lead to neighbours."""
        return [session.link for session in self.sessions if session.is_neighbour]

    def count_neighbours(self) -> int:
        """How many neighbours there are."""
        return len(self.neighbour_links())

    def count_eager(self) -> int:
        """To how many of them items are pushed."""
        return sum(session.is_neighbour and session.tree.is_eager for session in self.sessions)

    def seen_in_open(self, id: bytes) -> None:
        """An item came in the open: its stem is over."""
        self.stems.seen(id)

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
        """Publishes items made here over every link, as a client does that brings them."""
        for item in items:
            self.store.keep(item, self.now(), pushed=True)
            for session in self._greeted():
                await session.tree.push(item, 1)

    async def publish(self, item: Envelope | Retraction) -> None:
        """Keeps an item, and spreads it from here."""
        if self.store.keep(item, self.now(), pushed=True):
            await self.spread(item, 0, None)

    async def spread(self, item: Envelope | Retraction, hops: int, sender: Branch | None) -> None:
        """Tells every neighbour of a new item but the one it came from."""
        for session in self._greeted():
            if session.tree is not sender:
                try:
                    await session.tree.offer(item, hops)
                except OSError:
                    session.link.close()

    def _greeted(self) -> list[Session]:
        return [session for session in self.sessions if session.hello is not None]

    async def close(self) -> None:
        """Ends all links."""
        self.stems.close()
        if self._server:
            self._server.close()
        for session in list(self.sessions):
            session.link.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
