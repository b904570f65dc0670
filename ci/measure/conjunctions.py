"""Random searches over whatever a server has: parameters from what it declares, values from what it stores."""

import json
import random
import re
from urllib.parse import quote

SAMPLE = 400  # resources of each type that values are taken from
PREFIXES = ("", "", "eq", "ge", "gt", "le", "lt", "sa", "eb", "ap", "ne")
NEGATIVE, MISSING = 0.06, 0.08  # chances of :not and of :missing
UNASKED = {"_text", "_content"}  # their index follows in the background: not the cost of a search


# ---- values of a resource

def _branches(expression):
    """The paths of an expression; what a path filters by is passed over, so it may give too much."""
    for branch in re.sub(r"'[^']*'", "''", expression).split(" | "):
        path = re.sub(r"\((\w[\w.]*) as \w+\)", r"\1", branch.strip())
        path = re.sub(r"\.(?:as|ofType|where|extension|resolve|exists)\(.*", "", path).strip("() ")
        if re.fullmatch(r"[\w.]+", path):
            yield path.split(".")


def _step(node, name):
    if isinstance(node, list):
        return [found for item in node for found in _step(item, name)]
    if not isinstance(node, dict):
        return []
    if name in node:
        return node[name] if isinstance(node[name], list) else [node[name]]
    return [v for k, v in node.items() if k.startswith(name) and k[len(name):len(name) + 1].isupper()]


def values_at(resource, expression):
    found = []
    for path in _branches(expression):
        if path[0] not in (resource["resourceType"], "Resource", "DomainResource"):
            continue
        nodes = [resource]
        for name in path[1:]:
            nodes = _step(nodes, name)
        found += nodes
    return found


def _tokens(value):
    if isinstance(value, dict):
        for coding in value.get("coding", [value]):
            code = coding.get("code", coding.get("value"))
            if isinstance(code, str):
                yield code
                if coding.get("system"):
                    yield f"{coding['system']}|{code}"
    elif value is not None:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("family", "given", "text", "city", "line", "postalCode", "country", "state"):
                yield from (inner if isinstance(inner, list) else [inner])


