"""A run of `almanac run --json`, and what is expected of it."""

import json
import math
import re
import subprocess
import sys

SECONDS = 900


class Unexpected(Exception):
    """Something is not as it should be."""


def expect(holds, words, seen):
    """Prints what holds; anything else ends the script."""
    if not holds:
        raise Unexpected(f"{words}: {seen}")
    print(f"    {words}: {seen}", flush=True)


def run(command, **settings):
    """The standard output of a command that must end with 0."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, **settings)
    if ended.returncode != 0:
        words = " ".join(map(str, command))
        raise Unexpected(f"`{words}` ended with {ended.returncode}:\n{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}")
    return ended.stdout


def outcome(command, **settings):
    """What a run tells with --json, if it succeeded."""
    told = json.loads(run([*command, "--json"], **settings))
    seconds = told["seconds"]
    times = f"{seconds['total']:.1f} s, {seconds['jobs']:.1f} s of them in jobs"
    print(f"    {told['pipeline']}: {told['status']}, {times}", flush=True)
    if told["status"] != "Succeeded" or any(step["status"] != "Succeeded" for step in told["steps"]):
        raise Unexpected(f"not every step succeeded: {told['steps']}")
    return told


def metric(told, name):
    """A metric of the candidate."""
    return next(row["candidate"] for row in told["metrics"] if row["metric"] == name)


def numbers(line):
    """The numbers at the end of a line of a forecast."""
    found = []
    for word in reversed(line.strip().split(",")):
        if not re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", word):
            break
        found.insert(0, float(word))
    return found


def is_forecast(lines, name_of_series):
    """Whether these lines are forecasts: all but a heading end with finite numbers, and not all are equal."""
    rows = lines[1:] if name_of_series and not numbers(lines[0]) else lines
    values = [numbers(row) for row in rows]
    return (
        len(rows) > 1
        and all(value and all(map(math.isfinite, value)) for value in values)
        and len({value[-1] for value in values}) > 1
    )


def script(body):
    """Runs a script; what is unexpected is its last line."""
    try:
        body(*sys.argv[1:])
    except Unexpected as unexpected:
        sys.exit(f"    WRONG: {unexpected}")
