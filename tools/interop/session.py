"""Chapter 04: what one peer says and does on one link, from HELLO on."""

import asyncio
import contextlib
from typing import Protocol

import branch
import comparing
import frames
import hello
import stems
import treeframes
import view
import viewframes
from basics import DAY, Refused, require
from branch import Branch, TooManyFaults
from comparing import Comparing
from frames import Bye, Frame, Hello, IHave, Ping, Pong
from link import Link
from stems import Stems
from view import View

HELLO_SECONDS = 30
QUIET_SECONDS = 30
QUIET_TIMES = 3
MOST_LOOKED_AT = 64
BYE_NONE, BYE_RECORD, BYE_VERSION, BYE_HELLO, BYE_FAULTS, BYE_CLOCK = 0, 5, 6, 7, 8, 10
OF_VIEW = viewframes.ALL
OF_SYNC = (treeframes.SyncOpen, treeframes.SyncMessage, treeframes.SyncEnd)


class Ended(Exception):
    """What is thrown to end a link with a reason that is said."""

    def __init__(self, reason: int) -> None:
        super().__init__(reason)
        self.reason = reason


class Owner(branch.Owner, comparing.Owner, view.Owner, stems.Owner, Protocol):
    """What a session needs of the peer it belongs to."""

    stems: Stems

    def hello(self) -> Hello: ...


class Session:
    """One link's conversation; `heard` keeps what came in, for who looks on."""

    def __init__(self, owner: Owner, link: Link) -> None:
        self.owner = owner
        self.link = link
        self.heard: list[Frame] = []
        self.hello: Hello | None = None
        self.bye: int | None = None
        self.view = View(owner, link, owner.store.network)
        self.tree = Branch(owner, link, self.view)
        self.sync = Comparing(owner, link, self.tree.asked)
        self.in_sync = False
        self._first_announced = False
        self._held_back: list[Frame] = []

    @property
    def is_neighbour(self) -> bool:
        """Whether both sides agreed to be neighbours."""
        return self.view.is_neighbour

    async def become_neighbour(self, seconds: float = 10) -> bool:
        """Asks to be a neighbour, after HELLO; whether the other node agreed."""
        view = self.view
        await self.owner.until(lambda: self.hello, seconds)
        await view.ask()
        await self.owner.until(lambda: view.is_neighbour or view.was_refused, seconds)
        return view.is_neighbour

    async def catch_up(self) -> bool:
        """Compares all with the node and gets what it had; whether that was everything."""
        self.in_sync = await self.sync.round()
        return self.in_sync

    async def run(self) -> None:
        """Talks until the link ends."""
        try:
            await self.link.send(self.owner.hello())
            await self._first_frame()
            public = self.owner.store.public_ids()
            await self.link.send(IHave(tuple((id, frames.ANNOUNCED) for id in public)))
            while True:
                await self._handle(await self._next())
        except Ended as ended:
            await self._say(Bye(ended.reason))
        except Refused:
            await self._say(Bye(BYE_NONE))
        except TooManyFaults:
            await self._say(Bye(BYE_FAULTS))
        except (OSError, EOFError, TimeoutError):
            pass
        finally:
            self.view.is_neighbour = False
            self.tree.close()
            self.link.close()

    async def _say(self, frame: Frame) -> None:
        with contextlib.suppress(OSError):
            await self.link.send(frame)

    async def _next(self) -> Frame:
        """The next frame; silence is asked about, and a long one ends the link."""
        receiving = asyncio.ensure_future(self.link.receive())
        try:
            for _ in range(QUIET_TIMES):
                done, _ = await asyncio.wait({receiving}, timeout=QUIET_SECONDS)
                if done:
                    return receiving.result()
                await self.link.send(Ping(0))
            raise Ended(BYE_NONE)
        finally:
            receiving.cancel()

    async def _first_frame(self) -> None:
        frame = await asyncio.wait_for(self.link.receive(), HELLO_SECONDS)
        if not isinstance(frame, Hello):
            raise Ended(BYE_HELLO)
        now = self.owner.now()
        if abs(frame.clock - now) >= DAY:
            raise Ended(BYE_CLOCK)
        try:
            record = hello.check_hello(frame, self.owner.store.network, now)
            require(record.node == self.link.remote, "bad-signature")
        except Refused as refused:
            version = refused.reason == "no-common-version"
            raise Ended(BYE_VERSION if version else BYE_RECORD) from None
        self.hello = frame
        self.owner.changed()

    async def _handle(self, frame: Frame) -> None:
        self.heard.append(frame)
        match frame:
            case Hello():
                raise Ended(BYE_HELLO)
            case Bye():
                self.bye = frame.reason
            case Ping():
                await self.link.send(Pong(frame.value))
            case treeframes.Stem():
                if self.is_neighbour:
                    with contextlib.suppress(Refused):
                        await self.owner.stems.hear(self.link, frame.item)
            case _ if isinstance(frame, OF_VIEW):
                await self.view.hear(frame)
            case _:
                await self._in_turn(frame)
        self.owner.changed()

    async def _in_turn(self, frame: Frame) -> None:
        """Looks at a frame about items; without a charter much waits until there is one."""
        if self.owner.store.charters is None and self._waits(frame):
            self._held_back.append(frame)
            return
        if isinstance(frame, OF_SYNC):
            await self.sync.hear(frame)
        else:
            await self.tree.hear(frame)
        if self.owner.store.charters is not None:
            held, self._held_back = self._held_back, []
            for waiting in held:
                await self._in_turn(waiting)

    def _waits(self, frame: Frame) -> bool:
        if isinstance(frame, IHave):
            first, self._first_announced = not self._first_announced, True
            return not first and len(frame.entries) > MOST_LOOKED_AT
        return isinstance(frame, OF_SYNC)