def _dates(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (value[k] for k in ("start", "end") if k in value)


def _quantities(value):
    if isinstance(value, dict) and "value" in value:
        yield value["value"], value.get("system", ""), value.get("code", "")


def _references(value):
    if isinstance(value, dict) and re.fullmatch(r"[A-Z]\w+/[\w.-]+", value.get("reference", "")):
        yield value["reference"]


def _uris(value):
    if isinstance(value, str):
        yield value


READ = {"token": _tokens, "string": _texts, "date": _dates, "quantity": _quantities, "number": _uris,
        "reference": _references, "uri": _uris}


class Parameter:
    """One search parameter of one type, with the values that a sample of the type has."""

    def __init__(self, name, kind, expression):
        self.name, self.kind, self.expression = name, kind, expression
        self.values, self.parts = [], []

    def learn(self, resources):
        read = READ.get(self.kind)
        for resource in resources if read and self.expression else []:
            for node in values_at(resource, self.expression):
                self.values += read(node)
        self.distinct = sorted(set(self.values), key=str)

    def targets(self):
        return sorted({v.split("/")[0] for v in self.values}) if self.kind == "reference" else []


# ---- what a server has

class World:
    def __init__(self, client, base, types=None, without=()):
        self.client, self.base = client, base
        declared = client.get_json(f"{base}/metadata")["rest"][0]["resource"]
        self.parameters, self.samples, self.sizes = {}, {}, {}
        for entry in declared:
            name = entry["type"]
            if (types and name not in types) or name in without:
                continue
            size = client.get_json(f"{base}/{name}?_summary=count").get("total", 0)
            if size:
                self.sizes[name] = size
                self._learn(name, entry.get("searchParam", []))
        self.edges = [(source, p.name, target) for source, all_of in self.parameters.items() for p in all_of
                      for target in p.targets() if target in self.sizes]

    def _page(self, search):
        """Of what is refused there is nothing: a server may have orders that it does not give."""
        status, _, body = self.client.get(f"{self.base}/{search}")
        return [e["resource"] for e in (json.loads(body).get("entry", []) if status == 200 else []) if e.get("search", {}).get("mode") != "outcome"]

    def _learn(self, name, declared):
        half = SAMPLE // 2
        sample = self._page(f"{name}?_count={half}") + self._page(f"{name}?_count={half}&_total=none&_sort=-_lastUpdated")
        expressions = self._expressions(name)
        found = []
        for one in declared:
            if one["name"] in UNASKED or "." in one["name"]:
                continue
            expression, components = expressions.get(one["name"], ("", []))
            parameter = Parameter(one["name"], one["type"], expression)
            parameter.parts = components
            if one["name"] == "_id":
                parameter.values = [r["id"] for r in sample]
                parameter.distinct = parameter.values
            elif one["name"] == "_lastUpdated":
                parameter.values = [r["meta"]["lastUpdated"] for r in sample if "meta" in r]
                parameter.distinct = sorted(set(parameter.values))
            else:
                parameter.learn(sample)
            found.append(parameter)
        for parameter in found:
            parts = [next((p for p in found if p.expression and url.endswith("-" + p.name)), None)
                     for url in parameter.parts]
            parameter.parts = parts if all(p and p.values for p in parts) else []
        self.parameters[name], self.samples[name] = found, sample

    def _expressions(self, name):
        found = {}
        for base in (name, "Resource", "DomainResource"):
            for one in self._page(f"SearchParameter?base={base}&_count=200"):
                components = [c["definition"] for c in one.get("component", [])]
                found.setdefault(one["code"], (one.get("expression", ""), components))
        return found


# ---- making searches

class Maker:
    def __init__(self, world, seed):
        self.world, self.chance = world, random.Random(seed)

    def value(self, parameter):
        """Common ones as often as they are, or rare ones as often as they."""
        return self.chance.choice(parameter.values if self.chance.random() < 0.5 else parameter.distinct)

    def _date(self, value):
        chance = self.chance
        if chance.random() < 0.3:
            value = f"{chance.randint(1900, 2030)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        cut = chance.choice((4, 7, 10, len(value)))
        return chance.choice(PREFIXES) + value[:cut]

    def _quantity(self, value):
        number, system, code = value
        if self.chance.random() < 0.4:
            number = round(number * self.chance.uniform(0, 2.2), 1)
        unit = self.chance.choice(("", f"|{system}|{code}", f"||{code}"))
        return f"{self.chance.choice(PREFIXES)}{number}{unit}"

    def _text(self, value):
        if self.chance.random() < 0.6:
            return "", value
        modifier = self.chance.choice(("", ":exact", ":contains"))
        return modifier, value[:self.chance.randint(2, max(2, len(value)))]

    def one(self, parameter):
        """(modifier, value) of the parameter, or None when nothing is known to ask."""
        chance = self.chance
        if chance.random() < MISSING and parameter.name not in ("_id", "_lastUpdated") and parameter.kind != "composite":
            return ":missing", chance.choice(("true", "false"))
        if parameter.kind == "composite" and parameter.parts:
            values = [self.one_value(p) for p in parameter.parts]
            return "", "$".join(values)
        if not parameter.values:
            return None
        if parameter.kind == "token":
            modifier = ":not" if chance.random() < NEGATIVE else ""
            return modifier, ",".join(self.value(parameter) for _ in range(chance.choice((1, 1, 1, 2, 3))))
        if parameter.kind == "string":
            return self._text(self.value(parameter))
        return "", self.one_value(parameter)

    def one_value(self, parameter):
        value = self.value(parameter)
        if parameter.kind == "date":
            return self._date(value)
        return self._quantity(value) if parameter.kind == "quantity" else str(value)

    def plain(self, kind, depth):
        """One condition on a type, as (name, value), chains and _has up to so much deeper."""
        outward = [e for e in self.world.edges if e[0] == kind]
        inward = [e for e in self.world.edges if e[2] == kind]
        roll = self.chance.random()
        if depth and outward and roll < 0.25:
            _, name, target = self.chance.choice(outward)
            inner, value = self.plain(target, depth - 1)
            link = f"{name}:{target}" if self.chance.random() < 0.7 or inner.startswith("_has") else name
            return f"{link}.{inner}", value
        if depth and inward and roll < 0.5:
            source, name, _ = self.chance.choice(inward)
            inner, value = self.plain(source, depth - 1)
            return f"_has:{source}:{name}:{inner}", value
        while True:
            parameter = self.chance.choice(self.world.parameters[kind])
            made = self.one(parameter)
            if made:
                return parameter.name + made[0], made[1]

    def search(self):
        chance, sizes = self.chance, self.world.sizes
        kind = chance.choices(list(sizes), [size ** 0.4 for size in sizes.values()])[0]
        terms = []
        for _ in range(chance.choice((1, 2, 2, 3, 3, 4))):
            terms.append(self.plain(kind, 3 if chance.random() < 0.15 else 1))
        if chance.random() < 0.2:
            sortable = [p.name for p in self.world.parameters[kind] if p.values and p.kind != "composite"]
            terms.append(("_sort", ("-" if chance.random() < 0.5 else "") + chance.choice(sortable)))
        if chance.random() < 0.3:
            terms.append(("_count", str(chance.choice((1, 5, 20, 50)))))
        if chance.random() < 0.3:
            terms.append(("_total", "none"))
        return kind + "?" + "&".join(f"{name}={value}" for name, value in terms)


def encoded(search):
    kind, query = search.split("?", 1)
    return kind + "?" + quote(query, safe="=&:,._-$~")
