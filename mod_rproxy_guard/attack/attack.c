/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* attack.c: see attack.h.  Layer L2. */
#include "guard_private.h"
#include "attack.h"

#include <apr_strings.h>
#include <http_main.h>
#include <http_protocol.h>

#include "../config/guard_config.h"
#include "../shared/child_slots.h"
#include "../shared/shared_area.h"
#include "status/histogram.h"

#define ENV_ATTACK "RPROXY_ATTACK"

enum {
    LAG_PERMILLE = 900,
    /* Of a second: two processes do not look at the same one. */
    SECOND_AT_LEAST = 900000
};

/* All atomics, but before, which only who looks writes. */
typedef struct {
    int32_t order, active, reason;
    int64_t since_us, restless_us, looked_at;
    uint64_t begun;
    int64_t value[ATTACK_GAUGE_COUNT];
    struct {
        uint64_t responses, errors;
        histogram_t lag;
    } before; /* of a second ago */
} head_t;

/* Of a process. */
typedef struct {
    int64_t requests; /* under way */
    uint64_t responses, errors;
} __attribute__((aligned(64))) counts_t;

static struct {
    head_t *head; /* NULL: not open */
    counts_t *counts;
} area;

static APR_OPTIONAL_FN_TYPE(rproxy_loop_lag) * loop_lag;
static APR_OPTIONAL_FN_TYPE(rproxy_queue_waiting) * queue_waiting;
static APR_OPTIONAL_FN_TYPE(rproxy_message) * message;

#define LOAD(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define STORE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)

/* ---- memory ---- */

static void empty(int slot)
{
    STORE(area.counts[slot].requests, 0);
}

int attack_open(server_rec *s)
{
    size_t slots = (size_t)child_slots_count();
    size_t head = (sizeof(head_t) + 63) & ~(size_t)63;
    char *at = shared_area(s, "attack", head + slots * sizeof(counts_t));

    area.head = (head_t *)at;
    area.counts = (counts_t *)(at + head);
    child_slots_empty_by(empty);
    loop_lag = APR_RETRIEVE_OPTIONAL_FN(rproxy_loop_lag);
    queue_waiting = APR_RETRIEVE_OPTIONAL_FN(rproxy_queue_waiting);
    message = APR_RETRIEVE_OPTIONAL_FN(rproxy_message);
    return at != NULL;
}

/* ---- requests ---- */

static apr_status_t request_over(void *unused)
{
    int slot = child_slot();

    if (slot >= 0) {
        METRIC_ADD(area.counts[slot].requests, -1);
    }
    return APR_SUCCESS;
}

static int is_counted(const request_rec *r)
{
    return guard_global->attack.where && !r->main && !r->prev
           && child_slot() >= 0;
}

static int post_read_request(request_rec *r)
{
    if (attack_is_on()) {
        apr_table_setn(r->subprocess_env, ENV_ATTACK, "1");
    }
    if (is_counted(r)) {
        METRIC_ADD(area.counts[child_slot()].requests, 1);
        apr_pool_cleanup_register(r->pool, NULL, request_over,
                                  apr_pool_cleanup_null);
    }
    return DECLINED;
}

static int log_transaction(request_rec *r)
{
    if (is_counted(r)) {
        counts_t *counts = &area.counts[child_slot()];

        METRIC_ADD(counts->responses, 1);
        /* what the guard refuses with 503 is no sign of trouble */
        if (r->status >= HTTP_INTERNAL_SERVER_ERROR
            && !apr_table_get(r->notes, RPROXY_NOTE_GUARD)) {
            METRIC_ADD(counts->errors, 1);
        }
    }
    return DECLINED;
}

/* ---- gauges ---- */

/* Counts go down when memory was made anew. */
static uint64_t since(uint64_t now, uint64_t *before)
{
    uint64_t more = now >= *before ? now - *before : 0;

    *before = now;
    return more;
}

static int64_t lag_of_second(void)
{
    histogram_t now = { { 0 } }, second = { { 0 } };
    int64_t lag;
    int i;

    if (!loop_lag) {
        return 0;
    }
    loop_lag(&now);
    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        second.count[i] = since(now.count[i], &area.head->before.lag.count[i]);
    }
    lag = histogram_quantile(&second, LAG_PERMILLE);
    return lag > 0 ? lag : 0;
}

