"""Parts of ci/bench: a large code system from its files to answers, and value sets beside a library from npm."""

import os
import shutil
import statistics

from . import machine, pools, snomed, starts, valuesets
from .bench import beside, packages_folder


def release(bench):
    """A synthetic one in RF2."""
    files, data, concepts = os.path.join(bench.work, "release"), os.path.join(bench.work, "snomed"), bench.plan.concepts
    snomed.make(bench.tool, files, concepts)
    imported = snomed.load(bench.binary, data, files)
    seconds = [imported["seconds"]] + [import_again(bench, files) for _ in range(bench.plan.imports - 1)]
    bench.figures.add("import of a release", statistics.median(seconds), "s", 15, at_least=False, concepts=concepts,
                      slowest=max(seconds))
    bench.figures.add("import of a release, peak", imported["peak-mib"], "MiB", 2048, at_least=False)
    bench.figures.add("image of a release", snomed.image_mib(data), "MiB", 400, at_least=False)
    if bench.plan.imports > 1:  # a short run has no time for a second size
        small, few = os.path.join(bench.work, "release-small"), concepts // 7
        snomed.make(bench.tool, small, few)
        less = statistics.median(import_again(bench, small) for _ in range(bench.plan.imports))
        bench.figures.add(f"import of {concepts:,} concepts / of {few:,}", statistics.median(seconds) / less, "×", 9,
                          at_least=False)
    asked = snomed.requests(files, pools.LARGEST)
    starts.timed(bench, "server with a release of SNOMED's shape", data, asked["$lookup"][0][0], 0.1, 300)
    ask_release(bench, data, asked)


def import_again(bench, files):
    """Seconds of one import more, whose image is not kept."""
    data = os.path.join(bench.work, "snomed-again")
    seconds = snomed.load(bench.binary, data, files)["seconds"]
    shutil.rmtree(data)
    return seconds


def ask_release(bench, data, asked):
    with bench.serving("server-terminology", data) as ours:
        with ours.client() as client:
            bodies = [client.get(path)[2] for path, _ in asked["$lookup"]]
            for what, pool in asked.items():
                pools.checked(client, pool, lambda status, body: status == 200, what)
        files = {f"/fhir/r4/CodeSystem/{i}": body for i, body in enumerate(bodies)}
        with bench.static("nginx-lookup", files) as nginx:
            static = bench.target("nginx lookup", nginx, [(p, {}) for p in files])
            targets = {what: bench.target(f"release {what}", ours, pool) for what, pool in asked.items()}
            bench.interleave([static, *targets.values()])
        stream(bench, ours)
    for what, target in targets.items():
        page, text = what.startswith("page"), what.startswith("as-you-type")
        goal = 120 if page else 500 if text else 20
        bench.figures.add(f"{what}, CPU", target.summary()["cpu_us"], "µs", goal, at_least=False, **beside(target))
        bench.figures.add(f"{what}, p99", target.summary()["p99_ms"], "ms", 5 if text else 2, at_least=False,
                          nginx=static.summary()["p99_ms"])
        if not page and not text:
            bench.ratio(f"{what} / nginx", target, static, 0.35)


def stream(bench, ours):
    """As many codes as an expansion may have, sent in pieces; the first time only warms up."""
    seconds, peaks = [], []
    for _ in range(4):
        before, peak = ours.cpu(), machine.Peak(ours.pids[0])
        with ours.client() as client:
            size, codes = snomed.expand(client, bench.plan.expansion)
        seconds.append(ours.cpu() - before)
        peaks.append(peak.mb())
    bench.figures.add(f"expansion of {codes:,} codes, CPU", statistics.median(seconds[1:]) * 1000, "ms", 150,
                      at_least=False, MB=size / 2**20)
    bench.figures.add(f"expansion of {codes:,} codes, more memory", max(peaks), "MB", 32, at_least=False)


def peer(bench):
    """The same questions to both."""
    scratch = os.path.join(bench.scratch, "runtime")
    os.mkdir(scratch)
    with bench.serving("server-valuesets") as ours, \
            valuesets.Runtime(bench.log("runtime"), scratch, packages_folder()) as other:
        other.wait("/health/ready")
        with ours.client() as a, other.client() as b:
            expansions, members, compared, differ = valuesets.same(a, b, packages_folder())
        pairs = [(what, bench.target(what, ours, pool), bench.target(f"peer {what}", other, pool))
                 for what, pool in (("membership of value sets", members), ("expansion of value sets", expansions))]
        bench.interleave([target for _, *both in pairs for target in both])
    bench.figures.note(f"fhir-terminology-runtime: {compared - len(differ)} of {compared} answers are ours too"
                       + (f", not {differ[0]}" if differ else ""))
    for what, mine, theirs in pairs:
        if theirs.summary()["bad"]:
            raise RuntimeError(f"the peer had {theirs.summary()['bad']} bad replies: not a yardstick")
        bench.figures.add(f"{what} / fhir-terminology-runtime, by CPU time",
                          theirs.summary()["cpu_us"] / mine.summary()["cpu_us"], "×", 4,
                          **beside(mine), peer_us=theirs.summary()["cpu_us"], peer_MB=theirs.summary()["rss_mb"])
