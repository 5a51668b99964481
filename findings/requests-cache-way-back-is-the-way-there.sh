#!/usr/bin/env bash
# requests-cache 1.3.3, requests 2.34.2
#
# The key of a request sorts a list that is sent as JSON: a POST of ["Bonn", "Rome"] to a server of routes is answered
# from the cache by the route from Rome to Bonn, which was asked for before. So are values of one name in an address:
# ?by=day&by=run is ?by=run&by=day. A list in an object, as in {"stops": [1, 2]}, keeps its order.
# Seen: the answer of ["Rome", "Bonn"] to ["Bonn", "Rome"]
#
# Most would guess: two requests, as the order of a list is a part of it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    requests-cache==1.3.3 requests==2.34.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import http.server
import threading

import requests_cache


class Echo(http.server.BaseHTTPRequestHandler):
    """Answer with what was asked for"""

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        self.answer(self.path.encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Echo)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"
session = requests_cache.CachedSession(backend="memory", allowable_methods=("GET", "POST"))
session.trust_env = False


def posted(first, second):
    session.cache.clear()
    session.post(address, json=first)
    return session.post(address, json=second).text


seen = {
    "list": posted([2, 1], [1, 2]),
    "texts": posted(["Rome", "Bonn"], ["Bonn", "Rome"]),
    "in an object": posted({"stops": [2, 1]}, {"stops": [1, 2]}),
}
session.get(address + "?by=run&by=day")
seen["address"] = session.get(address + "?by=day&by=run").text
print(seen)
assert seen == {
    "list": "[2, 1]",
    "texts": '["Rome", "Bonn"]',
    "in an object": '{"stops": [1, 2]}',
    "address": "/?by=run&by=day",
}, seen
server.shutdown()
print("held: the way back is the way there")
PYTHON
