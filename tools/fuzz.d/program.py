"""Builds the fuzzers' program and runs one of them."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAILURES = ROOT / ".build-fuzz" / "failures"
MEGABYTES = 1024
LONGEST_SECONDS = 5


class Refused(Exception):
    def __init__(self, words, hint):
        super().__init__(words)
        self.hint = hint


@dataclass
class Result:
    runs: int = 0
    rate: int = 0
    corpus: int = 0
    edges: int = 0
    features: int = 0
    megabytes: int = 0
    found: str = ""
    kept: str = ""
    words: str = ""


def build(folder=".build-fuzz", *flags):
    """The program, built anew where sources changed."""
    print("fuzz: building; minutes, the first time", flush=True)
    command = ["swift", "build", "-c", "release", "--sanitize=fuzzer", "--product", "fuzzers",
               "--package-path", "tools/fuzz.d", "--scratch-path", folder, *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        words = [text for text in (done.stdout + done.stderr).splitlines() if "error:" in text]
        raise Refused("\n".join(words[:20]) or "swift build failed",
                      "its words stand above; tools/setup installs what is missing")
    return ROOT / folder / "release" / "fuzzers"


def environment(fuzzer, **more):
    # Swift's own words about a crash would leave libFuzzer no chance to keep the input.
    return {**os.environ, "KITH_FUZZER": fuzzer.name, "SWIFT_BACKTRACE": "enable=no", **more}


def bounds():
    return [f"-timeout={LONGEST_SECONDS}", f"-rss_limit_mb={MEGABYTES}"]


def run(built, fuzzer, corpus, seconds, seed):
    FAILURES.mkdir(parents=True, exist_ok=True)
    command = [str(built), str(corpus), f"-max_total_time={seconds}", f"-max_len={fuzzer.longest}",
               f"-seed={seed}", f"-artifact_prefix={FAILURES}/{fuzzer.name}-", "-print_final_stats=1",
               "-verbosity=1", "-close_fd_mask=1", *bounds()]
    try:
        done = subprocess.run(
            command, cwd=corpus, env=environment(fuzzer), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", check=False, timeout=seconds + 120)
    except subprocess.TimeoutExpired:
        return Result(found="did not end")
    return result(done)


def result(done):
    words = done.stderr
    found = Result()
    for cov, ft, corpus in re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", words):
        found.edges, found.features, found.corpus = int(cov), int(ft), int(corpus)

    def stat(name):
        match = re.search(rf"stat::{name}:\s+(\d+)", words)
        return int(match[1]) if match else 0

    found.runs, found.rate = stat("number_of_executed_units"), stat("average_exec_per_sec")
    found.megabytes = stat("peak_rss_mb")
    if done.returncode:
        summary = re.search(r"SUMMARY: libFuzzer: (.*)", words)
        kept = re.search(r"Test unit written to (.*)", words)
        found.found = summary[1] if summary else f"ended with status {done.returncode}"
        found.kept = os.path.relpath(kept[1], ROOT) if kept else ""
        telling = [text for text in words.splitlines() if "Fatal error" in text or " s for " in text]
        found.words = "\n".join(telling or words.splitlines()[-5:])
    return found


def again(built, fuzzer, file):
    """Runs one input; libFuzzer's own words say what comes of it."""
    command = [str(built), str(file.resolve()), *bounds()]
    return 1 if subprocess.run(command, env=environment(fuzzer), check=False).returncode else 0
