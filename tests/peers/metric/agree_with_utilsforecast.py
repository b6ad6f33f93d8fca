"""Does `metric` agree with utilsforecast, series by series, to a relative 1e-9?

    python agree_with_utilsforecast.py PATH/metrics_of_panel [--panels N] [--seed N] [--shards N]

Makes random panels (zeros, gaps, constants, several seasons), computes each metric with
utilsforecast.losses and with the example binary, and compares the two, as well as the aggregates
of the panel. Where utilsforecast answers NaN or infinity, ours must list the metric as undefined.
Prints the number of comparisons; exits 1 on any mismatch.

Known differences of convention, bridged here and nowhere else:
- bias: ours is sum(f - y) / sum(y), theirs the mean error; compared as cfe / sum(y).
- coverage and calibration: theirs count a missing actual as not covered, ours leave it out, so
  they are given the rows with an actual. scaled_crps counts missing rows likewise.
- mase, rmsse: theirs divide by a scale of zero (inf or NaN), ours are undefined.
- crossing quantiles: ours are sorted first, so theirs are given the sorted ones.
- serde_json without `float_roundtrip` reads numbers of 16 and 17 digits up to one unit in the last
  place off, so the panels have 12 digits; a loss that is a difference of such numbers shows it.
- wmae and r2 do not exist there: compared with the equation in numpy.
"""

import argparse
import json
import math
import random
import subprocess
import sys

import numpy as np
import pandas as pd
from utilsforecast import losses

LEVELS = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
TOLERANCE = 1e-9


def name(level):
    return f"p{level * 100:g}"


def draw_value(rng, kind, at, season):
    if kind == "zeros":
        return 0.0
    if kind == "constant":
        return 4.3
    if kind == "seasonal":
        return float(at % season)
    if kind == "intermittent":
        return float(rng.choice([0, 0, 0, 1, 2, 5]))
    if kind == "large":
        return 1e7 + rng.gauss(0, 3)
    if kind == "signed":
        return rng.gauss(0, 10)
    return round(max(0.0, 20 + 8 * math.sin(2 * math.pi * at / season) + rng.gauss(0, 5)))


def draw_series(rng, number, season):
    kinds = ["sales", "sales", "zeros", "constant", "seasonal", "intermittent", "large", "signed"]
    kind, after = rng.choice(kinds), rng.choice(kinds + ["same"] * 8)
    after = kind if after == "same" else after
    gaps = rng.choice([0, 0, 0.1, 0.5])
    length = rng.choice([1, season, season + 1, 3 * season + 2, 60])
    lose = lambda value: None if rng.random() < gaps else value
    history = [lose(short(draw_value(rng, kind, at, season))) for at in range(length)]
    rows = []
    for at in range(length, length + rng.choice([1, 2, 7, 14])):
        actual = short(draw_value(rng, after, at, season))
        forecast = short(rng.choice([actual, 0.0, actual + rng.gauss(0, 3), rng.uniform(0, 30)]))
        quantiles = [short(forecast + 4 * rng.gauss(0, 1)) for _ in LEVELS]
        if rng.random() < 0.2:
            quantiles[rng.randrange(len(LEVELS))] = actual
        if rng.random() < 0.7:
            quantiles.sort()
        rows.append({
            "actual": lose(actual),
            "forecast": forecast,
            "quantiles": quantiles,
            "holiday": rng.random() < 0.15,
        })
    return {"id": f"s{number}", "history": history, "rows": rows}


def short(value):
    return None if value is None else float(f"{value:.12g}")


def draw_panel(rng):
    season = rng.choice([1, 2, 7, 12, 24])
    series = [draw_series(rng, number, season) for number in range(rng.randint(1, 8))]
    return {"season": season, "quantiles": LEVELS, "series": series}


def frames(panel):
    test = [
        {
            "unique_id": one["id"], "ds": at, "y": row["actual"], "m": row["forecast"],
            "holiday": row["holiday"],
            **{name(level): value for level, value in zip(LEVELS, sorted(row["quantiles"]))},
        }
        for one in panel["series"] for at, row in enumerate(one["rows"])
    ]
    train = [
        {"unique_id": one["id"], "ds": at, "y": value}
        for one in panel["series"] for at, value in enumerate(one["history"])
    ]
    test, train = pd.DataFrame(test), pd.DataFrame(train)
    for frame in (test, train):
        frame["y"] = frame["y"].astype(float)
    return test, train


def by_id(frame, column="m"):
    return dict(zip(frame["unique_id"], frame[column]))


def r2_of(rows):
    y, error = rows["y"].to_numpy(), (rows["m"] - rows["y"]).to_numpy()
    if len(y) == 0 or y.min() == y.max():
        return math.nan
    return 1 - math.fsum(error**2) / math.fsum((y - math.fsum(y) / len(y)) ** 2)


def wmae_of(rows):
    weight = np.where(rows["holiday"], 5.0, 1.0)
    if len(rows) == 0:
        return math.nan
    return math.fsum(weight * (rows["m"] - rows["y"]).abs()) / math.fsum(weight)


