# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""What is measured: the workloads and the shapes of the servers.

A Load is driven by wrk for some seconds and gives requests per second and CPU
per request.  A Crowd is a number of connections at once, each with a single
request, and gives times (slow-2000) or memory (idle-5000).
"""
from dataclasses import dataclass



@dataclass(frozen=True)
class Role:
    """What the servers of a group of workloads are set up for: a
    configuration each, with a virtual host for each site."""

    name: str
    labels: dict  # of the systems there are
    sites: tuple
    template: str  # of conf/, without .conf
    modules: tuple  # that rproxy loads


PROXY = Role("proxy", {
    "nginx": "nginx",
    "haproxy": "HAProxy",
    "haproxy-splice": "HAProxy, splicing",
    "httpd": "httpd, mod_proxy_http",
    "rproxy": "httpd, mod_rproxy",
}, ("plain", "logged"), "{}", ("mod_rproxy",))
CACHE = Role("cache", {
    "nginx": "nginx, proxy_cache",
    "haproxy": "HAProxy, cache",
    "varnish": "Varnish",
    "httpd": "httpd, mod_cache_socache",
    "rproxy": "httpd, mod_rproxy_cache",
}, ("hit", "tls", "gzip"), "cache-{}", ("mod_rproxy", "mod_rproxy_cache"))
# one origin behind four ports, or four origins of which one is slow
BALANCE = Role("balance", {
    "nginx": "nginx",
    "haproxy": "HAProxy",
    "httpd": "httpd, mod_proxy_balancer",
    "rproxy": "httpd, mod_rproxy_balancer",
}, ("one", "four", "turns", "connections", "two", "time"), "balance-{}",
    ("mod_rproxy", "mod_rproxy_balancer"))
# answers from a cache: without the guard, past it, and refused by it
GUARD = Role("guard", {
    "nginx": "nginx, geo, map and limit_req",
    "haproxy": "HAProxy, ACLs and stick-tables",
    "rproxy": "httpd, mod_rproxy_guard",
}, ("bare", "guarded", "refused"), "guard-{}",
    ("mod_rproxy", "mod_rproxy_cache", "mod_rproxy_guard"))
# without a WAF, and with Debian's Core Rule Set at three paranoia levels
WAF = Role("waf", {
    "httpd": "httpd, mod_security2",
    "rproxy": "httpd, mod_rproxy_guard",
}, ("none", "pl1", "pl2", "pl4"), "waf-{}",
    ("mod_rproxy", "mod_rproxy_guard"))
ROLES = (PROXY, CACHE, BALANCE, GUARD, WAF)
SYSTEMS = ("nginx", "haproxy", "haproxy-splice", "varnish", "httpd", "rproxy")
# sites that a system has no directives for
LACKING = {
    "varnish": ("tls",),
    "nginx": ("time",),
    "haproxy": ("time",),
    "httpd": ("two", "time"),
}
UNEVEN_MS = (5, 5, 5, 25)  # a request's time at each of four members
UNEVEN_SLOTS = 8           # requests that each serves at once

# splicing pays for large bodies only: the extra row stands where it may help
LIMITED_TO = {"haproxy-splice": ("proxy-64k", "proxy-1m")}


def takes(name, work):
    """Is the system measured in that workload?"""
    return (name in work.role.labels
            and work.name in LIMITED_TO.get(name, (work.name,))
            and work.site not in LACKING.get(name, ()))


@dataclass(frozen=True)
class Shape:
    """Size of a server.  Workers are children of httpd, worker processes of
    nginx, threads of HAProxy; the other two matter to httpd alone."""

    workers: int
    threads_per_child: int
    async_factor: int


# 64 clients never wait for a thread of stock httpd
BUSY = Shape(workers=2, threads_per_child=64, async_factor=64)
# the threads of the goal; each child may hold all connections
FEW_THREADS = Shape(workers=2, threads_per_child=25, async_factor=100)
ONE_CHILD = Shape(workers=1, threads_per_child=25, async_factor=256)


@dataclass(frozen=True)
class Load:
    name: str
    about: str
    path: str
    connections: int = 64
    fields: tuple = ()
    site: str = "plain"  # one of the role's
    post: str = ""  # a body of bodies.py
    gzip: bool = False  # the answer is compressed
    status: int = 200  # else: all but the first one are refused so
    role: Role = PROXY


@dataclass(frozen=True)
class Crowd:
    name: str
    about: str
    path: str
    connections: int
    at_once: int  # connections without an answer yet
    shape: Shape
    slow_origin_ms: int = 0  # 0: the origin of files
    limit_s: int = 5
    site: str = "plain"
    role: Role = PROXY


# what a browser sends with a page; Host makes it 14
BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
    "image/avif,image/webp,image/apng,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
    "Accept-Encoding: gzip, deflate, br",
    "Cache-Control: max-age=0",
    "Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; "
    "consent=1; cart=2f1c7e",
    "Referer: http://www.example.com/shop/garden/tables?page=2",
    "Sec-Ch-Ua: \"Chromium\";v=\"126\", \"Not.A/Brand\";v=\"24\"",
    "Sec-Ch-Ua-Mobile: ?0",
    "Sec-Ch-Ua-Platform: \"Linux\"",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: same-origin",
    "Upgrade-Insecure-Requests: 1",
)

_VISITOR = tuple(field for field in BROWSER
                 if not field.startswith(("Cache-Control", "Cookie",
                                          "Accept-Encoding")))
# a rule of CRS logs a Host that is an address
_NAMED_VISITOR = ("Host: www.example.com",) + _VISITOR


def _uneven(method, words):
    return Load("uneven-" + method, "four members that serve 8 requests at "
                "once, in 5 ms but one in 25 ms; " + words, "/", site=method,
                role=BALANCE)


def _hit(name, about, path, site="hit", **more):
    """Answered from the cache; the origin allows that for an hour."""
    return Load(name, about, "/cached" + path, site=site, role=CACHE, **more)


def _guard(name, about, site, **more):
    """A browser's request of 1 KiB, which the cache has and may answer."""
    return Load(name, about + ", 64 keep-alive clients", "/cached/1k.html",
                site=site, fields=_VISITOR, role=GUARD, **more)


