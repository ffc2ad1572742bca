/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_log.c: lines of the error log, as mod_security2 writes them: those who
 * read logs need to learn nothing.  Layer L2. */
#include "guard_private.h"
#include "waf_request.h"

#include <http_core.h>

#include "address/peer.h"
#include "limits/limit_key.h"
#include "routing/siphash.h"
#include "waf/seen/waf_seen.h"
#include "waf_line.h"

enum {
    PACE_WRITES = 1,
    PACE_WITHHOLDS
};

/* ---- how many ---- */

static void tell_withheld(waf_pace_t *pace, request_rec *r, uint64_t second)
{
    uint64_t lines = waf_pace_tell(pace, second);

    if (lines) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, r->server,
                     RPLOGNO(4480) "%" APR_UINT64_T_FMT
                                   " more lines about what rules have found "
                                   "were not written (RProxyWafLogPace)",
                     (apr_uint64_t)lines);
    }
}

static uint64_t second_now(void)
{
    return waf_seen_clock() / 1000000000 + 1;
}

/* Of what the guard counts as one client: who has a network of IPv6 has
 * addresses without end. */
static uint64_t client_key(const request_rec *r)
{
    address_t address;
    network_t network;

    if (!limit_key_client(r, &address)) {
        return waf_seen_number(r->useragent_ip);
    }
    network = peer_client(address);
    return siphash(guard_global->secret,
                   slice_make((const char *)&network.first,
                              sizeof(network.first)));
}

/* All lines of a request, or none but that of its refusal where there was none
 * for its client of late: who reads the log has to hear of each of them. */
static int may_write(waf_request_t *waf, request_rec *r, int is_refusal)
{
    uint32_t most = (uint32_t)waf_global->log_lines;
    waf_pace_t *pace = most && waf_seen() ? &waf_seen()->pace : NULL;
    uint64_t key, second;
    int may;

    if (!pace) {
        return 1;
    }
    key = client_key(r);
    second = second_now();
    if (!waf->pace) {
        waf->pace = waf_pace_is_first(pace, key, second, most)
                            || waf_pace_has_room(pace, second, most)
                        ? PACE_WRITES
                        : PACE_WITHHOLDS;
    }
    may = waf->pace == PACE_WRITES;
    if (is_refusal && waf_pace_is_first(pace, ~key, second, most)) {
        may = 1;
    }
    waf_pace_count(pace, second, may);
    return may;
}

void waf_log_end(request_rec *r)
{
    if (waf_seen()) {
        tell_withheld(&waf_seen()->pace, r, second_now());
    }
}

/* ---- lines ---- */

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
    if (may_write(waf, r, 0)) {
        write_line(waf, r, text);
    }
}

static int warns(const waf_request_t *waf, const detection_t *found)
{
    return waf_request_only_detects(waf) || found->phase == 5;
}

static int is_refusal(const waf_request_t *waf, const detection_t *found)
{
    return !warns(waf, found) && waf_verdict_refuses(found->verdict);
}

const char *waf_log_words(const waf_request_t *waf, const detection_t *found,
                          apr_pool_t *pool)
{
    const waf_line_t line = { found->rule, inspect_message(waf->inspect, found),
                              found->msg, found->data };

    return waf_line_write(
        warns(waf, found)
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

        if (may_write(waf, r, is_refusal(waf, detection))) {
            write_line(waf, r, waf_log_words(waf, detection, r->pool));
        }
        waf_seen_hit(waf, r, detection);
    }
}
