"""Forecasts a folder of panels with statsforecast's automatic models, one CSV a model, and notes the seconds.

A panel NAME is three files: NAME.train.csv and NAME.test.csv (unique_id,ds,y) and NAME.json with `seasons`
(shortest first), `horizon`, `scale_season` (of MASE) and, if the panel is large, `limit`.
usage: peers.py PANELS OUT [MODEL,MODEL] [NAME...]
"""

import json
import pathlib
import sys
import time
import warnings

import pandas
from statsforecast import StatsForecast
from statsforecast.models import MSTL, AutoARIMA, AutoCES, AutoETS, AutoTheta, SeasonalNaive

LONGEST = 24  # statsforecast's ETS refuses longer seasons; it then forecasts without


def model(name, seasons):
    first = seasons[0] if seasons else 1
    fitting = first if first <= LONGEST else 1
    fallback = SeasonalNaive(season_length=first)
    made = {
        "AutoETS": lambda: AutoETS(season_length=fitting),
        "AutoTheta": lambda: AutoTheta(season_length=first),
        "AutoARIMA": lambda: AutoARIMA(season_length=fitting),
        "AutoCES": lambda: AutoCES(season_length=fitting),
        "SeasonalNaive": lambda: SeasonalNaive(season_length=first),
        "MSTL": lambda: MSTL(season_length=seasons or [1], trend_forecaster=AutoETS(model="ZZN")),
    }
    return made[name](), fallback


def limited(frame, limit):
    ids = frame.unique_id.unique()
    if limit and len(ids) > limit:
        step = len(ids) / limit
        ids = [ids[int(i * step)] for i in range(limit)]
        frame = frame[frame.unique_id.isin(set(ids))]
    return frame


def main():
    panels, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    names = sys.argv[3].split(",") if len(sys.argv) > 3 else ["SeasonalNaive", "AutoTheta", "AutoETS"]
    chosen = sys.argv[4:] or sorted(path.stem for path in panels.glob("*.json"))
    warnings.simplefilter("ignore")
    out.mkdir(parents=True, exist_ok=True)
    for panel in chosen:
        about = json.loads((panels / f"{panel}.json").read_text())
        train = limited(pandas.read_csv(panels / f"{panel}.train.csv"), about.get("limit"))
        for name in names:
            target = out / f"{panel}.{name}.csv"
            if target.exists():
                continue
            made, fallback = model(name, about["seasons"])
            begun = time.process_time()
            runner = StatsForecast(models=[made], freq=1, n_jobs=1, fallback_model=fallback)
            forecast = runner.forecast(df=train, h=about["horizon"])
            seconds = time.process_time() - begun
            forecast.columns = ["unique_id", "ds", "y"]
            forecast.to_csv(target, index=False)
            (out / f"{panel}.{name}.seconds").write_text(f"{seconds:.2f} {train.unique_id.nunique()}\n")
            print(f"{panel} {name}: {seconds:.1f} s", flush=True)


main()
