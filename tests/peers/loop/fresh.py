"""`cargo run --release` where there is nothing but cargo and a C compiler: no Python, no Docker, no AWS.

usage: fresh.py PROJECT SCRATCH

Then the loop again: what is no better than the champion is not registered; what is better, is."""

import csv
import os
import pathlib
import random
import shutil

from outcome import expect, is_forecast, metric, outcome, run, script

RUST = ["cargo", "rustc"]
# `ar` and `as` belong to the compiler; the rest is what shell scripts of packages may ask for.
COMPILER = ["cc", "ar", "as", "ld"]
COREUTILS = ["sh", "env", "cat", "cp", "ls", "mkdir", "mv", "rm", "uname"]
# Where cargo finds the toolchain and what is built already; all else of the environment is taken away.
KEPT = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "TMPDIR",
        "RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT"]
SYNTHETIC = "store,item,date,mean,p10,p50,p90"


def bare_environment(scratch):
    """A PATH of one folder, in which there are the few programs that the README asks for."""
    folder = scratch / "bin"
    folder.mkdir(parents=True)
    for name in RUST + COMPILER + COREUTILS:
        found = shutil.which(name)
        expect(found, f"{name} is", found)
        # A link to the very place: rustup and compilers go by the name that they are called by.
        (folder / name).symlink_to(found)
    for name in ("python3", "python", "docker", "aws", "git"):
        expect(shutil.which(name, path=str(folder)) is None, f"{name} is", "not there")
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PATH": str(folder), "CARGO_NET_OFFLINE": "true"}


def worsen(source, target):
    """A history of which every other point is anything between nothing and three times what it was."""
    chance = random.Random(1)
    target.mkdir()
    for file in source.iterdir():
        with open(file, newline="") as old, open(target / file.name, "w", newline="") as new:
            rows, writer = csv.reader(old), csv.writer(new, lineterminator="\n")
            writer.writerow(next(rows))
            for *key, sales in rows:
                wrong = chance.random() < 0.5
                writer.writerow([*key, round(float(sales) * chance.uniform(0, 3)) if wrong else sales])


def first_time(almanac, home, place):
    """What a newcomer types, and what they see."""
    lines = run([*almanac, "run", "--home", home], **place).splitlines()
    print("\n".join("    | " + line for line in lines))
    begin = next(at for at, line in enumerate(lines) if line.startswith("forecast"))
    end = next(at for at, line in enumerate(lines) if line.startswith("report"))
    shown = [line.strip() for line in lines[begin + 1:end]]
    expect(shown[:1] == [SYNTHETIC], "the forecast has columns", shown[:1])
    expect(is_forecast(shown, True), "lines of forecast", len(shown) - 1)
    expect(lines[-1].startswith("time"), "the last line is", lines[-1])


def second_time(almanac, home, place):
    """The same once more: the champion stays."""
    told = outcome([*almanac, "run", "--home", home], **place)
    unpromoted(told)


def unpromoted(told):
    """Nothing was registered, and version 1 serves on."""
    verdict = told["verdict"]
    expect(not verdict["promote"], "verdict", verdict["reason"])
    expect("is no better than" in verdict["reason"], "it was judged against", verdict["reason"].split(" than ")[1])
    rows = told["metrics"]
    expect(all(row["candidate"] == row["champion"] for row in rows), "metrics that are the champion's", len(rows))
    expect("package" not in told and not told.get("mails"), "registered", "nothing")
    expect("-v1-" in told["endpoint"]["config"], "the endpoint serves", told["endpoint"]["config"])
    expect(is_forecast(told["forecast"], True), "lines of forecast", len(told["forecast"]) - 1)


def promoted(told, version):
    """This version was registered, told of, approved, and serves."""
    verdict, package, endpoint = told["verdict"], told.get("package"), told["endpoint"]
    expect(verdict["promote"], "verdict", verdict["reason"])
    expect(package["version"] == version and package["approval"] == "Approved", "registered", package)
    expect(len(told["mails"]) == 1, "mails", [pathlib.Path(mail).name for mail in told["mails"]])
    serves = endpoint["status"] == "InService" and f"-v{version}-" in endpoint["config"]
    expect(serves, "the endpoint serves", endpoint["config"])
    expect(is_forecast(told["forecast"], True), "lines of forecast", len(told["forecast"]) - 1)


def better_data(almanac, scratch, place):
    """Trained on bad data, then on the same, then on good; the hold-out is one and the same."""
    good, bad, holdout = scratch / "data/good", scratch / "data/bad", scratch / "data/good-holdout"
    run([*almanac, "generate", "store-item", "--output", good], **place)
    worsen(good, bad)
    trained = [*almanac, "run", "--home", scratch / "better", "--holdout", holdout, "--data"]
    print("  bad data")
    first = outcome([*trained, bad], **place)
    promoted(first, 1)
    print("  the same data again")
    unpromoted(outcome([*trained, bad], **place))
    print("  better data")
    last = outcome([*trained, good], **place)
    promoted(last, 2)
    before, now = metric(first, "rmse"), metric(last, "rmse")
    expect(now < 0.99 * before, "rmse before and now", [before, now])


def fresh(project, scratch):
    scratch = pathlib.Path(scratch)
    place = {"cwd": project, "env": bare_environment(scratch)}
    almanac = [scratch / "bin/cargo", "run", "--release", "--locked", "--quiet", "--"]
    print("  the first time")
    first_time(almanac, scratch / "home", place)
    print("  the second time")
    second_time(almanac, scratch / "home", place)
    better_data(almanac, scratch, place)


script(fresh)
