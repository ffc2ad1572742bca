/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balanced.c: makes upstreams out of what directives say, and keeps what is
 * known of them from one configuration to the next.  Layer L2. */
#include "balanced.h"

#include <errno.h>
#include <sys/mman.h>

#include <ap_mpm.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "discovery/discovered.h"
#include "driver/clock.h"
#include "events/message.h"
#include "overload/request_class.h"
#include "state/state.h"

#define KEPT "rproxy-balancer"
#define LEARNED_SETS 4096
#define DEFAULT_ROOM 32
#define HEDGE_SAMPLES 100 /* before what is slow is known */

apr_array_header_t *balanced_list;
segment_t *balanced_segment;
siphash_key_t balanced_secret;

/* What lives from one configuration to the next. */
typedef struct {
    segment_t *segment;
    apr_pool_t *pool;     /* of it */
    uint64_t **learned;   /* [upstream], or NULL */
    queue_lines_t *lines; /* of all upstreams */
    siphash_key_t secret;
} kept_t;

static kept_t *kept_data(void)
{
    kept_t *kept = ap_retained_data_get(KEPT);

    if (!kept) {
        kept = ap_retained_data_create(KEPT, sizeof(*kept));
        apr_generate_random_bytes((unsigned char *)&kept->secret,
                                  sizeof(kept->secret));
    }
    return kept;
}

static int children_max(void)
{
    int n = 0;

    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &n);
    return n > 0 ? 2 * n : 2; /* those that stop, and those that follow */
}

/* ---- members ---- */

static uint32_t ms(apr_interval_time_t time)
{
    return (uint32_t)apr_time_as_msec(time);
}

static health_rules_t health_rules(const balancer_conf_t *conf)
{
    const probe_conf_t *probe = conf->probe;
    const eject_conf_t *eject = conf->eject;
    const health_rules_t rules = {
        .rise = (uint16_t)probe->rise,
        .fall = (uint16_t)probe->fall,
        .failures = (uint16_t)eject->failures,
        .interval_ms = ms(probe->interval),
        .fast_interval_ms = ms(probe->fast),
        .jitter_percent = (uint16_t)probe->jitter_percent,
        .eject_ms = ms(eject->time),
        .eject_max_ms = ms(eject->time_max),
        .trial_ms = ms(eject->trial),
    };

    return rules;
}

static hedge_rules_t hedge_rules(const hedge_conf_t *conf)
{
    const hedge_rules_t rules = { .enabled = !conf->off,
                                  .budget_percent =
                                      (uint16_t)conf->budget_percent,
                                  .delay_us = (uint32_t)conf->after,
                                  .min_delay_us = (uint32_t)conf->min,
                                  .max_delay_us = (uint32_t)conf->max,
                                  .min_samples = HEDGE_SAMPLES };

    return rules;
}

/* Names and URLs have room for so many bytes in the segment. */
static int fits(const char *text, size_t room)
{
    return !text || strlen(text) < room;
}

static int all_fit(server_rec *s, const balancer_upstream_t *u)
{
    int i, good = 1;

    for (i = 0; i < u->count; i++) {
        const balancer_member_t *m = &u->member[i];

        if (!fits(m->url, ROSTER_URL) || !fits(m->zone, ROSTER_NAME)
            || !fits(m->group, ROSTER_NAME) || !fits(m->route, ROSTER_NAME)) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                         RPLOGNO(3020) "upstream %s, member %s: expected a URL "
                                       "of at most %d bytes, and zone=, group= "
                                       "and route= of at most %d",
                         u->name, m->url, ROSTER_URL - 1, ROSTER_NAME - 1);
            good = 0;
        }
    }
    return good;
}

/* Places for those configured, and for some that come at run time. */
static int room_of(const balancer_upstream_t *u, const balancer_conf_t *conf)
{
    int room = conf->method->room;

    if (room < 0) {
        room = u->count + DEFAULT_ROOM + discovered_limit(conf->discover);
    }

    room = room > u->count ? room : u->count;
    return room < BALANCER_MEMBERS ? room : BALANCER_MEMBERS;
}

/* ---- upstreams ---- */

/* A trial that fails leaves the member where it was, for those who are told. */
static void tell_change(const char *upstream, const char *member,
                        const health_t *before, const health_t *now)
{
    const char *why = health_reason_text((health_reason_e)now->reason);

    if (now->state == HEALTH_UP) {
        message_post(MESSAGE_MEMBER_UP, upstream, member, why);
    }
    else if (now->state == HEALTH_DOWN) {
        message_post(MESSAGE_MEMBER_DOWN, upstream, member, why);
    }
    else if (now->state == HEALTH_EJECTED && before->state == HEALTH_UP) {
        message_post(MESSAGE_MEMBER_EJECTED, upstream, member, why);
    }
}

