"""What botocore's service models say of an exchange: which operation it is, and whether a value is
what its shape allows. Stricter than botocore's own parser, which takes what it finds."""

import base64
import binascii
import re
import urllib.parse

import botocore.loaders
import botocore.model
import botocore.utils
import regex

NUMBERS = {"integer": int, "long": int, "float": (int, float), "double": (int, float)}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def models():
    loader = botocore.loaders.Loader()
    names = "sagemaker sagemaker-metrics sagemaker-runtime s3 lambda events sqs sns sts".split()
    return {
        name: botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
        for name in names
    }


def service_of(exchange):
    """The service that an exchange is signed for, by its name in botocore."""
    url = urllib.parse.urlsplit(exchange["path"])
    query = urllib.parse.parse_qs(url.query)
    scope = re.search(r"Credential=([^, ]+)", exchange["headers"].get("authorization", ""))
    scope = scope.group(1) if scope else query.get("X-Amz-Credential", [""])[0]
    words = scope.split("/")
    signed = words[3] if len(words) == 5 else "s3"
    if signed != "sagemaker":
        return signed
    if url.path in ("/BatchPutMetrics", "/BatchGetMetrics"):
        return "sagemaker-metrics"
    return "sagemaker-runtime" if url.path.startswith("/endpoints/") else "sagemaker"


def operation_of(model, exchange):
    """The operation that an exchange asks for; None if the model has none."""
    target = exchange["headers"].get("x-amz-target")
    if target:
        name = target.rpartition(".")[2]
    elif model.metadata["protocol"] == "query":
        form = urllib.parse.parse_qs(base64.b64decode(exchange["request"]).decode())
        name = form.get("Action", [None])[0]
    else:
        name = best_route(model, exchange)
    return model.operation_model(name) if name in model.operation_names else None


def best_route(model, exchange):
    """The most exact address among those that fit: with the most words and members asked for."""
    url = urllib.parse.urlsplit(exchange["path"])
    query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    best, name = -1, None
    for candidate in model.operation_names:
        operation = model.operation_model(candidate)
        if operation.http["method"] != exchange["method"]:
            continue
        path, _, literal = operation.http["requestUri"].partition("?")
        literals = dict(urllib.parse.parse_qsl(literal, keep_blank_values=True))
        if not path_pattern(path).fullmatch(url.path):
            continue
        if any(query.get(key) != value for key, value in literals.items()):
            continue
        asked = required_outside(operation)
        there = {("querystring", key) for key in query}
        there |= {("header", key) for key in exchange["headers"]}
        if asked <= there and len(asked) + len(literals) > best:
            best, name = len(asked) + len(literals), candidate
    return name


def path_pattern(template):
    parts = re.split(r"(\{[^}]+\})", template.rstrip("/"))
    made = (
        re.escape(part) if not part.startswith("{") else ".+" if part.endswith("+}") else "[^/]+"
        for part in parts
    )
    return re.compile("".join(made) + "/?")


def required_outside(operation):
    """The required members of a request that are in its query or headers."""
    shape = operation.input_shape
    if shape is None:
        return set()
    members = (shape.members[name].serialization for name in shape.required_members)
    return {
        (it["location"], it["name"].lower() if it["location"] == "header" else it["name"])
        for it in members
        if it.get("location") in ("querystring", "header")
    }


