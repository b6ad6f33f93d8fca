"""A user's processing script: splits a table into what trains, validates and tests a model."""

import argparse
import csv
import os
import pathlib

ROOT = pathlib.Path("/opt/ml/processing")

parser = argparse.ArgumentParser()
parser.add_argument("--share", type=float, required=True)
share = parser.parse_args().share
with open(ROOT / "input/abalone.csv", newline="") as table:
    rows = [(row["rings"], row["length"]) for row in csv.DictReader(table)]
if len(rows) < int(os.environ["MIN_ROWS"]):
    raise SystemExit(f"only {len(rows)} rows, but MIN_ROWS is {os.environ['MIN_ROWS']}")
cut, end = int(len(rows) * share), int(len(rows) * (1 + share) / 2)
for part, chosen in {"train": rows[:cut], "validation": rows[cut:end], "test": rows[end:]}.items():
    (ROOT / part).mkdir(parents=True, exist_ok=True)
    with open(ROOT / part / f"{part}.csv", "w", newline="") as table:
        csv.writer(table).writerows(chosen)
    print(part, len(chosen), "rows")
