/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mod_rproxy.h: what mod_rproxy offers to other modules.  Layer L2.
 *
 * All of it by name, without a link between the modules and in any order of
 * LoadModule: optional functions ("call me"), providers ("choose one").  Look
 * them up once, in post_config or an optional_fn_retrieve hook; without
 * mod_rproxy they are NULL, and that is a normal case. */
#ifndef MOD_RPROXY_H
#define MOD_RPROXY_H

#include <httpd.h>
#include <apr_buckets.h>
#include <apr_optional.h>
#include <http_config.h>

#include "engine/balancer.h"
#include "engine/metrics.h"
#include "http1/h1_fields.h"

/* ---- requests that wait on the event loop, without a thread ---- */

typedef enum {
    RPROXY_PARK_WAKE,    /* rproxy_wake was called, once or more */
    RPROXY_PARK_ROOM,    /* the client took what was queued */
    RPROXY_PARK_GONE,    /* the client hung up, or took nothing for too long */
    RPROXY_PARK_TIMEOUT, /* the time is over */
    RPROXY_PARK_BODY     /* more of the request body may be there */
} rproxy_park_e;

#define RPROXY_PARKED SUSPENDED
#define RPROXY_PARKED_ALONE (-64) /* no status of httpd's */

/* On the loop's thread.  After RPROXY_PARK_GONE the request ends, unless fn
 * says RPROXY_PARKED_ALONE: then the same event comes with the next wake-up,
 * which there must be, and nothing else before.
 * @return RPROXY_PARKED: wait on; DECLINED: go on with the request's own
 *         handler, r->handler (nothing must have been sent); anything else: as
 *         a handler's */
typedef int rproxy_park_fn(request_rec *r, rproxy_park_e event, void *ctx);

typedef struct rproxy_park_t rproxy_park_t;

/* May this request be parked by its handler?  (It runs on a loop, and is no
 * request within another.) */
APR_DECLARE_OPTIONAL_FN(int, rproxy_can_park, (request_rec * r));

/* From a handler, which then returns SUSPENDED.  timeout: usec from now on, set
 * anew after each event that returns RPROXY_PARKED; 0: none.  *park is valid
 * until fn has returned anything but RPROXY_PARKED (or, after PARK_GONE, but
 * RPROXY_PARKED_ALONE).
 * @return NULL where rproxy_can_park says no */
APR_DECLARE_OPTIONAL_FN(rproxy_park_t *, rproxy_park,
                        (request_rec * r, rproxy_park_fn *fn, void *ctx,
                         apr_interval_time_t timeout));

/* Any thread, the loop's own too, from within the handler or fn; fn is called
 * later, once for several.  The caller makes sure that the park is still valid
 * (a lock that fn's owner takes before it lets the park go). */
APR_DECLARE_OPTIONAL_FN(void, rproxy_wake, (rproxy_park_t * park));

/* From within the handler or fn, when the request's input filters have said
 * APR_EAGAIN: RPROXY_PARK_BODY shall come with the client's next bytes.  Until
 * then the time ends as for any body that is read (Timeout,
 * RequestReadTimeout).
 * @param bytes  of the body, that have come */
APR_DECLARE_OPTIONAL_FN(void, rproxy_await_body,
                        (rproxy_park_t * park, apr_off_t bytes));

/* Does more wait for this client than should?  Then wait for PARK_ROOM. */
APR_DECLARE_OPTIONAL_FN(int, rproxy_output_full, (request_rec * r));

/* Behind the fixups: a request that goes to an upstream with the query from is
 * sent with to instead, or without one where to is empty. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_change_query,
                        (request_rec * r, const char *from, const char *to));

/* Is this request served on an event loop now (nothing may wait)? */
APR_DECLARE_OPTIONAL_FN(int, rproxy_on_loop, (request_rec * r));

/* In post_config: connections to this virtual host belong on event loops even
 * if it has no route. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_use_loop, (server_rec * s));

/* In post_config: output filters of this name (a constant) only compute.  A
 * request with any that is not known to do so gets a worker thread. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_quick_filter, (const char *name));

/* ---- responses ---- */

