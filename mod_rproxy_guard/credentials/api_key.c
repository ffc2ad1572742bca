/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* api_key.c: RProxyGuardRequire key.  Layer L2. */
#include "guard_private.h"
#include "credentials.h"

#ifdef HAVE_OPENSSL

#include <apr_strings.h>
#include <openssl/sha.h>

#include "key_set.h"
#include "query_argument.h"
#include "word_list.h"
#include "../guard_request.h"

enum {
    KEY_LENGTH_MAX = 512
};

/* ---- the key of a request ---- */

static slice_t key_of(request_rec *r, const key_source_t *source)
{
    slice_t key = credentials_of_field(r, source->header);

    if (!key.len) { /* of the request before an internal redirect */
        key = slice_str(guard_request_of(r)->shown_key);
    }
    if (!key.len && source->query) {
        query_argument(slice_str(r->args), slice_str(source->query), &key);
    }
    return key;
}

static void hide(request_rec *r, const key_source_t *source, slice_t key)
{
    guard_request_t *request = guard_request_of(r);

    if (source->hide && apr_table_get(r->headers_in, source->header)) {
        request->shown_key =
            apr_pstrmemdup(guard_request_head(r)->pool, key.p, key.len);
        request->hidden = source->header;
        apr_table_unset(r->headers_in, source->header);
    }
}

/* ---- what the file says of it ---- */

static credential_result_t too_many(const key_entry_t *entry, const char *why,
                                    int64_t retry_us)
{
    credential_result_t result = credential_bad(HTTP_TOO_MANY_REQUESTS, why);

    result.error = NULL;
    result.retry_after_s = (int)((retry_us + 999999) / 1000000);
    return result;
}

static credential_result_t charge(request_rec *r, const key_entry_t *entry)
{
    credential_result_t good = { CREDENTIAL_GOOD, 0 };
    int asked = guard_request_of(r)->is_asked_about;
    const key_line_t *line = &entry->line;
    uint32_t day = usage_day(apr_time_sec(r->request_time));
    int64_t till_midnight =
        apr_time_from_sec(86400) - r->request_time % apr_time_from_sec(86400);
    rate_t rate;

    if (line->quota
        && usage_get(entry->row, day, USAGE_REQUESTS) >= line->quota) {
        return too_many(entry, "its key has used up the day's quota",
                        till_midnight);
    }
    if (line->rate.count) {
        rate = asked ? usage_rate_look(entry->row, &line->rate, apr_time_now())
                     : usage_rate(entry->row, &line->rate, apr_time_now());
        if (!rate.allowed) {
            return too_many(entry, "its key is used more often than its rate",
                            (int64_t)rate.retry_us);
        }
    }
    return asked || usage_take(entry->row, day, line->quota)
               ? good
               : too_many(entry, "its key has used up the day's quota",
                          till_midnight);
}

static credential_result_t judge(request_rec *r, const key_entry_t *entry,
                                 const char *scope)
{
    const key_line_t *line = &entry->line;
    credential_result_t result;

    if (line->expires_s && apr_time_sec(r->request_time) >= line->expires_s) {
        result = credential_bad(HTTP_UNAUTHORIZED, "its key has expired");
    }
    else if (!word_list_has(line->scopes, slice_str(scope))) {
        result = credential_bad(HTTP_FORBIDDEN, "its key lacks the scope");
        result.error = "insufficient_scope";
    }
    else {
        result = charge(r, entry);
    }
    result.label = apr_pstrmemdup(r->pool, line->label.p, line->label.len);
    result.row = entry->row;
    return result;
}

static credential_result_t find(request_rec *r, watched_file_t *file,
                                slice_t key, const char *scope)
{
    credential_result_t closed = { CREDENTIAL_CLOSED, 0 };
    unsigned char digest[KEY_DIGEST];
    credential_result_t result;
    const key_entry_t *entry;
    const key_set_t *set;
    uint32_t place;

    set = watched_file_open(file, &place);
    if (!set) {
        closed.why = "there is no good file of keys";
        return closed;
    }
    SHA256((const unsigned char *)key.p, key.len, digest);
    entry = key_set_find(set, digest);
    result = entry ? judge(r, entry, scope)
                   : credential_bad(HTTP_UNAUTHORIZED, "its key is not known");
    watched_file_close(file, place);
    return result;
}

credential_result_t api_key_check(request_rec *r,
                                  const credential_settings_t *s,
                                  const char *scope)
{
    credential_result_t result = { CREDENTIAL_CLOSED, 0 };
    const key_source_t *source = s->keys;
    slice_t key;

    if (!source) {
        result.why = "there is no RProxyGuardKeys for it";
        return result;
    }
    key = key_of(r, source);
    if (!key.len) {
        result.answer = CREDENTIAL_ABSENT;
        return result;
    }
    if (key.len > KEY_LENGTH_MAX) {
        return credential_bad(HTTP_UNAUTHORIZED, "its key is too long");
    }
    result = find(r, source->file, key, scope);
    if (result.answer == CREDENTIAL_GOOD) {
        hide(r, source, key);
        if (source->tell) {
            apr_table_setn(r->headers_in, source->tell, result.label);
        }
    }
    return result;
}

#else

credential_result_t api_key_check(request_rec *r,
                                  const credential_settings_t *s,
                                  const char *scope)
{
    credential_result_t result = { .answer = CREDENTIAL_CLOSED,
                                   .why = "built without OpenSSL" };

    return result;
}

#endif
