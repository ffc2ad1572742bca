/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_request.h: a client's request and the rules of its place.  Layer L2.
 *
 *   waf_request.c   begins the inspection: phase 1, and phase 2 where no body
 *                   is to come; phase 5 with the log line
 *   waf_head.c      request_rec -> values
 *   waf_body.c      the body: limits, bytes, values; phase 2
 *   waf_hold.c      waits for it, before the handler
 *   waf_job.c       phases 2 and 4 of large bodies, beside the event loop
 *   waf_response.c  phases 3 and 4
 *   waf_verdict.c   what becomes of the request
 *   waf_log.c       lines of the error log
 *   waf_audit.c     SecAuditLog
 *
 * waf/seen/ counts all of it.
 *
 * On the thread that serves the request, but for waf_job.c's. */
#ifndef RPROXY_GUARD_WAF_REQUEST_H
#define RPROXY_GUARD_WAF_REQUEST_H

#include <pthread.h>

#include <util_filter.h>

#include "config/guard_config.h"
#include "mod_rproxy.h"
#include "waf/inspect/inspect.h"
#include "waf/waf_settings.h"
#include "waf_spool.h"

typedef enum {
    WAF_BODY_NONE,    /* there is none, or nobody wants to see it */
    WAF_BODY_AWAITED, /* the handler may not begin */
    WAF_BODY_WHOLE,   /* collected; in the job, perhaps */
    WAF_BODY_PASSED,  /* phase 2 is over */
    WAF_BODY_REFUSED
} waf_body_e;

typedef enum {
    WAF_RESPONSE_HEAD,  /* none of it was seen */
    WAF_RESPONSE_BODY,  /* held back */
    WAF_RESPONSE_WAITS, /* likewise; a thread looks at it */
    WAF_RESPONSE_PASSES,
    WAF_RESPONSE_REPLACED /* what still comes is thrown away */
} waf_response_e;

typedef struct waf_request_t {
    request_rec *r; /* the client's */
    /* Of this struct and all that an inspection looks at; one of its own where
     * another thread may do so. */
    apr_pool_t *pool;
    int owners; /* of such a pool; atomic */
    const waf_settings_t *settings;
    inspect_t *inspect;
    int guard_detects; /* RProxyGuard DetectOnly */
    const char *unique_id;
    unsigned phases; /* bit n: phase n was run */
    int logged;      /* so many detections were told */
    int pace;        /* of the error log, waf_log.c; 0: nobody has asked */
    int is_refused;
    int is_detected; /* it would have been refused */
    int is_limited;  /* a limit was met */
    uint64_t spent_ns;
    int is_told;               /* that a limit was met, and it goes on */
    int is_unfinished_told;    /* inspect->unfinished */
    inspect_verdict_t verdict; /* of a refusal */
    int refusal;               /* its status */

    struct {
        waf_body_e state;
        ap_filter_t *in;
        apr_bucket_brigade *fresh;
        waf_spool_t *spool;
        size_t limit; /* SecRequestBodyLimit, as ctl may have it */
        size_t given; /* to the handler */
        int is_ended; /* the client's end was seen */
        int is_cut;   /* at the limit; the rest passes unseen */
    } body;

    struct { /* waf_job.c */
        pthread_mutex_t lock;
        rproxy_park_t *park; /* under lock */
        int is_begun, is_impossible;
        int is_writing; /* the spool; not is_begun */
        int error;      /* of that */
        int is_done;    /* under lock */
        inspect_verdict_t verdict;
    } job;

    struct {
        waf_response_e state;
        int is_seen; /* httpd has begun to answer */
        waf_spool_t *spool;
        apr_bucket_brigade *rest;   /* metadata behind the bytes held */
        apr_bucket_brigade *behind; /* what came while a thread looked at it */
        ap_filter_t *filter;
        rproxy_pause_t *pause;
        size_t limit;
        int is_cut;
        inspect_verdict_t verdict; /* of phase 4 */
    } response;
} waf_request_t;

/* Nothing is refused, whatever rules say? */
static inline int waf_request_only_detects(const waf_request_t *waf)
{
    return waf->guard_detects || waf->inspect->engine == WAF_DETECT;
}

/* Of the client's request behind r; NULL: no rules apply. */
waf_request_t *waf_request_of(request_rec *r);

void waf_request_register(apr_pool_t *pool);

/* In the quick handler and when sections are known, with what the place says.
 * @return DECLINED, or what the hook returns */
int waf_request_begin_early(request_rec *r, const guard_settings_t *of_host);
int waf_request_begin(request_rec *r, const guard_settings_t *settings);

/* One of its owners has done with it. */
void waf_request_release(waf_request_t *waf);

/* Runs a phase and does what the verdict says.
 * @return DECLINED, or the status of a refusal: it was told and logged */
int waf_request_phase(waf_request_t *waf, request_rec *r, int phase);

/* A refusal of phase 1 that "Satisfy Any" has set aside.
 * @return DECLINED, or its status */