/* Buckets of this type hold their bytes in memory that stays as it is while
 * the bucket lives, and setaside costs nothing: the loop sends them together
 * with what stands before them, without a copy.  They do not count as waiting
 * for the client (rproxy_output_full).  In post_config. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_memory_bucket,
                        (const apr_bucket_type_t *type));

/* The exchange that this request's response comes from goes on to its end even
 * if the client goes (somebody else needs the response); on 0: no more.  The
 * rest of the response then still goes through the request's output filters,
 * which see an aborted connection and errors from below. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_finish_alone, (request_rec * r, int on));

/* From an output filter of a response that comes from an upstream, on the loop:
 * it has to wait for another thread.  Nothing more comes to the filters, and
 * the request does not end, whatever its client and its upstream do, before
 * rproxy_go_on is called, from any thread, once: fn runs then, on the loop,
 * and passes on what the filter has held back.
 * @return NULL where the filter may not wait so */
typedef struct rproxy_pause_t rproxy_pause_t;
typedef void rproxy_pause_fn(request_rec *r, void *ctx);
APR_DECLARE_OPTIONAL_FN(rproxy_pause_t *, rproxy_pause,
                        (request_rec * r, rproxy_pause_fn *fn, void *ctx));
APR_DECLARE_OPTIONAL_FN(void, rproxy_go_on, (rproxy_pause_t * pause));

/* How fast a response goes to its client, over a connection that the event
 * loop has adopted.  Any thread, one at a time; nothing may wait. */
typedef struct {
    /* *bytes: so many more, above 0, which may be sent after so long (usec).
     * Or 0: ask again then. */
    apr_interval_time_t (*take)(void *ctx, apr_size_t *bytes);
    /* The end: so many of them were not sent. */
    void (*give_back)(void *ctx, apr_size_t bytes);
} rproxy_pace_t;

/* Before the handler; ctx lives as long as r->pool.
 * @return 0: it is no such connection, or another one has the pace already */
APR_DECLARE_OPTIONAL_FN(int, rproxy_pace,
                        (request_rec * r, const rproxy_pace_t *by, void *ctx));

/* How the request's exchange went; NULL where there was none.  "ok",
 * "refused", "timeout" ... : the words of the log field "outcome". */
APR_DECLARE_OPTIONAL_FN(const char *, rproxy_outcome, (request_rec * r));

/* ---- how the server does ---- */

/* Of all processes together: how long turns of their event loops took. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_loop_lag, (histogram_t * sum));

/* mod_rproxy_balancer: requests that wait for a member with room. */
APR_DECLARE_OPTIONAL_FN(uint64_t, rproxy_queue_waiting, (void));

/* mod_rproxy_balancer: posts an event for RProxyMessageCmd, from any process.
 * @param event   one of its words; others are dropped
 * @param reason  words for people */
APR_DECLARE_OPTIONAL_FN(void, rproxy_message,
                        (const char *event, const char *reason));

/* ---- questions to an upstream, of no client ---- */

typedef struct {
    const char *upstream;     /* as rproxy_ask_target has it */
    const char *target;       /* path and query */
    const h1_field_t *fields; /* but Host; these two are copied */
    size_t field_count;
    apr_interval_time_t timeout; /* for all of it, retries too */
} rproxy_question_t;

typedef struct {
    int status;          /* 0: there is none */
    const char *outcome; /* a word as of rproxy_outcome */
    const char *why;     /* with status 0: a phrase, or NULL */
    const h1_field_t *fields;
    size_t field_count;
} rproxy_answer_t;

/* On a thread of its own, which must not wait.
 * @param answer  valid until this returns */
typedef void rproxy_answered_fn(void *ctx, const rproxy_answer_t *answer);

/* While the configuration is read: a directive asks there.  text: a target as
 * RProxyPass has it; a query may follow.
 * @return NULL, and the two for rproxy_question_t, or the error text */
