# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""CPU time and memory of a process tree, read from /proc.

CPU is user and system time together, per thread and in nanoseconds
(schedstat), so that a round of two seconds is not lost in clock ticks.
"""
import os
import time


def tree(pid):
    """The process and all its descendants."""
    found, todo = [], [pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for task in _tasks(pid):
            text = _read(f"/proc/{pid}/task/{task}/children")
            todo += [int(child) for child in text.split()]
    return found


def cpu_ns(pid):
    """{thread: nanoseconds on a CPU so far} of the tree."""
    times = {}
    for process in tree(pid):
        for task in _tasks(process):
            fields = _read(f"/proc/{process}/task/{task}/schedstat").split()
            if fields:
                times[task] = int(fields[0])
    return times


def cpu_seconds_between(before, after):
    """CPU spent between two cpu_ns(), and how many threads ended meanwhile:
    their last time is lost, so the figure is too low when there are any."""
    ended = len(before.keys() - after.keys())
    spent = sum(ns - before.get(task, 0) for task, ns in after.items())
    return spent / 1e9, ended


def pss_kib(pid):
    """Memory of the tree; what processes share is counted once."""
    total = 0
    for process in tree(pid):
        for line in _read(f"/proc/{process}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total


def settled_pss_kib(pid, limit_s=5):
    """pss_kib() once two readings in a row agree within 32 KiB."""
    end = time.monotonic() + limit_s
    last, now = None, pss_kib(pid)
    while time.monotonic() < end and (last is None or abs(now - last) > 32):
        time.sleep(0.2)
        last, now = now, pss_kib(pid)
    return now


def _tasks(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def _read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