def theirs(panel):
    """Metric -> series -> value, NaN where it is undefined."""
    test, train = frames(panel)
    known = test.dropna(subset=["y"])
    season, models = panel["season"], ["m"]
    found = {
        "rmse": by_id(losses.rmse(test, models)),
        "mae": by_id(losses.mae(test, models)),
        "smape": by_id(losses.smape(test, models)),
        "wape": by_id(losses.wape(test, models)),
        "mase": by_id(losses.mase(test, models, season, train)),
        "rmsse": by_id(losses.rmsse(test, models, season, train)),
    }
    volume = known.groupby("unique_id")["y"].agg(lambda y: math.fsum(y))
    size = known.groupby("unique_id")["y"].agg(lambda y: math.fsum(y.abs()))
    cfe = by_id(losses.cfe(known, models)) if len(known) else {}
    found["bias"] = {key: np.float64(value) / volume[key] for key, value in cfe.items()}
    count = known.groupby("unique_id").size()
    for level in LEVELS:
        columns = {"m": name(level)}
        loss = by_id(losses.quantile_loss(test, columns, q=level))
        found[f"{name(level)}.wql"] = {
            key: 2 * np.float64(loss[key]) * count[key] / size[key] for key in count.index
        }
        if len(known):
            found[f"{name(level)}.coverage"] = by_id(losses.calibration(known, columns))
    if len(known):
        crps = losses.scaled_crps(known, {"m": [name(level) for level in LEVELS]}, np.array(LEVELS))
        # Their division adds machine epsilon to a volume of zero.
        found["mean_wql"] = {
            key: value if size[key] else math.nan for key, value in by_id(crps).items()
        }
    for low, high in [(0.025, 0.975), (0.1, 0.9), (0.25, 0.75)]:
        level = round((high - low) * 100)
        bounded = known.rename(columns={name(low): f"m-lo-{level}", name(high): f"m-hi-{level}"})
        if len(known):
            found[f"coverage_{level}"] = by_id(losses.coverage(bounded, models, level))
    alone = {one["id"]: known[known["unique_id"] == one["id"]] for one in panel["series"]}
    found["r2"] = {key: r2_of(rows) for key, rows in alone.items()}
    found["wmae"] = {key: wmae_of(rows) for key, rows in alone.items()}
    return found, known


def theirs_of_panel(found, known):
    """The aggregates: pooled as one series, or averaged over the series that have a value."""
    answer = {}
    for metric in ["mase", "rmsse", "smape"]:
        values = [value for value in found[metric].values() if math.isfinite(value)]
        answer[metric] = math.fsum(values) / len(values) if values else math.nan
    pooled = known.assign(unique_id="all")
    if len(pooled) == 0:
        return answer
    for metric in ["rmse", "mae", "wape"]:
        answer[metric] = getattr(losses, metric)(pooled, ["m"])["m"].iloc[0]
    volume = np.float64(math.fsum(pooled["y"]))
    answer["bias"] = losses.cfe(pooled, ["m"])["m"].iloc[0] / volume
    answer["r2"], answer["wmae"] = r2_of(pooled), wmae_of(pooled)
    return answer


class Comparison:
    def __init__(self):
        self.values, self.undefined, self.mismatches = {}, 0, []

    def compare(self, place, metric, ours, other):
        other = float(other)
        if not math.isfinite(other):
            self.undefined += 1
            if ours is not None:
                self.mismatches.append(f"{place} {metric}: ours {ours}, theirs {other}")
            return
        self.values[metric] = self.values.get(metric, 0) + 1
        # R2 and bias are differences: near zero the distance counts in units of their terms.
        floor = 1.0 if metric in ("r2", "bias") else 0.0
        size = max(abs(other), abs(ours or 0), floor)
        if ours is None or abs(ours - other) > TOLERANCE * size:
            self.mismatches.append(f"{place} {metric}: ours {ours}, theirs {other}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--panels", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=1)
    asked = parser.parse_args()
    np.seterr(all="ignore")
    rng, comparison = random.Random(asked.seed), Comparison()
    for number in range(asked.panels):
        panel = draw_panel(rng)
        command = [asked.binary, "--shards", str(asked.shards)]
        text = json.dumps(panel, allow_nan=False)
        ours = json.loads(subprocess.run(command, input=text, capture_output=True, text=True,
                                         check=True).stdout)
        found, known = theirs(panel)
        for metric, values in found.items():
            for series in ours["series"]:
                value = ours["series"][series].get(metric)
                other = values.get(series, math.nan)
                comparison.compare(f"panel {number} {series}", metric, value, other)
        metrics = ours["panel"]["metrics"]
        listed = {entry["metric"] for entry in ours["panel"]["undefined"]}
        for metric, other in theirs_of_panel(found, known).items():
            value = metrics[metric].get("value")
            comparison.compare(f"panel {number}", metric, value, other)
        for metric, value in metrics.items():
            if "value" not in value and metric not in listed:
                comparison.mismatches.append(f"panel {number} {metric}: undefined and not listed")
    for mismatch in comparison.mismatches[:20]:
        print(mismatch)
    for metric, count in sorted(comparison.values.items()):
        print(f"{metric:16} {count}")
    print(f"{sum(comparison.values.values())} values and {comparison.undefined} undefined ones "
          f"compared on {asked.panels} panels, {len(comparison.mismatches)} mismatches")
    return 1 if comparison.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
