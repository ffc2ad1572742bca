/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_head.c: RProxyGuardHead.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include <apr_strings.h>

enum {
    PATH_MAX_DEFAULT = 4096,
    QUERY_MAX_DEFAULT = 8192,
    FIELD_MAX_DEFAULT = 8192
};

static const slice_t usual_methods[] = {
    SLICE_LIT("GET"),   SLICE_LIT("HEAD"),    SLICE_LIT("POST"),
    SLICE_LIT("PUT"),   SLICE_LIT("PATCH"),   SLICE_LIT("DELETE"),
    SLICE_LIT("PURGE"), SLICE_LIT("OPTIONS"), SLICE_LIT("BAN"),
    { NULL, 0 }
};

static uint32_t size_or(apr_off_t value, uint32_t usual)
{
    return value >= 0 ? (uint32_t)value : usual;
}

static head_rules_t rules_of(const guard_head_t *head)
{
    head_rules_t rules = {
        .off = head->off,
        .methods = head->methods ? head->methods : usual_methods,
        .hosts = head->hosts,
        .types = head->types,
        .path_max = size_or(head->path_max, PATH_MAX_DEFAULT),
        .query_max = size_or(head->query_max, QUERY_MAX_DEFAULT),
        .field_max = size_or(head->field_max, FIELD_MAX_DEFAULT)
    };

    return rules;
}

/* The path and the query as the client sent them: "GET target HTTP/1.1", with
 * scheme and host where the target has them. */
static void split_target(const request_rec *r, head_facts_t *facts)
{
    const char *target = r->unparsed_uri ? r->unparsed_uri : "";
    const char *query, *authority;

    authority = target[0] == '/' ? NULL : strstr(target, "://");
    if (authority) {
        target = strchr(authority + 3, '/');
        target = target ? target : "";
    }
    query = strchr(target, '?');
    facts->path = query ? slice_make(target, (size_t)(query - target))
                        : slice_str(target);
    facts->query = slice_str(query ? query + 1 : NULL);
}

static int status_of(head_check_e check)
{
    switch (check) {
    case HEAD_METHOD:
        return HTTP_METHOD_NOT_ALLOWED;
    case HEAD_HOST:
        return HTTP_MISDIRECTED_REQUEST;
    case HEAD_TYPE:
        return HTTP_UNSUPPORTED_MEDIA_TYPE;
    case HEAD_PATH:
    case HEAD_QUERY:
        return HTTP_REQUEST_URI_TOO_LARGE;
    case HEAD_FIELD:
        return HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    default:
        return HTTP_FORBIDDEN;
    }
}

static size_t longest(const apr_array_header_t *fields)
{
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    size_t most = 0;
    int i;

    for (i = 0; i < fields->nelts; i++) {
        size_t len = strlen(entry[i].val);

        most = len > most ? len : most;
    }
    return most;
}

guard_verdict_t check_head(request_rec *r, const guard_settings_t *settings)
{
    guard_mode_e mode = guard_mode_of(settings->head.mode, settings->mode);
    guard_verdict_t verdict = { 0 };
    head_rules_t rules;
    head_facts_t facts;
    head_check_e check;

    if (mode == GUARD_OFF) {
        return verdict;
    }
    rules = rules_of(&settings->head);
    facts = (head_facts_t){ .method = slice_str(r->method),
                            .host = slice_str(r->hostname),
                            .field_longest =
                                longest(apr_table_elts(r->headers_in)) };
    if (rules.types) {
        facts.type = slice_str(apr_table_get(r->headers_in, "Content-Type"));
    }
    split_target(r, &facts);
    check = head_sanity(&rules, &facts);
    if (check != HEAD_GOOD) {
        verdict.status = status_of(check);
        verdict.rule =
            apr_pstrcat(r->pool, "head-", head_check_name(check), NULL);
        verdict.why = head_check_text(check);
        verdict.where =
            settings->head.where ? settings->head.where : settings->where;
        verdict.log_only = mode == GUARD_DETECT;
    }
    return verdict;
}
