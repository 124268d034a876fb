#!/usr/bin/env python3
"""Measures qfcsync-server over loopback: start, idle memory, deltas, uploads, downloads.

    benchmarks/serve.py [--server build/release/bin/qfcsync-server]

Downloads are timed in turn with nginx serving the same file (`apt-get install nginx-light`), so
the ratio holds when the machine's speed drifts. Needs curl; only the standard library of Python.
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "examples" / "sample"
STARTS = 7
SINGLE_PUSHES = 200
UPLOADS = 100
UPLOAD_BYTES = 1 << 20
DOWNLOAD_BYTES = 1 << 30
DOWNLOADS = 5
PASSWORD = "benchmark-only"


def memory_kib(pid, key):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise KeyError(key)


class Server:
    def __init__(self, binary, data):
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, "serve", "--data", data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.start_ms = (time.perf_counter() - began) * 1000
        self.host = urllib.parse.urlsplit(self.url).netloc
        self.token = None

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def connection(self):
        return http.client.HTTPConnection(self.host, timeout=600)

    def ask(self, method, path, body=None, headers=None, connection=None):
        connection = connection or self.connection()
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection.request(method, f"/api/v1/{path}", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 300, (method, path, answer.status, content[:300])
        return json.loads(content) if content else None

    def send_file(self, path, content, connection=None):
        boundary = "qfcsync-benchmark"
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n')
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        self.ask("POST", path, body,
                 {"Content-Type": f"multipart/form-data; boundary={boundary}"}, connection)


def table(title, rows):
    print(f"\n{title}")
    for name, value in rows:
        print(f"  {name:<46}{value}")


def signed_in(binary, data):
    subprocess.run([binary, "user", "add", "ada", "--password-stdin", "--data", data], check=True,
                   input=PASSWORD, text=True, stdout=subprocess.DEVNULL)
    server = Server(binary, data)
    server.token = server.ask("POST", "auth/login/",
                              {"username": "ada", "password": PASSWORD})["token"]
    return server


def measure_start(binary, folder):
    times, memory = [], []
    for i in range(STARTS):
        server = Server(binary, folder / "start")
        time.sleep(0.3)
        times.append(server.start_ms)
        memory.append(memory_kib(server.process.pid, "VmRSS") / 1024)
        server.stop()
    table("start and idle", [
        ("start to 'listening', ms (median, max)",
         f"{statistics.median(times):.1f}, {max(times):.1f}"),
        ("idle memory, MiB (median)", f"{statistics.median(memory):.1f}")])


def sample_project(server):
    project = server.ask("POST", "projects/", {"name": f"p{uuid.uuid4().hex}"})["id"]
    for path in sorted(SAMPLE.iterdir()):
        if path.is_file():
            server.send_file(f"files/{project}/{path.name}/", path.read_bytes())
    return project


def layer_id():
    for line in (SAMPLE / "trees.qgs").read_text().splitlines():
        if "<id>trees_" in line:
            return line.split("<id>")[1].split("<")[0]
    raise SystemExit("the sample has no layer `trees`")


def create_delta(layer, number, client):
    return {"uuid": str(uuid.uuid4()), "clientId": client, "exportId": client, "method": "create",
            "localLayerId": layer, "sourceLayerId": layer, "localPk": str(100000 + number),
            "sourcePk": "", "localLayerName": "Trees", "localLayerCrs": "EPSG:2056",
            "new": {"geometry": f"Point ({2600000 + number} 1200000)",
                    "attributes": {"fid": None, "species": "oak", "height": 11.5,
                                   "planted": "2001-04-01", "healthy": True, "photo": None}}}


def push(server, project, layer, count, client, connection=None, first=0):
    deltas = [create_delta(layer, first + i, client) for i in range(count)]
    file_id = str(uuid.uuid4())
    body = json.dumps({"version": "1.0", "id": file_id, "project": project, "files": [],
                       "deltas": deltas}).encode()
    began = time.perf_counter()
    server.send_file(f"deltas/{project}/", body, connection)
    taken = time.perf_counter() - began
    states = server.ask("GET", f"deltas/{project}/{file_id}/?limit=1", connection=connection)
    assert states[0]["status"] == "STATUS_APPLIED", states
    return taken


def measure_deltas(server):
    project, layer, client = sample_project(server), layer_id(), str(uuid.uuid4())
    connection = server.connection()
    single = [push(server, project, layer, 1, client, connection, i) for i in range(SINGLE_PUSHES)]
    rows = [(f"1 delta, pushed to applied, ms (median of {SINGLE_PUSHES}, p95)",
             f"{statistics.median(single) * 1000:.1f}, "
             f"{sorted(single)[int(0.95 * len(single))] * 1000:.1f}")]
    for count in (217, 2_000, 100_000):
        taken = push(server, sample_project(server), layer, count, client, first=1_000_000)
        rows.append((f"{count} creates, s (deltas/s)", f"{taken:.3f} ({count / taken:.0f})"))
    table("deltas over HTTP", rows)


def measure_uploads(server):
    project = server.ask("POST", "projects/", {"name": f"u{uuid.uuid4().hex}"})["id"]
    contents = [os.urandom(UPLOAD_BYTES) for _ in range(UPLOADS)]
    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(UPLOADS) as pool:
        list(pool.map(lambda i: server.send_file(f"files/{project}/f{i}.bin/", contents[i]),
                      range(UPLOADS)))
    taken = time.perf_counter() - began
    assert len(server.ask("GET", f"files/{project}/")) == UPLOADS
    table("uploads", [(f"{UPLOADS} parallel uploads of {UPLOAD_BYTES >> 20} MiB, s (MiB/s)",
                       f"{taken:.2f} ({UPLOADS * (UPLOAD_BYTES >> 20) / taken:.0f})"),
                      ("peak memory of the server, MiB",
                       f"{memory_kib(server.process.pid, 'VmHWM') / 1024:.1f}")])


def start_nginx(folder, file):
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    config = folder / "nginx.conf"
    config.write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 64; }}
http {{ sendfile on; access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:18099; root {file.parent}; }} }}
user root;
""")
    process = subprocess.Popen([program, "-c", config, "-p", folder], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    return process


def fetch(url, token=None):
    command = ["curl", "-sf", "-o", "/dev/null", "-w", "%{speed_download}", url]
    if token:
        command += ["-H", f"Authorization: Token {token}"]
    speed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(speed) / (1 << 20)


def measure_downloads(server, folder):
    content = folder / "big.bin"
    with open(content, "wb") as output:
        for _ in range(DOWNLOAD_BYTES >> 24):
            output.write(os.urandom(1 << 24))
    project = server.ask("POST", "projects/", {"name": f"d{uuid.uuid4().hex}"})["id"]
    url = f"{server.url}/api/v1/files/{project}/big.bin/"
    began = time.perf_counter()
    subprocess.run(["curl", "-sf", "-o", "/dev/null", "-H", f"Authorization: Token {server.token}",
                    "-F", f"file=@{content}", url], check=True)
    upload = (DOWNLOAD_BYTES >> 20) / (time.perf_counter() - began)
    nginx = start_nginx(folder, content)
    try:
        fetch("http://127.0.0.1:18099/big.bin")
        pairs = [(fetch(url, server.token), fetch("http://127.0.0.1:18099/big.bin"))
                 for _ in range(DOWNLOADS)]
    finally:
        nginx.terminate()
    table("one big file (1 GiB)", [
        ("upload, MiB/s", f"{upload:.0f}"),
        ("download, MiB/s (median)", f"{statistics.median(a for a, _ in pairs):.0f}"),
        ("nginx, same file, MiB/s (median)", f"{statistics.median(b for _, b in pairs):.0f}"),
        ("ratio to nginx (median of pairs)",
         f"{statistics.median(a / b for a, b in pairs):.2f}"),
        ("peak memory of the server, MiB",
         f"{memory_kib(server.process.pid, 'VmHWM') / 1024:.1f}")])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=ROOT / "build/release/bin/qfcsync-server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        measure_start(options.server, folder)
        server = signed_in(options.server, folder / "data")
        try:
            measure_deltas(server)
            measure_uploads(server)
            measure_downloads(server, folder)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
