"""Part of ci/bench: durable creates beside single commits of SQLite on the same disk."""

import os
import statistics
import time

from . import disk, load, machine, pools
from .bench import beside

OBSERVATION = ('{"resourceType":"Observation","status":"final","identifier":[{"system":"urn:x:bench","value":"%s-%d"}],'
               '"code":{"text":"Body weight"},"valueQuantity":{"value":71.50,"unit":"kg",'
               '"system":"http://unitsofmeasure.org","code":"kg"},"effectiveDateTime":"2026-01-01"}')


def creates(bench):
    with bench.serving("server-writes") as ours:
        with ours.client() as client:
            status, _, body = client.post(f"{pools.BASE}/Observation", OBSERVATION % ("first", 0))
            if status != 201:
                raise RuntimeError(f"a create answered {status}: {body[:300].decode(errors='replace')}")
        script = load.create_script(f"{pools.BASE}/Observation", OBSERVATION, str(time.time_ns()))
        # Once with a core for the server and one for the client, and once with both for both: the writer of
        # the store is a thread of its own.
        alone = load.Target("create", ours, ours.url(), script, bench.scratch, connections=64)
        shared = load.Target("create shared", ours, ours.url(), script, bench.scratch, connections=64, shared=True)
        alone.visit(bench.plan.warm)
        commits, row = [], (OBSERVATION % ("row", 0)).encode()
        with machine.Awake(bench.built("awake")):
            for _ in range(bench.plan.tries):
                if sum(v.noise < load.NOISE for v in shared.visits) >= bench.plan.quiet:
                    break
                os.sched_setaffinity(0, {machine.SERVER_CORE})
                commits.append(disk.commits_per_second(bench.work, row))
                os.sched_setaffinity(0, machine.BOTH)
                alone.visits.append(alone.visit(bench.plan.seconds))
                shared.visits.append(shared.visit(bench.plan.seconds))
    rate = statistics.median(commits)
    name = "durable creates, 64 clients / SQLite single commits"
    bench.figures.add(f"{name}, server on both cores", shared.summary()["rate"] / rate, "×", 2, **beside(shared))
    bench.figures.add(f"{name}, server on one core", alone.summary()["rate"] / rate, "×", **beside(alone))
    bench.figures.add("durable creates, p99", shared.summary()["p99_ms"], "ms", 50, at_least=False)
    bench.figures.note(f"SQLite: {rate:,.0f} single-row durable commits a second; the disk: "
                       f"{disk.flushes_per_second(bench.work):,.0f} flushes a second")
