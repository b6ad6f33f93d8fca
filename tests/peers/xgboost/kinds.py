"""The kinds of models that XGBoost trains and shared/trees has to answer for."""

import json
import zlib

import numpy as np
import pandas as pd
import xgboost as xgb

ROWS, TEST_ROWS = 600, 200
QUIET = {"verbosity": 0, "nthread": 1, "max_depth": 4, "eta": 0.3, "seed": 7}

# Name: (parameters, rounds, what is special).
KINDS = {
    "squared": ({"objective": "reg:squarederror"}, 12, ""),
    "squared_log": ({"objective": "reg:squaredlogerror"}, 12, "positive"),
    "absolute": ({"objective": "reg:absoluteerror"}, 12, ""),
    "pseudo_huber": ({"objective": "reg:pseudohubererror", "huber_slope": 2.0}, 12, ""),
    "reg_logistic": ({"objective": "reg:logistic"}, 12, "binary"),
    "binary_logistic": ({"objective": "binary:logistic", "scale_pos_weight": 2.0}, 12, "binary"),
    "poisson": ({"objective": "count:poisson"}, 12, "counts"),
    "gamma": ({"objective": "reg:gamma"}, 12, "positive"),
    "tweedie": ({"objective": "reg:tweedie", "tweedie_variance_power": 1.3}, 12, "counts"),
    "quantiles": ({"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9]}, 8, ""),
    "softprob": ({"objective": "multi:softprob", "num_class": 3}, 6, "classes"),
    "softmax": ({"objective": "multi:softmax", "num_class": 3}, 6, "classes"),
    "missing": ({"objective": "reg:squarederror"}, 12, "missing"),
    "categories_grouped": ({"objective": "reg:squarederror", "max_cat_to_onehot": 1}, 12, "missing categories"),
    "categories_one_by_one": ({"objective": "count:poisson", "max_cat_to_onehot": 99}, 12, "counts missing categories"),
    "forest": ({"objective": "reg:squarederror", "num_parallel_tree": 3, "subsample": 0.6, "colsample_bynode": 0.7}, 4, "missing"),
    "forest_of_classes": ({"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2, "subsample": 0.6}, 4, "classes"),
    "base_score": ({"objective": "reg:squarederror", "base_score": 40.0}, 6, ""),
    "base_score_poisson": ({"objective": "count:poisson", "base_score": 2.5}, 6, "counts"),
    "dart": ({"objective": "reg:squarederror", "booster": "dart", "rate_drop": 0.4, "one_drop": 1}, 10, "missing"),
    "lossguide": ({"objective": "reg:squarederror", "grow_policy": "lossguide", "max_leaves": 40, "max_depth": 0}, 8, "missing"),
    "exact_and_pruned": ({"objective": "reg:squarederror", "tree_method": "exact", "gamma": 40.0}, 8, "missing"),
    "deep": ({"objective": "reg:squarederror", "max_depth": 14, "min_child_weight": 0}, 5, "missing"),
    "several_targets": ({"objective": "reg:squarederror"}, 6, "targets"),
    "early_stopping": ({"objective": "reg:squarederror", "eta": 0.9}, 60, "early"),
    "without_names": ({"objective": "reg:squarederror"}, 6, "nameless"),
    "one_leaf": ({"objective": "reg:squarederror", "gamma": 1e12}, 2, ""),
}


def data(name, special, rows=ROWS):
    """Columns as a frame, the target, and the table as shared/trees reads it."""
    chance = np.random.default_rng(zlib.crc32(name.encode()))
    frame = pd.DataFrame({f"x{at}": chance.normal(size=rows).astype(np.float32) for at in range(5)})
    frame["promo"] = chance.integers(0, 2, rows).astype(np.float32)
    levels = {}
    effect = 0.0
    if "categories" in special:
        for column, count in (("store", 37), ("kind", 3)):
            codes = chance.integers(0, count, rows)
            effect = effect + np.sin(codes * 1.7)
            frame[column] = pd.Categorical.from_codes(codes, categories=list(range(count)))
            levels[column] = count
    if "missing" in special:
        for column in frame.columns:
            frame.loc[chance.random(rows) < 0.15, column] = None
    known = frame[[f"x{at}" for at in range(5)]].fillna(0.5).to_numpy()
    signal = known[:, 0] * 2 + np.where(known[:, 1] > 0.3, 3, 0) * known[:, 2] + effect + frame["promo"].fillna(0).to_numpy()
    noise = chance.normal(size=rows)
    if "binary" in special:
        target = (signal + noise > 1).astype(np.float32)
    elif "classes" in special:
        target = np.digitize(signal + noise, [-1, 2]).astype(np.float32)
    elif "counts" in special:
        target = chance.poisson(np.exp(np.clip(signal / 4, -2, 3))).astype(np.float32)
    elif "positive" in special:
        target = np.exp(np.clip(signal / 4, -2, 3)) * chance.gamma(5, 0.2, rows) + 1e-3
    elif "targets" in special:
        target = np.stack([signal + noise, signal * noise, noise], axis=1)
    else:
        target = 10 + signal * 3 + noise
    return frame, np.asarray(target, dtype=np.float32), levels


def table(frame, levels, target=None):
    """The same columns in the JSON of `xgboost_peer`."""
    columns = []
    for column in frame.columns:
        series = frame[column]
        values = series.cat.codes.where(series.notna()) if column in levels else series
        values = [None if pd.isna(value) else float(value) for value in values]
        columns.append({"name": column, "values": values, "levels": levels.get(column)})
    answer = {"columns": columns}
    if target is not None:
        answer["target"] = [float(value) for value in target]
    return answer


def matrix(frame, target=None, names=True):
    """As XGBoost takes it."""
    if not names:
        return xgb.DMatrix(frame.to_numpy(), target)
    return xgb.DMatrix(frame, target, enable_categorical=True)


def train(name):
    """A booster of this kind, and what it is to be asked about."""
    parameters, rounds, special = KINDS[name]
    frame, target, levels = data(name, special)
    named = "nameless" not in special
    learned = matrix(frame.iloc[:-TEST_ROWS], target[:-TEST_ROWS], named)
    asked = matrix(frame.iloc[-TEST_ROWS:], target[-TEST_ROWS:], named)
    more = {}
    if "early" in special:
        more = {"evals": [(asked, "asked")], "early_stopping_rounds": 5, "verbose_eval": False}
    booster = xgb.train({**QUIET, **parameters}, learned, rounds, **more)
    return booster, asked, table(frame.iloc[-TEST_ROWS:], levels)


def write(path, value):
    path.write_text(json.dumps(value))
