"""Requests made up out of the OpenAPI file by schemathesis, and its judgement of the answers."""

import asyncio
import os
import re
from pathlib import Path

import surroundings

SCHEMA = surroundings.ROOT / "protocol" / "page-api.yaml"

# Bodies are bytes whose inner shape OpenAPI can't tell: another shape is rightly refused.
CONFIGURATION = """\
[warnings]
enabled = false

[[operations]]
include-method = "POST"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "413", "422", "429", "503"]
"""

# Half of the bodies have the shape asked for, so that what lies behind it is reached too.
HOOKS = """\
import schemathesis
from hypothesis import strategies as st

COMMUNITY = bytes.fromhex("{community}")

handle = st.binary(min_size=16, max_size=16)


@st.composite
def envelope(draw):
    size = draw(st.integers(0, 2))
    head = bytes([1, draw(st.sampled_from([0, 1, 2])), draw(st.integers(0, 5)) << 4 | size])
    head += draw(st.binary(min_size=61, max_size=61))
    fill = draw(st.binary(min_size=1, max_size=1))
    return head + fill * ((512 << size) - 64)


@st.composite
def retraction(draw):
    head = bytes([1, 1, draw(st.integers(0, 4)) << 4 | 1])
    return head + draw(st.binary(min_size=109, max_size=109))


submission = st.tuples(
    handle, st.sampled_from([b"\\0", b"\\1", b"\\2"]), st.lists(envelope(), max_size=3)
).map(lambda parts: parts[0] + parts[1] + b"".join(parts[2]))
taking_back = st.tuples(handle, st.lists(retraction(), max_size=3)).map(
    lambda parts: parts[0] + b"".join(parts[1])
)
handles = st.lists(handle, max_size=5).map(b"".join)
schemathesis.openapi.media_type(
    "application/octet-stream", st.one_of(st.binary(), submission, taking_back, handles)
)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    # Of strangers' communities there is nothing to read.
    if path_parameters and "community" in path_parameters and hash(repr(path_parameters)) % 4:
        return path_parameters | {{"community": "{identifier}"}}
    return path_parameters
"""


async def try_requests(url: str, community: bytes, identifier: str, seconds: int, folder: Path):
    """Whether no answer was another than described, and a line that says how many there were."""
    configuration, hooks = folder / "schemathesis.toml", folder / "hooks.py"
    configuration.write_text(CONFIGURATION)
    hooks.write_text(HOOKS.format(community=community.hex(), identifier=identifier))
    process = await asyncio.create_subprocess_exec(
        str(surroundings.PROGRAM),
        *("--config-file", str(configuration)),
        *("run", str(SCHEMA), "--url", url, "--no-color", "--workers", "2"),
        *("--max-time", str(seconds), "--max-failures", "20", "--rate-limit", "auto"),
        *("--request-timeout", "20"),
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    text = output.decode(errors="replace")
    if process.returncode != 0:
        print(text, flush=True)
    cases = re.search(r"(\d+) generated", text)
    return process.returncode == 0, f"{cases[1] if cases else 'no'} requests made up"
