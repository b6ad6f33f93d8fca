"""Looks at what `sam build` made: every function of the template, an ELF file of x86-64, at most 15 MB, and a
template without anchors, which CloudFormation does not know."""

import io
import pathlib
import re
import struct
import sys
import zipfile

MOST_BYTES = 15_000_000
MOST_ZIPPED = 4_000_000
X86_64, LITTLE_ENDIAN_64 = 62, b"\x7fELF\x02\x01"

build = pathlib.Path(sys.argv[1])
text = (build / "template.yaml").read_text()
wrong = []
if re.search(r":\s+[&*][A-Za-z]\w*\s*$", text, re.MULTILINE):
    wrong.append("the built template holds YAML anchors")
functions = re.findall(r"^  (\w+):\n    Type: AWS::Serverless::Function$", text, re.MULTILINE)
if not functions:
    wrong.append("the built template holds no function")
for name in functions:
    bootstrap = (build / name / "bootstrap").read_bytes()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bootstrap", bootstrap)
    size, small = len(bootstrap), len(zipped.getvalue())
    print(f"{name}: {size / 1e6:.1f} MB, zipped {small / 1e6:.1f} MB")
    machine = struct.unpack_from("<H", bootstrap, 18)[0]
    if not bootstrap.startswith(LITTLE_ENDIAN_64) or machine != X86_64:
        wrong.append(f"{name} is no x86-64 program")
    if size > MOST_BYTES or small > MOST_ZIPPED:
        wrong.append(f"{name} is larger than {MOST_BYTES / 1e6:.0f} MB, or {MOST_ZIPPED / 1e6:.0f} MB zipped")
print("\n".join(wrong) or "every function is built")
sys.exit(1 if wrong else 0)
