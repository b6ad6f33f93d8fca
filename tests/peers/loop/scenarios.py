"""Every scenario from data to a served model to a batch of forecasts, by `almanac run NAME`.

usage: scenarios.py ALMANAC DATA SCRATCH"""

import pathlib

from outcome import expect, is_forecast, metric, outcome, script

SCENARIOS = ["store-item", "retail-demand", "walmart", "turnover", "capacity"]
# Real data: what to give, and what the metrics must be between. The noise of store-item is Poisson: a perfect mean
# forecast has an RMSE of about 7.48, and much less would be leakage.
REAL = {
    "store-item": (
        "store-item/train.csv",
        {"rmse": (7.35, 7.50), "smape": (0.0595, 0.0612), "mean_wql": (0.0640, 0.0664)},
    ),
    "walmart": ("walmart", {"wmae": (900, 1300)}),
}


def whole(almanac, scenario, home, more=()):
    """Training to endpoint, then a batch from the version that serves."""
    command = [almanac, "run", scenario, "--home", home, *more]
    trained = outcome(command, cwd=home.parent)
    expect(trained["verdict"]["promote"], "verdict", trained["verdict"]["reason"])
    expect(trained["package"]["version"] == 1, "registered", trained["package"]["arn"].split(":")[-1])
    endpoint = trained["endpoint"]
    expect(endpoint["status"] == "InService", "the endpoint serves", endpoint["config"])
    expect(is_forecast(trained["forecast"], True), "its forecast", trained["forecast"][:2])
    expect(pathlib.Path(trained["report"]).is_file(), "report", pathlib.Path(trained["report"]).name)
    # Without data of its own a batch continues what the version was trained and judged on.
    batch = outcome([almanac, "run", scenario, "--home", home, "--pipeline", "forecast"], cwd=home.parent)
    expect(is_forecast(batch["forecast"], True), "the batch", batch["forecast"][:2])
    return trained


def scenarios(almanac, data, scratch):
    scratch, data = pathlib.Path(scratch), pathlib.Path(data)
    scratch.mkdir()
    for scenario in SCENARIOS:
        print(f"  {scenario}, synthetic")
        whole(almanac, scenario, scratch / scenario)
    for scenario, (path, bounds) in REAL.items():
        if not (data / path).exists():
            print(f"  {scenario}: no real data in {data}, so it ran on synthetic data only")
            continue
        print(f"  {scenario}, real")
        told = whole(almanac, scenario, scratch / f"{scenario}-real", ["--data", (data / path).resolve()])
        for name, (least, most) in bounds.items():
            value = metric(told, name)
            expect(least <= value <= most, f"{name} from {least} to {most}", f"{value:.4f}")


script(scenarios)
