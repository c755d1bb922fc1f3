"""Lines of the sources that the fuzzers' corpora reach, by the toolchain's own llvm-cov."""

import json
import shutil
import subprocess
from pathlib import Path

import program

FLAGS = ("-Xswiftc", "-profile-generate", "-Xswiftc", "-profile-coverage-mapping")


def tool(name):
    """Beside swiftc: another version's does not read what this compiler writes."""
    compiler = shutil.which("swiftc")
    found = Path(compiler).resolve().parent / name if compiler else Path(name)
    if not found.exists():
        raise program.Refused(f"no {name} beside swiftc", "use a whole toolchain of swift.org")
    return str(found)


def show(fuzzers, folder):
    """One line for each fuzzer: lines reached of its own sources, and the files least reached."""
    built = program.build(".build-fuzz-coverage", *FLAGS)
    print(f"\n{'fuzzer':<10} {'lines':>6} {'of':>6} {'':>6}  least")
    for fuzzer in fuzzers:
        if not fuzzer.sources:
            continue
        files = summary(built, fuzzer, folder)
        if not files:
            print(f"{fuzzer.name:<10}  nothing counted")
            continue
        reached = sum(covered for _, covered, _ in files)
        lines = sum(count for _, _, count in files)
        least = sorted(files, key=lambda file: file[1] / file[2])[:3]
        words = ", ".join(f"{name} {covered * 100 // count} %" for name, covered, count in least)
        print(f"{fuzzer.name:<10} {reached:>6} {lines:>6} {reached * 100 // lines:>4} %  {words}",
              flush=True)


def summary(built, fuzzer, folder):
    """Name, lines reached and lines of each of the fuzzer's sources."""
    raw, merged = folder / f"{fuzzer.name}.profraw", folder / f"{fuzzer.name}.profdata"
    subprocess.run(
        [str(built), "-runs=0", *program.bounds(), str(folder / fuzzer.name)],
        env=program.environment(fuzzer, LLVM_PROFILE_FILE=str(raw)), capture_output=True,
        check=False, timeout=600)
    if not raw.exists():
        return []
    subprocess.run([tool("llvm-profdata"), "merge", str(raw), "-o", str(merged)], check=True)
    out = subprocess.run(
        [tool("llvm-cov"), "export", "-summary-only", str(built), f"-instr-profile={merged}"],
        capture_output=True, check=True).stdout
    files = []
    for file in json.loads(out)["data"][0]["files"]:
        name = file["filename"].rsplit("/Sources/", 1)[-1].rsplit("/fuzz.d/", 1)[-1]
        lines = file["summary"]["lines"]
        if name.startswith(fuzzer.sources) and lines["count"]:
            files.append((name, lines["covered"], lines["count"]))
    return files
