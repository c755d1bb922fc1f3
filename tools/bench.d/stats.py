"""Medians, and what the machine was doing meanwhile."""

import math
import os
import statistics


def spread(values, digits=3):
    """The same entries as kith-bench prints; `values` in the order they were measured."""
    ordered = sorted(values)
    tenth = max(1, len(values) // 10)

    def rank(part):
        return ordered[max(0, math.ceil(part * len(ordered)) - 1)]

    return {key: round(value, digits) for key, value in {
        "median": statistics.median(ordered), "p99": rank(0.99), "least": ordered[0],
        "most": ordered[-1], "firstTenth": statistics.median(values[:tenth]),
        "lastTenth": statistics.median(values[-tenth:])}.items()}


def middle(values, digits=3):
    return round(statistics.median(values), digits)


def load():
    """Processes that ran or waited to, averaged over the last minute."""
    return os.getloadavg()[0]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    with open("/proc/meminfo", encoding="utf-8") as lines:
        memory = int(next(lines).split()[1]) // 1024
    return {"cores": os.cpu_count(), "processor": models[0] if models else "unknown",
            "memoryMiB": memory, "system": " ".join(os.uname()[i] for i in (0, 2, 4))}
