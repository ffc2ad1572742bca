# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Figures of runs before: a run of some workloads leaves those of the others as
they are, with the time and the commit that they are of."""
import json

from lib.workloads import WORKLOADS

OF_A_RUN = ("date", "commit", "command", "rounds", "seconds")


def join(run, path):
    """Adds to run what the file has of workloads that were not run now."""
    before = _read(path)
    measured = _measured(before)
    measured.update(_measured(run))
    results = {**before.get("results", {}), **run["results"]}
    known = [name for name in WORKLOADS if name in results]
    run["results"] = {name: results[name] for name in known}
    run["measured"] = {name: measured[name] for name in known}
    run["profiles"] = {name: text
                       for name, text in before.get("profiles", {}).items()
                       if measured[name] == _measured(before).get(name)}


def _measured(run):
    """{workload: the run that its figures are of}"""
    this = {key: run[key] for key in OF_A_RUN if key in run}
    return {name: run.get("measured", {}).get(name, this)
            for name in run.get("results", {})}


def _read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}
