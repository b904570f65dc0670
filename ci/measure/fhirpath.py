"""FHIRPath beside fhirpath.js over all search expressions and invariants of R4: ratios, and answers that differ."""

import json
import statistics

# Why answers differ, by the specification: what the rule holds for, and whose fault it is. `theirs` is None where
# the peer refused.
JUDGED = (
    (lambda row, theirs: theirs is None and (" as " in row["expression"] or ".as(" in row["expression"]),
     "the peer refuses `as` on several items; FHIR's own expressions need it to filter (R4, search)"),
    (lambda row, theirs: theirs is None and "htmlChecks()" in row["expression"], "the peer has no htmlChecks() (R4, 2.9.1)"),
    (lambda row, theirs: theirs is None and "hasExtension(" in row["expression"], "the peer has no hasExtension()"),
    (lambda row, theirs: theirs is None and ".matches(" in row["expression"],
     "a pattern that JavaScript does not take in its Unicode mode; PCRE, which FHIRPath names (5.6.9), does"),
    (lambda row, theirs: row["name"] == "Resource-id", "the peer does not know that every resource is a Resource"),
    (lambda row, theirs: row["expression"].endswith(" as uri)"),
     "the peer takes a canonical for a uri; by the official tests a primitive is taken by its own type only"),
    (lambda row, theirs: "resolve()" in row["expression"],
     "the stand-in for the peer's resolve() does not look into contained resources"),
)


def judged(row):
    return all(any(rule(row, found["theirs"]) for rule, _ in JUDGED) for found in row["differs"])


def refused(row):
    return any(found["theirs"] is None for found in row["differs"])


def read(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def tell(figures, rows):
    """The figures; expressions that the peer refuses have no ratio."""
    for kind, name in (("search", "search expressions"), ("invariant", "invariants")):
        ratios = {row["name"]: row["ratio"] for row in rows if row["kind"] == kind and not refused(row)}
        if not ratios:
            raise RuntimeError(f"no {name} were measured")
        below = sorted(key for key, ratio in ratios.items() if ratio < 5)
        smallest = min(ratios, key=ratios.get)
        figures.add(f"FHIRPath / fhirpath.js compiled: {name} of R4, the smallest", ratios[smallest], "×", 5, of=len(ratios),
                    median=statistics.median(ratios.values()), below=len(below), smallest=smallest)
        if below:
            figures.note(f"FHIRPath below 5 times fhirpath.js: {', '.join(below)}")
    strange = [row for row in rows if row["differs"] and not judged(row)]
    known = [row for row in rows if row["differs"] and judged(row)]
    figures.add("FHIRPath / fhirpath.js: answers that differ, not judged", len(strange), "", 0, at_least=False,
                judged=len(known), of=len(rows))
    for row in strange:
        found = row["differs"][0]
        figures.note(f"FHIRPath differs: {row['name']}: {row['expression'][:120]} on {found['file']} {found['place']}: "
                     f"{str(found['ours'])[:120]}, fhirpath.js {str(found['theirs'])[:120]}")
    for rule, why in JUDGED:
        names = [row["name"] for row in known if any(rule(row, found["theirs"]) for found in row["differs"])]
        if names:
            figures.note(f"FHIRPath differs in {len(names)}, judged: {why}")
