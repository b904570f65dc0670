"""Functions that may not be called, and where."""

import re

from .tree import Finding, line_of

# (functions, folders where they are allowed, what to use instead)
RULES = [
    ("sprintf vsprintf strcpy stpcpy strncpy strcat strncat gets", [], "snprintf, memcpy or hs_buf"),
    ("strtok", [], "hs_slice_cut"),
    ("atoi atol atoll atof", [], "hs_slice_u64"),
    ("alloca", [], "the arena"),
    # strerror is not here: glibc's has been safe between threads since 2.32.
    ("localtime gmtime ctime asctime getpwnam getpwuid gethostbyname", [], "the _r form, or core/base"),
    ("sleep usleep nanosleep", [], "a timer of the loop, or a wait for the event itself"),
    ("setlocale", [], "nothing: numbers and texts must not depend on the locale"),
    ("malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf aligned_alloc posix_memalign",
     ["core/base", "tests"], "an arena, hs_buf, or core/base/heap.h"),
    ("time gettimeofday clock_gettime rand rand_r srand random srandom drand48 getrandom getentropy",
     ["core/base", "tests"], "struct hs_world"),
    ("printf vprintf puts putchar perror", ["core/base/log.c", "core/cli", "conformance", "tests"],
     "the log, or an error for the caller"),
    ("assert", ["tests"], "HS_ASSERT, which stays in release builds"),
    ("system popen", [], "nothing: no shell is started"),
]


def check(tree):
    patterns = [(re.compile(r"(?<![\w.>])(" + "|".join(names.split()) + r")\s*\("), places, instead)
                for names, places, instead in RULES]
    for path in tree.c_files:
        code = tree.code(path)
        for pattern, places, instead in patterns:
            if any(path == place or path.startswith(place + "/") for place in places):
                continue
            for m in pattern.finditer(code):
                if is_declaration(code, m.start()):
                    continue
                yield Finding("banned", path, line_of(code, m.start()), m.group(1),
                              f"{m.group(1)}() is banned here; use {instead}")


def is_declaration(code, at):
    """A prototype, a member or a definition of ours with the same name: a type stands before the name."""
    before = code[max(0, at - 80):at].rstrip(" \t*")
    word = re.search(r"(\w+)$", before)
    return bool(word) and word.group(1) not in ("return", "else", "do", "case", "sizeof", "goto")
