"""Parts of ci/bench: how long a server takes from its start to an answer, and what it holds then."""

import os
import statistics

from . import pools, servers


def timed(bench, name, data, path, seconds, megabytes):
    """Until `path` answers; the goals are seconds and resident megabytes."""
    times, resident = [], []
    for _ in range(bench.plan.starts):
        with servers.Handslag(bench.binary, data, bench.log("start")) as ours:
            times.append(ours.wait(path, 30))
            resident.append(ours.resident_mb())
    bench.figures.add(f"{name}, start to first answer", statistics.median(times), "s", seconds, at_least=False,
                      slowest=max(times))
    bench.figures.add(f"{name}, resident", statistics.median(resident), "MB", megabytes, at_least=False)


def warm(bench):
    # An answer that needs what was loaded, not only an open port.
    path = pools.query(f"{pools.BASE}/CodeSystem/$validate-code",
                       url="http://terminology.hl7.org/CodeSystem/v3-ActCode", code="AMB")
    timed(bench, "warm server with R4 and hl7.terminology", bench.data, path, 0.3, 150)


def empty(bench):
    data = os.path.join(bench.work, "empty")
    os.makedirs(data, exist_ok=True)
    with bench.serving("start", data):  # makes its files once
        pass
    timed(bench, "empty server", data, "/health/ready", 0.05, 30)
