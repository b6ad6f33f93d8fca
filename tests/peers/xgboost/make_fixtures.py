"""Writes shared/trees/tests/fixtures: small models of old and new XGBoost with their answers.

Usage: make_fixtures.py FOLDER, once with xgboost==1.7.6 (the version of SageMaker's image 1.7-1;
with numpy<2 and pandas<2.2) and once with the pinned version. Not a part of CI: what old versions
wrote does not change, and `cargo test` reads it without Python.
"""

import json
import pathlib
import sys

import kinds
import numpy as np
import xgboost as xgb

FOLDER = pathlib.Path(sys.argv[1])
VERSION = xgb.__version__
MAJOR = int(VERSION.split(".")[0])
ROWS = 12
SMALL = {"max_depth": 3, "tree_method": "hist"}
OLD = ["poisson", "categories_grouped", "softprob", "forest", "early_stopping", "dart"]
NEW = ["quantiles", "categories_one_by_one"]

for name in OLD if MAJOR == 1 else NEW:
    parameters, rounds, special = kinds.KINDS[name]
    frame, target, levels = kinds.data(name, special)
    learned, asked = kinds.matrix(frame.iloc[:-kinds.TEST_ROWS], target[: -kinds.TEST_ROWS]), frame.iloc[-kinds.TEST_ROWS :]
    more = {}
    if "early" in special:
        watched = kinds.matrix(asked, target[-kinds.TEST_ROWS :])
        more = {"evals": [(watched, "asked")], "early_stopping_rounds": 3, "verbose_eval": False}
    booster = xgb.train({**kinds.QUIET, **parameters, **SMALL}, learned, min(rounds, 12), **more)
    stem = f"xgboost-{VERSION}-{name.replace('_', '-')}"
    booster.save_model(FOLDER / f"{stem}.json")
    booster.save_model(FOLDER / f"{stem}.ubj")
    if MAJOR == 1 and not levels:
        # Without an extension XGBoost 1 writes its binary format, as SageMaker's image does.
        booster.save_model(FOLDER / f"{stem}.bin")
    some = asked.iloc[:ROWS]
    matrix = kinds.matrix(some)
    limit = {"ntree_limit": booster.best_ntree_limit} if MAJOR == 1 else {}
    contributions = booster.predict(matrix, pred_contribs=True)
    answers = {
        "table": kinds.table(some, levels),
        "predictions": booster.predict(matrix).ravel().tolist(),
        "sagemaker": booster.predict(matrix, **limit).ravel().tolist(),
        "contributions": contributions.reshape(-1, contributions.shape[-1]).tolist(),
    }
    text = json.dumps(json.loads(json.dumps(answers), parse_float=lambda digits: round(float(digits), 9)))
    (FOLDER / f"{stem}.answers.json").write_text(text + "\n")
