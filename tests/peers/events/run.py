"""Runs every sample event against the real functions, with moto as AWS; see `events.sh`.

For each `events/<function>/<case>.json`: moto is emptied and filled from `world.json`, the event is sent by
`cargo lambda invoke`, the outcome compared with `expected.json`; then the event is sent again, and whatever
there is must be as it was. What moto lacks is said and left to the replay tests of the function.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from world import REGION, World

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ACCOUNT = "111122223333"
BUCKET = "almanac-artefacts"
TOPIC = "almanac-approvals"
# What template.yaml sets. A world.json names the `settings` that its expectations rest on: the same ones.
SETTINGS = {
    "TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:{TOPIC}",
    "MARKER_PREFIX": f"s3://{BUCKET}/notified",
    "MODEL_GROUP_PREFIX": "retail-",
    "CONSOLE_URL": "https://almanac.example",
    "ENDPOINT_SUFFIX": "-serverless-prod",
    "MODEL_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/model",
    "MEMORY_MB": "2048",
    "MAX_CONCURRENCY": "5",
    "PROVISIONED_CONCURRENCY": "",
    "INSTANCE_TYPE": "",
    "INSTANCE_COUNT": "1",
}
# Operations that moto answers with 404 or 500.
MOTO_LACKS = {"UpdateEndpoint", "ComponentSource", "EndpointStates"}

# What an expectation says beside the fields of the answer.
NOT_OF_THE_ANSWER = {"outcome", "answer", "needs", "message_contains", "world", "changes_before_failing"}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(command, log, **more):
    """A process group of our own, ended when the block ends."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, **more)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_for(port, process, log, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    sys.exit(f"nothing listens on port {port}:\n{pathlib.Path(log).read_text()[-2000:]}")


def tool_invoke(port, function, event):
    """`cargo lambda invoke`: whether it succeeded, and what it said."""
    done = subprocess.run(
        ["cargo", "lambda", "invoke", "-A", "127.0.0.1", "-P", str(port), function, "--data-file", str(event),
         "--output-format", "json"],
        capture_output=True, text=True, timeout=60, cwd=ROOT,
    )
    return done.returncode == 0, done.stdout if done.returncode == 0 else done.stdout + done.stderr


def plain_invoke(port, function, event):
    """The same over HTTP: whether it succeeded, and the JSON that came back, unwrapped by no tool."""
    address = f"http://127.0.0.1:{port}/2015-03-31/functions/{function}/invocations"
    try:
        with urllib.request.urlopen(address, event.read_bytes(), timeout=60) as answer:
            return True, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return False, json.loads(error.read())


def squeezed(text):
    """Without the frames and line breaks that the tool draws around messages."""
    return re.sub(r"[\s│×╰─▶]+", "", text)


