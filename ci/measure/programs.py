"""Parts of ci/bench that are told by programs: the suites, JSON, pointers, and validation and FHIRPath beside engines
from npm."""

import os
import re
import statistics
import subprocess
import time

from . import fhirpath, pools
from .bench import REPORT, packages_folder, run


def suites(bench):
    with bench.serving("server-suites") as ours:
        began = time.monotonic()
        done = subprocess.run([bench.binary, "test", "--target", ours.url() + pools.BASE], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        seconds = time.monotonic() - began
    last = ([line for line in done.stdout.split("\n") if line.strip()] or ["no output"])[-1]
    if done.returncode > 1:
        raise RuntimeError(f"handslag test ended with {done.returncode}: {last}")
    bench.figures.add("whole of the suites", seconds, "s", 5, at_least=False)
    bench.figures.note(f"suites: {last}")


def json(bench):
    out = bench.tool("json_bench", timeout=300)
    bench.figures.note("json_bench:\n  " + out.strip().replace("\n", "\n  "))
    found = re.search(r"ratio parse ([\d.]+)", out)
    if not found:
        raise RuntimeError("json_bench printed no ratio for parse")
    bench.figures.add("JSON parse / cJSON", float(found.group(1)), "×", 3)


def pointers(bench):
    # A load reads on one thread what it writes on another.
    out = bench.tool("pointer_bench", "--max", str(bench.plan.pointers), timeout=1800, pinned=False)
    bench.figures.note("pointer_bench:\n  " + out.strip().replace("\n", "\n  "))
    for key, name, unit, goal, at_least in (("bytes_each", "pointers, bytes each on disk", "B", 160, False),
                                            ("load_per_s", "pointers loaded from NDJSON", "/s", 100_000, True),
                                            ("lookup_p99_us", "pointer lookup, p99", "µs", 50, False)):
        values = [float(v) for v in re.findall(rf"\b{key}[=: ]+([\d.]+)", out)]
        if not values:
            raise RuntimeError(f"pointer_bench printed no {key}")
        smallest = {"smallest_size": values[0]} if len(values) > 1 else {}
        bench.figures.add(name, values[-1], unit, goal, at_least, **smallest)


# Beside engines from npm

def examples():
    return os.path.join(packages_folder(), "hl7.fhir.r4.examples#4.0.1", "package")


def validate(bench):
    folder, step = examples(), str(bench.plan.sample)
    ours = values_of(bench.tool("validate_bench", step))
    for engine, name, goal in (("medplum", "@medplum/core", 10), ("fhir", "npm fhir", 4)):
        peer = values_of(bench.node("validate.mjs", engine, folder, step))
        bench.figures.add(f"validation / {name}, by CPU time", ours["resources_per_cpu_s"] / peer["resources_per_cpu_s"],
                          "×", goal, ours=ours["resources_per_cpu_s"], peer=peer["resources_per_cpu_s"],
                          peer_MB=peer["resident_mb"])
    bench.figures.add("validation, resources flagged", ours["flagged"], "", 30, at_least=False, of=ours["resources"])
    bench.figures.add("validation, bundle of 10,000 / 1,000", ours["bundle_ratio"], "×", 12, at_least=False,
                      ms=ours["bundle_10000_ms"])
    bench.figures.add("validation, memory of a second pass / first", ours["peak_mb"] / ours["peak_mb_first"], "×", 1.25,
                      at_least=False, MB=ours["peak_mb"])
    times = []
    for _ in range(bench.plan.starts + 1):
        began = time.monotonic()
        run([bench.binary, "validate", "--quiet", os.path.join(folder, "Patient-example.json")], timeout=60)
        times.append(time.monotonic() - began)
    bench.figures.add("validation, one resource from the command line", statistics.median(times[1:]), "s", 0.15,
                      at_least=False)


def paths(bench):
    """Some expressions, then all of the specification's."""
    file = os.path.join(examples(), "Patient-example.json")
    ours = rates_of(bench.tool("fhirpath_bench", file, timeout=120))
    theirs = rates_of(bench.node("fhirpath.mjs", file, *ours))
    for expression, rate in ours.items():
        bench.figures.add(f"FHIRPath / fhirpath.js compiled: {expression[:40]}", rate / theirs[expression], "×", 5,
                          ours=rate, peer=theirs[expression])
    step, micros = str(bench.plan.sample), str(bench.plan.micros)
    tasks, report = os.path.join(bench.scratch, "tasks.jsonl"), os.path.join(REPORT, "bench-fhirpath.jsonl")
    with open(tasks, "w", encoding="utf-8") as f:
        f.write(bench.tool("fhirpath_corpus", step, micros))
    rows = bench.node("fhirpath_corpus.mjs", examples(), tasks, micros)
    with open(report, "w", encoding="utf-8") as f:
        f.write(rows)
    fhirpath.tell(bench.figures, fhirpath.read(rows))


def values_of(text):
    return {name: float(value) for name, value in re.findall(r"^(\w+) ([\d.]+)$", text, re.M)}


def rates_of(text):
    return {name: float(rate) for rate, name in re.findall(r"(\d+)/s  (.+)$", text, re.M)}
