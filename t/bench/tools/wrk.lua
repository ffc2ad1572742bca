-- Licensed under the Apache License, Version 2.0 (see LICENSE).
-- For wrk: a POST when a file with its body and a media type are given, and the
-- figures of the run as one line of JSON.  The request is built once, not per
-- request.

function init(args)
    if args[1] then
        local file = assert(io.open(args[1], "rb"))
        wrk.method = "POST"
        wrk.body = file:read("*a")
        wrk.headers["Content-Type"] = args[2]
        file:close()
    end
end

function done(summary, latency, requests)
    local errors = 0
    for _, count in pairs(summary.errors) do
        errors = errors + count
    end
    io.write(string.format(
        'summary {"requests": %d, "seconds": %.6f, "bytes": %d, ' ..
        '"p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, "errors": %d, ' ..
        '"refused": %d}\n',
        summary.requests, summary.duration / 1e6, summary.bytes,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        latency.max / 1e3, errors, summary.errors.status))
end
