"""Checks that other programs make: clang-format, clang-tidy, and the compilers on each header alone."""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import time

from .tree import Finding

STRICT = ("-std=c11 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion "
          "-Wstrict-prototypes -Wmissing-prototypes -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith "
          "-Wredundant-decls -Wdouble-promotion -Wno-unused-function").split()
_AT = re.compile(r"^(.+?):(\d+):\d+: (?:fatal )?(?:error|warning): (.*)$", re.M)


def in_parallel(work, items):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for found in pool.map(work, items):
            yield from found


def formatting(tree):
    files = tree.c_files
    if not files:
        return
    out = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=tree.root, capture_output=True,
                         text=True).stderr
    seen = set()
    for path, line, _ in _AT.findall(out):
        if path not in seen:  # the first place is enough: the cure is the same for the whole file
            seen.add(path)
            yield Finding("format", path, int(line), "-", f"not formatted; run clang-format -i {path}")


def reformat(tree, under):
    files = [f for f in tree.c_files if f.startswith(under)]
    if files:
        subprocess.run(["clang-format", "-i", *files], cwd=tree.root, check=True)


def headers_alone(tree):
    """Public headers with both compilers and nothing defined, as a service outside the tree would see them."""
    def compile_one(job):
        compiler, path = job
        public = path.startswith("include/")
        flags = ["-Iinclude"] if public else ["-D_GNU_SOURCE", "-DLLHTTP_STRICT_MODE=1", "-Iinclude", "-I.", "-I" + os.path.dirname(path),
                                              "-isystem", "/usr/share/include/llhttp"]
        name = path[len("include/"):] if public else path
        run = subprocess.run([compiler, *STRICT, *flags, "-xc", "-"], cwd=tree.root, capture_output=True, text=True,
                             input=f"#include <{name}>\ntypedef int needs_a_declaration;\n")
        if run.returncode == 0:
            return []
        first = _AT.search(run.stderr)
        text = f"{first.group(3)} ({first.group(1)}:{first.group(2)})" if first else run.stderr.strip()[:200]
        return [Finding("header-alone", path, 1, compiler, f"does not compile alone with {compiler}: {text}")]

    jobs = [(compiler, path) for path in tree.c_files if path.endswith(".h") and not path.startswith("tests/")
            for compiler in (("gcc", "clang") if path.startswith("include/") else ("gcc",))]
    yield from in_parallel(compile_one, jobs)


def scripts(tree):
    """Shell through shellcheck, Python through its own compiler."""
    shell, python = [], []
    for path in tree.files:
        first = tree.text(path).split("\n", 1)[0] if path.startswith(("ci/", ".ci/")) else ""
        if path.endswith(".sh") or (first.startswith("#!") and first.endswith("sh")):
            shell.append(path)
        elif path.endswith(".py") or (first.startswith("#!") and "python" in first):
            python.append(path)
    run = subprocess.run(["shellcheck", "-x", "-f", "gcc", *shell], cwd=tree.root, capture_output=True, text=True)
    for path, line, text in re.findall(r"^(.+?):(\d+):\d+: \w+: (.*)$", run.stdout, re.M):
        yield Finding("scripts", path, int(line), "-", text)
    for path in python:
        try:
            compile(tree.text(path), path, "exec")
        except SyntaxError as e:
            yield Finding("scripts", path, e.lineno or 1, "-", str(e))


class Tidy:
    """clang-tidy over the files whose text, headers or rules changed since they last passed."""

    def __init__(self, tree, build, everything=False, seconds=None):
        self.tree, self.build, self.everything = tree, build, everything
        self.until = time.monotonic() + seconds if seconds else None
        self.left = 0  # files that there was no time for
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.cache = os.path.join(home, "handslag", "tidy")
        os.makedirs(self.cache, exist_ok=True)
        version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True).stdout
        self.rules = version + tree.text(".clang-tidy")

    def key(self, path, command):
        """Digest of all that the verdict depends on: rules, flags, the file and every header of ours it reaches."""
        digest = hashlib.sha256((self.rules + path + command).encode())
        todo, seen = [path], {path}
        while todo:
            at = todo.pop()
            digest.update(at.encode() + b"\0" + self.tree.text(at).encode() + b"\0")
            for _, name, quoted in self.tree.includes(at):
                target = self.tree.resolve(at, name, quoted)
                if target and target not in seen:
                    seen.add(target)
                    todo.append(target)
        return digest.hexdigest()

    def check(self):
        database = os.path.join(self.build, "compile_commands.json")
        if not os.path.exists(database):
            yield Finding("tidy", ".clang-tidy", 1, "-", f"no {database}; configure with cmake --preset dev first")
            return
        root = os.path.realpath(self.tree.root) + "/"
        jobs = {}
        with open(database, encoding="utf-8") as f:
            for entry in json.load(f):
                path = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
                name = path[len(root):] if path.startswith(root) else ""
                if name in self.tree.c_files and name not in jobs:
                    # The key must not depend on where this checkout lies.
                    command = entry["command"].replace(entry["directory"], "").replace(root, "").replace(root[:-1], "")
                    key = self.key(name, command)
                    if self.everything or not os.path.exists(os.path.join(self.cache, key)):
                        jobs[name] = key
        if jobs:
            print(f"lint: clang-tidy on {len(jobs)} files", file=sys.stderr, flush=True)
        yield from in_parallel(self.run_one, self.newest_first(jobs))
        if self.left:
            print(f"lint: there was no time for clang-tidy on {self.left} files; ci/lint looks at them", file=sys.stderr)

    def newest_first(self, jobs):
        """What was changed last is most in need of a look when there is no time for all."""
        log = subprocess.run(["git", "log", "--format=", "--name-only", "-n", "200"], cwd=self.tree.root,
                             capture_output=True, text=True).stdout
        ages = {}
        for name in log.split():
            ages.setdefault(name, len(ages))
        return sorted(jobs.items(), key=lambda job: ages.get(job[0], len(ages)))

    def run_one(self, job):
        path, key = job
        if self.until and time.monotonic() > self.until:
            self.left += 1
            return []
        run = subprocess.run(["clang-tidy", "-p", self.build, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                              path], cwd=self.tree.root, capture_output=True, text=True)
        found, root = [], os.path.realpath(self.tree.root) + "/"
        for name, line, text in _AT.findall(run.stdout):
            text = text.replace(",-warnings-as-errors]", "]")
            rule = re.search(r"\[([\w.\-]+)[^\]]*\]$", text)
            subject = rule.group(1) if rule else "-"
            found.append(Finding("tidy", os.path.realpath(name).replace(root, ""), int(line), subject, text))
        if run.returncode != 0 and not found:
            found.append(Finding("tidy", path, 1, "-", (run.stderr or run.stdout).strip()[-300:]))
        if not found:
            open(os.path.join(self.cache, key), "w", encoding="utf-8").close()
        return found