int waf_request_insist(request_rec *r);

/* ---- waf_head.c ---- */

/* @return 0: not all of it fits */
int waf_head_request(waf_request_t *waf);
/* Before phase 2. */
int waf_head_mapped(waf_request_t *waf, request_rec *r);
int waf_head_response(waf_request_t *waf, request_rec *r);

/* ---- waf_body.c ---- */

/* Do rules look at bodies here? */
int waf_body_is_wanted(const waf_request_t *waf);

/* Does the request come with one that rules want to see?
 * @return DECLINED, or the status of a refusal: it is too large */
int waf_body_expect(waf_request_t *waf);

/* Values of the body, then phase 2.  Knows nothing of httpd's. */
inspect_verdict_t waf_body_inspect(waf_request_t *waf);

/* Reads more of it.
 * @return DECLINED: it is all there; SUSPENDED: nothing more for now, *again
 *         says that more may be had without waiting; or a status */
int waf_body_collect(waf_request_t *waf, request_rec *r, apr_read_type_e block,
                     int *again);

/* The spool cannot be written.  @return the status */
int waf_body_no_room(waf_request_t *waf, request_rec *r, int error);

/* Phase 2 is over.  @return DECLINED: the handler may begin; or a status */
int waf_body_finish(waf_request_t *waf, request_rec *r,
                    inspect_verdict_t verdict);

/* ---- waf_hold.c ---- */

void waf_hold_register(void);

/* ---- waf_job.c ---- */

/* Is its body to be inspected by another thread? */
int waf_job_is_for(const waf_request_t *waf);

/* Begins; park, of the caller, is woken at its end, or when it turns out that
 * no thread will do it: waf_job_is_for says so then. */
void waf_job_begin(waf_request_t *waf, rproxy_park_t *park);

/* Writes the spool; park is woken at its end: waf->job.error.
 * @return 0: the caller has to do it itself */
int waf_job_write(waf_request_t *waf, rproxy_park_t *park);

/* An owner's release, which may wait for a disk.
 * @return 0: the caller has to do it itself */
int waf_job_release(waf_request_t *waf);

/* @return 1: it is over, waf->job.verdict */
int waf_job_is_done(waf_request_t *waf);

/* Does a thread still look at it?  Then nobody else may. */
int waf_job_is_busy(waf_request_t *waf);

/* The park is over. */
void waf_job_forget_park(waf_request_t *waf);

/* Phase 4: waf_response_inspect by a thread, then done, on the loop; until then
 * the request lives, and nothing comes to its filters.
 * @return 0: the caller has to do it itself */
int waf_job_begin_response(waf_request_t *waf, request_rec *r,
                           rproxy_pause_fn *done);

/* Would so many bytes of a response keep the loop too long? */
int waf_job_is_large_response(apr_off_t bytes);

/* May the response to such a request be looked at by a thread? */
int waf_job_is_on_loop(request_rec *r);

void waf_job_register(void);

/* ---- waf_response.c ---- */

/* Do rules look at the bodies of its responses, by the settings? */
int waf_response_may_be_held(const waf_settings_t *settings);

/* Values of the body that is held, then phase 4.  Knows nothing of httpd's. */
void waf_response_inspect(waf_request_t *waf);

void waf_response_register(void);

/* ---- waf_verdict.c ---- */

/* Logs what was found, then does what is said.
 * @return as waf_request_phase */
int waf_verdict_act(waf_request_t *waf, request_rec *r, int phase,
                    inspect_verdict_t verdict);

/* Is it of those that end a request? */
int waf_verdict_refuses(rule_verdict_e kind);

/* The status of a refusal, as ModSecurity has it. */
int waf_verdict_status(rule_verdict_e kind, int status);

/* A refusal without a rule: a limit of the body's.
 * @param why  a sentence for the logs
 * @return the status, or DECLINED where the place only detects */
int waf_verdict_limit(waf_request_t *waf, request_rec *r, int status,
                      const char *why);

/* A limit of the inspection's: nobody knows what the rules would have said.
 * @return likewise, and DECLINED where the place says so (RProxyWafFail) */
int waf_verdict_unknown(waf_request_t *waf, request_rec *r, const char *what);

/* ---- waf_log.c ---- */

/* Those detections that were not logged before. */
void waf_log_detections(waf_request_t *waf, request_rec *r);

/* A line without a rule: "Request body is larger ..." */
void waf_log_text(waf_request_t *waf, request_rec *r, const char *text);

/* A request is over: tells of lines that RProxyWafLogPace has left out, of all
 * requests, when it is time to. */
void waf_log_end(request_rec *r);

/* The words of a detection as logs have them. */
const char *waf_log_words(const waf_request_t *waf, const detection_t *found,
                          apr_pool_t *pool);

/* ---- waf_audit.c ---- */

/* With the log line of the request. */
void waf_audit_write(waf_request_t *waf, request_rec *r);

#endif
