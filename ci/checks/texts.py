"""File heads, bare reminders, machine paths, paths that the documents name, and files that a room's README passes over."""

import fnmatch
import os
import re

from .tree import Finding

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */"
# Folders that every machine has: to name one says nothing about this machine.
COMMON = ("/", "/tmp", "/var/tmp", "/home", "/root", "/opt", "/srv", "/usr/src")
_PATH = re.compile(r"`([A-Za-z0-9_.\-]+(?:/[A-Za-z0-9_.\-]*)*)`")


def check(tree):
    yield from check_heads(tree)
    yield from check_reminders(tree)
    yield from check_machine_paths(tree)
    yield from check_documents(tree)
    yield from check_rooms(tree)


def check_heads(tree):
    for path in tree.c_files:
        lines = tree.text(path).split("\n", 2)
        if lines[0] != SPDX:
            yield Finding("head", path, 1, "-", f"the first line must be {SPDX}")
        elif len(lines) < 2 or not re.match(r"/\* ?\S", lines[1]):
            yield Finding("head", path, 2, "-", "the second line must be a comment that says what the file is for")
        if path.endswith(".h") and "#pragma once" not in tree.text(path):
            yield Finding("head", path, 1, "-", "a header needs #pragma once")


def check_reminders(tree):
    for path in tree.c_files:
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if re.search(r"\b(FIXME|TODO)\b", line):
                yield Finding("reminder", path, number, "-", "a bare reminder: do it, or write down what holds instead")


def check_machine_paths(tree):
    """The tree must not know where it lies."""
    above = os.path.dirname(os.path.realpath(tree.root))
    if above in COMMON:
        return
    pattern = re.compile(r"(?<![A-Za-z0-9_.\-])" + re.escape(above) + "/")
    for path in tree.files:
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if pattern.search(line):
                yield Finding("machine-path", path, number, "-", "names a path of this machine")


def check_documents(tree):
    """Each path in backquotes of a document exists, from the root or from the document's own folder."""
    tops = {f.split("/")[0] for f in tree.files}
    folders = {os.path.dirname(f) for f in tree.files}
    for path in [f for f in tree.files if f.endswith(".md") and not f.endswith("CHANGELOG.md")]:
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for name in _PATH.findall(line):
                if not looks_like_path(name, tops):
                    continue
                here = os.path.normpath(os.path.join(os.path.dirname(path), name))
                if not any(n in tree.files or is_folder(n, folders) for n in (os.path.normpath(name), here)):
                    yield Finding("documents", path, number, name, f"there is no {name}")


def check_rooms(tree):
    """A README with a table of files names each C file beside it, with or without the ending; `script*` names many."""
    for path in [f for f in tree.files if os.path.basename(f) == "README.md"]:
        text, room = tree.text(path), os.path.dirname(path)
        if not re.search(r"^\| files? \|", text, re.M):
            continue
        patterns = re.findall(r"(?<![a-z0-9_*])([a-z0-9_*]+)\.c\b", text) + re.findall(r"`([a-z0-9_*]+)`", text)
        for file in [f for f in tree.c_files if os.path.dirname(f) == room and f.endswith(".c")]:
            name = os.path.basename(file).removesuffix(".c")
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                yield Finding("documents", path, 1, name + ".c", f"{name}.c stands in no row of the table of files")


def looks_like_path(name, tops):
    """Starts in a folder of this tree, and has no part written as a placeholder (NAME)."""
    parts = name.split("/")
    if len(parts) < 2 or parts[0] not in tops:
        return False
    return not any(re.fullmatch(r"[A-Z_]{2,}", part.split(".")[0]) for part in parts if part != "README.md")


def is_folder(name, folders):
    return name in folders or any(f.startswith(name + "/") for f in folders)