static void changed(const balance_t *balance, int member,
                    const health_t *before, const health_t *now)
{
    int is_bad = now->state == HEALTH_DOWN || now->state == HEALTH_EJECTED;

    ap_log_error(APLOG_MARK, is_bad ? APLOG_WARNING : APLOG_NOTICE, 0,
                 ap_server_conf,
                 RPLOGNO(3001) "upstream %s, member %s: %s, it was %s: %s",
                 balance->name, balance_url(balance, member),
                 health_state_text((health_state_e)now->state),
                 health_state_text((health_state_e)before->state),
                 health_reason_text((health_reason_e)now->reason));
    tell_change(balance->name, balance_url(balance, member), before, now);
}

static balanced_t *make_one(apr_pool_t *p, const balancer_upstream_t *u,
                            const balancer_conf_t *conf)
{
    balanced_t *b = apr_pcalloc(p, sizeof(*b));
    balance_t *balance = &b->balance;

    b->configured = u;
    b->conf = *conf;
    b->prober.enabled = !conf->probe->off;
    b->prober.probe = conf->probe->rules;
    balance->name = u->name;
    balance->method = conf->method->method;
    balance->bound_percent = (uint32_t)conf->method->bound_percent;
    balance->plan_rules.panic_percent = (uint8_t)conf->method->panic_percent;
    balance->outlier_rules.min_requests = (uint32_t)conf->eject->min_requests;
    balance->outlier_rules.failure_percent =
        (uint16_t)conf->eject->rate_percent;
    balance->outlier_rules.max_percent = (uint16_t)conf->eject->max_percent;
    balance->plan_rules.zone = place_name(conf->method->zone);
    balance->health_rules = health_rules(conf);
    balance->secret = balanced_secret;
    balance->hedge_rules = hedge_rules(conf->hedge);
    balance->changed = changed;
    return b;
}

static void warn_of_weights(const balancer_upstream_t *u)
{
    int i;

    for (i = 0; i < u->count && !u->member[i].weight; i++) {
    }
    if (u->count && i == u->count) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, NULL,
                     RPLOGNO(3002) "upstream %s: all members have weight=0: "
                                   "none gets new clients",
                     u->name);
    }
}

/* ---- memory ---- */

static apr_status_t unmap(void *base)
{
    munmap(base, LEARNED_SETS * STICKY_LEARNED_SET * sizeof(uint64_t));
    return APR_SUCCESS;
}