APR_DECLARE_OPTIONAL_FN(const char *, rproxy_ask_target,
                        (cmd_parms * cmd, const char *text,
                         const char **upstream, const char **target));

/* Sends a GET to a member of the upstream, with retries, limits and times of
 * r's section.  Any thread, nothing waits.  answered is called once, when the
 * head of the response has come or none will, perhaps before this returns; not
 * any more when the child ends.
 * @return 0: it cannot be asked, and nobody is called */
APR_DECLARE_OPTIONAL_FN(int, rproxy_ask,
                        (request_rec * r, const rproxy_question_t *question,
                         rproxy_answered_fn *answered, void *ctx));

/* ---- who chooses among the members of an upstream ---- */

/* ap_register_provider(pool, RPROXY_BALANCER_GROUP, "default",
 * RPROXY_BALANCER_VERSION, &balancer): the version changes with this struct and
 * those of engine/balancer.h. */
#define RPROXY_BALANCER_GROUP "rproxy_balancer"
#define RPROXY_BALANCER_VERSION "0"

typedef struct {
    const balancer_t *engine;
    /* In post_config.  Sets pools[i] to what the engine shall give for upstream
     * i, or leaves it NULL: members in the order of the configuration.  What it
     * is given lives as long as pconf. */
    apr_status_t (*configure)(apr_pool_t *pconf, server_rec *s,
                              const balancer_upstream_t *upstreams, int count,
                              void **pools);
    /* What this request's choice depends on; *request is zero but for
     * fit_for_trial. */
    void (*request)(request_rec *r, void *pool, balancer_request_t *request);
    /* The head of this member's response is in r. */
    void (*response)(request_rec *r, void *pool, int member);
} rproxy_balancer_t;

/* While the configuration is read: the name of the <RProxyUpstream> around a
 * directive, or NULL. */
APR_DECLARE_OPTIONAL_FN(const char *, rproxy_upstream_around,
                        (const cmd_parms *cmd));

/* Likewise: the directive counts on an upstream of that name, which may be
 * defined later. */
APR_DECLARE_OPTIONAL_FN(void, rproxy_upstream_named,
                        (const cmd_parms *cmd, const char *name));

/* ---- a new version beside the one that serves ---- */

/* ap_register_provider(pool, RPROXY_CANARY_GROUP, "default",
 * RPROXY_CANARY_VERSION, &canaries) */
#define RPROXY_CANARY_GROUP "rproxy_canary"
#define RPROXY_CANARY_VERSION "0"

/* Of an upstream. */
typedef struct {
    void *canary;       /* NULL: there is none */
    int upstream;       /* number of the one with the new version */
    const char *sticky; /* cookie:NAME, address, header:NAME; NULL: nothing */
} rproxy_canary_of_t;

#define RPROXY_CANARY_CHOSEN 1u /* bit of a mark: the new version */

typedef struct {
    /* In post_config: fills in of[i] for upstream i. */
    apr_status_t (*configure)(apr_pool_t *pconf, server_rec *s,
                              const char *const *names, int count,
                              rproxy_canary_of_t *of);
    /* Do both serve?  Else any client will do. */
    int (*is_split)(void *canary);
    /* @return a mark for done */
    unsigned (*choose)(void *canary, uint64_t client);
    /* The request is over.  first_byte: < 0 without a response */
    void (*done)(void *canary, unsigned mark, int failed,
                 apr_interval_time_t first_byte);
} rproxy_canaries_t;

/* ---- what log lines say ---- */

/* Notes that %{bot}^RP, %{cache}^RP, %{cache_reason}^RP, %{guard}^RP,
 * %{canary}^RP show. */
#define RPROXY_NOTE_BOT "rproxy-bot"
#define RPROXY_NOTE_CANARY "rproxy-canary"
#define RPROXY_NOTE_CACHE "rproxy-cache"
#define RPROXY_NOTE_CACHE_REASON "rproxy-cache-reason"
#define RPROXY_NOTE_GUARD "rproxy-guard"

