"""Which part of the house may include which, and where each foreign header may be seen."""

import re

from .tree import Finding

# A room may include itself and what stands here. One row a room; nothing else in the checks knows the order.
ROOMS = {
    "core/base": [],
    "core/json": ["core/base"],
    # Search is written in the words of the store's conditions and the request's parameters, not in their code.
    "core/fhir": ["core/base", "core/json", "include/handslag/store.h", "include/handslag/request.h"],
    "core/store": ["core/base"],
    "core/http": ["core/base"],
    "core/trust": ["core/base"],
    # Written against the same request and the same rows as a service.
    "core/rest": ["core/base", "core/json", "core/fhir", "core/store", "core/http", "core/trust",
                  "include/handslag/bulk.h", "include/handslag/request.h", "include/handslag/service.h"],
    "core/host": ["core/base", "core/json", "core/fhir", "core/store", "core/http", "core/trust", "core/rest"],
    "core/cli": ["core/base", "core/json", "core/fhir", "core/store", "core/http", "core/trust", "core/rest",
                 "core/host", "conformance"],
    # A stranger to the server: it knows the wire only. Its proxy listens too.
    "conformance": ["core/base", "core/json", "core/fhir", "core/http/client.h", "core/http/server.h"],
    # A service sees the public headers and its own folder.
    "services": [],
}

# The room whose promise a public header is; a core room may use it when it may use that room.
# What is not named here belongs to core/host: it is written for services.
PUBLIC = {
    "slice.h": "core/base", "arena.h": "core/base", "buf.h": "core/base", "error.h": "core/base",
    "errors.def": "core/base", "time.h": "core/base", "span.h": "core/base", "coding.h": "core/base", "language.h": "core/base", "place.h": "core/base",
    "image.h": "core/base",
    "beside.h": "core/base",
    "json.h": "core/json",
    "fhir.h": "core/fhir", "identifier.h": "core/fhir", "package.h": "core/fhir", "ucum.h": "core/fhir",
    "store.h": "core/store", "follow.h": "core/store", "view.h": "core/store",
}

# Foreign headers (a trailing slash takes the folder) and the only places that may include them.
FOREIGN = {
    "uv.h": ["core/http"],
    "llhttp.h": ["core/http"],
    "curl/": ["core/http"],
    "openssl/": ["core/http", "core/trust", "conformance/evidence"],
    "sqlite3.h": ["core/store/sqlite"],
    "cjson/": ["core/host", "core/fhir/package"],
    "cJSON.h": ["core/host", "core/fhir/package"],
    "libxml/": ["core/fhir/xml"],
    "zlib.h": ["core/http", "core/fhir/package"],
    "xxhash.h": ["core/base"],
    "pcre2.h": ["core/fhir/path"],
    "malloc.h": ["core/cli"],
}

STANDARD = set("""
assert.h complex.h ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdalign.h
stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h tgmath.h threads.h time.h
arpa/inet.h dirent.h dlfcn.h endian.h execinfo.h fcntl.h fnmatch.h getopt.h glob.h netdb.h netinet/in.h
netinet/tcp.h poll.h pthread.h sched.h strings.h sys/auxv.h sys/epoll.h sys/eventfd.h sys/file.h sys/ioctl.h
sys/mman.h sys/random.h sys/resource.h sys/select.h sys/sendfile.h sys/signalfd.h sys/socket.h sys/stat.h
sys/statvfs.h sys/syscall.h sys/time.h sys/timerfd.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/vfs.h
sys/wait.h syslog.h termios.h ucontext.h unistd.h emmintrin.h immintrin.h smmintrin.h tmmintrin.h arm_neon.h
""".split())


def room_of(path):
    """The room a file of the tree belongs to: a key of ROOMS, 'public', or None for what is free (tests)."""
    if path.startswith("include/handslag/"):
        return "public"
    for room in ROOMS:
        if path.startswith(room + "/"):
            return room
    return None


def owner_of_public(path):
    return PUBLIC.get(path.split("/")[-1], "core/host")


def may_use(room, target):
    """Whether a file of `room` may include the file `target` of this tree."""
    if target.startswith("include/handslag/"):
        owner = owner_of_public(target)
        return room == "services" or owner == room or owner in ROOMS[room] or target in ROOMS[room]
    return any(target == ok or target.startswith(ok + "/") for ok in [room] + ROOMS[room])


def check(tree):
    for path in tree.c_files:
        room = room_of(path)
        if room is None:
            continue
        for line, name, quoted in tree.includes(path):
            target = tree.resolve(path, name, quoted)
            if target:
                text = judge_own(path, room, target)
            else:
                text = judge_foreign(path, name)
            if text:
                yield Finding("layers", path, line, name, text)


def judge_own(path, room, target):
    if room == "public":
        if not target.startswith("include/handslag/"):
            return f"a public header includes only <handslag/...>, not {target}"
        owner, used = owner_of_public(path), owner_of_public(target)
        if owner == used or used in ROOMS[owner]:
            return None
        return f"belongs to {owner}, which may not use {used} (of {target})"
    if room == "services" and not target.startswith("include/handslag/"):
        own = "/".join(path.split("/")[:2]) + "/"
        return None if target.startswith(own) else f"a service includes <handslag/...> and its own folder, not {target}"
    if may_use(room, target):
        return None
    return f"{room} may use {', '.join(ROOMS[room]) or 'nothing else'}; {target} is none of them"


def judge_foreign(path, name):
    if name in STANDARD:
        return None
    for header, places in FOREIGN.items():
        if name == header or (header.endswith("/") and name.startswith(header)):
            if any(path.startswith(place + "/") for place in places):
                return None
            return f"<{name}> may be included only in {', '.join(places)}"
    if re.match(r"(handslag|core|services|conformance|tests)/", name):
        return f"there is no {name} in this tree"
    return f"<{name}> is not known; say in ci/checks/layers.py where it may be included"
