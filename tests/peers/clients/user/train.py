"""A user's training script, as the SDK's script mode runs one."""

import argparse
import json
import os

import line

parser = argparse.ArgumentParser()
parser.add_argument("--shrink", type=float, required=True)
parser.add_argument("--note", required=True)
parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
parser.add_argument("--validation", default=os.environ["SM_CHANNEL_VALIDATION"])
options = parser.parse_args()

assert json.loads(os.environ["SM_HPS"]) == {"shrink": options.shrink, "note": options.note}
assert json.loads(os.environ["SM_CHANNELS"]) == ["train", "validation"]
assert os.environ["RETAILER"] == "acme"
fitted = line.fit(line.read(options.train))
fitted["slope"] *= options.shrink
line.write(fitted, options.model_dir)
print(f"validation:rmse={line.rmse(fitted, line.read(options.validation))};")
