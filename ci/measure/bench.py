"""What the parts of ci/bench share: how much is measured, the data, servers that are ready, and the figures."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
from typing import NamedTuple

from . import load, machine, pools, servers
from .figures import Figures

REPORT = "build/report"


class Plan(NamedTuple):
    size: int       # pointers in the synthetic Sweden
    others: int     # observations beside them, of the part `search`
    concepts: int   # of a code system of SNOMED CT's shape
    expansion: int  # codes of an expansion that is sent in pieces
    pointers: int   # at most, of pointer_bench
    sample: int     # one of so many examples is validated, one of so many expressions evaluated
    micros: int     # of an expression
    warm: int       # seconds of the first visit, not counted
    seconds: int    # of a visit
    quiet: int      # quiet visits wanted of each target
    tries: int      # visits at most
    starts: int     # how often a start is timed
    imports: int    # how often an import is


# Three visits: of two, the median is their mean, and one stall of the machine is a p99.
SHORT = Plan(size=20_000, others=100_000, concepts=20_000, expansion=20_000, pointers=100_000, sample=8, micros=1000, warm=1,
             seconds=1, quiet=3, tries=5, starts=5, imports=1)
FULL = Plan(size=1_000_000, others=500_000, concepts=350_000, expansion=100_000, pointers=10_000_000, sample=1, micros=5000,
            warm=4, seconds=3, quiet=5, tries=12, starts=15, imports=3)


def run(command, **more):
    """Runs to the end; its output only when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)[:100]} ended with {done.returncode}: {done.stdout.strip()[-400:]}")
    return done.stdout


def packages_folder():
    return os.environ.get("HS_PACKAGES") or os.path.expanduser("~/.fhir/packages")


def locked_packages():
    with open("ci/packages.lock", encoding="utf-8") as f:
        return ["#".join(line.split()[:2]) for line in f if line.strip() and not line.startswith("#")]


def beside(target):
    s = target.summary()
    return {"req/s": s["rate"], "CPU µs": s["cpu_us"], "p50 ms": s["p50_ms"], "p99 ms": s["p99_ms"],
            "RSS MB": s["rss_mb"], "bad": s["bad"], "quiet": f"{s['quiet']}/{s['visits']}"}


class Bench:
    """One run. `work` is on the disk that is measured, `scratch` is for small files; the caller removes both."""

    def __init__(self, plan, binary, scratch, work):
        self.plan, self.binary, self.scratch, self.work, self.figures = plan, binary, scratch, work, Figures()
        self.data = os.path.join(work, "data")
        self.tls = servers.certificate(scratch)
        self._stored = None
        self.minutes = []  # how fast the machine was before each part
        os.makedirs(REPORT, exist_ok=True)

    def part(self, name, work):
        """A part that breaks is told as such and does not take the others with it."""
        print(f"bench: {name}", file=sys.stderr, flush=True)
        try:
            self.minutes.append(json.loads(self.tool("yardstick", timeout=60)))
            work(self)
        except (RuntimeError, OSError, subprocess.SubprocessError, KeyError, ValueError) as e:
            self.figures.missing(name, e)

    def prepare(self):
        os.makedirs(self.data)
        run([self.binary, "load", "--data", self.data, *locked_packages()], timeout=300)
        run([self.binary, "seed", "--data", self.data, "--size", str(self.plan.size)], timeout=1200)

    # Servers

    def log(self, name):
        return os.path.join(REPORT, f"bench-{name}.log")

    @contextlib.contextmanager
    def serving(self, name, data=None, tls=None):
        """Handslag over the data, when it is ready."""
        with servers.Handslag(self.binary, data or self.data, self.log(name), tls) as server:
            server.wait("/health/ready")
            yield server

    @contextlib.contextmanager
    def static(self, name, files):
        """nginx with {path: bytes}, when it is ready."""
        folder = os.path.join(self.scratch, name)
        os.mkdir(folder)
        with servers.Nginx(folder, files, self.tls) as server:
            server.wait(next(iter(files)))
            yield server

    def stored(self, server):
        """Resources of one type of the directory: (type, {path: bytes}, {path: ETag}); looked for once."""
        if not self._stored:
            with server.client() as client:
                self._stored = pools.stored(client)
        return self._stored

    # Load

    def target(self, name, server, pool, url=None):
        """One of `pool`, [(path, headers)], at random."""
        return load.Target(name, server, url or server.url(), load.pick_script(pool), self.scratch)

    def interleave(self, targets):
        load.interleave(targets, self.plan, self.built("awake"))

    def tell_machine(self):
        """What the same work took before each part: least, median, most."""
        texts = []
        for what, name in (("a multiplication", "product_ns"), ("a read at random", "read_ns"), ("a message", "message_ns")):
            values = sorted(minute[name] for minute in self.minutes)
            if values:
                texts.append(f"{what} {values[0]:,.4g} to {values[-1]:,.4g} ns (median {statistics.median(values):,.4g})")
        self.figures.note(f"this machine, of {len(self.minutes)} looks: " + ", ".join(texts))

    # Programs beside the binary

    def built(self, name):
        built = os.path.dirname(self.binary)
        found = [os.path.join(folder, name) for folder, _, files in os.walk(built) if name in files]
        if not found:
            raise RuntimeError(f"there is no {name} in {built}")
        return found[0]

    def tool(self, name, *arguments, timeout=600, pinned=True):
        command = [self.built(name), *arguments]
        return run(machine.pinned(machine.SERVER_CORE, command) if pinned else command, timeout=timeout)

    def node(self, script, *arguments):
        return run(machine.pinned(machine.SERVER_CORE,
                                  ["node", f"ci/peers/{script}", servers.peers_folder(), *arguments]), timeout=1200)

    # Figures

    def ratio(self, name, ours, yardstick, goal):
        if yardstick.summary()["bad"]:
            raise RuntimeError(f"{yardstick.name} had {yardstick.summary()['bad']} bad replies: not a yardstick")
        self.figures.add(name, ours.summary()["rate"] / yardstick.summary()["rate"], "×", goal, **beside(ours))
