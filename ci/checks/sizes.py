"""Ceilings on files, lines, functions, parameters, nesting and complexity, so that each part can be read."""

import re

from .tree import Finding, line_of

FILE_LINES = 1000
HEADER_LINES = 400
TEST_LINES = 1200
LINE_COLUMNS = 110
FUNCTION_LINES = 100
PARAMETERS = 7
NESTING = 5
COMPLEXITY = 25  # McCabe's number, a switch counted once however many cases it has

TAB = 8


def check(tree):
    for path in tree.c_files:
        yield from check_file(path, tree.text(path))
        code = tree.code(path)
        for name, start, head, body in functions(code):
            yield from check_function(path, name, start, head, body, code)


def check_file(path, text):
    lines = text.split("\n")
    ceiling = TEST_LINES if path.startswith("tests/") else HEADER_LINES if path.endswith(".h") else FILE_LINES
    if len(lines) - 1 > ceiling:
        yield Finding("file-lines", path, 1, "-", f"{len(lines) - 1} lines; the ceiling is {ceiling}: split by topic")
    for number, line in enumerate(lines, 1):
        width = len(line.expandtabs(TAB))
        if width > LINE_COLUMNS:
            yield Finding("line-columns", path, number, "-", f"{width} columns; the ceiling is {LINE_COLUMNS}")


def check_function(path, name, start, head, body, code):
    line = line_of(code, start)

    def over(check, count, ceiling, what):
        if count > ceiling:
            yield Finding(check, path, line, name, f"{name}() has {count} {what}; the ceiling is {ceiling}")

    yield from over("function-lines", head.count("\n") + body.count("\n") + 1, FUNCTION_LINES, "lines")
    yield from over("parameters", count_parameters(head), PARAMETERS, "parameters")
    yield from over("nesting", nesting(body), NESTING, "levels of nesting")
    yield from over("complexity", complexity(body), COMPLEXITY, "paths (McCabe)")


# A definition: a line that starts with a letter, a name and an open parenthesis, on preprocessed-away text.
_HEAD = re.compile(r"^(?!(?:else|if|for|while|switch|do|return|typedef)\b)[A-Za-z_][\w \t*\n]*?[ \t*\n](\w+)\s*\(", re.M)


def functions(code):
    """Yields (name, offset, head, body) of each function definition; body is from { to }."""
    code = without_directives(code)
    at = 0
    while True:
        m = _HEAD.search(code, at)
        if not m:
            return
        end = matching(code, m.end() - 1, "(", ")")
        brace = re.compile(r"\)?\s*(?:__attribute__\s*\(\(.*?\)\)\s*)*\{").match(code, end)
        if not brace:
            at = m.end()
            continue
        close = matching(code, brace.end() - 1, "{", "}")
        yield m.group(1), m.start(), code[m.start():end + 1], code[brace.end() - 1:close + 1]
        at = close + 1


def without_directives(code):
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)


def matching(code, at, opening, closing):
    """Offset of the bracket that closes the one at `at`; the end of the text when none does."""
    depth = 0
    for m in re.compile("[" + re.escape(opening + closing) + "]").finditer(code, at):
        depth += 1 if m.group(0) == opening else -1
        if depth == 0:
            return m.start()
    return len(code) - 1


def count_parameters(head):
    inside = head[head.index("(") + 1:-1].strip()
    if inside in ("", "void"):
        return 0
    depth, count = 0, 1
    for c in inside:
        depth += (c in "([") - (c in ")]")
        count += c == "," and depth == 0
    return count


def nesting(body):
    """Deepest block inside a function: its own braces are level 0, initialisers do not count."""
    deepest, stack, last = 0, [], ""
    for m in re.finditer(r"[{}]|\belse\b|\bdo\b|[^\s{}]", body):
        token = m.group(0)
        if token == "{":
            stack.append(last in (")", "else", "do"))
            deepest = max(deepest, sum(stack))
        elif token == "}":
            if stack:
                stack.pop()
        last = token
    return deepest


def complexity(body):
    return 1 + len(re.findall(r"\b(?:if|for|while|switch)\b|&&|\|\||\?", body))
