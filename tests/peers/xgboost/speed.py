"""How long does XGBoost take for the data of `shared/trees/examples/train_speed.rs`?

Usage: speed.py FILE, which `train_speed --csv FILE` has written. Not a part of CI. Prints the CPU
seconds too: OpenMP waits by spinning, so that wall seconds say little on a busy machine.
"""

import os
import sys
import time

import numpy as np
import pandas as pd
import xgboost as xgb

LEARNED = 400_000

rows = pd.read_csv(sys.argv[1], header=None, dtype=np.float32).to_numpy()
target, columns = rows[:, 0], rows[:, 1:]


def timed(what, work):
    start, before = time.perf_counter(), os.times()
    answer = work()
    after = os.times()
    cpu = after.user + after.system - before.user - before.system
    print(f"{what}: {time.perf_counter() - start:.2f} s, {cpu:.2f} s of CPU")
    return answer


for threads in (1, 2):
    parameters = {"max_depth": 6, "eta": 0.1, "nthread": threads}

    def train():
        learned = xgb.QuantileDMatrix(columns[:LEARNED], target[:LEARNED], nthread=threads)
        return xgb.train(parameters, learned, 200)

    booster = timed(f"{threads} threads: trained", train)
    asked = xgb.DMatrix(columns[LEARNED:], nthread=threads)
    errors = timed("predicted", lambda: booster.predict(asked)) - target[LEARNED:]
    print(f"rmse {np.sqrt(np.mean(errors**2)):.4f}")
    some = xgb.DMatrix(columns[LEARNED : LEARNED + 5000], nthread=threads)
    timed("5000 explained", lambda: booster.predict(some, pred_contribs=True))
