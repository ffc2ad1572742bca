/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bandwidth.c: see bandwidth.h.  Layer L2. */
#include "guard_private.h"
#include "bandwidth.h"

#include <util_filter.h>

#include "../guard_request.h"

enum {
    LIMITS_MAX = 8,       /* that one response shares */
    PIECE_MAX = 64,       /* units */
    PIECES_OF_SECOND = 10 /* at least, of a rate that allows it */
};

/* What would be slowed down may be so far behind its time. */
#define BEHIND_MAX apr_time_from_sec(3600)

#define SLEEP_MAX apr_time_from_msec(100)

typedef struct {
    guard_limit_t *limit;
    uint64_t hash;
    apr_interval_time_t waited_us; /* where it was the slowest */
} share_t;

struct bandwidth_t {
    share_t share[LIMITS_MAX];
    int count;
    apr_size_t piece;         /* of the filter: that may be sent now */
    apr_bucket_brigade *rest; /* likewise: after it */
};

static APR_OPTIONAL_FN_TYPE(rproxy_pace) * pace;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;
static ap_filter_rec_t *filter_handle;

void bandwidth_open(void)
{
    pace = APR_RETRIEVE_OPTIONAL_FN(rproxy_pace);
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
}

/* ---- pieces ---- */

static void give(const bandwidth_t *b, int end, uint32_t units)
{
    int i;

    for (i = 0; i < end && units; i++) {
        const share_t *share = &b->share[i];

        limit_table_give_back(&share->limit->place.table, &share->limit->rate,
                              share->hash, apr_time_now(), units);
    }
}

static uint32_t piece_of(const bandwidth_t *b)
{
    uint64_t units = PIECE_MAX;
    int i;

    for (i = 0; i < b->count; i++) {
        uint64_t own = b->share[i].limit->rate.count / PIECES_OF_SECOND;

        units = own < units ? own : units;
    }
    return units ? (uint32_t)units : 1;
}

static apr_interval_time_t wait_by(share_t *share, uint64_t us)
{
    share->waited_us += (apr_interval_time_t)us;
    return (apr_interval_time_t)us;
}

/* As rproxy_pace_t has it. */
static apr_interval_time_t take(void *ctx, apr_size_t *bytes)
{
    bandwidth_t *b = ctx;
    uint32_t units = piece_of(b);
    share_t *slowest = &b->share[0];
    uint64_t wait = 0;
    int i;

    for (i = 0; i < b->count; i++) {
        share_t *share = &b->share[i];
        rate_t rate =
            limit_table_take(&share->limit->place.table, &share->limit->rate,
                             share->hash, apr_time_now(), units)
                .rate;

        if (!rate.allowed) {
            give(b, i, units);
            *bytes = 0;
            return wait_by(share, rate.retry_us + 1);
        }
        if (rate.wait_us > wait) {
            wait = rate.wait_us;
            slowest = share;
        }
    }
    *bytes = (apr_size_t)units * BANDWIDTH_UNIT;
    return wait_by(slowest, wait);
}

static void give_back(void *ctx, apr_size_t bytes)
{
    const bandwidth_t *b = ctx;

    give(b, b->count, (uint32_t)(bytes / BANDWIDTH_UNIT));
}

/* ---- on threads that may wait ---- */

static apr_status_t end_of_filter(void *data)
{
    bandwidth_t *b = data;

    give_back(b, b->piece);
    return APR_SUCCESS;
}

static void wait_for_piece(const conn_rec *c, bandwidth_t *b)
{
    while (!b->piece && !c->aborted) {
        apr_interval_time_t left = take(b, &b->piece);

        for (; left > 0 && !c->aborted; left -= SLEEP_MAX) {
            apr_sleep(left < SLEEP_MAX ? left : SLEEP_MAX);
        }
    }
}

/* Leaves in bb what may be sent now, the others in rest.
 * @return 1: there is a rest */
