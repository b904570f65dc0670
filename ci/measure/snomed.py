"""A synthetic release of SNOMED CT's shape: made, imported, and asked with random concepts of its files."""

import json
import os
import random
import subprocess

from . import pools

SYSTEM = "http://snomed.info/sct"
ROOT = "138875005"
IS_A = "116680003"


def make(tool, folder, concepts):
    """Writes a release of that many concepts below `folder`."""
    os.makedirs(folder, exist_ok=True)
    tool("rf2_gen", folder, "--concepts", str(concepts))


def load(binary, data, folder):
    """Imports it; {"seconds", "peak-mib", "rows", "left-out"}."""
    done = subprocess.run([binary, "import", "snomed", "--data", data, "--json", "--quiet", folder],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"handslag import snomed ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return json.loads(done.stdout)


def image_mib(data):
    folder = os.path.join(data, "imports", "terminology")
    return sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)) / 2**20


def rows(folder, kind):
    """Active rows of the files of a kind, as lists of columns."""
    terms = os.path.join(folder, "Snapshot", "Terminology")
    for name in sorted(os.listdir(terms)):
        if not name.startswith(f"sct2_{kind}_"):
            continue
        with open(os.path.join(terms, name), encoding="utf-8", newline="\r\n") as f:
            next(f)
            for line in f:
                columns = line.rstrip("\r\n").split("\t")
                if columns[2] == "1":
                    yield columns


def requests(folder, count):
    """{what: [(path, headers)]}: questions with random concepts, relationships and beginnings of words."""
    chance = random.Random(1)
    codes = [row[0] for row in rows(folder, "Concept")]
    some = chance.sample(codes, min(count, len(codes)))
    relations = list(rows(folder, "Relationship"))
    attributes = [row for row in relations if row[6] != "0"]
    parents = {row[4]: row[5] for row in relations if row[7] == IS_A}
    terms = [row[7].split() for row in chance.sample(list(rows(folder, "Description")), count)]

    def ask(operation, **parameters):
        return pools.query(f"{pools.BASE}/{operation}", **parameters), {}

    def isa(code):
        return f"{SYSTEM}?fhir_vs=isa/{code}"

    def constraint(row):
        return f"{SYSTEM}?fhir_vs=ecl/<< {ROOT} : {row[7]} = << {row[5]}"

    def above(code, steps):
        for _ in range(steps):
            code = parents.get(code, code) if parents.get(code) != ROOT else code
        return code

    def mixed(row, other):
        """A constraint of one of the forms that people write."""
        focus, wide, value = above(row[4], 3), above(row[4], 4), above(row[5], 2)
        forms = (f"<< {wide} AND << {focus}", f"<< {wide} MINUS << {row[4]}", f"> {row[4]}", f"<< {focus} . {row[7]}",
                 f"<< {wide} : {row[7]} = << {value}", f"<< {ROOT} : {{ {row[7]} = << {value} }}",
                 f"* : {row[7]} = {row[5]}, {other[7]} = << {above(other[5], 2)}",
                 f"<< {wide} : {row[7]} = << {value} OR {other[7]} = << {other[5]}")
        return f"{SYSTEM}?fhir_vs=ecl/{chance.choice(forms)}"

    def search(text):
        return ask("ValueSet/$expand", url=f"{SYSTEM}?fhir_vs", count=20, filter=text)

    return {
        "$lookup": [ask("CodeSystem/$lookup", system=SYSTEM, code=c) for c in some],
        "$subsumes": [ask("CodeSystem/$subsumes", system=SYSTEM, codeA=c, codeB=chance.choice(codes)) for c in some],
        "$validate-code": [ask("CodeSystem/$validate-code", url=SYSTEM, code=c) for c in some],
        "is-a membership": [ask("ValueSet/$validate-code", url=isa(chance.choice(codes)), system=SYSTEM, code=c)
                            for c in some],
        "page of an is-a expansion": [ask("ValueSet/$expand", url=isa(c), count=20) for c in some],
        "page of an ECL expansion": [ask("ValueSet/$expand", url=constraint(chance.choice(attributes)), count=20)
                                     for _ in some],
        "page of mixed ECL expansions": [ask("ValueSet/$expand", url=mixed(chance.choice(attributes), chance.choice(attributes)),
                                             count=20) for _ in some],
        "as-you-type filter": [search(t[0][:chance.randint(5, 12)]) for t in terms],
        "as-you-type filter, one to three letters": [search(t[0][:chance.randint(1, 3)]) for t in terms],
        "as-you-type filter, three words": [search(" ".join(word[:4] for word in t[:3])) for t in terms],
        "as-you-type filter below a concept": [ask("ValueSet/$expand", url=isa(above(c, 3)), count=20, filter=t[0][:4])
                                               for c, t in zip(some, terms)],
    }


def expand(client, count):
    """Expands that many codes at once; (bytes of the answer, codes in it)."""
    status, _, body = client.get(pools.query(f"{pools.BASE}/ValueSet/$expand", url=f"{SYSTEM}?fhir_vs", count=count))
    if status != 200:
        raise RuntimeError(f"an expansion of {count} codes is answered {status}")
    return len(body), len(json.loads(body)["expansion"]["contains"])
