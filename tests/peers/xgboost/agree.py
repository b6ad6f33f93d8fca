"""shared/trees answers and explains what XGBoost trained, and XGBoost answers what it trained.

Usage: agree.py XGBOOST_PEER
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import kinds
import numpy as np
import xgboost as xgb

PEER = sys.argv[1]
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="almanac-xgboost-"))
failures = []


def check(name, is_right, what):
    if not is_right:
        failures.append(f"{name}: {what}")


def close(name, what, ours, theirs, tolerance):
    """Relative to the size of each value, and absolute for those below 1."""
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if ours.size != theirs.size:
        failures.append(f"{name}: {what}: {ours.size} values instead of {theirs.size}")
        return 0.0
    ours = ours.reshape(theirs.shape)
    apart = np.max(np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))) if ours.size else 0.0
    check(name, apart <= tolerance, f"{what} differ by {apart:.2e}")
    return apart


def ask(*arguments):
    return subprocess.run([PEER, *map(str, arguments)], capture_output=True, text=True, check=False)


def answer(name, *arguments):
    asked = ask("predict", *arguments)
    if asked.returncode != 0:
        failures.append(f"{name}: {asked.stderr.strip()}")
        return None
    return json.loads(asked.stdout)


def additive(name, answered):
    outputs = len(answered["margins"]) // kinds.TEST_ROWS
    sums = np.asarray(answered["contributions"]).sum(axis=1).reshape(-1, outputs)
    return close(name, "sums of contributions", sums, np.reshape(answered["margins"], (-1, outputs)), 1e-5)


def compare(name, booster, asked, answered, rounds=(0, 0)):
    """Predictions, margins and contributions of a model that XGBoost has too."""
    range_ = {"iteration_range": rounds}
    worst = close(name, "predictions", answered["predictions"], booster.predict(asked, **range_), 1e-6)
    close(name, "margins", answered["margins"], booster.predict(asked, output_margin=True, **range_), 1e-6)
    theirs = booster.predict(asked, pred_contribs=True, **range_)
    theirs = theirs.reshape(-1, theirs.shape[-1])
    contributions = close(name, "contributions", answered["contributions"], theirs, 1e-5)
    return worst, contributions, additive(name, answered)


def reads(name):
    """Both formats of a model of XGBoost, and the same model written by shared/trees."""
    booster, asked, table = kinds.train(name)
    kinds.write(FOLDER / "table.json", table)
    for ending in ("json", "ubj"):
        path = FOLDER / f"{name}.{ending}"
        booster.save_model(path)
        answered = answer(name, path, FOLDER / "table.json")
        if answered is None:
            return
        apart = compare(name, booster, asked, answered)
        print(f"read    {name:24} {ending:4}  predictions {apart[0]:.1e}  contributions {apart[1]:.1e}  sums {apart[2]:.1e}")
    again = FOLDER / "again.json"
    again.write_text(answered["written"])
    loaded = xgb.Booster(model_file=again)
    close(name, "predictions after writing", loaded.predict(asked), booster.predict(asked), 1e-6)
    if "early" in kinds.KINDS[name][2]:
        best = booster.best_iteration + 1
        check(name, best < booster.num_boosted_rounds(), "it did not stop early")
        answered = answer(name, path, FOLDER / "table.json", "best")
        compare(f"{name} (best)", booster, asked, answered, (0, best))


TRAINED = {
    "squared": ({}, "missing"),
    "categories": ({}, "missing categories"),
    "leafwise": ({"growth": "leafwise"}, "missing categories"),
    "oblivious": ({"growth": "oblivious"}, "missing categories"),
    "sampled": ({"row_share": 0.5, "column_share": 0.5}, "missing"),
    "absolute": ({"objective": "reg:absoluteerror"}, "missing"),
    "pseudo_huber": ({"objective": "reg:pseudohubererror"}, ""),
    "logistic": ({"objective": "binary:logistic"}, "binary"),
    "poisson": ({"objective": "count:poisson"}, "counts categories"),
    "gamma": ({"objective": "reg:gamma"}, "positive"),
    "tweedie": ({"objective": "reg:tweedie", "power": 1.3}, "counts"),
    "quantiles": ({"objective": "reg:quantileerror", "levels": [0.1, 0.5, 0.9]}, "missing"),
    "early": ({"patience": 3}, ""),
}


def writes(name):
    """XGBoost loads what shared/trees trained, and answers and explains the same."""
    settings, special = TRAINED[name]
    frame, target, levels = kinds.data(name, special)
    model = FOLDER / "trained.json"
    kinds.write(FOLDER / "settings.json", settings)
    kinds.write(FOLDER / "learned.json", kinds.table(frame, levels, target))
    trained = ask("train", FOLDER / "settings.json", FOLDER / "learned.json", model)
    if trained.returncode != 0:
        failures.append(f"{name}: {trained.stderr.strip()}")
        return
    some = frame.iloc[-kinds.TEST_ROWS :]
    kinds.write(FOLDER / "table.json", kinds.table(some, levels))
    answered = answer(name, model, FOLDER / "table.json")
    loaded = xgb.Booster(model_file=model)
    apart = compare(f"trained {name}", loaded, kinds.matrix(some), answered)
    print(f"trained {name:24}       predictions {apart[0]:.1e}  contributions {apart[1]:.1e}  sums {apart[2]:.1e}")


def refuses():
    """What cannot be answered for exactly is refused by name."""
    booster, _, table = kinds.train("squared")
    kinds.write(FOLDER / "table.json", table)
    path = FOLDER / "refused.json"
    booster.save_model(path)
    whole = json.loads(path.read_text())
    linear = xgb.train({"booster": "gblinear", "verbosity": 0}, kinds.matrix(*kinds.data("squared", "")[:2]), 2)
    linear.save_model(FOLDER / "linear.json")
    vector = {**kinds.QUIET, "multi_strategy": "multi_output_tree", "tree_method": "hist"}
    vector = xgb.train(vector, kinds.matrix(*kinds.data("several_targets", "targets")[:2]), 2)
    vector.save_model(FOLDER / "vector.json")
    cyclic = json.loads(path.read_text())
    cyclic["learner"]["gradient_booster"]["model"]["trees"][3]["left_children"][1] = 1
    other = json.loads(path.read_text())
    other["learner"]["objective"]["name"] = "survival:aft"
    cases = {
        "version": (json.dumps({**whole, "version": [4, 0, 0]}), "`version` is 4.0.0"),
        "cut": (path.read_text()[:5000], "not JSON"),
        "cyclic": (json.dumps(cyclic), "trees[3].left_children"),
        "objective": (json.dumps(other), "survival:aft"),
        "linear": ((FOLDER / "linear.json").read_text(), "gblinear"),
        "vector": ((FOLDER / "vector.json").read_text(), "multi_strategy"),
        "text": ("model", "neither JSON nor UBJSON"),
    }
    for name, (text, words) in cases.items():
        path.write_text(text)
        refused = ask("predict", path, FOLDER / "table.json")
        said = refused.stderr.strip()
        check(f"refusal of {name}", refused.returncode == 1 and words in said and "panicked" not in said, said)
        print(f"refused {name:12} {said}")


for kind in kinds.KINDS:
    reads(kind)
for kind in TRAINED:
    writes(kind)
refuses()
print(f"{len(kinds.KINDS)} kinds of XGBoost {xgb.__version__} read, {len(TRAINED)} of ours loaded by it")
if failures:
    sys.exit("\n".join(failures))
