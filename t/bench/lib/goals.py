# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""The goals of engine, cache, balancer, guard and WAF, and how far the figures
are from them.

A goal is judged from one run only, and not at all when a system it compares
was left out or answered with errors.
"""
from dataclasses import dataclass

CROWD_LIMIT_MS = 1500
IDLE_LIMIT_BYTES = 16 * 1024
GUARD_LIMIT_US = 1.0


@dataclass(frozen=True)
class Verdict:
    work: str
    goal: str
    limit: str
    measured: str
    outcome: str  # met, missed by ..., not measured ...
    missed: bool = False


# workload, peers of which the best one counts, its share, words
_CPU_GOALS = (
    ("proxy-1k", ("nginx", "haproxy"), 1.0, "at or below nginx and HAProxy"),
    ("proxy-1k", ("httpd",), 0.25, "at most a quarter of mod_proxy_http"),
    ("proxy-64k", ("nginx", "haproxy"), 1.0,
     "at or below the better of nginx and HAProxy"),
    ("proxy-1m", ("nginx", "haproxy"), 1.0,
     "at or below the better of nginx and HAProxy"),
    ("proxy-1k-close", ("nginx",), 1.0, "at or below nginx"),
    ("proxy-64k", ("haproxy-splice",), 1.0,
     "(beyond the goals) at or below HAProxy with splicing"),
    ("proxy-1m", ("haproxy-splice",), 1.0,
     "(beyond the goals) at or below HAProxy with splicing"),
    ("hit-1k", ("haproxy",), 1.0, "at or below HAProxy"),
    ("hit-1k", ("nginx",), 0.7, "at most 0.7 of nginx"),
    ("hit-1k", ("httpd",), 0.25, "at most a quarter of mod_cache_socache"),
    ("hit-64k", ("nginx",), 1.0, "at or below nginx"),
    ("hit-1k-tls", ("haproxy",), 1.0, "at or below HAProxy"),
    ("hit-1k-close", ("nginx", "haproxy"), 1.0,
     "(beyond the goals) at or below the better of nginx and HAProxy"),
    ("four-1k", ("nginx", "haproxy"), 1.0,
     "at or below nginx least_conn and HAProxy leastconn"),
)
# workload, the same without what is measured, microseconds
_ADDED_GOALS = (
    ("guard-1k", "bare-1k", GUARD_LIMIT_US),
    ("waf-get-pl1", "waf-get-none", 60.0),
    ("waf-form-pl1", "waf-form-none", 200.0),
    ("waf-json-pl1", "waf-json-none", 250.0),
)
# against mod_rproxy's own figure before one member
BALANCED_SHARE = 1.05
# against mod_rproxy's own figure without compression
COMPRESSED_SHARE = 1.3


def judge(results, runs=None):
    """results: {workload: {system: figures}}; runs: {workload: which run they
    are of}, None: all of one.  Returns [Verdict]."""
    def pair(make, work, plain_work, *more):
        return make([results.get(name, {}) for name in (work, plain_work)],
                    bool(runs) and runs.get(work) != runs.get(plain_work),
                    work, plain_work, *more)
    verdicts = [_cpu(results.get(work, {}), work, peers, share, words)
                for work, peers, share, words in _CPU_GOALS]
    verdicts.append(pair(_share, "hit-gzip", "hit-64k", COMPRESSED_SHARE))
    verdicts.append(pair(_share, "four-1k", "one-1k", BALANCED_SHARE))
    verdicts += [pair(_added, *goal) for goal in _ADDED_GOALS]
    verdicts.append(pair(_share, "refuse-429", "bare-1k", 1.0))
    verdicts.append(pair(_share, "waf-attack-pl1", "waf-get-pl1", 1.0))
    verdicts.append(_slow(results.get("slow-2000", {})))
    verdicts.append(_idle(results.get("idle-5000", {})))
    return verdicts


def _cpu(figures, work, peers, share, words):
    goal = "CPU per request " + words
    doubt = _doubt(figures, ("rproxy", *peers))
    if doubt:
        return Verdict(work, goal, "", "", doubt)
    limit = share * min(figures[peer]["cpu_us"]["median"] for peer in peers)
    measured = figures["rproxy"]["cpu_us"]["median"]
    return Verdict(work, goal, f"{limit:.1f} us", f"{measured:.1f} us",
                   *_outcome(measured, limit))


def _pair_doubt(both, apart):
    doubt = next(filter(None, (_doubt(one, ("rproxy",)) for one in both)), "")
    return doubt or ("not judged: figures of two runs" if apart else "")


def _share(both, apart, work, plain_work, share):
    """Ours in one workload against ours in another."""
    goal = f"CPU per request at most {share} of that of {plain_work}"
    doubt = _pair_doubt(both, apart)
    if doubt:
        return Verdict(work, goal, "", "", doubt)
    measured, plain = (one["rproxy"]["cpu_us"]["median"] for one in both)
    limit = share * plain
    return Verdict(work, goal, f"{limit:.1f} us", f"{measured:.1f} us",
                   *_outcome(measured, limit))


def _added(both, apart, work, plain_work, limit):
    """Ours in one workload, beyond ours in another."""
    goal = f"CPU that is added to {plain_work}"
    doubt = _pair_doubt(both, apart)
    if doubt:
        return Verdict(work, goal, "", "", doubt)
    measured, plain = (one["rproxy"]["cpu_us"]["median"] for one in both)
    return Verdict(work, goal, f"{limit:.1f} us", f"{measured - plain:.1f} us",
                   *_outcome(measured - plain, limit))


def _slow(figures):
    goal = "all of 2,000 answered in under 1.5 s, 2 children of 25 threads"
    ours = figures.get("rproxy")
    if not ours:
        return Verdict("slow-2000", goal, "", "", "not measured")
    measured = (f"{ours['answered']} of {ours['connections']}, "
                f"{ours['all_ms']:.0f} ms")
    if ours["answered"] < ours["connections"]:
        lost = ours["connections"] - ours["answered"]
        outcome = (f"missed: {lost} without an answer", True)
    else:
        outcome = _outcome(ours["all_ms"], CROWD_LIMIT_MS)
    return Verdict("slow-2000", goal, f"{CROWD_LIMIT_MS} ms", measured,
                   *outcome)


def _idle(figures):
    goal = "memory of an idle connection beyond mod_proxy_http's"
    if not figures:
        return Verdict("idle-5000", goal, "", "", "not measured")
    for name in ("rproxy", "httpd"):
        if name not in figures:
            return Verdict("idle-5000", goal, "", "",
                           f"not measured: {name} left out")
        if figures[name]["still_open"] < figures[name]["connections"]:
            return Verdict("idle-5000", goal, "", "",
                           f"not valid: {name} closed connections")
    beyond = (figures["rproxy"]["bytes_per_connection"]
              - figures["httpd"]["bytes_per_connection"])
    return Verdict("idle-5000", goal, f"{IDLE_LIMIT_BYTES / 1024:.1f} KiB",
                   f"{beyond / 1024:.1f} KiB",
                   *_outcome(beyond, IDLE_LIMIT_BYTES))


def _outcome(measured, limit):
    if measured <= limit:
        return "met", False
    return f"missed by {100 * (measured / limit - 1):.0f} %", True


def _doubt(figures, names):
    if not figures:
        return "not measured"
    for name in names:
        if name not in figures:
            return f"not measured: {name} left out"
        if figures[name]["errors"]:
            return f"not valid: errors at {name}"
    return ""
