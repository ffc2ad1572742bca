/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_request.c: begins and ends the inspection of a request.  Layer L2. */
#include "guard_private.h"
#include "waf_request.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "guard_request.h"
#include "rproxy_random.h"
#include "waf/seen/waf_seen.h"
#include "waf_audit_file.h"
#include "waf_pool.h"

enum {
    ID_BYTES = 18
};

waf_request_t *waf_request_of(request_rec *r)
{
    return guard_request_of(r)->waf;
}

/* ---- the record ---- */

/* mod_unique_id's, or one like it. */
static const char *make_id(request_rec *r)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                  "stuvwxyz0123456789@-";
    const char *given = apr_table_get(r->subprocess_env, "UNIQUE_ID");
    const unsigned char *bytes;
    char *id;
    int i;

    if (given) {
        return given;
    }
    bytes = rproxy_random_bytes(ID_BYTES + ID_BYTES / 3);
    id = apr_palloc(r->pool, ID_BYTES + ID_BYTES / 3 + 1);
    for (i = 0; i < ID_BYTES + ID_BYTES / 3; i++) {
        id[i] = bytes ? letters[bytes[i] & 63] : '0';
    }
    id[i] = '\0';
    apr_table_setn(r->subprocess_env, "UNIQUE_ID", id);
    return id;
}

/* May another thread look at it? */
static int may_be_elsewhere(request_rec *r, const waf_settings_t *settings)
{
    return apr_table_get(r->headers_in, "Content-Length")
           || apr_table_get(r->headers_in, "Transfer-Encoding")
           || (waf_response_may_be_held(settings) && waf_job_is_on_loop(r));
}

static apr_status_t let_go(void *data)
{
    waf_request_t *waf = data;
    const waf_spool_t *spool = waf->body.spool;

    if (!spool || !spool->defers || spool->fd < 0 || !waf_job_release(waf)) {
        waf_request_release(waf);
    }
    return APR_SUCCESS;
}

void waf_request_release(waf_request_t *waf)
{
    if (__atomic_sub_fetch(&waf->owners, 1, __ATOMIC_ACQ_REL) == 0) {
        pthread_mutex_destroy(&waf->job.lock);
        waf_pool_give(waf->pool);
    }
}

static waf_request_t *make(request_rec *r, const waf_settings_t *settings)
{
    apr_pool_t *own = may_be_elsewhere(r, settings) ? waf_pool_take() : NULL;
    apr_pool_t *pool = own ? own : r->pool;
    waf_request_t *waf = apr_pcalloc(pool, sizeof(*waf));

    waf->r = r;
    waf->pool = pool;
    waf->settings =
        own ? apr_pmemdup(own, settings, sizeof(*settings)) : settings;
    if (own) {
        waf->owners = 1;
        pthread_mutex_init(&waf->job.lock, NULL);
        apr_pool_cleanup_register(r->pool, waf, let_go, apr_pool_cleanup_null);
    }
    waf->unique_id = apr_pstrdup(pool, make_id(r));
    return waf;
}

/* ---- phases ---- */

static int has_program(const waf_settings_t *settings)
{
    return settings && settings->program
           && waf_settings_engine(settings) != WAF_OFF;
}

int waf_request_phase(waf_request_t *waf, request_rec *r, int phase)
{
    inspect_verdict_t verdict;
    uint64_t begun;

    if (waf->phases & 1u << phase) {
        return DECLINED;
    }
    waf->phases |= 1u << phase;
    begun = waf_seen_clock();
    verdict = inspect_run(waf->inspect, phase);
    waf->spent_ns += waf_seen_clock() - begun;
    return waf_verdict_act(waf, r, phase, verdict);
}

/* The head's phase, and the body's if none is to come. */
static int run_head(waf_request_t *waf)
{
    request_rec *r = waf->r;
    int status = DECLINED, fits;
    uint64_t begun = waf_seen_clock();

    fits = waf_head_request(waf);
    waf->spent_ns += waf_seen_clock() - begun;
    if (!fits) {
        status = waf_verdict_unknown(waf, r, "values in the head");
    }
    if (status == DECLINED) {
        status = waf_request_phase(waf, r, 1);
    }
    if (status == DECLINED) {
        status = waf_body_expect(waf);
    }
    if (status == DECLINED && waf->body.state == WAF_BODY_NONE) {
        if (!waf_head_mapped(waf, r)) {
            inspect_full(waf->inspect);
        }
        status = waf_request_phase(waf, r, 2);
    }
    return status;
}

static int begin(request_rec *r, const guard_settings_t *settings)
{
    guard_request_t *request = guard_request_of(r);
    waf_request_t *waf = make(r, settings->waf);
    inspect_limits_t limits;

    request->waf = waf;
    waf->guard_detects = settings->mode == GUARD_DETECT;
    limits = waf_settings_limits(settings->waf, waf->guard_detects);
    limits.now = apr_time_now;
    waf->inspect = inspect_make(settings->waf->program, &limits, waf->pool);
    return run_head(waf);
}

/* Sections may change what rules do: where there are such, no cache answers
 * before they are known. */
int waf_request_begin_early(request_rec *r, const guard_settings_t *of_host)
{
    if (of_host->waf_in_sections && waf_settings_in_sections()) {
        guard_request_of(r)->waf_is_late = 1;
        apr_table_setn(r->notes, RPROXY_NOTE_LATER, "1");
        return DECLINED;
    }
    return has_program(of_host->waf) ? begin(r, of_host) : DECLINED;
}

/* The first phase behind the quick handlers: the note was for those. */
static int translate_name(request_rec *r)
{
    guard_request_t *request = guard_request_of(r);

    if (request->waf_is_late && !request->waits) {
        apr_table_unset(r->notes, RPROXY_NOTE_LATER);
        request->waf_is_late = 0;
    }
    return DECLINED;
}

int waf_request_begin(request_rec *r, const guard_settings_t *settings)
{
    return !waf_request_of(r) && has_program(settings->waf) ? begin(r, settings)
                                                            : DECLINED;
}

int waf_request_insist(request_rec *r)
{
    const waf_request_t *waf = waf_request_of(r);

    return waf && waf->is_refused ? waf->refusal : DECLINED;
}

/* ---- the end ---- */

static int log_transaction(request_rec *r)
{
    request_rec *first = r;
    waf_request_t *waf;

    while (first->prev) {
        first = first->prev;
    }
    waf = first->main ? NULL : waf_request_of(first);
    if (!waf || waf->phases & 1u << 5 || waf_job_is_busy(waf)) {
        return DECLINED;
    }
    if (!(waf->phases & 1u << 3)) {
        waf_head_response(waf, r);
    }
    waf_request_phase(waf, r, 5);
    waf_audit_write(waf, r);
    waf_log_end(r);
    waf_seen_end(waf);
    return DECLINED;
}

void waf_request_register(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_translate_name(translate_name, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_FIRST);
    waf_hold_register();
    waf_job_register();
    waf_response_register();
    waf_audit_file_register();
}
