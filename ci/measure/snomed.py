"""A synthetic release of SNOMED CT's shape: made, imported, and asked with random concepts of its files."""

import json
import os
import random
import subprocess

from . import pools

SYSTEM = "http://snomed.info/sct"
ROOT = "138875005"


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
    attributes = [row for row in rows(folder, "Relationship") if row[6] != "0"]
    words = [word for row in chance.sample(list(rows(folder, "Description")), count) for word in row[7].split()[:1]]

    def ask(operation, **parameters):
        return pools.query(f"{pools.BASE}/{operation}", **parameters), {}

    def isa(code):
        return f"{SYSTEM}?fhir_vs=isa/{code}"

    def constraint(row):
        return f"{SYSTEM}?fhir_vs=ecl/<< {ROOT} : {row[7]} = << {row[5]}"

    return {
        "$lookup": [ask("CodeSystem/$lookup", system=SYSTEM, code=c) for c in some],
        "$subsumes": [ask("CodeSystem/$subsumes", system=SYSTEM, codeA=c, codeB=chance.choice(codes)) for c in some],
        "$validate-code": [ask("CodeSystem/$validate-code", url=SYSTEM, code=c) for c in some],
        "is-a membership": [ask("ValueSet/$validate-code", url=isa(chance.choice(codes)), system=SYSTEM, code=c)
                            for c in some],
        "page of an is-a expansion": [ask("ValueSet/$expand", url=isa(c), count=20) for c in some],
        "page of an ECL expansion": [ask("ValueSet/$expand", url=constraint(chance.choice(attributes)), count=20)
                                     for _ in some],
        "as-you-type filter": [ask("ValueSet/$expand", url=f"{SYSTEM}?fhir_vs", count=20,
                                   filter=w[:chance.randint(5, 12)]) for w in words],
    }


def expand(client, count):
    """Expands that many codes at once; (bytes of the answer, codes in it)."""
    status, _, body = client.get(pools.query(f"{pools.BASE}/ValueSet/$expand", url=f"{SYSTEM}?fhir_vs", count=count))
    if status != 200:
        raise RuntimeError(f"an expansion of {count} codes is answered {status}")
    return len(body), len(json.loads(body)["expansion"]["contains"])
