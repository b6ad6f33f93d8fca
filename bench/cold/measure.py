"""From the start of a process to its first answer, with one read from S3 and one call to SageMaker on the way.

A stub plays Lambda's Runtime API, S3 and SageMaker over plain HTTP on loopback, so that neither a network nor TLS is
in the figures. Runs of the programs alternate, so that a busy moment of the machine hits all of them.
"""

import argparse
import http.server
import io
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events" / "compare-models"
TARGETS = {"against Python": 30.0, "against bare": 1.5, "MB of memory": 15.0, "MB of zip": 4.0}


class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in two packets would wait for the other side's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        state = self.server
        if self.path.endswith("/runtime/invocation/next"):
            if state.handed_out:
                state.over.wait()  # a sandbox that waits for a second event
                self.close_connection = True
                return
            state.handed_out = True
            deadline = int((time.time() + 60) * 1000)
            self.reply(state.event, **{
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:111122223333:function:bench",
            })
        else:
            state.reads += 1
            self.reply(state.report, ETag='"0"', **{"Last-Modified": "Wed, 12 Oct 2022 17:50:00 GMT"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.chunks()
        state = self.server
        if self.path.endswith(("/response", "/error")):
            state.answered_at, state.answer = time.perf_counter(), body
            state.failed = self.path.endswith("/error")
            self.reply(b'{"status":"OK"}', status=202)
            state.answered.set()
        else:
            state.calls += 1
            self.reply(b'{"ModelPackageSummaryList":[]}', type="application/x-amz-json-1.1")

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def reply(self, body, status=200, type="application/json", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A killed program resets its connections: that is how every run ends."""


def one_run(command, event, report):
    """Seconds to the first answer, and the most memory in MB."""
    server = Server(("127.0.0.1", 0), Stub)
    server.event, server.report = event, report
    server.handed_out, server.reads, server.calls = False, 0, 0
    server.answered, server.over = threading.Event(), threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/tmp", "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_ENDPOINT_URL": f"http://{address}", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "LAMBDA_TASK_ROOT": "/var/task", "_HANDLER": "bootstrap",
    }
    started = time.perf_counter()
    process = subprocess.Popen(command[0], env=environment, cwd=command[1], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    try:
        if not server.answered.wait(60):
            process.kill()
            sys.exit(f"{command[0]} did not answer: {process.communicate()[1].decode()[-2000:]}")
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    finally:
        process.kill()
        process.wait()
        server.over.set()
        server.shutdown()
        server.server_close()
    if server.failed or server.reads != 1 or server.calls != 1:
        sys.exit(f"{command[0]}: {server.reads} reads, {server.calls} calls, answer {server.answer!r}")
    return server.answered_at - started, memory / 1024


def sizes(path):
    """MB of a program, and of a zip of it."""
    program, zipped = pathlib.Path(path).read_bytes(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bootstrap", program)
    return len(program) / 1e6, len(zipped.getvalue()) / 1e6


def report_of(results, ours, bare, runs):
    small = {name: sizes(path) for name, path in (("compare-models", ours), ("bare Rust", bare))}
    rows = []
    for name, measured in results.items():
        times, memories = zip(*measured)
        mb, zipped = (f"{it:.1f} MB" for it in small[name]) if name in small else ("-", "-")
        rows.append(f"| {name} | {min(times) * 1e3:.1f} ms | {statistics.median(times) * 1e3:.1f} ms | "
                    f"{statistics.median(memories):.1f} MB | {mb} | {zipped} |")
    median = {name: statistics.median(time for time, _ in measured) for name, measured in results.items()}
    memory = statistics.median(memory for _, memory in results["compare-models"])
    found = {"against Python": median["Python"] / median["compare-models"],
             "against bare": median["compare-models"] / median["bare Rust"],
             "MB of memory": memory, "MB of zip": small["compare-models"][1]}
    reached = {name: found[name] >= target if name == "against Python" else found[name] <= target
               for name, target in TARGETS.items()}
    said = "reached" if all(reached.values()) else f"missed: {', '.join(k for k, v in reached.items() if not v)}"
    import boto3
    return f"""# Cold start

From the start of the process to the arrival of its first answer at the Runtime API, with one read from S3 and one
listing from SageMaker on the way. Runtime API, S3 and SageMaker are one stub on loopback, over plain HTTP: what Lambda
needs to fetch and start a sandbox, the network and TLS come on top, equally for all.

| function | fastest | median | most memory | program | zip |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}

compare-models starts **{found['against Python']:.0f} times as fast** as the same function in Python and needs
{found['against bare']:.2f} times what the least possible Rust program with the same SDK needs.
Aims: at least 30 times Python, at most 1.5 times bare, at most 15 MB of memory, at most 4 MB of zip: {said}.

{runs} runs of each, in turns, on {os.cpu_count()} cores of {platform.machine()}, Python {platform.python_version()} with
boto3 {boto3.__version__} and its bytecode compiled before. Made by `just bench-cold`, which anybody can run.
""", all(reached.values())


def main():
    parser = argparse.ArgumentParser()
    for name in ("--ours", "--bare", "--python", "--output"):
        parser.add_argument(name, required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--runs", type=int, default=25)
    asked = parser.parse_args()
    event = (EVENTS / "ordinary-no-previous-model.json").read_bytes()
    objects = json.loads((EVENTS / "world.json").read_text())["objects"]
    uri = json.loads(event)["evaluation_s3_uri"]
    report = json.dumps(next(body for name, body in objects.items() if name.startswith(uri))).encode()
    python = [sys.executable, "-m", "awslambdaric", f"{asked.python.stem}.handle"]
    commands = {"compare-models": ([str(asked.ours)], "/tmp"), "bare Rust": ([str(asked.bare)], "/tmp"),
                "Python": (python, str(asked.python.parent))}
    results = {name: [] for name in commands}
    for run in range(asked.runs + 1):
        for name, command in commands.items():
            measured = one_run(command, event, report)
            if run:  # the first of each fills the caches of the file system
                results[name].append(measured)
    text, reached = report_of(results, asked.ours, asked.bare, asked.runs)
    asked.output.write_text(text)
    print(text)
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
