/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_slowed.c: see guard_slowed.h.  Layer L2. */
#include "guard_private.h"
#include "guard_slowed.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "audit/audit_log.h"
#include "guard_refuse.h"
#include "guard_request.h"
#include "limits/bandwidth.h"
#include "seen/seen.h"

#define LEAST apr_time_from_msec(1) /* that is told */

/* did: "delay" or "slow" */
static guard_verdict_t verdict_of(const guard_wait_t *wait, const char *did,
                                  int log_only)
{
    return (guard_verdict_t){ .log_only = log_only,
                              .action = &wait->limit->action,
                              .rule = wait->limit->name,
                              .where = wait->limit->where,
                              .limit = wait->limit,
                              .did = did,
                              .slowed_us = wait->us };
}

static void tell(request_rec *r, const guard_wait_t *wait, const char *did,
                 const char *what)
{
    guard_verdict_t v = verdict_of(wait, did, 0);

    audit_log_write(r, &v, seen_add(r, &v, 0), NULL);
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  RPLOGNO(4330) "%s by %s: %s (%" APR_TIME_T_FMT " ms, %s)",
                  what, v.rule, verdict_why(r, &v), apr_time_as_msec(wait->us),
                  v.where);
}

static void tell_would(request_rec *r, const guard_wait_t *wait,
                       const char *did, const char *what)
{
    guard_verdict_t v = verdict_of(wait, did, 1);

    audit_log_write(r, &v, seen_add(r, &v, 0), NULL);
    apr_table_setn(r->notes, RPROXY_NOTE_GUARD,
                   apr_pstrcat(r->pool, "would-", v.rule, NULL));
    if (guard_refuse_has_line(r)) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(4331) "would be %s by %s: %s (%" APR_TIME_T_FMT
                                    " ms, %s)",
                      what, v.rule, verdict_why(r, &v),
                      apr_time_as_msec(wait->us), v.where);
    }
}

/* Of its body, whatever served it in the end. */
static apr_off_t bytes_of(const request_rec *r)
{
    while (r->next) {
        r = r->next;
    }
    return r->bytes_sent;
}

/* Before others log it. */
static int log_transaction(request_rec *r)
{
    const guard_request_t *request = guard_request_known(r);
    guard_wait_t slowed, would_be;

    if (!request) {
        return DECLINED;
    }
    slowed = bandwidth_waited(request->bandwidth);
    would_be = bandwidth_would_wait(r, request->would_share, bytes_of(r));
    if (request->waited.us >= LEAST) {
        tell(r, &request->waited, "delay", "delayed");
    }
    if (slowed.us >= LEAST) {
        tell(r, &slowed, "slow", "slowed down");
    }
    if (request->would_wait.us >= LEAST) {
        tell_would(r, &request->would_wait, "delay", "delayed");
    }
    if (would_be.us >= LEAST) {
        tell_would(r, &would_be, "slow", "slowed down");
    }
    return DECLINED;
}

void guard_slowed_register(void)
{
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
