/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_verbs.c: usage, what labels of credentials have used day by day.
 * Layer L2. */
#include "guard_verbs.h"

#include <apr_strings.h>

#include "credentials/credentials.h"

static void write_day(writer_t *w, const char *label, const usage_row_t *row,
                      uint32_t day, const char **comma)
{
    uint64_t requests = usage_get(row, day, USAGE_REQUESTS);
    uint64_t refused = usage_get(row, day, USAGE_REFUSED);
    uint64_t bytes = usage_get(row, day, USAGE_BYTES);
    apr_time_exp_t date;

    if (!requests && !refused && !bytes) {
        return;
    }
    apr_time_exp_gmt(&date, apr_time_from_sec((apr_time_t)day * 86400));
    write_format(w, "%s{\"label\": ", *comma);
    write_json(w, label);
    write_format(w,
                 ", \"day\": \"%04d-%02d-%02d\", \"requests\": "
                 "%" APR_UINT64_T_FMT ", \"refused\": %" APR_UINT64_T_FMT
                 ", \"bytes\": %" APR_UINT64_T_FMT "}",
                 date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, requests,
                 refused, bytes);
    *comma = ", ";
}

static int call_usage(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    uint32_t day = usage_day(apr_time_sec(r->request_time)), i, k;
    writer_t w = writer_make(bb);
    const char *comma = "";

    write_text(&w, "{\"usage\": [");
    for (i = 0; credentials_usage.row && i < credentials_usage.rows; i++) {
        const usage_row_t *row = &credentials_usage.row[i];
        const char *label = apr_pstrndup(r->pool, row->label, USAGE_LABEL - 1);

        for (k = 0; *label && k < USAGE_DAYS && k <= day; k++) {
            write_day(&w, label, row, day - k, &comma);
        }
    }
    write_text(&w, "]}");
    writer_end(&w);
    return HTTP_OK;
}

const rproxy_admin_verb_t usage_verbs[] = {
    { "usage", RPROXY_ADMIN_GET,
      "what labels of credentials have used, by days (UTC)", call_usage },
    { NULL, 0, NULL, NULL }
};
