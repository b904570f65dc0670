"""Pools of random inputs, taken from the server that is measured and from the FHIR packages it has loaded.

Each entry is (path, headers). Every one is asked once before it is used, and what does not answer as it
should is left out; when that is more than a tenth, the measurement would be of something else, and fails."""

import glob
import json
import os
import random
import urllib.parse

BASE = "/fhir/r4"
SMALLEST = 1000
LARGEST = 2000


def pages(client, path, most):
    """Resources of a search, over its pages."""
    found = 0
    while path and found < most:
        bundle = client.get_json(path)
        for entry in bundle.get("entry", []):
            found += 1
            yield entry["resource"]
        path = next((strip(link["url"]) for link in bundle.get("link", []) if link["relation"] == "next"), None)


def strip(url):
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def query(path, **parameters):
    return path + "?" + urllib.parse.urlencode({k.replace("_colon_", ":"): v for k, v in parameters.items()})


def checked(client, pool, good, what):
    """The entries whose answer is good(status, body); fails when there are too few of them."""
    kept = [entry for entry in pool if good(*client.get(*entry)[::2])]
    if len(kept) < SMALLEST or len(kept) < 0.9 * len(pool):
        raise RuntimeError(f"{what}: only {len(kept)} of {len(pool)} inputs answer as they should")
    return kept


def stored(client):
    """{path: bytes} of resources of one type of the directory, as the server sends them, and their ETags."""
    for kind in ("Organization", "HealthcareService", "PractitionerRole", "Practitioner", "Location"):
        ids = [r["id"] for r in pages(client, f"{BASE}/{kind}?_count=200", LARGEST)][:LARGEST]
        if len(ids) < SMALLEST:
            continue
        bodies, tags = {}, {}
        for path in (f"{BASE}/{kind}/{i}" for i in ids):
            status, headers, body = client.get(path)
            if status != 200:
                raise RuntimeError(f"GET {path} answered {status}")
            bodies[path], tags[path] = body, headers.get("ETag")
        return kind, bodies, tags
    raise RuntimeError(f"no type of the directory has {SMALLEST} resources; seed more")


def identifiers(client, bodies):
    """Search by identifier over the stored resources."""
    pool = []
    for body in bodies.values():
        resource = json.loads(body)
        for identifier in resource.get("identifier", [])[:1]:
            token = identifier.get("system", "") + "|" + identifier["value"]
            pool.append((query(f"{BASE}/{resource['resourceType']}", identifier=token), {}))
    return checked(client, pool, lambda status, body: status == 200 and b'"fullUrl"' in body, "identifier search")


def patients(client, wanted=12):
    """Record-index lookups for the patients whose number of pointers is nearest to `wanted`; and its mean."""
    seen = {}
    for pointer in pages(client, f"{BASE}/DocumentReference?_count=200", 40 * SMALLEST):
        subject = pointer.get("subject", {})
        if "reference" in subject:
            path = query(f"{BASE}/DocumentReference", patient=subject["reference"])
        elif "identifier" in subject:
            token = subject["identifier"].get("system", "") + "|" + subject["identifier"]["value"]
            path = query(f"{BASE}/DocumentReference", patient_colon_identifier=token)
        else:
            continue
        seen[path] = None
        if len(seen) >= 2 * LARGEST:
            break
    for path in seen:
        seen[path] = client.get_json(path).get("total", 0)
    nearest = sorted(seen, key=lambda path: abs(seen[path] - wanted))[:LARGEST]
    if len(nearest) < SMALLEST:
        raise RuntimeError(f"only {len(nearest)} patients have pointers; seed more")
    # Fewer, if that brings the mean nearer: the first SMALLEST are always taken.
    while len(nearest) > SMALLEST and seen[nearest[-1]] != wanted:
        nearest.pop()
    return [(path, {}) for path in nearest], sum(seen[path] for path in nearest) / len(nearest)


def codes(client, packages):
    """$validate-code on code systems and on value sets that take a whole code system."""
    generator = random.Random(1)
    systems, pool = {}, []
    for name in sorted(glob.glob(os.path.join(packages, "hl7.terminology.r4#*", "package", "CodeSystem-*.json"))):
        with open(name, encoding="utf-8") as f:
            system = json.load(f)
        found = [c["code"] for c in system.get("concept", [])]
        if system.get("content") == "complete" and found and system.get("status") != "retired":
            systems[system["url"]] = found
    for url, found in systems.items():
        for code in generator.sample(found, min(len(found), 3)):
            pool.append((query(f"{BASE}/CodeSystem/$validate-code", url=url, code=code), {}))
    for name in sorted(glob.glob(os.path.join(packages, "hl7.terminology.r4#*", "package", "ValueSet-*.json"))):
        with open(name, encoding="utf-8") as f:
            values = json.load(f)
        includes = values.get("compose", {}).get("include", [])
        if len(includes) == 1 and set(includes[0]) == {"system"} and not values["compose"].get("exclude"):
            for code in systems.get(includes[0]["system"], [])[:2]:
                pool.append((query(f"{BASE}/ValueSet/$validate-code", url=values["url"], system=includes[0]["system"],
                                   code=code), {}))
    pool = generator.sample(pool, min(len(pool), LARGEST))
    return checked(client, pool, lambda status, body: status == 200 and b"true" in body, "$validate-code")
