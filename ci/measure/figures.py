"""The figures that were asked for: name, value, goal, and whether the goal is met; printed and kept as JSON."""

import json


class Figures:
    def __init__(self):
        self.rows = []
        self.notes = []

    def add(self, name, value, unit, goal=None, at_least=True, **beside):
        """`goal` None: only told. `at_least` False: the value must not be above the goal."""
        met = None if goal is None else (value >= goal if at_least else value <= goal)
        self.rows.append({"name": name, "value": value, "unit": unit, "goal": goal, "at_least": at_least, "met": met,
                          "beside": beside})

    def missing(self, name, why):
        self.rows.append({"name": name, "value": None, "unit": "", "goal": None, "at_least": True, "met": False,
                          "beside": {}, "why": str(why)})

    def note(self, text):
        self.notes.append(text)

    def failed(self):
        return [r for r in self.rows if r["value"] is None]

    def unmet(self):
        return [r for r in self.rows if r["met"] is False]

    def show(self):
        width = max(len(r["name"]) for r in self.rows)
        for text in self.notes:
            print(text)
        print(f"\n{'figure':{width}}  {'value':>15}  {'goal':>12}  ")
        for r in self.rows:
            if r["value"] is None:
                print(f"{r['name']:{width}}  {'-':>15}  {'-':>12}  NOT MEASURED: {r['why']}")
                continue
            goal = "" if r["goal"] is None else ("≥ " if r["at_least"] else "≤ ") + number(r["goal"])
            verdict = {True: "met", False: "MISSED", None: ""}[r["met"]]
            beside = ", ".join(f"{k} {number(v)}" for k, v in r["beside"].items())
            print(f"{r['name']:{width}}  {number(r['value']) + ' ' + r['unit']:>15}  {goal:>12}  {verdict:6}  {beside}")

    def write(self, path, head):
        with open(path, "w", encoding="utf-8") as f:
            json.dump({**head, "notes": self.notes, "figures": self.rows}, f, indent=1, ensure_ascii=False)
            f.write("\n")


def number(value):
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
