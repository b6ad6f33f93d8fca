"""Times our whole training with evaluation, statsforecast AutoETS and LightGBM on the store-item data.

usage: peers.py DATA OUR_BINARY
"""

import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("NIXTLA_ID_AS_COL", "1")
THREADS = 2
SAMPLE = 8
HORIZON = 90


def spent(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def ours(data, binary):
    """prepare, train and evaluate, as a pipeline runs them; reading included."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="almanac-speed-"))
    first, *lines = (pathlib.Path(data) / "store-item/train.csv").read_text().splitlines()
    for name, rows in (
        ("raw", [line for line in lines if line < "2017-10-03"]),
        ("raw-holdout", [line for line in lines if line >= "2017-10-03"]),
    ):
        (folder / "data" / name).mkdir(parents=True)
        (folder / "data" / name / "sales.csv").write_text("\n".join([first, *rows]) + "\n")
    wall, processor = time.perf_counter(), spent(resource.RUSAGE_CHILDREN)
    for job in (["prepare", "--trainer", "almanac"], ["train"], ["evaluate", "--trainer", "almanac"]):
        subprocess.run([binary, job[0], "--scenario", "store-item", *job[1:]], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
    wall, processor = time.perf_counter() - wall, spent(resource.RUSAGE_CHILDREN) - processor
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    report = json.loads((folder / "reports/evaluation/evaluation.json").read_text())
    print(f"ours: rmse {report['metrics']['rmse']['value']:.3f}")
    shutil.rmtree(folder)
    return wall, processor, peak


def measured(work):
    wall, processor = time.perf_counter(), spent(resource.RUSAGE_SELF)
    work()
    return time.perf_counter() - wall, spent(resource.RUSAGE_SELF) - processor


def auto_ets(frame):
    import pandas
    from statsforecast.models import AutoETS

    known = frame[frame.date < frame.date.max() - pandas.Timedelta(days=HORIZON - 1)]
    groups = [group.sales.to_numpy(float) for _, group in known.groupby(["store", "item"])]
    chosen = groups[:: max(1, len(groups) // SAMPLE)][:SAMPLE]
    AutoETS(season_length=7).forecast(y=groups[0][-200:], h=HORIZON)  # compiles

    def work():
        for values in chosen:
            AutoETS(season_length=7).forecast(y=values, h=HORIZON, level=[80])

    wall, processor = measured(work)
    factor = len(groups) / len(chosen)
    return wall * factor / THREADS, processor * factor, len(chosen)


def features(frame):
    frame = frame.sort_values(["store", "item", "date"]).reset_index(drop=True)
    by_series = frame.groupby(["store", "item"]).sales
    made = frame[["store", "item"]].copy()
    for name in ("dayofweek", "month", "day", "quarter", "year"):
        made[name] = getattr(frame.date.dt, name)
    made["week"] = frame.date.dt.isocalendar().week.astype(int)
    for lag in (90, 91, 98, 105, 112, 119, 126, 182, 364):
        made[f"lag_{lag}"] = by_series.shift(lag)
    for window in (7, 28, 91, 364):
        delayed = by_series.shift(HORIZON)
        rolling = delayed.groupby([frame.store, frame.item]).rolling(window)
        made[f"mean_{window}"] = rolling.mean().to_numpy()
        made[f"deviation_{window}"] = rolling.std().to_numpy()
    return frame, made


def fitted(table, target, aim):
    import lightgbm

    model = lightgbm.LGBMRegressor(
        n_estimators=600, num_leaves=63, learning_rate=0.05, n_jobs=THREADS, verbose=-1, **aim
    )
    return model.fit(table, target, categorical_feature=["store", "item"])


def light_gbm(frame):
    """The mean and the three quantiles that ours forecasts as well."""
    import pandas

    def work():
        sorted_frame, made = features(frame)
        cut = sorted_frame.date.max() - pandas.Timedelta(days=HORIZON - 1)
        train = (sorted_frame.date < cut) & made.lag_364.notna()
        for aim in ({"objective": "quantile", "alpha": level} for level in (0.1, 0.5, 0.9)):
            fitted(made[train], sorted_frame.sales[train], aim).predict(made[sorted_frame.date >= cut])
        model = fitted(made[train], sorted_frame.sales[train], {"objective": "poisson"})
        error = model.predict(made[sorted_frame.date >= cut]) - sorted_frame.sales[sorted_frame.date >= cut]
        print(f"LightGBM: rmse {((error**2).mean()) ** 0.5:.3f}")

    return measured(work)


def main():
    data, binary = sys.argv[1], str(pathlib.Path(sys.argv[2]).resolve())
    wall, processor, peak = ours(data, binary)
    import pandas

    frame = pandas.read_csv(pathlib.Path(data) / "store-item/train.csv", parse_dates=["date"])
    ets_wall, ets, sample = auto_ets(frame)
    gbm_wall, gbm = light_gbm(frame)
    print(f"{'':52}{'wall s':>9}{'cpu s':>9}{'ratio':>8}")
    rows = [
        ("ours: prepare, train, evaluate with quantiles", wall, processor),
        (f"statsforecast AutoETS, {sample} of 500 series extrapolated", ets_wall, ets),
        ("LightGBM, mean and p10, p50, p90, features included", gbm_wall, gbm),
    ]
    for name, seconds, cpu in rows:
        print(f"{name:52}{seconds:9.1f}{cpu:9.1f}{cpu / processor:8.1f}")
    print(f"ours: peak memory {peak:.0f} MiB; targets 10 s wall, 600 MB")
    sys.exit(0 if wall <= 10 and peak < 600e6 / 2**20 else 1)


if __name__ == "__main__":
    main()