static int split(bandwidth_t *b, apr_bucket_brigade *bb)
{
    apr_bucket *e, *end;

    if (apr_brigade_partition(bb, (apr_off_t)b->piece, &end) != APR_SUCCESS) {
        end = APR_BRIGADE_SENTINEL(bb); /* all of it */
    }
    for (e = APR_BRIGADE_FIRST(bb); e != end; e = APR_BUCKET_NEXT(e)) {
        if (e->length != (apr_size_t)-1) {
            b->piece -= e->length < b->piece ? e->length : b->piece;
        }
    }
    if (end == APR_BRIGADE_SENTINEL(bb)) {
        return 0;
    }
    b->piece = 0;
    b->rest = apr_brigade_split_ex(bb, end, b->rest);
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_flush_create(bb->bucket_alloc));
    return 1;
}

static apr_status_t filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    bandwidth_t *b = f->ctx;

    wait_for_piece(f->c, b);
    while (!f->c->aborted && split(b, bb)) {
        apr_status_t rv = ap_pass_brigade(f->next, bb);

        apr_brigade_cleanup(bb);
        APR_BRIGADE_CONCAT(bb, b->rest);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        wait_for_piece(f->c, b);
    }
    return ap_pass_brigade(f->next, bb); /* perhaps the end of f and b */
}

/* ---- requests ---- */

static void start(request_rec *r, bandwidth_t *b)
{
    static const rproxy_pace_t by = { take, give_back };

    if ((pace && pace(r, &by, b)) || (on_loop && on_loop(r))) {
        return;
    }
    b->rest =
        apr_brigade_create(r->connection->pool, r->connection->bucket_alloc);
    ap_add_output_filter_handle(filter_handle, b, r, r->connection);
    apr_pool_cleanup_register(r->pool, b, end_of_filter, apr_pool_cleanup_null);
}

void bandwidth_begin(request_rec *r, guard_limit_t *limit, uint64_t hash,
                     int log_only)
{
    guard_request_t *request = guard_request_of(r);
    bandwidth_t **of = log_only ? &request->would_share : &request->bandwidth;
    bandwidth_t *b = *of;

    if (!b) {
        *of = b = apr_pcalloc(r->pool, sizeof(*b));
        if (!log_only) {
            start(r, b);
        }
    }
    if (b->count < LIMITS_MAX) {
        b->share[b->count++] = (share_t){ limit, hash, 0 };
    }
}

/* ---- what it came to ---- */

guard_wait_t bandwidth_waited(const bandwidth_t *b)
{
    guard_wait_t all = { NULL, 0 };
    apr_interval_time_t most = 0;
    int i;

    for (i = 0; b && i < b->count; i++) {
        all.us += b->share[i].waited_us;
        if (b->share[i].waited_us > most) {
            most = b->share[i].waited_us;
            all.limit = b->share[i].limit;
        }
    }
    return all;
}

/* All at once, when the request came: the time of the last byte. */
static apr_interval_time_t last_byte(const request_rec *r, const share_t *share,
                                     uint32_t units)
{
    rate_rule_t rule = share->limit->rate;
    rate_t rate;

    rule.queue = rate_queue(&rule, BEHIND_MAX);
    rate = limit_table_take(&share->limit->place.table, &rule, share->hash,
                            r->request_time, units)
               .rate;
    return rate.allowed ? (apr_interval_time_t)rate.wait_us : BEHIND_MAX;
}

guard_wait_t bandwidth_would_wait(const request_rec *r, const bandwidth_t *b,
                                  apr_off_t bytes)
{
    apr_off_t units = (bytes + BANDWIDTH_UNIT - 1) / BANDWIDTH_UNIT;
    apr_interval_time_t took = apr_time_now() - r->request_time;
    guard_wait_t wait = { NULL, 0 };
    int i;

    for (i = 0; b && units > 0 && i < b->count; i++) {
        apr_interval_time_t us =
            last_byte(r, &b->share[i],
                      units < RATE_COST_MAX ? (uint32_t)units : RATE_COST_MAX)
            - took;

        if (us > wait.us) {
            wait = (guard_wait_t){ b->share[i].limit, us };
        }
    }
    return wait;
}

void bandwidth_register(void)
{
    filter_handle = ap_register_output_filter("RPROXY_GUARD_BANDWIDTH", filter,
                                              NULL, AP_FTYPE_CONNECTION - 1);
}
