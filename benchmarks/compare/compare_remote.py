#!/usr/bin/env python3
"""Moves the same bytes to and from servers of this machine with qfcsync, curl and rclone, in turn.

    compare_remote.py BIN SERVERS [--megabytes 128] [--rounds 3] [--only WORD]

BIN is the folder with qfcsync, SERVERS the virtual environment with `weed` that the remote tests
use. Apache and rclone come from the system. Each server is started for the run on a free port.

The file is random, so that nothing is saved by compressing it. Up is `qfcsync commit` of it in a
new place, which also hashes it, looks for what is stored, and is durable at the end; down is
`qfcsync update` of a folder that has nothing, which decodes and compares hashes. curl and `rclone
copy` only move the file. Printed are medians in MB/s, and the peak memory of qfcsync.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

USER = "ada"
PASSWORD = "a-long-password"
BUCKET = "qfcsync-test"
START_SECONDS = 60
APACHE_MODULES = ("mpm_event", "authz_core", "authz_user", "authn_core", "authn_file",
                  "auth_basic", "dav", "dav_fs")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def program(command, log, port):
    """A server as long as the block runs."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{command[0]} does not start:\n{pathlib.Path(log).read_text()}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def apache_command(folder, port):
    (folder / "files").mkdir()
    (folder / "locks").mkdir()
    subprocess.run(["htpasswd", "-bc", "-B", "-C", "4", folder / "users", USER, PASSWORD],
                   check=True, stderr=subprocess.DEVNULL)
    lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
             for name in APACHE_MODULES]
    lines += [f"ServerRoot {folder}", f"PidFile {folder}/pid", "ServerName localhost",
              f"Listen 127.0.0.1:{port}", f"DavLockDB {folder}/locks/db",
              f"ErrorLog {folder}/errors", f"DocumentRoot {folder}/files", "User www-data",
              "Group www-data", f"Mutex file:{folder}/locks", f"<Directory {folder}/files>",
              "Dav On", "AuthType Basic", "AuthName test", f"AuthUserFile {folder}/users",
              "Require valid-user", "</Directory>"]
    (folder / "apache.conf").write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "www-data", folder], check=True)
    return ["/usr/sbin/apache2", "-f", str(folder / "apache.conf"), "-DFOREGROUND"]


def rclone_command(folder, port):
    (folder / "files").mkdir()
    return ["rclone", "serve", "webdav", str(folder / "files"), "--config", str(folder / "none"),
            "--addr", f"127.0.0.1:{port}", "--user", USER, "--pass", PASSWORD]


def seaweed_command(folder, port, servers):
    (folder / "s3.json").write_text(
        '{"identities": [{"name": "test", "credentials": [{"accessKey": "%s", "secretKey": "%s"}],'
        ' "actions": ["Admin"]}]}' % (USER, PASSWORD))
    command = [str(servers / "bin" / "weed"), "server", f"-dir={folder}", "-ip=127.0.0.1",
               "-ip.bind=127.0.0.1", "-master.telemetry=false", "-volume.preStopSeconds=0",
               "-master.volumePreallocate=false", "-master.volumeSizeLimitMB=1024",
               "-volume.max=20", "-filer", "-s3", f"-s3.config={folder / 's3.json'}",
               "-s3.port.iceberg=0", "-s3.port.lance=0",
               f"-filer.localSocket={folder / 'filer.sock'}",
               f"-s3.localSocket={folder / 's3.sock'}", f"-s3.port={port}"]
    return command + [f"-{name}={free_port()}" for name in (
        "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
        "filer.port", "filer.port.grpc")]


class Place:
    """A server, and how each program is told of it."""

    def __init__(self, name, port):
        self.name = name
        self.is_s3 = name == "SeaweedFS"
        self.address = f"http://127.0.0.1:{port}"

    def store(self, path):
        if self.is_s3:
            return f"s3://{BUCKET}/{path}?endpoint={self.address}"
        return f"webdav+{self.address}/{path}"

    def url(self, path):
        return f"{self.address}/{BUCKET}/{path}" if self.is_s3 else f"{self.address}/{path}"

    def curl(self, arguments):
        command = ["curl", "-fsS", "--user", f"{USER}:{PASSWORD}"]
        if self.is_s3:
            command += ["--aws-sigv4", "aws:amz:us-east-1:s3"]
        return command + arguments

    def rclone(self, path):
        if self.is_s3:
            return (f":s3,provider=Other,access_key_id={USER},secret_access_key={PASSWORD},"
                    f"endpoint='{self.address}':{BUCKET}/{path}")
        hidden = subprocess.run(["rclone", "obscure", PASSWORD], check=True, text=True,
                                capture_output=True).stdout.strip()
        return f":webdav,url='{self.address}/',vendor=other,user={USER},pass={hidden}:{path}"


