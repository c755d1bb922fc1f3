"""noise, link-record and frames."""

from ..scenario import Topic
from . import frames, handshakes


def topics() -> list[Topic]:
    return [handshakes.noise(), handshakes.link_records(), frames.frames()]
