/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* look_verbs.c: check, forget, limits.  Layer L2. */
#include "guard_verbs.h"

#include <apr_strings.h>

#include "admin/json_object.h"
#include "bans/ban.h"
#include "config/guard_config.h"
#include "fleet/fleet.h"
#include "geo/geo_base.h"
#include "limits/limit_key.h"

#ifdef HAVE_JANSSON

/* What is asked for, or ordered. */
typedef struct {
    const char *limit, *key;
    const char *text; /* of the address; NULL: none */
    address_t address;
} question_t;

static const char *read_address(question_t *question, apr_pool_t *pool)
{
    return !question->text
                   || address_parse(&question->address,
                                    slice_str(question->text))
               ? NULL
               : apr_psprintf(pool, "\"address\": '%.60s' is no IP address",
                              question->text);
}

/* Of an address alone, or of a key of a limit. */
static const char *read_question(const rproxy_admin_request_t *request,
                                 int has_limit, question_t *out,
                                 apr_pool_t *pool)
{
    const json_member_t members[] = {
        { .name = "address", .text = &out->text },
        { .name = has_limit ? "limit" : NULL, .text = &out->limit },
        { .name = "key", .text = &out->key },
        { NULL },
    };
    const char *fault;

    *out = (question_t){ NULL };
    fault = json_object_read(request->json, request->len, members, pool);
    return fault ? fault : read_address(out, pool);
}

/* ---- limits, as in the status ---- */

static int call_limits(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    return guard_verbs_report(r, &limits_report, bb);
}

/* ---- what is known of an address ---- */

static void write_geo(writer_t *w, address_t address)
{
    geo_t geo;

    geo_find(address, &geo);
    if (geo.country[0]) {
        write_format(w, ", \"country\": \"%s\"", geo.country);
    }
    if (geo.asn) {
        write_format(w, ", \"asn\": %u", geo.asn);
    }
}

static void write_banned(writer_t *w, address_t address)
{
    guard_ban_t ban;

    if (guard_ban_find(address, &ban)) {
        write_format(w, ", \"ban\": {\"left_s\": %u, \"rule\": ",
                     guard_ban_left(&ban));
        write_json(w, ban.rule);
        write_text(w, ", \"why\": ");
        write_json(w, ban.why);
        write_text(w, "}");
    }
}

static void write_lists_of(request_rec *r, writer_t *w, address_t address)
{
    apr_hash_index_t *i;
    const char *comma = "";

    write_text(w, ", \"lists\": [");
    for (i = apr_hash_first(r->pool, guard_global->lists); i;
         i = apr_hash_next(i)) {
        named_list_t *list = apr_hash_this_val(i);
        uint32_t line = named_list_find(list, address);

        if (line == NETWORK_LIST_NONE) {
            continue;
        }
        write_format(w, "%s{\"list\": ", comma);
        write_json(w, list->name);
        write_text(w, ", \"from\": ");
        write_json(w, list->path ? list->path : list->where);
        if (list->path && line != NAMED_LIST_GEO) {
            write_format(w, ", \"line\": %u", line);
        }
        write_text(w, "}");
        comma = ", ";
    }
    write_text(w, "]");
}

static void write_limits_of(writer_t *w, address_t address, apr_time_t now)
{
    const char *comma = "";
    uint64_t hash;
    int i;

    write_text(w, ", \"limits\": [");
    for (i = 0; i < guard_global->limits->nelts; i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *);
        limit_table_result_t now_is;

        if (limit->concurrent
            || !limit_key_hash_address(limit, fleet_secret(limit), address,
                                       &hash)) {
            continue;
        }
        now_is = limit_table_look(&limit->place.table, &limit->rate, hash, now,
                                  (uint32_t)limit->cost);
        write_format(w, "%s{\"limit\": ", comma);
        write_json(w, limit->name);
        write_format(w, ", \"allowed\": %s, \"left\": %u, \"retry_s\": %d}",
                     now_is.rate.allowed ? "true" : "false",
                     now_is.rate.remaining,
                     (int)((now_is.rate.retry_us + APR_USEC_PER_SEC - 1)
                           / APR_USEC_PER_SEC));
        comma = ", ";
    }
    write_text(w, "]");
}

static int call_check(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    question_t question;
    const char *fault = read_question(request, 0, &question, r->pool);
    char text[ADDRESS_TEXT_MAX];
    writer_t w;

    if (!fault && !question.text) {
        fault = "\"address\" is missing: 192.0.2.7 for example";
    }
    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    address_format(text, question.address);
    w = writer_make(bb);
    write_format(&w, "{\"address\": \"%s\"", text);
    write_geo(&w, question.address);
    write_banned(&w, question.address);
    write_lists_of(r, &w, question.address);
    write_limits_of(&w, question.address, r->request_time);
    write_text(&w, "}");
    writer_end(&w);
    return HTTP_OK;
}

/* ---- a key begins anew ---- */

static int has_key(const question_t *question, const guard_limit_t *limit,
                   uint64_t *hash)
{
    const char *digit;

    if (question->text) {
        return limit_key_hash_address(limit, fleet_secret(limit),
                                      question->address, hash);
    }
    for (*hash = 0, digit = question->key; *digit; digit++) {
        *hash = *hash << 4
                | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
    }
    return 1;
}

/* @return of how many limits of that name; -1: there is none */
static int forget(const question_t *question, int *found)
{
    int i, limits = 0;

    *found = 0;
    for (i = 0; i < guard_global->limits->nelts; i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *);
        uint64_t hash;

        if (strcmp(limit->name, question->limit) == 0 && !limit->concurrent) {
            limits++;
            if (has_key(question, limit, &hash)) {
                *found += limit_table_forget(&limit->place.table, hash);
                fleet_forget(limit, hash);
            }
        }
    }
    return limits;
}

static const char *what_lacks(const question_t *question)
{
    if (!question->limit) {
        return "\"limit\" is missing: the name of a RProxyGuardLimit";
    }
    if (!question->text == !question->key) {
        return "expected \"address\" or \"key\", the 16 hexadecimal digits "
               "that the status shows";
    }
    return question->key
                   && (strlen(question->key) != 16
                       || strspn(question->key, "0123456789abcdef") != 16)
               ? "\"key\" is 16 hexadecimal digits, as the status shows them"
               : NULL;
}

static int call_forget(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    question_t question;
    const char *fault = read_question(request, 1, &question, r->pool);
    int found;
    writer_t w;

    fault = fault ? fault : what_lacks(&question);
    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    if (!forget(&question, &found)) {
        return guard_verbs_refuse(bb, HTTP_NOT_FOUND,
                                  "there is no limit of that name with a rate");
    }
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  RPLOGNO(4285) "limit %s: %s begins anew", question.limit,
                  question.text ? question.text : question.key);
    w = writer_make(bb);
    write_format(&w, "{\"forgotten\": %d}", found);
    writer_end(&w);
    return HTTP_OK;
}

const rproxy_admin_verb_t look_verbs[] = {
    { "check", RPROXY_ADMIN_GET,
      "which lists, limits and bans know an address, and where it is",
      call_check },
    { "forget", RPROXY_ADMIN_POST, "a key of a limit begins anew",
      call_forget },
    { "limits", RPROXY_ADMIN_GET, "limits, and whom they refuse most",
      call_limits },
    { NULL, 0, NULL, NULL }
};

#else

const rproxy_admin_verb_t look_verbs[] = { { NULL, 0, NULL, NULL } };

#endif
