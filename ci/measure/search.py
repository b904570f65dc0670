"""Part of ci/bench: searches over many observations beside the synthetic Sweden, and what each costs the server."""

import json
import os
import random
import shutil
import statistics
import time
from typing import NamedTuple

from .bench import run
from .pools import BASE

BATCH, BATCHES, WARM = 10, 10, 3
SLOW = 0.05  # seconds: of a search that takes longer, a batch is one
FEW = 1000   # hits at most of a search for few

# Each finds few of a million; every type of parameter, modifiers, chains and _has. The names in braces are of the
# synthetic Sweden and of the observations below.
NARROW = """
Patient?identifier={personnummer}
Patient?_id=patient-0000007
Patient?name={family}&birthdate=1987
Patient?family:exact={exact}&birthdate=lt1910
Patient?name:contains={part}&address-city={city}
Patient?birthdate=1951-03-04
Patient?identifier:missing=true
Patient?address-city={city}&gender=female&birthdate=ge2015
Patient?_has:Observation:subject:code=c250
Patient?_has:Observation:subject:code=c250&name={family}
Patient?identifier={personnummer}&_has:DocumentReference:patient:status=current
Patient?_has:DocumentReference:patient:status=superseded
Observation?subject=Patient/patient-0000007
Observation?subject=Patient/patient-0000007&code=c1
Observation?code=c250
Observation?code=http://loinc.org|c250&status=amended
Observation?code=c250&status:not=final
Observation?code=c250,c251&_sort=-date
Observation?category=vital-signs&code=c250
Observation?date=2020-05-05
Observation?date=ge2020-05-05&date=lt2020-05-07&status=final
Observation?value-quantity=gt205
Observation?value-quantity=gt205|http://unitsofmeasure.org|mg
Observation?value-quantity=lt100|http://unitsofmeasure.org|mg&code=c250
Observation?code-value-quantity=c1$gt200
Observation?component-code-value-quantity=8480-6$gt179&date=2020
Observation?value-quantity:missing=true
Observation?encounter=Encounter/e7
Observation?encounter:missing=false
Observation?subject:Patient.identifier={personnummer}
Observation?subject:Patient.name={family}&code=c250
Observation?subject:Patient.gender=male&code=c250
Observation?patient.address-city={city}&date=2020-05-05
Observation?performer:Practitioner.name=andersson&code=c250
Observation?_filter=code eq c250 and not (status eq final)
Observation?_lastUpdated=gt2100
Observation?_sort=value-quantity&code=c250
DocumentReference?patient=Patient/patient-0000007
DocumentReference?patient=Patient/patient-0000007&status=current
DocumentReference?patient.identifier={personnummer}
DocumentReference?status=superseded
Location?near=59.33|18.06|10|km
"""

# A page of a search that finds many, with its total.
BROAD = """
Observation?status=final
Observation?code=c1&status=final
Observation?status:not=final
Observation?date=ge2020
Observation?_sort=-date
Observation?_sort=-date&code=c1
Observation?subject:Patient.gender=male
Observation?value-quantity=gt100
Patient?gender=male
Patient?_sort=family,given&gender=female
Patient?_has:Observation:subject:code=c1
Patient?_has:DocumentReference:patient:status=current
DocumentReference?status=current
DocumentReference?patient:Patient.name={family}
"""


def observation(at, patients, chance):
    """Codes are unevenly spread: c1 in half of them, c250 in some thirty of a million."""
    code = min(int(chance.paretovariate(1.0)), 400)
    made = {"resourceType": "Observation", "id": f"o{at}",
            "status": chance.choices(("final", "amended", "entered-in-error"), (950, 45, 5))[0],
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                      "code": ("laboratory", "vital-signs", "social-history")[code % 3]}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": f"c{code}", "display": f"Code {code}"}]},
            "subject": {"reference": f"Patient/patient-{chance.randrange(patients):07d}"},
            "effectiveDateTime": f"{chance.randint(2015, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"}
    if chance.random() < 0.999:
        made["valueQuantity"] = {"value": round(chance.gauss(100, 30), 1), "unit": "mg",
                                 "system": "http://unitsofmeasure.org", "code": "mg"}
    if chance.random() < 0.3:
        made["component"] = [{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
                              "valueQuantity": {"value": chance.randint(90, 180), "code": "mm[Hg]",
                                                "system": "http://unitsofmeasure.org"}}]
    if at % 5000 == 7:
        made["encounter"] = {"reference": f"Encounter/e{at}"}
    if chance.random() < 0.97:
        made["performer"] = [{"reference": f"Practitioner/practitioner-{chance.randrange(1000):07d}"}]
    return made


