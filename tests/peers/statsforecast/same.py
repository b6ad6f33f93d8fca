"""Says whether two golden files hold the same forecasts, within what processors differ by.

usage: same.py COMMITTED.json MADE.json
"""

import json
import pathlib
import sys

committed, made = (json.loads(pathlib.Path(path).read_text())["series"] for path in sys.argv[1:3])
wrong = 0 if len(committed) == len(made) else 1
for number, (one, other) in enumerate(zip(committed, made)):
    if one["history"] != other["history"] or one["actual"] != other["actual"]:
        print(f"series {number}: another history")
        wrong += 1
    for model, values in one["forecasts"].items():
        far = max(abs(a - b) / max(abs(a), 1e-9) for a, b in zip(values, other["forecasts"][model]))
        if far > 1e-4:
            print(f"series {number} {model}: {far:.2e} apart")
            wrong += 1
print(f"statsforecast: {len(made)} series, {wrong} differences")
sys.exit(1 if wrong else 0)
