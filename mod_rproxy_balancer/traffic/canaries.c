/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canaries.c: finds the two upstreams of each RProxyCanary and its place in
 * shared memory, and says in the log what becomes of it.  Layer L2. */
#include "canaries.h"

#include <errno.h>

#include <ap_provider.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "driver/clock.h"
#include "events/message.h"
#include "routing/siphash.h"

#define KEPT "rproxy-canaries"

apr_array_header_t *canaries_list;

void canaries_forget(void)
{
    canaries_list = NULL;
}

/* ---- configuration ---- */

/* From one configuration to the next. */
static canary_board_t *kept_board(void)
{
    canary_board_t **kept = ap_retained_data_get(KEPT);

    if (!kept) {
        kept = ap_retained_data_create(KEPT, sizeof(*kept));
    }
    if (!*kept) {
        *kept = canary_board_map();
    }
    return *kept;
}

/* With other steps it begins anew. */
static uint64_t id_of(apr_pool_t *p, const canaried_t *canary)
{
    static const siphash_key_t key = { 0x63616e6172792020, 0x706c616365732020 };
    const canary_rules_t *rules = &canary->conf->rules;
    const char *text = apr_pstrcat(p, canary->control, " ", canary->test, NULL);
    int i;

    for (i = 0; i < rules->steps; i++) {
        text = apr_psprintf(p, "%s %d", text, rules->percent[i]);
    }
    return siphash(key, slice_str(text)) | 1;
}

static int find_name(const char *const *names, int count, const char *name)
{
    int i;

    for (i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static apr_status_t refuse(server_rec *s, const char *upstream,
                           const char *other, const char *why)
{
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                 RPLOGNO(3057) "RProxyCanary of <RProxyUpstream %s>: '%s' %s",
                 upstream, other, why);
    return APR_EGENERAL;
}

/* Enters the canary of upstream number i, if it has one. */
static apr_status_t add_one(apr_pool_t *p, server_rec *s,
                            const char *const *names, int count, int i,
                            rproxy_canary_of_t *of)
{
    balancer_conf_t conf;
    canaried_t *canary;
    int is_balanced = balancer_config_of(names[i], &conf);
    int other =
        conf.canary ? find_name(names, count, conf.canary->upstream) : -1;

    if (!conf.canary) {
        return APR_SUCCESS;
    }
    if (other < 0 || other == i) {
        return refuse(s, names[i], conf.canary->upstream,
                      "is no other upstream: expected the name of an "
                      "<RProxyUpstream> with the new version");
    }
    if (!is_balanced) {
        return refuse(s, names[i], conf.canary->upstream,
                      "is looked after by the balancer: expected no "
                      "RProxyBalancer Off here");
    }
    canary = apr_pcalloc(p, sizeof(*canary));
    canary->control = names[i];
    canary->test = names[other];
    canary->conf = conf.canary;
    of[i].canary = canary;
    of[i].upstream = other;
    of[i].sticky = conf.canary->sticky;
    APR_ARRAY_PUSH(canaries_list, canaried_t *) = canary;
    return APR_SUCCESS;
}

static apr_status_t take_places(apr_pool_t *p, server_rec *s)
{
    int i, count = canaries_list->nelts;
    uint64_t *ids = apr_palloc(p, sizeof(*ids) * (size_t)(count + 1));
    canary_board_t *board = count ? kept_board() : NULL;

    for (i = 0; i < count; i++) {
        canaried_t *canary = APR_ARRAY_IDX(canaries_list, i, canaried_t *);

        ids[i] = canary->id = id_of(p, canary);
    }
    for (i = 0; i < count; i++) {
        canaried_t *canary = APR_ARRAY_IDX(canaries_list, i, canaried_t *);

        canary->place =
            board ? canary_board_take(board, ids[i], ids, count,
                                      &canary->conf->rules, canary->conf->start,
                                      clock_now())
                  : NULL;
        if (!canary->place) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, board ? 0 : errno, s,
                         RPLOGNO(3058) "no shared memory for the canary of "
                                       "%s; there is room for %d",
                         canary->control, CANARY_PLACES);
            return APR_ENOMEM;
        }
    }
    return APR_SUCCESS;
}

