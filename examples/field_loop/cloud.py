"""The two ways a person reaches the server: the QFieldCloud SDK and qfieldcloud-cli, unmodified."""

import json
import pathlib
import subprocess
import sys
import time

import requests
from qfieldcloud_sdk import sdk

from story import StepFailed, expect

FINAL_DELTA_STATES = {"STATUS_APPLIED", "STATUS_CONFLICT", "STATUS_NOT_APPLIED", "STATUS_ERROR",
                      "STATUS_IGNORED", "STATUS_UNPERMITTED"}
WAIT_SECONDS = 120


class Account:
    """Somebody signed in with the SDK."""

    def __init__(self, server, username, password):
        self.api = f"{server}/api/v1/"
        self.username = username
        self._password = password
        self.sdk = sdk.Client(self.api)
        answer = self.sdk.login(username, password)
        expect(answer["username"] == username, f"signed in as {answer['username']}?")

    def cli(self, *arguments):
        """Runs `qfieldcloud-cli --json ...`; returns what it printed, parsed if it is JSON."""
        program = pathlib.Path(sys.executable).with_name("qfieldcloud-cli")
        run = subprocess.run(
            [program, "--url", self.api, "--username", self.username, "--password",
             self._password, "--json", *arguments], capture_output=True, text=True)
        # The CLI reports a refused request on stdout and exits with 0 all the same.
        if run.returncode or run.stdout.startswith('Requested "'):
            raise StepFailed(f"qfieldcloud-cli {' '.join(arguments)}:\n{run.stdout}{run.stderr}")
        try:
            return json.loads(run.stdout)
        except ValueError:
            return run.stdout

    def get(self, path):
        """What SDK and CLI have no command for but QField does: one GET."""
        return self._plain("GET", path)

    def patch(self, path, body):
        return self._plain("PATCH", path, json=body)

    def _plain(self, method, path, **arguments):
        answer = requests.request(method, self.api + path, timeout=WAIT_SECONDS,
                                  headers={"Authorization": f"Token {self.sdk.token}"}, **arguments)
        expect(answer.ok, f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    # --- waiting, as the clients do it

    def wait_for_job(self, job_id):
        return wait(lambda: self.sdk.job_status(job_id),
                    lambda job: job["status"] in ("finished", "failed"), f"job {job_id}")

    def wait_until_processed(self, project_id):
        return wait(lambda: self.sdk.get_project(project_id),
                    lambda project: project["status"] != "busy", f"project {project_id}")

    def wait_for_deltas(self, project_id, deltafile_id):
        """Polls as QField does: an empty answer is an error, not a reason to wait."""
        def ask():
            deltas = self.get(f"deltas/{project_id}/{deltafile_id}/")
            expect(deltas, "the server knows no delta of the file that it has just taken")
            return deltas
        return wait(ask, lambda deltas: all(delta["status"] in FINAL_DELTA_STATES
                                            for delta in deltas), f"deltas {deltafile_id}")


def wait(ask, is_done, what):
    deadline = time.monotonic() + WAIT_SECONDS
    pause = 0.01
    while True:
        answer = ask()
        if is_done(answer):
            return answer
        if time.monotonic() > deadline:
            raise StepFailed(f"{what} did not come to an end in {WAIT_SECONDS} s: {answer}")
        time.sleep(pause)
        pause = min(2 * pause, 1)
