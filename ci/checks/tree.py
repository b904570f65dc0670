"""The source tree as the checks see it: which files there are, their text, and C with comments and strings blanked."""

import functools
import os
import re
import subprocess
from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that is wrong. `subject` is what ci/lint.allow names: a function, a header, or '-'."""

    check: str
    path: str
    line: int
    subject: str
    text: str


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = sorted(self._list())
        self.c_files = [f for f in self.files if f.endswith((".c", ".h"))]

    def _list(self):
        """Tracked files and new ones that are not ignored; without git, everything outside build/."""
        try:
            out = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=self.root,
                                 capture_output=True, check=True).stdout.decode()
            names = [n for n in out.split("\0") if n]
        except (OSError, subprocess.CalledProcessError):
            names = []
            for folder, folders, files in os.walk(self.root):
                folders[:] = [d for d in folders if d not in (".git", "build", "__pycache__")]
                names += [os.path.relpath(os.path.join(folder, f), self.root) for f in files]
        return {n for n in names if os.path.isfile(os.path.join(self.root, n))}

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        try:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:  # removed while the checks run
            return ""

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        """C text with comments and the inside of literals blanked; offsets and lines stay the same."""
        return blank(self.text(path))

    @functools.lru_cache(maxsize=None)
    def includes(self, path):
        """[(line, name, quoted)] in order."""
        found = []
        for number, line in enumerate(self.text(path).split("\n"), 1):
            m = INCLUDE.match(line)
            if m:
                found.append((number, m.group(2), m.group(1) == '"'))
        return found

    def resolve(self, path, name, quoted):
        """The file of this tree that an include means, or None when it is from elsewhere."""
        choices = [os.path.normpath(os.path.join(os.path.dirname(path), name))] if quoted else []
        choices += [name, os.path.join("include", name)]
        if path.startswith("services/"):
            choices.append("/".join(path.split("/")[:2] + [name]))
        for choice in choices:
            if choice in self._known:
                return choice
        return None

    @functools.cached_property
    def _known(self):
        return set(self.files)


INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
_TOKENS = re.compile(r"""//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def blank(text):
    def wipe(m):
        token = m.group(0)
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]

    return _TOKENS.sub(wipe, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