class Checker:
    """Collects what is wrong with values, each with the place where it stands."""

    def __init__(self):
        self.wrong = []

    def say(self, place, words):
        self.wrong.append(f"{place}: {words}")

    def limits(self, shape, value, place):
        facts = shape.metadata
        size = value if isinstance(value, (int, float)) else len(value)
        if size < facts.get("min", size) or size > facts.get("max", size):
            self.say(place, f"{size} is not within {facts.get('min')} and {facts.get('max')}")
        if "pattern" in facts and isinstance(value, str):
            if not regex.fullmatch(facts["pattern"], value):
                self.say(place, f"{value!r} is not {facts['pattern']}")
        if facts.get("enum") and value not in facts["enum"]:
            self.say(place, f"{value!r} is none of {facts['enum']}")

    # ------------------------------------------------------------------ JSON

    def json(self, shape, value, place):
        name = shape.type_name
        if name in ("structure", "map", "list"):
            wanted = list if name == "list" else dict
            if not isinstance(value, wanted):
                return self.say(place, f"{value!r} is no {name}")
            return getattr(self, f"json_{name}")(shape, value, place)
        return self.json_scalar(shape, value, place)

    def json_structure(self, shape, value, place, outside=()):
        if shape.metadata.get("document"):
            return
        names = {it.serialization.get("name", name): name for name, it in shape.members.items()}
        for key, member in value.items():
            if key not in names:
                self.say(place, f"there is no member {key}")
            elif member is None:
                self.say(f"{place}.{key}", "null")
            else:
                self.json(shape.members[names[key]], member, f"{place}.{key}")
        for name in shape.required_members:
            key = shape.members[name].serialization.get("name", name)
            if key not in value and name not in outside:
                self.say(place, f"the required member {name} is missing")
        if shape.metadata.get("union") and len(value) != 1:
            self.say(place, f"a union of {len(value)} members")

    def json_list(self, shape, value, place):
        self.limits(shape, value, place)
        for number, item in enumerate(value):
            self.json(shape.member, item, f"{place}[{number}]")

    def json_map(self, shape, value, place):
        self.limits(shape, value, place)
        for key, item in value.items():
            self.json(shape.key, key, f"{place}.{key}")
            self.json(shape.value, item, f"{place}.{key}")

    def json_scalar(self, shape, value, place):
        name = shape.type_name
        if name in NUMBERS:
            fits = isinstance(value, NUMBERS[name]) and not isinstance(value, bool)
        elif name == "boolean":
            fits = isinstance(value, bool)
        elif name == "timestamp":
            fits = self.is_time(shape, value)
        elif name == "blob":
            fits = self.is_base64(value)
        else:
            fits = isinstance(value, str)
        if not fits:
            return self.say(place, f"{value!r} is no {name}")
        if name not in ("boolean", "timestamp", "blob"):
            self.limits(shape, value, place)

    @staticmethod
    def is_time(shape, value):
        if shape.serialization.get("timestampFormat", "unixTimestamp") == "unixTimestamp":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        return Checker.parses(value)

    @staticmethod
    def parses(value):
        try:
            botocore.utils.parse_timestamp(value)
        except (ValueError, TypeError):
            return False
        return isinstance(value, str)

    @staticmethod
    def is_base64(value):
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            return False
        return True

    # ------------------------------------------------------------------- XML

    def xml(self, shape, element, place):
        name = shape.type_name
        if name == "structure":
            self.xml_structure(shape, element, place)
        elif name == "list":
            tag = shape.member.serialization.get("name", "member")
            self.only(element, {tag}, place)
            self.limits(shape, list(element), place)
            for number, item in enumerate(element):
                self.xml(shape.member, item, f"{place}[{number}]")
        elif name == "map":
            self.only(element, {"entry"}, place)
            for entry in element:
                self.xml_entry(shape, entry, place)
        else:
            self.only(element, (), place)
            self.text(shape, element.text or "", place, "iso8601")

    def xml_structure(self, shape, element, place, outside=()):
        names = {xml_name(name, it): (name, it) for name, it in shape.members.items()}
        groups = {}
        for child in element:
            groups.setdefault(local(child.tag), []).append(child)
        seen = {names[local(key)][0] for key in element.attrib if local(key) in names}
        for tag, children in groups.items():
            if tag not in names:
                self.say(place, f"there is no member {tag}")
                continue
            name, member = names[tag]
            seen.add(name)
            flat = member.serialization.get("flattened")
            if len(children) > 1 and not flat:
                self.say(f"{place}.{tag}", f"stands there {len(children)} times")
            for child in children:
                inner = member.member if flat and member.type_name == "list" else member
                self.xml(inner, child, f"{place}.{tag}")
        for name in shape.required_members:
            if name not in seen and name not in outside:
                self.say(place, f"the required member {name} is missing")

    def xml_entry(self, shape, entry, place):
        key, value = (it.serialization.get("name", usual)
                      for it, usual in ((shape.key, "key"), (shape.value, "value")))
        found = {local(child.tag): child for child in entry}
        if set(found) != {key, value}:
            return self.say(place, f"an entry of {sorted(found)}")
        self.xml(shape.key, found[key], f"{place}.key")
        self.xml(shape.value, found[value], f"{place}.{found[key].text}")

    def only(self, element, tags, place):
        for child in element:
            if local(child.tag) not in tags:
                self.say(place, f"there is no member {local(child.tag)}")

    def text(self, shape, text, place, form):
        """A scalar that is written as text, in XML or in a header."""
        name = shape.type_name
        if name in NUMBERS:
            if not re.fullmatch(r"-?\d+" if NUMBERS[name] is int else r"-?\d+(\.\d+)?", text):
                return self.say(place, f"{text!r} is no {name}")
            self.limits(shape, float(text) if "." in text else int(text), place)
        elif name == "boolean" and text not in ("true", "false"):
            self.say(place, f"{text!r} is no boolean")
        elif name == "timestamp" and not TIMES[shape.serialization.get("timestampFormat", form)](text):
            self.say(place, f"{text!r} is no time of the form {form}")
        elif name == "blob" and not self.is_base64(text):
            self.say(place, "no base64")
        elif name == "string":
            self.limits(shape, text, place)


TIMES = {
    "iso8601": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").fullmatch,
    "rfc822": re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT").fullmatch,
    "unixTimestamp": re.compile(r"\d+(\.\d+)?").fullmatch,
}


def xml_name(name, member):
    given = member.serialization.get("name")
    if member.type_name == "list" and member.serialization.get("flattened"):
        given = member.member.serialization.get("name", given)
    return (given or name).rpartition(":")[2]


def local(tag):
    return tag.rpartition("}")[2]
