"""Compares our report on the published schema with the published schema itself.

Usage: check_published.py [CORPUS]

The published schema is not in this repository: it is read from ALMANAC_PUBLISHED_SCHEMA, or from
../shared/reference/published-pipeline-schema.json beside the clone. Our report is the table
`published.txt` of the corpus, which a Rust test keeps true. A file is refused by the schema if and
only if the report has something to say about it. Needs `jsonschema`.
"""

import json
import os
import pathlib
import sys

from jsonschema import Draft7Validator

ROOT = pathlib.Path(__file__).resolve().parents[3]
BESIDE = ROOT.parent / "shared/reference/published-pipeline-schema.json"


def table(path):
    """The verdict on each file, from the lines that are not indented."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith(" ")]
    return dict(line.split(": ", 1) for line in lines)


def main():
    corpus = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "shared/pipeline/tests/corpus"
    schema = pathlib.Path(os.environ.get("ALMANAC_PUBLISHED_SCHEMA", BESIDE))
    if not schema.exists():
        print(f"no published schema at {schema}: nothing compared")
        return 0
    validator = Draft7Validator(json.loads(schema.read_text()))
    report = table(corpus / "published.txt")
    wrong = 0
    for name, said in report.items():
        errors = list(validator.iter_errors(json.loads((corpus / name).read_text())))
        verdict = "refused" if errors else "accepted"
        if verdict != said:
            wrong += 1
            print(f"{name}: the schema says {verdict}, our report {said}")
            for error in errors[:3]:
                print(f"  /{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    print(f"{len(report) - wrong} passed, {wrong} failed")
    return 1 if wrong or not report else 0


if __name__ == "__main__":
    sys.exit(main())