static apr_status_t configure(apr_pool_t *pconf, server_rec *s,
                              const char *const *names, int count,
                              rproxy_canary_of_t *of)
{
    apr_status_t rv = APR_SUCCESS;
    int i;

    canaries_list = apr_array_make(pconf, 4, sizeof(canaried_t *));
    for (i = 0; i < count && rv == APR_SUCCESS; i++) {
        rv = add_one(pconf, s, names, count, i, of);
    }
    return rv == APR_SUCCESS ? take_places(pconf, s) : rv;
}

/* ---- requests ---- */

static int is_split(void *canary)
{
    return canary_board_is_split(((const canaried_t *)canary)->place);
}

static unsigned choose(void *canary, uint64_t client)
{
    return canary_board_choose(((const canaried_t *)canary)->place, client);
}

static void done(void *canary, unsigned mark, int failed,
                 apr_interval_time_t first_byte)
{
    canary_board_count(((const canaried_t *)canary)->place, mark, failed,
                       first_byte);
}

/* ---- changes ---- */

static const char *figures(apr_pool_t *p, const char *name,
                           const canary_count_t *count)
{
    return apr_psprintf(p, "%s %u requests, %u failed, p95 %.1f ms", name,
                        count->requests, count->failed, count->p95_us / 1000.0);
}

static void log_change(const canaried_t *canary, const canary_change_t *change)
{
    const char *test, *control, *reason;
    apr_pool_t *p;

    apr_pool_create(&p, NULL);
    test = figures(p, canary->test, &change->test);
    control = figures(p, canary->control, &change->control);
    reason = canary_reason_text((canary_reason_e)change->reason);
    if (change->ended && !change->to) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     RPLOGNO(3056) "canary of upstream %s: %s is rolled back "
                                   "from %d%%: %s; %s; %s",
                     canary->control, canary->test, change->from, reason, test,
                     control);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(3055) "canary of upstream %s: %s gets %d%%%s, it "
                                   "was %d%%: %s; %s; %s",
                     canary->control, canary->test, change->to,
                     change->ended ? " and the rollout is done" : "",
                     change->from, reason, test, control);
    }
    message_post(MESSAGE_CANARY_STEP, canary->control, NULL,
                 apr_psprintf(p, "%s: %d%% to %d%%: %s", canary->test,
                              change->from, change->to, reason));
    apr_pool_destroy(p);
}

void canaries_tick(int64_t now_us)
{
    canary_change_t change;
    int i;

    for (i = 0; canaries_list && i < canaries_list->nelts; i++) {
        const canaried_t *canary =
            APR_ARRAY_IDX(canaries_list, i, canaried_t *);

        if (canary->place->id == canary->id
            && canary_board_tick(canary->place, &canary->conf->rules, now_us,
                                 &change)) {
            log_change(canary, &change);
        }
    }
}

const char *canaries_order(const canaried_t *canary, canary_order_e order)
{
    canary_change_t change;
    const char *why = canary_board_order(canary->place, &canary->conf->rules,
                                         order, clock_now(), &change);

    if (!why && change.at_us) {
        log_change(canary, &change);
    }
    else if (!why) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(3059) "canary of upstream %s: %s", canary->control,
                     order == CANARY_ORDER_PAUSE ? "paused" : "goes on");
    }
    return why;
}

const canaried_t *canaries_find(const char *control)
{
    int i;

    for (i = 0; canaries_list && i < canaries_list->nelts; i++) {
        const canaried_t *canary =
            APR_ARRAY_IDX(canaries_list, i, canaried_t *);

        if (strcmp(canary->control, control) == 0) {
            return canary;
        }
    }
    return NULL;
}

const char *canaries_state(const canary_view_t *view)
{
    if (!view->state.ended) {
        return view->paused ? "paused" : "running";
    }
    if (view->state.percent) {
        return "done";
    }
    return view->state.reason == CANARY_WAITS ? "waiting" : "rolled back";
}

void canaries_register(apr_pool_t *pool)
{
    static const rproxy_canaries_t provider = { configure, is_split, choose,
                                                done };

    ap_register_provider(pool, RPROXY_CANARY_GROUP, "default",
                         RPROXY_CANARY_VERSION, &provider);
    canary_report_register(pool);
    canary_admin_register(pool);
}
