"""What goes wrong, each a run of its own with one browser."""

from attaching import FileTroubles
from checks import Looker
from chromium import Chromium, Look
from consents import ConsentTroubles
from diaries import DiaryTroubles
from engines import EngineTroubles
from erasing import ErasingTroubles
from exits import ExitTroubles
from fingers import FingerTroubles
from full import FullTroubles
from guiding import GuidanceTroubles
from journeys import Journey
from keeping import KeepingTroubles
from lines import LineTroubles
from midway import MidwayTroubles
from others import OtherClients
from page import Page
from places import PlaceTroubles
from tabs import TabTroubles


class Trouble(
        FileTroubles, DiaryTroubles, LineTroubles, FullTroubles, TabTroubles, ExitTroubles,
        FingerTroubles, PlaceTroubles, EngineTroubles, ConsentTroubles, GuidanceTroubles,
        MidwayTroubles, OtherClients, ErasingTroubles, KeepingTroubles):
    """At the scene; each method that begins with try_ is a run."""

    def __init__(self, scene, site, table, steps, words):
        self.scene, self.site, self.table, self.steps = scene, site, table, steps
        self.step, self.words = steps.step, words
        self.looker = Looker(table, Look("troubles"), network_fails=True)
        self.chromium = None

    def browse(self, look, address=None, site=None, **how):
        """A new browser, its page and its journey."""
        self.chromium = Chromium(look, site or self.site, **how)
        page = Page(self.chromium, self.words, address or self.scene.address)
        self.looker.page, self.looker.chromium, self.looker.look = page, self.chromium, look
        return page, Journey(self.scene, page, self.looker, self.steps)

    def play(self, name):
        try:
            getattr(self, "try_" + name.replace("-", "_"))(Look("troubles"))
        except Exception:
            if self.chromium is not None and self.chromium.driver is not None:
                self.chromium.last_shot(self.table.out / f"failed-{name}.png")
            raise
        finally:
            if self.chromium is not None:
                self.chromium.quit()
                self.chromium.forget()

    @classmethod
    def names(cls):
        """The runs in their order."""
        return [name.removeprefix("try_").replace("_", "-") for part in cls.__bases__
                for name in vars(part) if name.startswith("try_")]
