"""Sentences for clients: a service that has a catalogue of them in two languages (operations/messages.def) writes none
anywhere else, and what its parsers expect stands in the table beside them (expected.def)."""

import os
import re

from .tree import Finding

_CALL = re.compile(r"\b(hs_fail|hs_fail_at|hs_issue_add)\(")
_EXPECTED = re.compile(r"\b(?:hs_ecl_)?expected\(")
_LITERAL = r'"(?:[^"\\\n]|\\.)*"'
_TEXT = re.compile(_LITERAL + r"(?:\s*" + _LITERAL + ")*")
_ENTRY = re.compile(r"^X\(\s*(" + _LITERAL + r"(?:\s*" + _LITERAL + r")*)\s*,", re.M)


def check(tree):
    for folder in sorted({p.split("/operations/")[0] for p in tree.files if p.endswith("/operations/messages.def")}):
        sources = [p for p in tree.c_files if p.startswith(folder + "/") and p.endswith(".c")]
        for path in sources:
            if "/import/" not in path:  # read on a terminal, by who imports
                yield from outside(tree, path)
        for table in [p for p in tree.files if p.startswith(folder + "/") and p.endswith("/expected.def")]:
            here = os.path.dirname(table) + "/"
            yield from unexpected(tree, table, [p for p in sources if p.startswith(here)])


def outside(tree, path):
    text = tree.text(path)
    for call in _CALL.finditer(text):
        for literal in _TEXT.findall(arguments(text, call.end())):
            if re.search(r"[A-Za-z]{2} [a-z]", literal):
                yield Finding("sentence", path, text.count("\n", 0, call.start()) + 1, "-",
                              "a sentence that is not in operations/messages.def: use hs_tx_say or hs_tx_fault")


def unexpected(tree, table, sources):
    known = {joined(m) for m in _ENTRY.findall(tree.text(table))}
    used = set()
    for path in sources:
        text = tree.text(path)
        for call in _EXPECTED.finditer(text):
            for literal in _TEXT.findall(arguments(text, call.end())):
                used.add(joined(literal))
                if joined(literal) not in known:
                    yield Finding("sentence", path, text.count("\n", 0, call.start()) + 1, "-",
                                  f'"{joined(literal)}" is not in {table}')
    for entry in sorted(known - used):
        yield Finding("sentence", table, 1, "-", f'nothing expects "{entry}"')


def joined(literal):
    return "".join(part[1:-1] for part in re.findall(_LITERAL, literal))


def arguments(text, start):
    """From behind the bracket to the one that closes it."""
    depth, at = 1, start
    while at < len(text) and depth:
        if text[at] == '"':
            at = re.compile(_LITERAL).match(text, at).end()
            continue
        if text[at] == "'":
            at += 3 + (text[at + 1] == "\\")
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at]
