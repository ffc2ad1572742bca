-- Licensed under the Apache License, Version 2.0 (see LICENSE).
-- For wrk, purge-tags: 95 of 100 requests for one of 4,000 pages that may be
-- kept (2,000 tags), 5 for one that may not; the figures as a line of JSON.
local pages, at = {}, 0

function init()
    math.randomseed(1)
    for i = 1, 20000 do
        local path = "/never/page"
        if i % 20 ~= 0 then
            path = string.format("/tagged/%d/%d", math.random(0, 1999),
                                 math.random(0, 1))
        end
        pages[i] = wrk.format("GET", path)
    end
end

function request()
    at = at % #pages + 1
    return pages[at]
end

function done(summary, latency)
    local errors = 0
    for _, count in pairs(summary.errors) do
        errors = errors + count
    end
    io.write(string.format(
        'summary {"requests": %d, "p50_ms": %.3f, "p99_ms": %.3f, ' ..
        '"p999_ms": %.3f, "errors": %d}\n', summary.requests,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        latency:percentile(99.9) / 1e3, errors))
end
