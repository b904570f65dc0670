"""What the kernel says about processes and the machine: CPU time, memory, cores, how busy the rest is."""

import os
import socket
import subprocess

TICK = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = _CORES[0], _CORES[-1]
BOTH = {SERVER_CORE, CLIENT_CORE}
CORES = len(_CORES)


def cpu_seconds(pid):
    """User and system time of a process, all its threads, without its children."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Peak:
    """The most memory that a process holds from now on, beyond what it holds now."""

    def __init__(self, pid):
        self.pid = pid
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as f:
            f.write("5")  # the peak begins anew
        self.before = resident_mb(pid)

    def mb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as f:
            peak = next((int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM:")), self.before)
        return max(0.0, peak - self.before)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(p) for p in f.read().split()]


class Awake:
    """Both cores do not halt within this: a host returns a halted core late (tests/bench/awake.c)."""

    pids = set()  # of all that spin now

    def __init__(self, program):
        self.program, self.spinners = program, []

    def __enter__(self):
        for core in sorted(BOTH):
            self.spinners.append(subprocess.Popen([self.program, str(core)], stdin=subprocess.DEVNULL,
                                                  stdout=subprocess.DEVNULL))
        Awake.pids.update(s.pid for s in self.spinners)
        return self

    def __exit__(self, *_):
        for spinner in self.spinners:
            Awake.pids.discard(spinner.pid)
            spinner.kill()
            spinner.wait()


def busy_seconds():
    """CPU time of all processes of the machine but the spinning ones, and what the host took away. Interrupts
    are left out: those of the loopback interface are caused by the very load that is measured."""
    with open("/proc/stat", encoding="ascii") as f:
        user, nice, system, _idle, _iowait, _irq, _softirq, steal = (int(v) for v in f.readline().split()[1:9])
    return (user + nice + system + steal) / TICK - sum(cpu_seconds(pid) for pid in Awake.pids)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pinned(core, command):
    return ["taskset", "-c", str(core), *command]


def confine(pid, cores):
    """All threads of a process that runs; those that it starts later inherit it from theirs."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), cores)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"
