/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_log.c: lines of the error log, as mod_security2 writes them: those who
 * read logs need to learn nothing.  Layer L2. */
#include "guard_private.h"
#include "waf_request.h"

#include <http_core.h>

#include "waf/seen/waf_seen.h"
#include "waf_line.h"

static void write_line(const waf_request_t *waf, request_rec *r,
                       const char *text)
{
    const char *host = r->hostname ? r->hostname : ap_get_server_name(r);

    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "[client %s] ModSecurity: %s [hostname \"%s\"] [uri \"%s\"] "
                  "[unique_id \"%s\"]",
                  r->useragent_ip, text,
                  waf_line_escape(slice_str(host), r->pool),
                  waf_line_escape(slice_str(r->uri), r->pool), waf->unique_id);
}

void waf_log_text(waf_request_t *waf, request_rec *r, const char *text)
{
    write_line(waf, r, text);
}

const char *waf_log_words(const waf_request_t *waf, const detection_t *found,
                          apr_pool_t *pool)
{
    const waf_line_t line = { found->rule, found->message, found->msg,
                              found->data };
    int warns = waf_request_only_detects(waf) || found->phase == 5;

    return waf_line_write(
        warns
            ? "Warning."
            : waf_line_action(found->verdict,
                              waf_verdict_status(found->verdict, found->status),
                              found->redirect, found->phase, pool),
        &line, pool);
}

void waf_log_detections(waf_request_t *waf, request_rec *r)
{
    const apr_array_header_t *found = waf->inspect->detections;

    for (; waf->logged < found->nelts; waf->logged++) {
        const detection_t *detection =
            &APR_ARRAY_IDX(found, waf->logged, detection_t);

        write_line(waf, r, waf_log_words(waf, detection, r->pool));
        waf_seen_hit(waf, r, detection);
    }
}
