"""Load from wrk, one visit at a time, with the server's own CPU time and the noise of the machine beside it."""

import json
import os
import statistics
import subprocess
import time
from typing import NamedTuple

from . import machine

# Of the whole machine: what anything else may use during a visit that is kept.
NOISE = 0.08

# Requests are built once, so that wrk only picks one; the Host header is set by wrk before init.
_PICK = """
local list = {
%s
}
local ready = {}
function init(args)
  math.randomseed(%d)
  for i, r in ipairs(list) do ready[i] = wrk.format("GET", r[1], r[2]) end
end
function request() return ready[math.random(#ready)] end
"""

# The number has the same width in every request, so that only it changes: the client's own work stays small.
_CREATE = """
local count, before, after = 10000000, nil, nil
function init(args)
  local run = %s
  local head = { ["Content-Type"] = "application/fhir+json", ["Prefer"] = "return=minimal" }
  local whole = wrk.format("POST", %s, head, string.format(%s, run, count))
  local _, at = string.find(whole, run .. "-", 1, true)
  before, after = string.sub(whole, 1, at), string.sub(whole, at + 9)
end
function request()
  count = count + 1
  return before .. count .. after
end
"""

_DONE = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests": %d, "us": %d, "bytes": %d, "p50": %d, "p99": %d, "bad": %d, "lost": %d}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), e.status,
    e.connect + e.read + e.write + e.timeout))
end
"""


class Visit(NamedTuple):
    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    bad: int
    rss_mb: float
    noise: float


class Target:
    """One thing that is asked of one server: a wrk script, and the visits made so far."""

    def __init__(self, name, server, url, script, folder, connections=16, shared=False):
        """`shared`: server and client have the same cores; otherwise one each."""
        self.name, self.server, self.url, self.connections, self.shared = name, server, url, connections, shared
        self.script = os.path.join(folder, name.replace(" ", "-").replace("$", "") + ".lua")
        with open(self.script, "w", encoding="utf-8") as f:
            f.write(script + _DONE)
        self.visits = []

    def visit(self, seconds):
        for pid in self.server.pids if self.shared else []:
            machine.confine(pid, machine.BOTH)
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", self.script,
                   self.url]
        cpu, busy, started = self.server.cpu(), machine.busy_seconds(), time.monotonic()
        if not self.shared:
            command = machine.pinned(machine.CLIENT_CORE, command)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        elapsed = time.monotonic() - started
        cpu, busy = self.server.cpu() - cpu, machine.busy_seconds() - busy
        for pid in self.server.pids if self.shared else []:
            machine.confine(pid, {machine.SERVER_CORE})
        line = next((line for line in output.split("\n") if line.startswith("RESULT ")), None)
        if process.returncode != 0 or not line:
            raise RuntimeError(f"wrk on {self.name} failed: {output.strip()[-400:]}")
        r = json.loads(line[7:])
        if r["requests"] == 0:
            raise RuntimeError(f"no request of {self.name} was answered: {output.strip()[-400:]}")
        noise = max(0.0, busy - cpu - usage.ru_utime - usage.ru_stime) / (elapsed * machine.CORES)
        return Visit(r["requests"] / (r["us"] / 1e6), cpu * 1e6 / r["requests"], r["p50"] / 1000, r["p99"] / 1000,
                     r["bad"] + r["lost"], self.server.resident_mb(), noise)

    def kept(self):
        """The quiet visits; all of them when there was none."""
        return [v for v in self.visits if v.noise < NOISE] or self.visits

    def summary(self):
        kept = self.kept()
        return {
            "rate": statistics.median(v.rate for v in kept),
            "cpu_us": statistics.median(v.cpu_us for v in kept),
            "p50_ms": statistics.median(v.p50_ms for v in kept),
            "p99_ms": statistics.median(v.p99_ms for v in kept),
            "bad": sum(v.bad for v in self.visits),
            "rss_mb": max(v.rss_mb for v in kept),
            "visits": len(self.visits),
            "quiet": sum(v.noise < NOISE for v in self.visits),
        }


def pick_script(requests, seed=1):
    """wrk asks for one of `requests`, [(path, {header: value})], at random."""
    rows = []
    for path, headers in requests:
        pairs = ", ".join(f"[{lua(k)}] = {lua(v)}" for k, v in headers.items())
        rows.append(f"{{{lua(path)}, {{{pairs}}}}},")
    return _PICK % ("\n".join(rows), seed)


def create_script(path, body, run):
    """wrk posts `body` to `path`; its one %s-%d becomes `run` and a number that grows."""
    return _CREATE % (lua(run), lua(path), lua(body))


def lua(text):
    """A Lua string literal."""
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else "".join(f"\\{b:03d}" for b in c.encode())
                         for c in text) + '"'


def interleave(targets, plan, awake):
    """Visits all targets in turn until each has enough quiet visits, or the tries are used up; both cores are
    kept awake by the program `awake`."""
    with machine.Awake(awake):
        for target in targets:
            target.visit(plan.warm)
        for _ in range(plan.tries):
            todo = [t for t in targets if sum(v.noise < NOISE for v in t.visits) < plan.quiet]
            if not todo:
                break
            # Everything is visited again, not only what is short: what is compared must see the same minutes.
            for target in targets:
                target.visits.append(target.visit(plan.seconds))
