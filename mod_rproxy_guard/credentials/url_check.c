/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* url_check.c: RProxyGuardRequire signed-url.  Layer L2. */
#include "guard_private.h"
#include "credentials.h"

#ifdef HAVE_OPENSSL

#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "same_bytes.h"
#include "signed_url.h"

enum {
    SECRET_MIN = 16
};

const char *url_key_make(void *unused, slice_t text, void **object,
                         apr_pool_t *pool)
{
    slice_t *secret = apr_palloc(pool, sizeof(*secret));

    while (text.len && apr_isspace(text.p[0])) {
        text = slice_make(text.p + 1, text.len - 1);
    }
    while (text.len && apr_isspace(text.p[text.len - 1])) {
        text.len--;
    }
    *secret = text;
    *object = secret;
    return text.len >= SECRET_MIN ? NULL
                                  : "a secret has 16 characters and more";
}

/* ---- the address ---- */

/* As the client sent it: redirects within the server change nothing of what
 * was signed. */
static void split_target(const request_rec *r, slice_t *path, slice_t *query)
{
    const char *target, *end, *authority;

    while (r->main || r->prev) {
        r = r->main ? r->main : r->prev;
    }
    target = r->unparsed_uri ? r->unparsed_uri : "";
    authority = target[0] == '/' ? NULL : strstr(target, "://");
    if (authority) {
        target = strchr(authority + 3, '/');
        target = target ? target : "";
    }
    end = strchr(target, '?');
    *path =
        end ? slice_make(target, (size_t)(end - target)) : slice_str(target);
    *query = slice_str(end ? end + 1 : NULL);
}

static watched_file_t *file_of(const url_source_t *source, slice_t id)
{
    int i;

    for (i = 0; i < source->keys->nelts; i++) {
        const url_key_t *key = &APR_ARRAY_IDX(source->keys, i, url_key_t);

        if (slice_eq(slice_str(key->id), id)) {
            return key->file;
        }
    }
    return NULL;
}

static int has_signed(const slice_t *secret, slice_t text,
                      const unsigned char *signature)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    return HMAC(EVP_sha256(), secret->p, (int)secret->len,
                (const unsigned char *)text.p, text.len, mac, &len)
           && len == SIGNED_URL_MAC
           && same_bytes(mac, signature, SIGNED_URL_MAC);
}

static credential_result_t judge(request_rec *r, const url_source_t *source,
                                 const signed_url_t *url, slice_t text)
{
    credential_result_t result = { CREDENTIAL_CLOSED, 0 };
    watched_file_t *file = file_of(source, url->id);
    const slice_t *secret;
    uint32_t place;
    int good;

    if (!file) {
        return credential_bad(HTTP_FORBIDDEN, "its key's id is not known");
    }
    secret = watched_file_open(file, &place);
    if (!secret) {
        result.why = "there is no good file of its key";
        return result;
    }
    good = has_signed(secret, text, url->signature);
    watched_file_close(file, place);
    if (!good) {
        return credential_bad(HTTP_FORBIDDEN, "its signature is wrong");
    }
    if (apr_time_sec(r->request_time) >= url->expires_s) {
        return credential_bad(HTTP_FORBIDDEN, "its address has expired");
    }
    result.answer = CREDENTIAL_GOOD;
    return result;
}

static credential_result_t check(request_rec *r, const url_source_t *source)
{
    signed_url_names_t names = { slice_str(source->param),
                                 slice_str(source->free) };
    credential_result_t result = { CREDENTIAL_ABSENT, 0 };
    slice_t path, query, text;
    signed_url_t url;
    char *room;

    split_target(r, &path, &query);
    switch (signed_url_read(&url, query, names.param)) {
    case SIGNED_URL_NONE:
        return result;
    case SIGNED_URL_WRONG:
        return credential_bad(HTTP_FORBIDDEN, "its signature is no signature");
    default:
        break;
    }
    if (r->method_number != M_GET) {
        return credential_bad(HTTP_FORBIDDEN, "signed is GET and HEAD alone");
    }
    room = apr_palloc(r->pool, SIGNED_URL_ROOM(path, query));
    text = slice_make(room, signed_url_text(room, &url, path, query, &names));
    result = judge(r, source, &url, text);
    result.label = apr_psprintf(r->pool, "url:%.*s", (int)url.id.len, url.id.p);
    return result;
}

credential_result_t url_check(request_rec *r, const credential_settings_t *s,
                              const char *scope)
{
    credential_result_t result = { CREDENTIAL_CLOSED, 0 };

    if (!s->url) {
        result.why = "there is no RProxyGuardSignedUrl for it";
        return result;
    }
    result = check(r, s->url);
    result.is_shared = 1;
    result.error = NULL;
    if (result.answer == CREDENTIAL_GOOD && scope) {
        result = credential_bad(HTTP_FORBIDDEN, "an address has no scopes");
        result.error = NULL;
    }
    if (result.answer == CREDENTIAL_GOOD) {
        result.row = credentials_row(result.label);
        credentials_count(r, result.row);
    }
    return result;
}

#else

const char *url_key_make(void *unused, slice_t text, void **secret,
                         apr_pool_t *pool)
{
    return "built without OpenSSL";
}

credential_result_t url_check(request_rec *r, const credential_settings_t *s,
                              const char *scope)
{
    credential_result_t result = { .answer = CREDENTIAL_CLOSED,
                                   .why = "built without OpenSSL" };

    return result;
}

#endif
