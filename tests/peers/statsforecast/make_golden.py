"""Writes the forecasts of statsforecast for small series, which shared/forecast/tests/local.rs compares ours with.

usage: make_golden.py OUT.json
"""

import json
import sys
import warnings

import numpy
from statsforecast.models import (
    AutoETS,
    DynamicOptimizedTheta,
    HistoricAverage,
    Naive,
    RandomWalkWithDrift,
    SeasonalNaive,
    Theta,
    WindowAverage,
)
from statsforecast.utils import AirPassengers


def made(number):
    """A seeded series: level, trend and season of some kind, with noise that grows with the level or not."""
    random = numpy.random.default_rng(number)
    season = [12, 4, 7, 1][number % 4]
    length = {12: 108, 4: 56, 7: 140, 1: 40}[season]
    t = numpy.arange(length)
    level = 100 + numpy.cumsum(random.normal(0, [0.5, 2.0][number // 4 % 2], length)) + t * random.uniform(-0.2, 0.8)
    shape = random.normal(0, 1, season)
    wave = (shape - shape.mean())[t % season] if season > 1 else numpy.zeros(length)
    noise = random.normal(0, 1, length)
    if number // 8 % 2:
        values = level * numpy.exp(0.12 * wave + 0.03 * noise)
    else:
        values = level + 8 * wave + 2.5 * noise
    return season, [round(float(value), 3) for value in values]


def forecasts(season, history, horizon):
    history = numpy.array(history)
    models = {
        "naive": Naive(),
        "seasonal_naive": SeasonalNaive(season_length=season),
        "drift": RandomWalkWithDrift(),
        "mean": HistoricAverage(),
        "moving_average": WindowAverage(window_size=season if season > 1 else 4),
        "standard_theta": Theta(season_length=season),
        "theta": DynamicOptimizedTheta(season_length=season),
        "ets": AutoETS(season_length=season),
    }
    return {name: [float(v) for v in model.forecast(history, h=horizon)["mean"]] for name, model in models.items()}


def main():
    warnings.simplefilter("ignore")
    panel = [(12, [float(v) for v in AirPassengers])] + [made(number) for number in range(20)]
    series = []
    for season, values in panel:
        horizon = {12: 12, 4: 8, 7: 14, 1: 6}[season]
        history, actual = values[:-horizon], values[-horizon:]
        series.append(
            {"season": season, "history": history, "actual": actual, "forecasts": forecasts(season, history, horizon)}
        )
    with open(sys.argv[1], "w") as out:
        json.dump({"series": series}, out, separators=(",", ":"))
        out.write("\n")


main()
