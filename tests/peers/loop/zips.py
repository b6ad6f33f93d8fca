"""The functions as Lambda gets them, unpacked from their zips, do what the one binary does in their place.

usage: zips.py ALMANAC ZIPS SCRATCH"""

import pathlib
import zipfile

from outcome import Unexpected, expect, outcome, script

SCENARIO = "turnover"
FUNCTIONS = 4
# What differs from run to run: times, ids and places.
VARYING = ["execution_arn", "seconds", "report", "mails"]


def constant(told):
    """What must be the same whoever runs the functions."""
    kept = {name: value for name, value in told.items() if name not in VARYING}
    kept["steps"] = [(step["name"], step["status"]) for step in told["steps"]]
    kept["mails"] = [pathlib.Path(mail).name for mail in told.get("mails", [])]
    return kept


def zips(almanac, folder, scratch):
    folder, scratch = pathlib.Path(folder), pathlib.Path(scratch)
    scratch.mkdir()
    expect(len(list(folder.glob("*/bootstrap.zip"))) == FUNCTIONS, "zips", FUNCTIONS)
    for built in sorted(folder.glob("*/bootstrap.zip")):
        print(f"    {built.parent.name}: {zipfile.ZipFile(built).namelist()}, {built.stat().st_size} bytes")
    with_zips = ["--functions", folder]
    for words in ([], ["once more"]):
        own = outcome([almanac, "run", SCENARIO, "--home", scratch / "own"], cwd=scratch)
        given = outcome([almanac, "run", SCENARIO, "--home", scratch / "given", *with_zips], cwd=scratch)
        own, given = constant(own), constant(given)
        for name in own.keys() | given.keys():
            if own.get(name) != given.get(name):
                raise Unexpected(f"{name}: {own.get(name)} of the one binary, {given.get(name)} of the zips")
        expect(own["metrics"] and own["verdict"], "equal with both", [*words, own["verdict"]["reason"]])
    used = scratch / "given/functions"
    unpacked = sorted(path.parent.name for path in used.glob("*/bootstrap"))
    expect(unpacked == sorted(path.parent.name for path in folder.glob("*/bootstrap.zip")), "what ran was", unpacked)


script(zips)
