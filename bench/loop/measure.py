"""Runs the loop some times and says where the time went. usage: measure.py ALMANAC FILE RUNS

A job counts while its own process runs, which a script in its place writes down. All else is the engine's: cutting,
hashing and uploading the data, starting processes, copying inputs and outputs, functions, events, the endpoint."""

import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

MOST_SECONDS, MOST_OVERHEAD = 15.0, 1.0
FUNCTIONS = {"RecordMetrics", "CompareModels"}
JOBS = {"DataQuality", "Prepare", "Train", "Evaluate"}


def processor():
    """The seconds of processors that ended children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(minutes):
    """What a shell writes as 1m2.5s."""
    whole, rest = minutes.rstrip("s").split("m")
    return 60 * int(whole) + float(rest)


def images(almanac, times):
    """What stands for the image of jobs: our own program, timed."""
    command = [str(pathlib.Path(__file__).with_name("timed.sh").resolve()), str(times), str(almanac), "job"]
    serve = ["serve", "--host", "127.0.0.1", "--port", "{port}"]
    return f'[[images]]\nimage = "*/almanac-jobs:*"\ncommand = {json.dumps(command)}\nserve = {json.dumps(serve)}\n'


def measured(almanac, file):
    """One run in a new home: where the seconds went."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        times, config = folder / "times", folder / "almanac.toml"
        config.write_text(images(almanac, times))
        command = [almanac, "run", "store-item", "--data", file, "--home", folder / "home", "--config", config, "--json"]
        used, began = processor(), time.perf_counter()
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        wall, used = time.perf_counter() - began, processor() - used
        spans = [line.split() for line in times.read_text().splitlines()]
    steps = {step["name"]: step["seconds"] for step in told["steps"]}
    assert told["status"] == "Succeeded" and told["verdict"]["promote"] and told["forecast"], told
    assert not any(step["cached"] for step in told["steps"]) and JOBS | FUNCTIONS <= steps.keys(), steps
    assert len(spans) == len(JOBS), spans
    # The steps of this pipeline run one after the other, so no two jobs do at once.
    jobs = sum(int(to) - int(begun) for begun, to, *_ in spans) / 1e9
    used_by_jobs = sum(seconds(user) + seconds(system) for *_, user, system in spans)
    others = [seconds for name, seconds in steps.items() if name not in JOBS | FUNCTIONS]
    return {
        "wall time": wall,
        "jobs": jobs,
        "the engine": wall - jobs,
        "  job steps: inputs, start, outputs": sum(steps[name] for name in JOBS) - jobs,
        "  functions": sum(steps[name] for name in FUNCTIONS),
        "  gates and registration": sum(others),
        "  before, between and after the steps": wall - sum(steps.values()),
        "processor time of all": used,
        "processor time of the engine": used - used_by_jobs,
    }


def main(almanac, file, runs):
    # Jobs start in folders of their own.
    almanac = pathlib.Path(almanac).resolve()
    load, processors = os.getloadavg()[0], len(os.sched_getaffinity(0))
    print(f"{processors} processors; the load before was {load:.1f}")
    results = [measured(almanac, file) for _ in range(int(runs))]
    print(f"{'seconds':40}{'each run':>{9 * len(results)}}{'median':>10}")
    for name in results[0]:
        each = [result[name] for result in results]
        print(f"{name:40}" + "".join(f"{one:9.2f}" for one in each) + f"{statistics.median(each):10.2f}")
    missed = 0
    for name, most in (("wall time", MOST_SECONDS), ("the engine", MOST_OVERHEAD)):
        median = statistics.median(result[name] for result in results)
        missed += median > most
        print(f"{name}: {median:.2f} s, at most {most:.0f} s: {'MISSED' if median > most else 'reached'}")
    sys.exit(1 if missed else 0)


main(*sys.argv[1:])
