"""Scores forecasts of panels: MASE and sMAPE, averaged over the series of each panel.

Only series that every model forecast are scored. MASE is scaled by the in-sample seasonal naive error; series for
which that is zero are left out of MASE.
usage: evaluate.py PANELS FORECASTS MODEL,MODEL [NAME...]
"""

import json
import pathlib
import sys

import numpy
import pandas


def series(path):
    frame = pandas.read_csv(path)
    return {key: group.y.to_numpy(float) for key, group in frame.groupby("unique_id", sort=False)}


def scale(train, season):
    train = train[~numpy.isnan(train)]
    if len(train) <= season:
        season = 1
    return numpy.mean(numpy.abs(train[season:] - train[:-season])) if len(train) > season else numpy.nan


def scores(train, test, forecast, season):
    forecast = forecast[: len(test)]
    error = numpy.abs(test - forecast)
    size = numpy.abs(test) + numpy.abs(forecast)
    smape = numpy.nanmean(numpy.where(size > 0, 200 * error / numpy.where(size > 0, size, 1), 0.0))
    unit = scale(train, season)
    return (numpy.nanmean(error) / unit if unit and unit > 0 else numpy.nan), smape


def main():
    panels, folder, models = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3].split(",")
    chosen = sys.argv[4:] or sorted(path.stem for path in panels.glob("*.json"))
    print(f"{'panel':20}{'series':>7}  " + "".join(f"{m[:15]:>17}" for m in models))
    logs = {m: [] for m in models}
    for panel in chosen:
        about = json.loads((panels / f"{panel}.json").read_text())
        season = about.get("scale_season", (about["seasons"] or [1])[0])
        if not all((folder / f"{panel}.{m}.csv").exists() for m in models):
            continue
        train, test = series(panels / f"{panel}.train.csv"), series(panels / f"{panel}.test.csv")
        made = {m: series(folder / f"{panel}.{m}.csv") for m in models}
        ids = [i for i in test if all(i in made[m] for m in models)]
        line = f"{panel:20}{len(ids):>7}  "
        for m in models:
            all_scores = numpy.array([scores(train[i], test[i], made[m][i], season) for i in ids])
            mase, smape = numpy.nanmean(all_scores, axis=0)
            logs[m].append((numpy.log(mase), numpy.log(smape)))
            line += f"{mase:>9.4f}/{smape:>7.3f}"
        print(line)
    line = f"{'geometric mean':20}{'':>7}  "
    for m in models:
        if logs[m]:
            mase, smape = numpy.exp(numpy.mean(logs[m], axis=0))
            line += f"{mase:>9.4f}/{smape:>7.3f}"
    print(line)


main()
