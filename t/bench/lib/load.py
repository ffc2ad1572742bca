# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Drives wrk, and turns a round of it into a Sample."""
import json
import os
import subprocess
from dataclasses import dataclass

from lib import bodies, measure
from lib.testbed import BENCH, BenchError

SCRIPT = os.path.join(BENCH, "tools", "wrk.lua")


@dataclass(frozen=True)
class Sample:
    requests: int
    requests_per_second: float
    cpu_us: float  # per request, user and system
    p50_ms: float
    p99_ms: float
    errors: int  # of sockets, of status, and threads that ended


def command(system, load, seconds):
    """The wrk command line."""
    words = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s",
             "-s", SCRIPT]
    for field in load.fields:
        words += ["-H", field]
    scheme = "https" if load.site == "tls" else "http"
    port = system.ports[load.site]
    words.append(f"{scheme}://127.0.0.1:{port}{load.path}")
    if load.post:
        words += ["--", system.bed.body(load.post), bodies.TYPES[load.post]]
    return words


def parse(output):
    """The summary that tools/wrk.lua prints."""
    for line in output.splitlines():
        if line.startswith("summary "):
            return json.loads(line[len("summary "):])
    raise BenchError("wrk gave no summary: " + output[-300:])


def drive(system, load, seconds):
    """One round of load.  Returns wrk's summary."""
    done = subprocess.run(command(system, load, seconds), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=seconds + 30)
    return parse(done.stdout)


def sample(system, load, seconds):
    """One round of load with the CPU of the whole server meanwhile."""
    before = measure.cpu_ns(system.pid)
    summary = drive(system, load, seconds)
    spent, ended = measure.cpu_seconds_between(
        before, measure.cpu_ns(system.pid))
    requests = summary["requests"]
    errors = summary["errors"]
    if load.status != 200:  # then an answer that is none is the error
        errors += requests - 2 * summary["refused"]
    if not requests:
        raise BenchError(f"{system.name} {load.name}: nothing was answered")
    return Sample(requests, requests / summary["seconds"],
                  spent * 1e6 / requests, summary["p50_ms"],
                  summary["p99_ms"], errors + ended)


def rounds(systems, load, count, seconds, tell):
    """All systems in turn, count times.  Returns {system name: [Sample]}."""
    samples = {system.name: [] for system in systems}
    kept = {}
    for system in systems:
        system.check(load)
        drive(system, load, 1)  # warm-up
        kept[system.name] = system.check(load)
    for number in range(count):
        for system in systems:
            tell(f"{load.name}: round {number + 1}, {system.name}")
            samples[system.name].append(sample(system, load, seconds))
    for system in systems:
        if system.check(load) != kept[system.name]:
            raise BenchError(f"{system.name} {load.name}: the origin was "
                             "asked, this was no measurement of hits")
    return samples
