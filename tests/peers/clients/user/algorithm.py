"""What an image of a user's own has as its entry point: `train`, or `serve PORT`."""

import http.server
import json
import os
import pathlib
import sys

import line

ML = pathlib.Path("/opt/ml")


def train():
    told = json.loads((ML / "input/config/hyperparameters.json").read_text())
    if told.get("objective") == "impossible":
        (ML / "output").mkdir(exist_ok=True)
        (ML / "output/failure").write_text("the objective is impossible")
        raise SystemExit(1)
    assert told == {"objective": "reg:squarederror", "num_round": "50"}, told
    channels = json.loads((ML / "input/config/inputdataconfig.json").read_text())
    assert sorted(channels) == ["train", "validation"], channels
    fitted = line.fit(line.read(ML / "input/data/train"))
    line.write(fitted, ML / "model")
    print(f"validation:rmse={line.rmse(fitted, line.read(ML / 'input/data/validation'))};")


class Model(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200 if self.path == "/ping" else 404, "")

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            lengths = [float(row) for row in text.split()]
        except ValueError as error:
            return self.answer(400, f"cannot read a row: {error}")
        fitted = json.loads((ML / "model/line.json").read_text())
        rings = (fitted["slope"] * length + fitted["intercept"] for length in lengths)
        return self.answer(200, "".join(f"{value}\n" for value in rings))

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def serve():
    port = int(os.environ["SAGEMAKER_BIND_TO_PORT"])
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Model).serve_forever()


{"train": train, "serve": serve}[sys.argv[1]]()
