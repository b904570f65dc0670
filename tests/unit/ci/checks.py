#!/usr/bin/env python3
"""Shows that each check of ci/lint finds what it is for, and is silent about what is right."""

import os
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "ci"))
from checks import banned, layers, names, sizes, texts, tools  # noqa: E402
from checks.tree import Tree, blank  # noqa: E402

HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n/* A file of a test. */\n"


class Checks(unittest.TestCase):
    def tree(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in files.items():
            path = os.path.join(folder.name, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        return Tree(folder.name)

    def found(self, check, files):
        return sorted((f.check, f.path, f.line, f.subject) for f in check(self.tree(files)))

    def test_layers_hold(self):
        files = {
            "core/base/world.h": "", "core/json/parse.c": "#include <core/base/world.h>\n#include <handslag/json.h>\n",
            "include/handslag/json.h": "#include <handslag/slice.h>\n", "include/handslag/slice.h": "",
            "services/a/a.c": '#include "a.h"\n#include <handslag/json.h>\n', "services/a/a.h": "",
            "core/http/loop.c": "#include <uv.h>\n", "tests/unit/x.c": "#include <sqlite3.h>\n",
            "conformance/engine/run.c": "#include <core/http/client.h>\n", "core/http/client.h": "",
        }
        self.assertEqual(self.found(layers.check, files), [])

    def test_layers_found(self):
        for path, include in (
                ("core/base/x.c", "core/json/y.h"), ("core/json/x.c", "core/fhir/y.h"),
                ("core/http/x.c", "handslag/json.h"), ("services/a/x.c", "core/base/y.h"),
                ("services/a/x.c", "services/b/y.h"), ("conformance/x.c", "core/http/guard.h"),
                ("conformance/x.c", "core/store/y.h"), ("include/handslag/slice.h", "handslag/json.h"),
                ("include/handslag/x.h", "core/base/y.h"), ("core/host/x.c", "sqlite3.h"),
                ("core/store/x.c", "sqlite3.h"), ("core/json/x.c", "cjson/cJSON.h"), ("core/host/x.c", "uv.h"),
                ("services/a/x.c", "openssl/evp.h"), ("core/base/x.c", "never/heard/of.h"),
                ("core/base/x.c", "core/base/missing.h")):
            files = {n: "" for n in ("core/json/y.h", "core/fhir/y.h", "core/base/y.h", "services/b/y.h",
                                     "core/store/y.h", "core/http/guard.h", "include/handslag/json.h")}
            files[path] = f"#include <{include}>\n"
            with self.subTest(path=path, include=include):
                self.assertEqual(self.found(layers.check, files), [("layers", path, 1, include)])

    def test_banned(self):
        bad = "int f(void)\n{\n\treturn atoi(s) + x.free(1);\n}\n"
        self.assertEqual(self.found(banned.check, {"core/rest/x.c": bad}), [("banned", "core/rest/x.c", 3, "atoi")])
        self.assertEqual(self.found(banned.check, {"core/rest/x.c": "\tfree(p);\n"}),
                         [("banned", "core/rest/x.c", 1, "free")])
        self.assertEqual(self.found(banned.check, {"tests/x.c": "\tusleep(1);\n"}),
                         [("banned", "tests/x.c", 1, "usleep")])
        self.assertEqual(self.found(banned.check, {"core/base/heap.c": "\tfree(p);\n"}), [])
        self.assertEqual(self.found(banned.check, {"core/rest/x.c": "/* free(p) */ f(\"free(p)\"); void free(int);\n"}),
                         [])

    def test_sizes(self):
        body = "".join("\tx++;\n" for _ in range(100))
        self.assertEqual(self.found(sizes.check, {"core/x.c": f"int f(void)\n{{\n{body}}}\n"}),
                         [("function-lines", "core/x.c", 1, "f")])
        eight = ", ".join(f"int a{i}" for i in range(8))
        self.assertEqual(self.found(sizes.check, {"core/x.c": f"static int g({eight})\n{{\n}}\n"}),
                         [("parameters", "core/x.c", 1, "g")])
        seven = ", ".join(["void (*f)(int, int)"] + [f"int a{i}" for i in range(6)])
        self.assertEqual(self.found(sizes.check, {"core/x.c": f"int g({seven})\n{{\n}}\n"}), [])
        deep = "if (x) {" * 6 + "}" * 6
        self.assertEqual(self.found(sizes.check, {"core/x.c": f"int f(void)\n{{\n{deep}\n}}\n"}),
                         [("nesting", "core/x.c", 1, "f")])
        flat = "struct a b = " + "{" * 6 + "1" + "}" * 6 + ";"
        self.assertEqual(self.found(sizes.check, {"core/x.c": f"int f(void)\n{{\n{flat}\n}}\n"}), [])
        many = "x = a ? b : c;" * 25
        self.assertEqual([f[0] for f in self.found(sizes.check, {"core/x.c": f"int f(void)\n{{\n{many}\n}}\n"})],
                         ["complexity", "line-columns"])
        self.assertEqual(self.found(sizes.check, {"core/x.h": "\n" * 401}), [("file-lines", "core/x.h", 1, "-")])
        self.assertEqual(self.found(sizes.check, {"core/x.c": "\t" * 14 + "\n"}), [("line-columns", "core/x.c", 1, "-")])

    def test_functions_are_told_from_other_braces(self):
        code = ("struct s { int x; };\n#define M(x) { x }\nstatic const int t[] = { 1 };\n"
                "static int first(int a)\n{\n\tif (a) { }\n\treturn 0;\n}\nint second(\n\tvoid)\n{\n}\n"
                "struct s third(void) __attribute__((cold));\n")
        self.assertEqual([name for name, *_ in sizes.functions(blank(code))], ["first", "second"])

    def test_names(self):
        good = "int hs_f(void)\n{\n\tgoto out;\nout:\n\treturn 0;\n}\nstatic int g(void)\n{\n}\ntypedef int hs_fn(void);\n"
        self.assertEqual(self.found(names.check, {"core/x.c": good}), [])
        bad = "typedef struct a a;\ntypedef enum { X } e;\nint f(void)\n{\n\tgoto fail;\n}\n"
        self.assertEqual(self.found(names.check, {"core/x.c": bad}),
                         [("label", "core/x.c", 5, "fail"), ("prefix", "core/x.c", 3, "f"),
                          ("typedef", "core/x.c", 1, "-"), ("typedef", "core/x.c", 2, "-")])

    def test_texts(self):
        self.assertEqual(self.found(texts.check, {"core/x.c": HEAD, "core/x.h": HEAD + "#pragma once\n"}), [])
        self.assertEqual(self.found(texts.check, {"core/x.c": "int x;\n"}), [("head", "core/x.c", 1, "-")])
        self.assertEqual(self.found(texts.check, {"core/x.h": HEAD}), [("head", "core/x.h", 1, "-")])
        self.assertEqual(self.found(texts.check, {"core/x.c": HEAD + "/* FIXME */\n"}),
                         [("reminder", "core/x.c", 3, "-")])
        documents = {"README.md": "`core/x.c` `core/gone.c` `core/NAME.c` `a/b`\n", "core/x.c": HEAD}
        self.assertEqual(self.found(texts.check, documents), [("documents", "README.md", 1, "core/gone.c")])
        table = "| file | what |\n| `a.c` | |\n| `b`, `many_*.c` | |\n"
        room = {"core/x/" + name: HEAD for name in ("a.c", "b.c", "many_1.c", "one.c", "x.h")}
        self.assertEqual(self.found(texts.check_rooms, room | {"core/x/README.md": table}),
                         [("documents", "core/x/README.md", 1, "one.c")])
        self.assertEqual(self.found(texts.check_rooms, room | {"core/x/README.md": "| folder | what |\n"}), [])

    def test_machine_path(self):
        tree = self.tree({"ci/x": ""})
        above = os.path.dirname(os.path.realpath(tree.root))
        with open(os.path.join(tree.root, "ci/x"), "w", encoding="utf-8") as f:
            f.write(f"{above}/elsewhere\n")
        with unittest.mock.patch.object(texts, "COMMON", ("/",)):
            self.assertEqual([f.check for f in texts.check(tree)], ["machine-path"])
        with unittest.mock.patch.object(texts, "COMMON", (above,)):
            self.assertEqual([f.check for f in texts.check(tree)], [])

    def test_headers_alone(self):
        good = HEAD + "#pragma once\n#include <stddef.h>\nsize_t hs_good(void);\n"
        bad = HEAD + "#pragma once\nsize_t hs_bad(void);\n"
        files = {"include/handslag/good.h": good, "core/base/good.h": good, "core/base/bad.h": bad}
        self.assertEqual(self.found(tools.headers_alone, files), [("header-alone", "core/base/bad.h", 1, "gcc")])


if __name__ == "__main__":
    unittest.main()
