"""A straight line through points: all the learning that these tests need."""

import csv
import json
import pathlib


def read(folder):
    """The columns rings and length of every file of a channel."""
    rows = []
    for path in sorted(pathlib.Path(folder).iterdir()):
        with open(path, newline="") as table:
            rows += [(float(rings), float(length)) for rings, length in csv.reader(table)]
    return rows


def fit(rows):
    """The least squares line of rings over length."""
    mean_y, mean_x = (sum(column) / len(rows) for column in zip(*rows))
    over = sum((x - mean_x) * (y - mean_y) for y, x in rows)
    slope = over / sum((x - mean_x) ** 2 for _, x in rows)
    return {"slope": slope, "intercept": mean_y - slope * mean_x}


def rmse(line, rows):
    errors = [(line["slope"] * x + line["intercept"] - y) ** 2 for y, x in rows]
    return (sum(errors) / len(errors)) ** 0.5


def write(line, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "line.json").write_text(json.dumps(line))
