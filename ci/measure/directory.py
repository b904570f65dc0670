"""Loads a folder of directory resources into a server and asks for every organisation again by its identifiers."""
import glob
import json
import os
import subprocess
import sys
import urllib.parse

from client import Client


def resources(folder):
    for name in sorted(glob.glob(os.path.join(folder, "**", "*.json"), recursive=True)):
        with open(name, encoding="utf-8") as file:
            yield json.load(file)


def found(client, path, kind, ident):
    """Whether the bundle at path holds kind/ident."""
    entries = client.get_json(path).get("entry", [])
    return any(e["resource"]["resourceType"] == kind and e["resource"]["id"] == ident for e in entries)


def main():
    binary, port, folder = sys.argv[1:]
    base = f"http://127.0.0.1:{port}/fhir/r4"
    loaded = subprocess.run([binary, "load", folder, "--target", base, "--json"], capture_output=True, text=True)
    print(loaded.stdout or loaded.stderr)
    client = Client(int(port))
    asked = missed = 0
    for resource in resources(folder):
        if resource["resourceType"] != "Organization" or "id" not in resource:
            continue
        for identifier in resource.get("identifier", []):
            if "value" not in identifier:
                continue
            token = f"{identifier.get('system', '')}|{identifier['value']}"
            asked += 1
            if not found(client, "/fhir/r4/Organization?identifier=" + urllib.parse.quote(token), "Organization",
                         resource["id"]):
                missed += 1
                print("not found:", resource["id"], token)
    summary = json.loads(loaded.stdout)
    print(f"{summary['stored']} resources stored, {summary['refused']} refused; "
          f"{asked - missed} of {asked} identifiers of organisations found")
    return 1 if loaded.returncode or missed else 0


sys.exit(main())