def seconds_of(command, environment=None):
    """Time and peak memory in MB of a program that has to succeed."""
    environment = dict(environment or os.environ)
    environment.pop("AWS_CA_BUNDLE", None)  # rclone's S3 fails with it, also where there is no TLS
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed: {message}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def run_ours(place, qfcsync, folder, data, name, times):
    environment = dict(os.environ, AWS_ACCESS_KEY_ID=USER, AWS_SECRET_ACCESS_KEY=PASSWORD,
                       QFCSYNC_WEBDAV_USER=USER, QFCSYNC_WEBDAV_PASSWORD=PASSWORD)
    for side in ("ada", "bob"):
        (folder / side).mkdir()
        seconds_of([qfcsync, "init", folder / side, "--store", place.store(name)], environment)
    shutil.copy(data, folder / "ada" / "data.bin")
    up, memory_up = seconds_of([qfcsync, "commit", "-m", "one", "-C", folder / "ada"], environment)
    down, memory_down = seconds_of([qfcsync, "update", "-C", folder / "bob"], environment)
    if (folder / "bob" / "data.bin").stat().st_size != data.stat().st_size:
        sys.exit("what came back is not what was sent")
    times["qfcsync"].append((up, down, max(memory_up, memory_down)))


def run_others(place, folder, data, name, times):
    back = folder / "back"
    up, _ = seconds_of(place.curl(["-T", data, place.url(f"{name}.curl")]))
    down, _ = seconds_of(place.curl(["-o", back, place.url(f"{name}.curl")]))
    times["curl"].append((up, down, 0))
    options = ["--config", folder / "none", "--ignore-times"]
    up, _ = seconds_of(["rclone", "copyto", data, place.rclone(f"{name}.rclone")] + options)
    down, _ = seconds_of(["rclone", "copyto", place.rclone(f"{name}.rclone"), back] + options)
    times["rclone copy"].append((up, down, 0))


def measure(place, qfcsync, work, data, rounds):
    times = {"qfcsync": [], "curl": [], "rclone copy": []}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(dir=work) as name:
            folder = pathlib.Path(name)
            run_others(place, folder, data, f"round{number}", times)
            run_ours(place, qfcsync, folder, data, f"repository{number}", times)
    megabytes = data.stat().st_size / 1e6
    for engine, results in times.items():
        up = megabytes / statistics.median(result[0] for result in results)
        down = megabytes / statistics.median(result[1] for result in results)
        memory = max(result[2] for result in results)
        print(f"| {place.name} | {engine} | {up:.0f} | {down:.0f} |"
              f" {f'{memory:.0f}' if memory else ''} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("servers", type=pathlib.Path)
    parser.add_argument("--megabytes", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="servers whose name has this word")
    options = parser.parse_args()
    qfcsync = options.bin.resolve() / "qfcsync"
    print("| Server | Program | Up MB/s | Down MB/s | Peak MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        work.chmod(0o755)  # Apache's workers are other users
        data = work / "data.bin"
        with open(data, "wb") as out:  # in pieces: programs inherit the peak of this one
            for _ in range(options.megabytes):
                out.write(os.urandom(1_000_000))
        for server in ("SeaweedFS", "Apache", "rclone"):
            if options.only.lower() not in server.lower():
                continue
            port = free_port()
            folder = work / server
            folder.mkdir()
            command = {"SeaweedFS": lambda: seaweed_command(folder, port, options.servers),
                       "Apache": lambda: apache_command(folder, port),
                       "rclone": lambda: rclone_command(folder, port)}[server]()
            with program(command, folder / "log", port):
                place = Place(server, port)
                if place.is_s3:
                    subprocess.run(place.curl(["-X", "PUT", f"{place.address}/{BUCKET}"]),
                                   check=False, stderr=subprocess.DEVNULL)
                measure(place, qfcsync, work, data, options.rounds)


if __name__ == "__main__":
    main()
