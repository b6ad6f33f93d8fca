"""Writes seeded panels, one a frequency, whose processes are known: what peers.py and local_panel are compared on.

Levels walk, trends bend, seasons drift, noise grows with the level in every other series; `rare` sells seldom.
usage: make_panels.py OUT [SERIES]
"""

import json
import pathlib
import sys

import numpy

FREQUENCIES = {  # seasons, horizon, length, season that scales MASE
    "yearly": ([], 6, 30, 1),
    "quarterly": ([4], 8, 60, 4),
    "monthly": ([12], 18, 120, 12),
    "weekly": ([52], 13, 200, 1),
    "daily": ([7, 365], 28, 1100, 7),
    "hourly": ([24, 168], 48, 800, 24),
    "rare": ([7], 28, 200, 1),
}


def season(random, length, points, strength):
    """A cycle that changes a little from one time to the next."""
    if length > 100:
        phase = 2 * numpy.pi * numpy.arange(length) / length
        shape = sum(random.normal(0, 1 / k) * numpy.sin(k * phase + random.uniform(0, 6)) for k in (1, 2, 3))
    else:
        shape = random.normal(0, 1, length)
    cycles = points // length + 1
    drift = numpy.cumsum(random.normal(0, 0.08, (cycles, length)), axis=0)
    wave = (shape + drift).reshape(-1)[:points]
    return strength * (wave - wave.mean())


def smooth(random, seasons, points, number):
    slope = numpy.cumsum(random.normal(0, 0.05, points)) * (12 / points) + random.normal(0, 20 / points)
    level = 100 + numpy.cumsum(slope + random.normal(0, random.uniform(0.1, 1.5), points))
    wave = sum((season(random, length, points, random.uniform(2, 9)) for length in seasons), numpy.zeros(points))
    noise = numpy.zeros(points)
    for t in range(1, points):
        noise[t] = random.uniform(0.1, 0.5) * noise[t - 1] + random.normal(0, 3)
    if number % 2:
        return numpy.maximum(level, 20) * numpy.exp((wave + noise) / 100)
    return level + wave + noise


def rare(random, points):
    chance = numpy.clip(random.uniform(0.1, 0.5) + numpy.cumsum(random.normal(0, 0.01, points)), 0.03, 0.8)
    return (random.random(points) < chance) * (1.0 + random.poisson(random.uniform(0.5, 6), points))


def main():
    out, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60
    out.mkdir(parents=True, exist_ok=True)
    for place, (name, (seasons, horizon, length, scale)) in enumerate(FREQUENCIES.items()):
        about = {"seasons": seasons, "horizon": horizon, "scale_season": scale}
        (out / f"{name}.json").write_text(json.dumps(about) + "\n")
        with open(out / f"{name}.train.csv", "w") as train, open(out / f"{name}.test.csv", "w") as test:
            for file in (train, test):
                file.write("unique_id,ds,y\n")
            for number in range(count):
                random = numpy.random.default_rng([place, number])
                points = length + horizon
                values = rare(random, points) if name == "rare" else smooth(random, seasons, points, number)
                for t, value in enumerate(values):
                    (train if t < length else test).write(f"{name}{number},{t + 1},{value:.4f}\n")


main()