def write_observations(path, count, patients):
    chance = random.Random(7)
    with open(path, "w", encoding="utf-8") as f:
        for at in range(count):
            f.write(json.dumps(observation(at, patients, chance), separators=(",", ":"), ensure_ascii=False) + "\n")


def names(client):
    """Of a patient who is there."""
    patient = client.get_json(f"{BASE}/Patient/patient-0000007")
    family = patient["name"][0]["family"]
    return {"personnummer": patient["identifier"][0]["value"], "family": family, "exact": family, "part": family[1:4],
            "city": patient["address"][0]["city"]}


def cpu_ms(pid):
    """Of all threads there are, to the nanosecond; `stat` has ticks only."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total / 1e6


class Cost(NamedTuple):
    search: str
    hits: int
    cpu: float  # milliseconds a request, the median of some batches
    p99: float  # milliseconds


def encoded(search):
    for plain, escaped in (("|", "%7C"), (" ", "%20"), ("$", "%24"), ("å", "%C3%A5"), ("ä", "%C3%A4"), ("ö", "%C3%B6"),
                           ("Å", "%C3%85"), ("Ä", "%C3%84"), ("Ö", "%C3%96"), ("é", "%C3%A9")):
        search = search.replace(plain, escaped)
    return f"{BASE}/{search}"


def measure(client, pid, search):
    path = encoded(search)
    began = time.monotonic()
    hits = client.get_json(path).get("total", -1)
    slow = time.monotonic() - began > SLOW
    for _ in range(0 if slow else WARM):
        client.get(path)
    cpus, times = [], []
    for _ in range(3 if slow else BATCHES):
        before, size = cpu_ms(pid), 1 if slow else BATCH
        for _ in range(size):
            began = time.monotonic()
            client.get(path)
            times.append((time.monotonic() - began) * 1000)
        cpus.append((cpu_ms(pid) - before) / size)
    times.sort()
    return Cost(search, hits, statistics.median(cpus), times[max(0, len(times) * 99 // 100 - 1)])


def costs(server, searches):
    with server.client() as client:
        known = names(client)
        return [measure(client, server.pids[0], line.format(**known)) for line in searches.split("\n") if line]


def tell(figures, narrow, broad):
    few = [c for c in narrow if c.hits <= FEW]
    slow, late = max(few, key=lambda c: c.cpu), max(few, key=lambda c: c.p99)
    simplest = min(few, key=lambda c: c.cpu)  # a machine that others use too shows in its p99
    figures.add("search for few: slowest of all, CPU", slow.cpu, "ms", 2, at_least=False, search=slow.search, hits=slow.hits)
    figures.add("search for few: latest of all, p99", late.p99, "ms", 2, at_least=False, search=late.search, hits=late.hits,
                simplest=simplest.p99)
    figures.add("search for few: below 2 ms of CPU", sum(c.cpu < 2 for c in few), "", len(few), of=len(few))
    slow = max(broad, key=lambda c: c.cpu)
    figures.add("search for many: page and total, median CPU", statistics.median(c.cpu for c in broad), "ms",
                slowest=slow.cpu, search=slow.search, hits=slow.hits)
    for c in few + [c for c in narrow if c.hits > FEW] + broad:
        figures.note(f"search: {c.cpu:9.3f} ms CPU, p99 {c.p99:9.3f} ms, {c.hits:9,} hits  {c.search}")


def part(bench):
    """In a copy of the data."""
    data, file = os.path.join(bench.work, "search"), os.path.join(bench.scratch, "observations.ndjson")
    shutil.copytree(bench.data, data)
    write_observations(file, bench.plan.others, bench.plan.size // 12)
    run([bench.binary, "load", "--data", data, file], timeout=600)
    with bench.serving("server-search", data) as ours:
        tell(bench.figures, costs(ours, NARROW), costs(ours, BROAD))
    shutil.rmtree(data)
