"""Parts of ci/bench: reads and searches beside nginx, plain and over TLS, and beside a FHIR server from npm."""

import statistics

from . import pools, servers
from .bench import beside, packages_folder


def plain(bench):
    with bench.serving("server") as ours:
        kind, bodies, tags = bench.stored(ours)
        with ours.client() as client:
            by_identifier = pools.identifiers(client, bodies)
            by_patient, hits = pools.patients(client)
            validate = pools.codes(client, packages_folder())
            path, tag = next(iter(tags.items()))
            if client.get(path, {"If-None-Match": tag})[0] != 304:
                raise RuntimeError(f"GET {path} with If-None-Match {tag} is not answered 304")
        size = statistics.mean(len(b) for b in bodies.values())
        bench.figures.note(f"reads: {len(bodies)} of {kind}, {size:.0f} bytes on average; record-index lookups "
                           f"with {hits:.1f} hits on average")
        with bench.static("nginx", bodies) as nginx:
            paths = [(p, {}) for p in bodies]
            static = bench.target("nginx read", nginx, paths)
            read = bench.target("read", ours, paths)
            matched = bench.target("conditional read", ours, [(p, {"If-None-Match": tag}) for p, tag in tags.items()])
            searches = ((bench.target("directory search", ours, by_identifier), "directory search by identifier", 0.5),
                        (bench.target("record-index lookup", ours, by_patient), "record-index lookup by patient", 0.15),
                        (bench.target("$validate-code", ours, validate), "$validate-code", 0.5))
            bench.interleave([static, read, matched, *(target for target, _, _ in searches)])
    bench.ratio("read by id / nginx", read, static, 0.8)
    bench.figures.add("read by id, CPU", read.summary()["cpu_us"], "µs", 10, at_least=False,
                      nginx=static.summary()["cpu_us"])
    # By CPU time: the rates of two such replies differ less than the minutes they were measured in. The same
    # target measured twice differs by up to 2 %.
    bench.figures.add("read without If-None-Match / with, CPU", read.summary()["cpu_us"] / matched.summary()["cpu_us"],
                      "×", 0.98, **beside(matched))
    for target, name, goal in searches:
        bench.ratio(f"{name} / nginx", target, static, goal)
        # A machine that others use too shows in nginx's own p99.
        bench.figures.add(f"{name}, p99", target.summary()["p99_ms"], "ms", 3, at_least=False,
                          nginx=static.summary()["p99_ms"])
    bench.figures.note(f"nginx, one worker, no access log: {static.summary()['rate']:,.0f} static reads a second; "
                       "handslag runs as it comes, access log on")


def tls(bench):
    with bench.serving("server-tls", tls=bench.tls) as ours:
        _, bodies, _ = bench.stored(ours)
        with bench.static("nginx-tls", bodies) as nginx:
            paths = [(p, {}) for p in bodies]
            read = bench.target("TLS read", ours, paths)
            static = bench.target("nginx TLS read", nginx, paths, nginx.tls_url())
            bench.interleave([read, static])
    bench.ratio("read by id over TLS / nginx over TLS", read, static, 0.7)


def peer(bench):
    """Reads of the same resources; the peer gives them ids of its own."""
    with bench.serving("server-peer") as ours, servers.Medplum(bench.log("medplum")) as medplum:
        medplum.wait("/health/ready")
        kind, bodies, _ = bench.stored(ours)
        theirs = []
        with medplum.client() as client:
            for body in bodies.values():
                status, headers, _ = client.post(f"{pools.BASE}/{kind}", body)
                if status == 201:
                    theirs.append((pools.strip(headers["Location"]), {}))
        if len(theirs) < pools.SMALLEST:
            raise RuntimeError(f"the peer took only {len(theirs)} of {len(bodies)} resources")
        read = bench.target("read beside peer", ours, [(p, {}) for p in bodies])
        other = bench.target("medplum read", medplum, theirs)
        bench.interleave([read, other])
    bench.ratio("read by id / Medplum in memory", read, other, 4)
    bench.figures.note(f"Medplum's router: {other.summary()['rate']:,.0f} reads a second, "
                       f"{other.summary()['cpu_us']:.0f} µs each, {other.summary()['rss_mb']:.0f} MB")
