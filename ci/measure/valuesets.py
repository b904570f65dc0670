"""The same questions about value sets of a package, asked of Handslag and of fhir-terminology-runtime from npm: first
whether both answer the same, then how fast."""

import glob
import json
import os
import random

from . import machine, pools
from .servers import Server, peers_folder

PACKAGES = ("hl7.terminology.r4#7.0.1", "hl7.fhir.r4.examples#4.0.1")
NAME = "fhir-terminology-runtime"
FEWEST = 400   # value sets that both expand; with fewer it would be a measurement of something else
LONGEST = 500  # codes of an expansion that is asked for


class Runtime(Server):
    def __init__(self, log, scratch, packages):
        port = machine.free_port()
        alone = os.path.join(peers_folder(), NAME)
        folder = alone if os.path.isdir(alone) else peers_folder()
        super().__init__(["node", "ci/peers/terminology.mjs", folder, str(port), scratch,
                          *(os.path.join(packages, name) for name in PACKAGES)], port, log)


def codes(items):
    """The codes of an expansion, nested or not."""
    found = set()
    for item in items:
        if "code" in item:
            found.add((item.get("system"), item["code"]))
        found |= codes(item.get("contains", []))
    return found


def asked(client, path):
    status, _, body = client.get(path)
    return json.loads(body) if status == 200 else None


def expand(url):
    return pools.query(f"{pools.BASE}/ValueSet/$expand", url=url)


def validate(url, system, code):
    return pools.query(f"{pools.BASE}/ValueSet/$validate-code", url=url, system=system, code=code)


def is_member(answer):
    return next(p["valueBoolean"] for p in answer["parameter"] if p["name"] == "result")


def same(ours, peer, packages):
    """Questions that both answer the same: ([expansions], [memberships], how many were compared); each (path, {})."""
    chance = random.Random(1)
    expansions, members, compared, differ = [], [], 0, []
    for name in sorted(glob.glob(os.path.join(packages, PACKAGES[0], "package", "ValueSet-*.json"))):
        with open(name, encoding="utf-8") as f:
            url = json.load(f)["url"]
        a, b = asked(ours, expand(url)), asked(peer, expand(url))
        if not a or not b:
            continue  # one of them knows too little: the library has no filters, we refuse unknown code systems
        compared += 1
        found = codes(a["expansion"].get("contains", []))
        if found != codes(b["expansion"].get("contains", [])):
            differ.append(url)
            continue
        if len(found) <= LONGEST:
            expansions.append((expand(url), {}))
        some = chance.sample(sorted(found), min(len(found), 2))
        for system, code in some + [(system, code + "-not") for system, code in some[:1]]:
            path = validate(url, system, code)
            a, b = asked(ours, path), asked(peer, path)
            compared += 1
            if a and b and is_member(a) == is_member(b):
                members.append((path, {}))
            else:
                differ.append(path)
    if len(expansions) < FEWEST or len(differ) > compared / 100:
        raise RuntimeError(f"{len(differ)} of {compared} answers differ from the peer's, {len(expansions)} value sets are "
                           f"left: {', '.join(differ[:3])}")
    return expansions, members, compared, differ