static uint64_t *map_learned(apr_pool_t *pool)
{
    void *base =
        mmap(NULL, LEARNED_SETS * STICKY_LEARNED_SET * sizeof(uint64_t),
             PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (base == MAP_FAILED) {
        return NULL;
    }
    apr_pool_cleanup_register(pool, base, unmap, apr_pool_cleanup_null);
    return base;
}

/* Where no member has a limit nobody ever waits. */
static void open_queue(balanced_t *b, const kept_t *kept, int number,
                       apr_pool_t *pconf)
{
    const queue_conf_t *conf = b->conf.queue;

    if (conf->off) {
        return;
    }
    b->queue.rules.max_waiting = (uint32_t)conf->max;
    b->queue.rules.aging_ms = ms(conf->aging);
    b->queue.rules.aged_every = (uint32_t)conf->aged_every;
    b->queue.timeout_us = conf->timeout;
    b->balance.spare_percent = (uint32_t)conf->spare;
    queue_open(&b->queue, kept->lines, number, kept->segment, pconf);
    b->balance.queue = &b->queue;
}

/* Twice the time of an unloaded member is too long; a window is half a second
 * and twenty answers; after half a minute the time unloaded is measured
 * anew. */
static void open_adaptive(balanced_t *b, const kept_t *kept)
{
    const queue_conf_t *conf = b->conf.queue;
    const uint32_t least = (uint32_t)conf->adaptive_least;
    const uint32_t most = (uint32_t)conf->adaptive_most;
    const concurrency_rules_t rules = { .min = least,
                                        .max = most,
                                        .start = most < 20    ? most
                                                 : least > 20 ? least
                                                              : 20,
                                        .tolerance_percent = 200,
                                        .measure_every = 60,
                                        .window_samples = 20,
                                        .window_us = 500000 };

    if (conf->off || !most) {
        return;
    }
    b->adaptive_rules = rules;
    b->balance.adaptive_rules = &b->adaptive_rules;
    b->balance.adaptive = kept->lines->limit + b->balance.places.first;
}

static int open_learned(balanced_t *b, kept_t *kept, int number)
{
    if (!b->conf.sticky->learn) {
        return 1;
    }
    if (!kept->learned[number]) {
        kept->learned[number] = map_learned(kept->pool);
    }
    b->learned.entry = kept->learned[number];
    b->learned.sets = LEARNED_SETS;
    b->learned.timeout_s = (uint32_t)apr_time_sec(b->conf.sticky->learn_for);
    return b->learned.entry != NULL;
}

/* Those that a source has found which the configuration names no longer. */
static void forget_found(segment_t *segment, int number,
                         const balancer_conf_t *conf, apr_pool_t *ptemp)
{
    int i, count = conf->discover ? conf->discover->nelts : 0;
    const places_t places = places_of(segment, number);
    uint64_t *origins = apr_palloc(ptemp, sizeof(*origins) * (size_t)count);

    for (i = 0; i < count; i++) {
        origins[i] = places_origin(
            APR_ARRAY_IDX(conf->discover, i, source_rules_t *)->origin);
    }
    segment_lock(segment, number);
    places_keep_origins(&places, origins, count, clock_now());
    segment_unlock(segment, number);
}

/* The children of before go on with the old mapping until they end. */
static int open_segment(kept_t *kept, process_rec *process,
                        const balancer_upstream_t *upstreams, int count)
{
    queue_lines_t *lines;
    apr_pool_t *pool;
    segment_t *next;

    apr_pool_create(&pool, process->pool);
    next = segment_make(kept->segment, upstreams, count, children_max(),
                        clock_now(), pool);
    if (next == kept->segment) {
        apr_pool_destroy(pool);
        return 1;
    }
    lines = next ? queue_lines_make(count, next->children, next->members, pool)
                 : NULL;
    if (!lines) {
        apr_pool_destroy(pool);
        return 0;
    }
    kept->lines = lines;
    kept->learned = apr_pcalloc(pool, sizeof(uint64_t *) * (size_t)(count + 1));
    if (kept->pool) {
        apr_pool_destroy(kept->pool);
    }
    kept->segment = next;
    kept->pool = pool;
    return 1;
}

void balanced_forget(void)
{
    balanced_list = NULL;
    balanced_segment = NULL;
}

static apr_status_t no_memory(server_rec *s)
{
    ap_log_error(APLOG_MARK, APLOG_EMERG, errno, s,
                 RPLOGNO(3003) "no shared memory for the balancer");
    return APR_ENOMEM;
}

apr_status_t balanced_configure(apr_pool_t *pconf, server_rec *s,
                                const balancer_upstream_t *upstreams, int count,
                                void **pools)
{
    size_t room = (size_t)count + 1;
    balancer_upstream_t *all = apr_pcalloc(pconf, sizeof(*all) * room);
    balanced_t **list = apr_pcalloc(pconf, sizeof(*list) * room);
    kept_t *kept = kept_data();
    int i, n = 0, is_start = !kept->segment;

    state_open(s, is_start, &kept->secret, pconf);
    balanced_secret = kept->secret;
    request_class_number();
    for (i = 0; i < count; i++) {
        balancer_conf_t conf;

        if (balancer_config_of(upstreams[i].name, &conf)) {
            warn_of_weights(&upstreams[i]);
            all[n] = upstreams[i];
            all[n].room = room_of(&upstreams[i], &conf);
            if (!all[n].room) {
                continue;
            }
            if (!all_fit(s, &all[n])) {
                return APR_EINVAL;
            }
            list[n] = make_one(pconf, &upstreams[i], &conf);
            pools[i] = list[n++];
        }
    }
    if (!n) {
        return APR_SUCCESS;
    }
    if (!open_segment(kept, s->process, all, n)) {
        return no_memory(s);
    }
    balanced_list = apr_array_make(pconf, n, sizeof(balanced_t *));
    for (i = 0; i < n; i++) {
        open_queue(list[i], kept, i, pconf);
        APR_ARRAY_PUSH(balanced_list, balanced_t *) = list[i];
        forget_found(kept->segment, i, &list[i]->conf, pconf);
        if (!balance_open(&list[i]->balance, kept->segment, i, pconf)
            || !open_learned(list[i], kept, i)) {
            return no_memory(s);
        }
        open_adaptive(list[i], kept);
    }
    balanced_segment = kept->segment;
    state_restore(s, is_start, pconf);
    return discovered_configure(pconf) == APR_SUCCESS ? APR_SUCCESS
                                                      : no_memory(s);
}
