"""Stands between clients and the engine, and writes down what was asked and answered.

    python recorder.py http://127.0.0.1:PORT RECORD

prints its own address and stays. Nothing is changed on the way: requests are signed for the
address that the client knows, and the engine sees that address. Each exchange is one line of JSON.
"""

import base64
import http.client
import http.server
import json
import sys
import threading
import urllib.parse

# Between two neighbours only.
HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}
# What judges need is much smaller; only objects are larger.
LARGEST = 4 * 1024 * 1024

engine = urllib.parse.urlsplit(sys.argv[1])
record = open(sys.argv[2], "a", encoding="utf-8")
writing = threading.Lock()


def kept(body):
    return base64.b64encode(body).decode() if len(body) <= LARGEST else None


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def pass_on(self):
        asked = self.body()
        connection = http.client.HTTPConnection(engine.hostname, engine.port, timeout=900)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP | {"content-length"}:
                connection.putheader(name, value)
        if asked or "Content-Length" in self.headers:
            connection.putheader("Content-Length", str(len(asked)))
        connection.endheaders(asked)
        answer = connection.getresponse()
        told = answer.read()
        self.write_down(asked, answer, told)
        self.send_response_only(answer.status, answer.reason)
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        for name, value in answer.getheaders():
            if name.lower() not in HOP and (bodiless or name.lower() != "content-length"):
                self.send_header(name, value)
        if not bodiless:
            self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(told)
        connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = pass_on

    def write_down(self, asked, answer, told):
        line = json.dumps({
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "request": kept(asked),
            "status": answer.status,
            "answer_headers": {name.lower(): value for name, value in answer.getheaders()},
            "body": kept(told),
        })
        with writing:
            record.write(line + "\n")
            record.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # Clients may leave in the middle; the engine sees that too.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Recorder)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