def differences(expected, found, place=""):
    """Where `found` lacks what `expected` says; more keys than expected are fine."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{place}: {found!r} instead of an object"]
        return [line for key, value in expected.items()
                for line in differences(value, found.get(key), f"{place}.{key}")]
    both_numbers = all(isinstance(it, (int, float)) and not isinstance(it, bool) for it in (expected, found))
    if both_numbers and abs(expected - found) <= 1e-9 * max(1.0, abs(expected)):
        return []
    return [] if expected == found else [f"{place}: {found!r} instead of {expected!r}"]


def judge(expected, succeeded, said):
    """What is wrong with an outcome, given what HTTP answered."""
    outcome = expected["outcome"]
    if outcome == "ok":
        if not succeeded:
            return [f"it failed: {said}"]
        answer = {key: value for key, value in expected.items() if key not in NOT_OF_THE_ANSWER}
        return differences({**answer, **expected.get("answer", {})}, said, "answer")
    if succeeded:
        return [f"it succeeded, where {outcome} was expected: {said}"]
    wrong = []
    if said.get("errorType") != outcome:
        wrong.append(f"errorType {said.get('errorType')} instead of {outcome}: {said.get('errorMessage')}")
    texts = expected.get("message_contains", [])
    for text in [texts] if isinstance(texts, str) else texts:
        if text not in said.get("errorMessage", ""):
            wrong.append(f"`{text}` is not in: {said.get('errorMessage')}")
    return wrong


class Run:
    """The events of all functions, against one moto."""

    def __init__(self, moto_address, environment, logs):
        self.moto_address = moto_address
        self.environment = environment
        self.logs = logs
        self.watch_port = free_port()
        self.world = World(moto_address)
        self.passed, self.failed, self.skipped = 0, 0, 0

    def reset(self, world):
        request = urllib.request.Request(f"{self.moto_address}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=30).read()
        self.world.seed(world, [TOPIC], [BUCKET])

    def function(self, name):
        folder = ROOT / "events" / name
        world = json.loads((folder / "world.json").read_text()) if (folder / "world.json").exists() else {}
        expected = json.loads((folder / "expected.json").read_text())
        expected = {case.removesuffix(".json"): what for case, what in expected.items()}
        for key, value in world.get("settings", {}).items():
            if SETTINGS.get(key, "") != value:
                sys.exit(f"events/{name}/world.json wants {key}={value}, others {SETTINGS.get(key)}")
        cases = sorted(p.stem for p in folder.glob("*.json") if p.stem not in ("world", "expected"))
        # It compiles with the first event, and then says nothing while it fails: so compile before. Debug binaries
        # share their dependencies with `cargo test`, and the events are the same.
        subprocess.run(["cargo", "build", "--locked", "--bin", name], check=True, cwd=ROOT / "functions" / name)
        # The workspace runs `almanac` by default: other programs are found from their own folder.
        command = ["cargo", "lambda", "watch", "--ignore-changes", "-A", "127.0.0.1", "-P", str(self.watch_port),
                   *(f"--env-var={key}={value}" for key, value in SETTINGS.items() if value)]
        log = f"{self.logs}/{name}"
        with running(command, log, env=self.environment, cwd=ROOT / "functions" / name) as watch:
            wait_for(self.watch_port, watch, log)
            for case in cases:
                self.case(name, case, folder / f"{case}.json", world, expected.get(case))
        self.watch_port = free_port()

    def case(self, name, case, event, world, expected):
        title = f"{name}/{case}"
        if expected is None:
            self.failed += 1
            print(f"FAILED  {title}: expected.json says nothing of it")
            return
        needs = expected.get("needs", [])
        lacking = MOTO_LACKS & set([needs] if isinstance(needs, str) else needs)
        if lacking:
            self.skipped += 1
            print(f"skipped {title}: moto lacks {', '.join(sorted(lacking))}; the replay tests cover it")
            return
        self.reset(expected.get("world", world))
        untouched = self.world.everything()
        wrong = self.first(name, event, expected, untouched)
        once = self.world.everything()
        if expected.get("action") == "deleted":
            # moto deletes an endpoint at once: the next event finds it gone, and sweeps up what it left.
            plain_invoke(self.watch_port, name, event)
            once = self.world.everything()
        plain_invoke(self.watch_port, name, event)
        twice = self.world.everything()
        wrong += [f"repeating it changed {place}" for place in changed(once, twice)]
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        changes = len(changed(untouched, once))
        print(f"{'FAILED ' if wrong else 'passed '} {title} ({expected['outcome']}, {changes} things changed)")
        for line in wrong:
            print(f"        {line}")

    def first(self, name, event, expected, untouched):
        """Sends by the tool, then compares; a failed event is sent by HTTP too, which shows its error unframed."""
        succeeded, said = tool_invoke(self.watch_port, name, event)
        if succeeded:
            return judge(expected, True, json.loads(said))
        wrong = [f"a failed event changed {place}" for place in changed(untouched, self.world.everything())
                 if not expected.get("changes_before_failing")]
        again, plain = plain_invoke(self.watch_port, name, event)
        if not again and squeezed(plain.get("errorMessage", ""))[:60] not in squeezed(said):
            wrong.append(f"the tool shows another message: {said}")
        return wrong + judge(expected, again, plain)


def changed(before, after):
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def main():
    # A terminated run ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    names = sys.argv[1:] or sorted(p.name for p in (ROOT / "events").iterdir() if p.is_dir())
    moto_port = free_port()
    moto_address = f"http://127.0.0.1:{moto_port}"
    environment = {
        **os.environ, **SETTINGS,
        "AWS_ENDPOINT_URL": moto_address, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_MAX_ATTEMPTS": "1", "MOTO_ACCOUNT_ID": ACCOUNT,
    }
    environment.pop("AWS_PROFILE", None)
    with tempfile.TemporaryDirectory() as logs, contextlib.ExitStack() as stack:
        moto_log = f"{logs}/moto"
        moto = stack.enter_context(running(
            [sys.executable, str(HERE / "moto_server.py"), "-H", "127.0.0.1", "-p", str(moto_port)], moto_log, env=environment, cwd=logs))
        wait_for(moto_port, moto, moto_log)
        run = Run(moto_address, environment, logs)
        for name in names:
            run.function(name)
        if run.failed:
            for log in sorted(it for it in pathlib.Path(logs).iterdir() if it.name != "moto"):
                print(f"--- the end of {log.name}\n{log.read_text()[-2000:]}")
    print(f"events: {run.passed} passed, {run.failed} failed, {run.skipped} skipped")
    sys.exit(1 if run.failed or not run.passed else 0)


if __name__ == "__main__":
    main()