def _waf(site, what, about, path, **more):
    level = {"none": "no WAF", "pl1": "Core Rule Set at paranoia level 1"}.get(
        site, "at level " + site[2:] + ", no threshold")
    return Load(f"waf-{what}-{site}", f"{about}; {level}; 16 keep-alive "
                "clients", path, 16, site=site, fields=_NAMED_VISITOR, role=WAF,
                **more)


def _waf_all():
    for site in WAF.sites:
        yield _waf(site, "get", "GET with three arguments",
                   "/1k.html?page=2&sort=price&q=garden+tables")
        yield _waf(site, "form", "form of 0.9 KB", "/post", post="form")
        yield _waf(site, "json", "JSON of 4 KB", "/post", post="json")
    yield _waf("pl1", "attack", "GET of an SQL injection, refused",
               "/1k.html?page=2&sort=price&q=1%27+UNION+SELECT+user,"
               "password+FROM+users--+-", status=403)


_ALL = (
    Load("proxy-1k", "1 KiB, 64 keep-alive clients", "/1k.html"),
    Load("proxy-64k", "64 KiB, 64 keep-alive clients", "/64k.html"),
    Load("proxy-1m", "1 MiB, 16 keep-alive clients", "/1m.html", 16),
    Load("proxy-1k-close", "1 KiB, one connection per request, 64 clients",
         "/1k.html", fields=("Connection: close",)),
    Load("many-fields", "1 KiB, a browser's request of 14 fields, "
         "64 keep-alive clients", "/1k.html", fields=BROWSER),
    Load("proxy-1k-log", "1 KiB with an access log, 64 keep-alive clients",
         "/1k.html", site="logged"),
    Load("post-1k", "POST of 1 KiB, short answer, 64 keep-alive clients",
         "/post", post="bytes"),
    _hit("hit-1k", "1 KiB from the cache, 64 keep-alive clients", "/1k.html"),
    _hit("hit-64k", "64 KiB from the cache, 64 keep-alive clients",
         "/64k.html"),
    _hit("hit-1k-tls", "1 KiB from the cache over TLS, 64 keep-alive clients",
         "/1k.html", site="tls"),
    _hit("hit-gzip", "62 KiB of HTML from the cache with gzip, 64 keep-alive "
         "clients", "/page.html", site="gzip", gzip=True,
         fields=("Accept-Encoding: gzip",)),
    _hit("hit-1k-close", "1 KiB from the cache, one connection per request, "
         "64 clients", "/1k.html", fields=("Connection: close",)),
    Load("one-1k", "1 KiB from an upstream of one member, 64 keep-alive "
         "clients", "/1k.html", site="one", role=BALANCE),
    Load("four-1k", "1 KiB from four members, least connections, 64 "
         "keep-alive clients", "/1k.html", site="four", role=BALANCE),
    _uneven("turns", "round robin"),
    _uneven("connections", "least connections"),
    _uneven("two", "the better of two at random"),
    _uneven("time", "least time"),
    _guard("bare-1k", "1 KiB from the cache, no guard", "bare"),
    _guard("guard-1k", "1 KiB from the cache, past a list of a million "
           "networks, three limits and classes of bots", "guarded"),
    _guard("refuse-429", "refused by a limit behind a list of a million "
           "networks", "refused", status=429),
    *_waf_all(),
    Crowd("slow-2000", "2,000 requests at once to an upstream that takes 1 s",
          "/", 2000, 2000, FEW_THREADS, slow_origin_ms=1000),
    Crowd("idle-5000", "5,000 idle keep-alive connections on one child",
          "/1k.html", 5000, 16, ONE_CHILD, limit_s=20),
)
WORKLOADS = {w.name: w for w in _ALL}
