/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_quickness.c: see cache_quickness.h.  Layer L2. */
#include "cache_quickness.h"

#include <apr_strings.h>
#include <util_filter.h>

#include "config/cache_sections.h"

/* Filters behind ours that the quick way may leave out: what they do is in the
 * final head, or done anew for each form, or by the quick way itself. */
static const char *const known_filters[] = {
    "rproxy_cache_body",
    "rproxy_cache_head",
    "fixup_headers_out",
    "fixup_headers_err",
    "deflate",
    "brotli_compress",
    "byterange",
    "content_length",
    "http_header",
    "http_outerror",
    "chunk",
    "old_write",
    "rproxy_head",
    "mod_expires",
    "log_input_output",
    "rproxy_cache_peek",
    "h2_c2_response",
    "h2_c2_transcode_to_http2",
};

static const char *unknown_filter(const request_rec *r)
{
    const ap_filter_t *f;

    for (f = r->output_filters; f && f->frec->ftype < AP_FTYPE_CONNECTION;
         f = f->next) {
        size_t k = 0, n = sizeof(known_filters) / sizeof(known_filters[0]);
        const char *name = f->frec->name;
        if (strncasecmp(name, "BYTYPE:", 7) == 0) { /* mod_filter's */
            name += 7;
        }
        while (k < n && strcasecmp(known_filters[k], name) != 0) {
            k++;
        }
        if (k == n && f->frec->ftype >= AP_FTYPE_CONTENT_SET - 1) {
            return f->frec->name;
        }
    }
    return NULL;
}

const char *cache_quickness_why_not(const cache_request_t *q, request_rec *r)
{
    const char *filter;

    if (q->settings != cache_settings_of_server(q->r->server)) {
        return "settings of a section";
    }
    if (!CACHE_SETTING(q->settings, keep_host)
        || !CACHE_SETTING(q->settings, keep_scheme)) {
        return "one key for several hosts or schemes";
    }
    filter = unknown_filter(r);
    if (filter) {
        return apr_pstrcat(r->pool, "filter ", filter, NULL);
    }
    return cache_sections_checked(r);
}
