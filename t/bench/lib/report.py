# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Figures as a table for the terminal, as JSON and as figures.md."""
import statistics

from lib.workloads import WORKLOADS, Load


def summarize(samples):
    """Median and spread of the rounds of one system: [Sample] -> figures."""
    def spread(name):
        values = [getattr(sample, name) for sample in samples]
        return {"median": round(statistics.median(values), 2),
                "min": round(min(values), 2), "max": round(max(values), 2)}
    return {"requests_per_second": spread("requests_per_second"),
            "cpu_us": spread("cpu_us"), "p50_ms": spread("p50_ms"),
            "p99_ms": spread("p99_ms"),
            "requests": sum(sample.requests for sample in samples),
            "errors": sum(sample.errors for sample in samples)}


LOAD_HEAD = ("", "CPU us/request", "spread", "requests/s", "spread",
             "p50 ms", "p99 ms", "errors")
CROWD_HEAD = ("", "answered", "all ms", "median ms", "slowest ms",
              "still open", "memory before MiB", "with MiB",
              "bytes/connection")


def rows(name, figures):
    """(head, lines) of the table of a workload, all text."""
    work = WORKLOADS[name]
    head, row = ((LOAD_HEAD, _load_row) if isinstance(work, Load)
                 else (CROWD_HEAD, _crowd_row))
    return head, [row(work.role.labels[system], f)
                  for system, f in figures.items()]


def _load_row(label, f):
    cpu, rate = f["cpu_us"], f["requests_per_second"]
    return (label, f"{cpu['median']:.1f}",
            f"{cpu['min']:.1f}-{cpu['max']:.1f}", f"{rate['median']:.0f}",
            f"{rate['min']:.0f}-{rate['max']:.0f}",
            f"{f['p50_ms']['median']:.2f}", f"{f['p99_ms']['median']:.2f}",
            str(f["errors"]))


def _crowd_row(label, f):
    return (label, f"{f['answered']} of {f['connections']}",
            f"{f['all_ms']:.0f}", f"{f['median_ms']:.0f}",
            f"{f['slowest_ms']:.0f}", str(f["still_open"]),
            f"{f['pss_before_kib'] / 1024:.1f}", f"{f['pss_kib'] / 1024:.1f}",
            str(f["bytes_per_connection"]))


def text_table(head, lines, left=1):
    """Columns padded for a terminal, the first ones aligned to the left."""
    widths = [max(map(len, column)) for column in zip(head, *lines)]
    padded = [[cell.ljust(width) if at < left else cell.rjust(width)
               for at, (cell, width) in enumerate(zip(line, widths))]
              for line in (head, *lines)]
    return "\n".join("  ".join(line).rstrip() for line in padded)


def markdown_table(head, lines, left=1):
    ruler = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(line) + " |"
                     for line in (head, ruler, *lines))


def workload_text(name, figures):
    return f"\n{name}: {WORKLOADS[name].about}\n" \
        + text_table(*rows(name, figures))


GOAL_HEAD = ("workload", "goal", "limit", "measured", "outcome")


def goals_text(verdicts):
    return "\nGoals\n" + text_table(GOAL_HEAD, _goal_rows(verdicts),
                                   left=2)


def _goal_rows(verdicts):
    return [(v.work, v.goal, v.limit, v.measured, v.outcome)
            for v in verdicts]


def _run_text(one):
    return (f"Measured on {one['date']} at commit {one['commit']} with "
            f"`{one['command']}`: {one['rounds']} rounds of {one['seconds']} s "
            "for each system in turn, medians and spread.")


def figures_markdown(run, verdicts, notes):
    """The checked-in file.  run: what figures.json holds; notes: written by
    hand."""
    parts = [
        "# Figures",
        _run_text(run) + "  Workloads that were not part of that run say which "
        "one they are of.  Written by `t/bench/run --save`; the same figures "
        "are in `figures.json`.",
        "## Goals",
        markdown_table(GOAL_HEAD, _goal_rows(verdicts), left=2),
    ]
    for name, figures in run["results"].items():
        parts += [f"## {name}", WORKLOADS[name].about + "."]
        if run["measured"][name]["date"] != run["date"]:
            parts.append("Of {date}, commit {commit}: `{command}`.".format(
                **run["measured"][name]))
        parts.append(markdown_table(*rows(name, figures)))
    for name, text in run["profiles"].items():
        parts += [f"## What the profile of {name} shows",
                  "```\n" + text.strip() + "\n```"]
    if notes:
        parts += ["## Notes", notes.strip()]
    return "\n\n".join(parts + _method(run)) + "\n"


def _method(run):
    facts = [("machine", f"{run['machine']['cpu']}, {run['machine']['cores']} "
              f"cores, {run['machine']['memory_mib']} MiB"),
             ("kernel", run["machine"]["kernel"]),
             ("system", run["machine"]["system"]),
             ("load average before", run["machine"]["load_average_before"]),
             *run["versions"].items()]
    return [
        "## Machine and programs",
        "\n".join(f"- {name}: {value}" for name, value in facts),
        "## How it is measured",
        "Clients (wrk, one thread), server and origin (nginx, one worker, "
        "files from memory) share the machine's cores over loopback.  CPU is "
        "user and system time of the whole process tree of the server, from "
        "/proc, divided by the requests answered; it stays meaningful where "
        "requests per second depend on who shares the cores.  Memory is PSS "
        "of that tree.  Configurations are `conf/*.conf`, the servers' sizes "
        "and the workloads `lib/workloads.py`.",
    ]
