"""How things are called: no struct typedefs, two labels, and the prefix of what other files can see."""

import re

from .sizes import functions, without_directives
from .tree import Finding, line_of

LABELS = ("out", "again")
# Symbols that something outside this tree calls by name.
FIXED = ("main", "LLVMFuzzerTestOneInput", "LLVMFuzzerInitialize")


def check(tree):
    for path in tree.c_files:
        code = without_directives(tree.code(path))
        for m in re.finditer(r"\btypedef\s+(struct|union|enum)\s+\w*\s*(?:\{|\w+\s*;)", code):
            yield Finding("typedef", path, line_of(code, m.start()), "-", f"a typedef hides a {m.group(1)}; name the tag")
        for m in re.finditer(r"\bgoto\s+(\w+)", code):
            if m.group(1) not in LABELS:
                yield Finding("label", path, line_of(code, m.start()), m.group(1),
                              f"label {m.group(1)}: one forward `out:`, and `again:` in a parser, are all there is")
        if path.startswith("tests/"):
            continue
        for name, start, head, _ in functions(code):
            if "static" not in head.split("(")[0] and not name.startswith("hs_") and name not in FIXED:
                yield Finding("prefix", path, line_of(code, start), name,
                              f"{name}() can be seen by other files: make it static, or call it hs_... (hs__... in core)")
