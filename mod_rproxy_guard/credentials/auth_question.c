/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_question.c: see auth_question.h.  Layer L2. */
#include "guard_private.h"
#include "auth_question.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "routing/cookie.h"

/* Names of the servers that a question has come from, so that none asks
 * itself. */
#define MARK "X-RProxy-Guard-Auth"

enum {
    FIXED_FIELDS = 10, /* and those of by= */
    MARK_MAX = 512
};

/* ---- the mark ---- */

static const char *own_name(request_rec *r, siphash_key_t secret)
{
    return apr_psprintf(r->pool, "%016" APR_UINT64_T_HEX_FMT,
                        (apr_uint64_t)siphash(secret, SLICE_LIT(MARK)));
}

int auth_question_is_own(request_rec *r, siphash_key_t secret)
{
    const char *mark = apr_table_get(r->headers_in, MARK);

    return mark
           && (strlen(mark) > MARK_MAX
               || h1_list_has(slice_str(mark), slice_str(own_name(r, secret))));
}

static const char *mark_of(request_rec *r, siphash_key_t secret)
{
    const char *mark = apr_table_get(r->headers_in, MARK);
    const char *name = own_name(r, secret);

    return mark ? apr_pstrcat(r->pool, mark, ", ", name, NULL) : name;
}

/* ---- the address ---- */

/* As httpd normalises it (ap_process_request_internal). */
static unsigned path_flags(const request_rec *r)
{
    const core_server_config *core =
        ap_get_core_module_config(r->server->module_config);

    return AP_NORMALIZE_NOT_ABOVE_ROOT | AP_NORMALIZE_DECODE_UNRESERVED
           | (core->merge_slashes != AP_CORE_CONFIG_OFF
                  ? AP_NORMALIZE_MERGE_SLASHES
                  : 0);
}

/* Path and query, without scheme and authority of an absolute-form, and without
 * the dot segments and escapes that httpd and the origin do not see either: a
 * rule of the service for "/admin" has to hold for "/a/../admin" too. */
static const char *uri_of(request_rec *r)
{
    const char *target = r->unparsed_uri;
    const char *authority = *target == '/' ? NULL : strstr(target, "://");
    const char *query;
    char *path;

    if (authority) {
        target = authority + 3 + strcspn(authority + 3, "/?#");
    }
    else if (*target != '/') {
        return target;
    }
    while (target[0] == '/' && target[1] == '/') {
        target++;
    }
    query = target + strcspn(target, "?#");
    path = apr_pstrcat(r->pool, *target == '/' ? "" : "/",
                       apr_pstrmemdup(r->pool, target,
                                      (apr_size_t)(query - target)),
                       NULL);
    ap_normalize_path(path, path_flags(r));
    return apr_pstrcat(r->pool, path, query, NULL);
}

/* httpd decodes these for itself, "AllowEncodedSlashes On"; an origin gets them
 * as they are. */
int auth_question_has_two_paths(const request_rec *r)
{
    const core_dir_config *core =
        ap_get_core_module_config(r->server->lookup_defaults);
    const char *path = r->unparsed_uri, *at = path;

    if (!core->allow_encoded_slashes || !core->decode_encoded_slashes) {
        return 0;
    }
    while ((at = ap_strcasestr(at, "%2f"))) {
        if ((apr_size_t)(at - path) < strcspn(path, "?")) {
            return 1;
        }
        at++;
    }
    return 0;
}

/* ---- the question ---- */

static void add(rproxy_question_t *question, h1_field_t *fields,
                const char *name, const char *value)
{
    if (value) {
        fields[question->field_count].name = slice_str(name);
        fields[question->field_count++].value = slice_str(value);
    }
}

/* One that is sent in any case. */
static int is_fixed(const char *name)
{
    static const char *const fixed[] = { "Cookie",
                                         "Authorization",
                                         "User-Agent",
                                         "Accept",
                                         "Host",
                                         MARK,
                                         "X-Forwarded-Host",
                                         "X-Forwarded-Proto",
                                         "X-Forwarded-Method",
                                         "X-Forwarded-Uri",
                                         "X-Forwarded-For",
                                         NULL };
    int i;

    for (i = 0; fixed[i] && ap_cstr_casecmp(name, fixed[i]) != 0; i++) {
    }
    return fixed[i] != NULL;
}

void auth_question_make(request_rec *r, const auth_source_t *source,
                        siphash_key_t secret, rproxy_question_t *question)
{
    static const char *const passed[] = { "Cookie", "Authorization",
                                          "User-Agent", "Accept", NULL };
    size_t room = FIXED_FIELDS + (size_t)source->by->nelts;
    h1_field_t *fields = apr_palloc(r->pool, sizeof(*fields) * room);
    int i;

    question->upstream = source->upstream;
    question->target = source->target;
    question->timeout = source->timeout;
    question->fields = fields;
    question->field_count = 0;
    for (i = 0; passed[i]; i++) {
        add(question, fields, passed[i],
            apr_table_get(r->headers_in, passed[i]));
    }
    for (i = 0; i < source->by->nelts; i++) {
        const char *name = APR_ARRAY_IDX(source->by, i, auth_part_t).field;

        if (name && !is_fixed(name)) {
            add(question, fields, name, apr_table_get(r->headers_in, name));
        }
    }
    add(question, fields, "X-Forwarded-Method", r->method);
    add(question, fields, "X-Forwarded-Proto", ap_http_scheme(r));
    add(question, fields, "X-Forwarded-Host", r->hostname);
    add(question, fields, "X-Forwarded-Uri", uri_of(r));
    add(question, fields, "X-Forwarded-For", r->useragent_ip);
    add(question, fields, MARK, mark_of(r, secret));
}

/* ---- what the answer hangs on ---- */

static slice_t value_of(request_rec *r, const auth_part_t *part)
{
    h1_field_t cookies = { SLICE_LIT("Cookie"),
                           slice_str(apr_table_get(r->headers_in, "Cookie")) };
    slice_t value = slice_make(NULL, 0);

    if (part->of_url) {
        return slice_str(apr_pstrcat(r->pool, r->method, " ", ap_http_scheme(r),
                                     " ", uri_of(r), NULL));
    }
    if (part->of_address) {
        return slice_str(r->useragent_ip);
    }
    if (part->field) {
        return slice_str(apr_table_get(r->headers_in, part->field));
    }
    if (cookies.value.len) {
        cookie_find(&cookies, 1, slice_str(part->cookie), &value);
    }
    return value;
}

/* Counts always: rules are of a host, though cookies may be of many, and who
 * shows a password shows it beside whatever else is looked at. */
static slice_t base_of(request_rec *r, const auth_source_t *source)
{
    const char *shown = apr_table_get(r->headers_in, "Authorization");

    return slice_str(apr_pstrcat(r->pool, source->identity, "\n",
                                 r->hostname ? r->hostname : "",
                                 shown ? "\n" : "", shown ? shown : "", NULL));
}

/* Part by part; one that is not there differs from an empty one. */
auth_key_t auth_question_key(request_rec *r, const auth_source_t *source,
                             siphash_key_t secret)
{
    slice_t base = base_of(r, source);
    auth_key_t key = { siphash(secret, base), ~siphash(secret, base) };
    int i;

    for (i = 0; i < source->by->nelts; i++) {
        slice_t value = value_of(r, &APR_ARRAY_IDX(source->by, i, auth_part_t));
        siphash_key_t low = { secret.low ^ key.low, secret.high };
        siphash_key_t high = { secret.low, secret.high ^ key.high };

        key.low = siphash(low, value) + !value.p;
        key.high = siphash(high, value) + !value.p;
    }
    return key;
}