/* The class of a request, a name of RProxyClass.  Who knows it better than the
 * directives sets it before the handler; %{class}^RP shows it. */
#define RPROXY_NOTE_CLASS "rproxy-class"

/* A note of a request: names of fields with commas between them.  A module has
 * taken away what the client sent under them, and sets them itself: an upstream
 * gets them even if the client's Connection names them, or they are of those
 * that only a trusted peer may send (X-Forwarded-User). */
#define RPROXY_NOTE_VOUCHED "rproxy-vouched"

/* A note of a request whose handler, the first of all, parks it or waits
 * before it declines: until then no cache answers it, and on a loop that
 * handler runs there. */
#define RPROXY_NOTE_LATER "rproxy-later"

/* A note of a request, or of its connection: it gets what members have to
 * spare.  It does not wait for one, nor take one of the last places
 * (RProxyBalancerQueue spare=). */
#define RPROXY_NOTE_SPARE "rproxy-spare"

/* A note of a connection that no client has: the cache's own fetch, for a
 * request of a client that was served already. */
#define RPROXY_NOTE_BACKGROUND "rproxy-background"

/* ---- request bodies ---- */

/* A filter of the content that only looks at a body or holds it back has a name
 * that begins with "rproxy_": its length stays what the client said.  Where it
 * fails on purpose, this note is the status of the answer. */
#define RPROXY_NOTE_BODY_STATUS "rproxy-body-status"

/* Before the handler: no upstream is asked before all of the body has come
 * through the filters, as with RProxyRequestBuffer, if it is not large. */
#define RPROXY_NOTE_HOLD_BODY "rproxy-hold-body"

/* ---- the status page, its JSON and the metrics ---- */

/* ap_register_provider(pool, RPROXY_STATUS_GROUP, "cache",
 * RPROXY_STATUS_VERSION, &section).  Each function writes its text into bb and
 * neither waits nor fails. */
#define RPROXY_STATUS_GROUP "rproxy_status"
#define RPROXY_STATUS_VERSION "0"
typedef struct {
    const char *title; /* of the section on the page */
    void (*html)(request_rec *r, apr_bucket_brigade *bb);
    /* One JSON value: it becomes the member named as the provider. */
    void (*json)(request_rec *r, apr_bucket_brigade *bb);
    void (*metrics)(request_rec *r, apr_bucket_brigade *bb);
} rproxy_status_section_t;

/* A note of the request for a page whose buttons may send orders: the path of
 * the admin handler, of plain characters; without it the page has none. */
#define RPROXY_NOTE_STATUS_ADMIN "rproxy-status-admin"

/* ---- the admin handler: JSON in, JSON out ---- */

/* ap_register_provider(pool, RPROXY_ADMIN_GROUP, "cache",
 * RPROXY_ADMIN_VERSION, verbs): verbs ends with a NULL name.  The path
 * .../cache/NAME calls one, after access, method, size and syntax of what was
 * sent have been looked at. */
#define RPROXY_ADMIN_GROUP "rproxy_admin"
#define RPROXY_ADMIN_VERSION "0"

enum {
    RPROXY_ADMIN_GET = 1, /* changes nothing */
    RPROXY_ADMIN_POST = 2
};

typedef struct {
    const char *method;       /* "GET" or "POST" */
    const char *group, *verb; /* of the path */
    /* A well-formed object or list, with a NUL behind it: the body of a POST;
     * of a GET an object with the arguments of the query, all strings. */
    const char *json;
    size_t len;
} rproxy_admin_request_t;

typedef struct {
    const char *name; /* lower case */
    int methods;      /* RPROXY_ADMIN_* */
    const char *help; /* what it does, a phrase */
    /* On a worker thread.  Writes one JSON value into bb; with 400 and more
     * {"status": 400, "error": "a sentence"}, and then nothing was changed.
     * @return the status of the response */
    int (*call)(request_rec *r, const rproxy_admin_request_t *request,
                apr_bucket_brigade *bb);
} rproxy_admin_verb_t;

#endif