static attack_sample_t look(void)
{
    attack_sample_t sample = { { 0 } };
    uint64_t responses = 0, errors = 0;
    int64_t requests = 0;
    int i, n = child_slots_used();

    for (i = 0; i < n; i++) {
        responses += LOAD(area.counts[i].responses);
        errors += LOAD(area.counts[i].errors);
        requests += LOAD(area.counts[i].requests);
    }
    responses = since(responses, &area.head->before.responses);
    errors = since(errors, &area.head->before.errors);
    if (responses >= (uint64_t)guard_global->attack.responses && responses) {
        sample.value[ATTACK_ERRORS] = (int64_t)(errors * 100 / responses);
    }
    sample.value[ATTACK_LAG] = lag_of_second();
    sample.value[ATTACK_QUEUE] = queue_waiting ? (int64_t)queue_waiting() : 0;
    sample.value[ATTACK_REQUESTS] = requests;
    return sample;
}

/* ---- changes ---- */

static const char *reason_text(char *out, apr_size_t room,
                               const attack_sample_t *sample,
                               attack_gauge_e reason)
{
    if (reason >= ATTACK_GAUGE_COUNT) {
        return "by order";
    }
    apr_snprintf(out, room, "%" APR_INT64_T_FMT " %s", sample->value[reason],
                 attack_gauge_text(reason));
    return out;
}

static void tell(attack_change_e change, const attack_state_t *state,
                 const attack_sample_t *sample)
{
    char buffer[96];
    const char *why =
        reason_text(buffer, sizeof(buffer), sample, state->reason);

    if (change == ATTACK_BEGUN) {
        METRIC_ADD(area.head->begun, 1);
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(4190) "attack: limits with mode=attack are on: %s",
                     why);
    }
    else {
        why = state->order == ATTACK_NEVER ? "by order" : "it is calm";
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(4191) "attack is over: limits with mode=attack "
                                   "are off: %s",
                     why);
    }
    if (message) {
        message(change == ATTACK_BEGUN ? "attack-begun" : "attack-over", why);
    }
}

/* Two that step at once (a second, and an order) do the same; one of them finds
 * that active is what it wanted, and tells nobody. */
static void step(const attack_sample_t *sample, int64_t now)
{
    head_t *head = area.head;
    attack_state_t state = { (attack_order_e)LOAD(head->order),
                             LOAD(head->active),
                             (attack_gauge_e)LOAD(head->reason),
                             LOAD(head->since_us), LOAD(head->restless_us) };
    int32_t before = state.active;
    attack_change_e change =
        attack_mode_step(&state, &guard_global->attack.rules, sample, now);

    STORE(head->restless_us, state.restless_us);
    if (change == ATTACK_AS_BEFORE) {
        return;
    }
    STORE(head->reason, (int32_t)state.reason);
    STORE(head->since_us, state.since_us);
    if (__atomic_compare_exchange_n(&head->active, &before, state.active, 0,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        tell(change, &state, sample);
    }
}

void attack_tick(void)
{
    int64_t now = apr_time_now(), at = LOAD(area.head->looked_at);
    attack_sample_t sample;
    int i;

    if ((now >= at && now - at < SECOND_AT_LEAST)
        || !__atomic_compare_exchange_n(&area.head->looked_at, &at, now, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        return;
    }
    sample = look();
    for (i = 0; i < ATTACK_GAUGE_COUNT; i++) {
        STORE(area.head->value[i], sample.value[i]);
    }
    step(&sample, now);
}

int attack_is_on(void)
{
    return area.head && LOAD(area.head->active);
}

void attack_give_order(attack_order_e order)
{
    attack_sample_t sample = attack_report().sample;

    STORE(area.head->order, (int32_t)order);
    step(&sample, apr_time_now());
}

attack_report_t attack_report(void)
{
    const head_t *head = area.head;
    attack_report_t report = { (attack_order_e)LOAD(head->order),
                               LOAD(head->active),
                               (attack_gauge_e)LOAD(head->reason),
                               LOAD(head->since_us), LOAD(head->begun) };
    int i;

    for (i = 0; i < ATTACK_GAUGE_COUNT; i++) {
        report.sample.value[i] = LOAD(head->value[i]);
    }
    return report;
}

void attack_register(apr_pool_t *pool)
{
    ap_hook_post_read_request(post_read_request, NULL, NULL,
                              APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_MIDDLE);
}
