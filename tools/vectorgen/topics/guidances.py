"""guidance: the packs in its records and what they choose."""

from ..scenario import Topic
from .guidance_advice import advised
from .guidance_packs import accepted
from .guidance_refusals import refused


def topics() -> list[Topic]:
    topic = Topic("guidance")
    accepted(topic)
    advised(topic)
    refused(topic)
    return [topic]
