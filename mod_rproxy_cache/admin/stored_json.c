/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stored_json.c: see stored_json.h.  Layer L2. */
#include "stored_json.h"

#include <apr_strings.h>

#include "policy/cache_key.h"
#include "policy/reuse.h"
#include "purge/cache_purge.h"
#include "serve/cache_serve.h"

void stored_json_text(writer_t *w, slice_t text)
{
    write_json(w, apr_pstrmemdup(w->pool, text.len ? text.p : "", text.len));
}

static void number(writer_t *w, const char *name, int64_t n)
{
    write_format(w, ", \"%s\": ", name);
    write_number(w, n);
}

static void text(writer_t *w, const char *name, slice_t value)
{
    write_format(w, ", \"%s\": ", name);
    stored_json_text(w, value);
}

static const char *kind_of(const store_object_t *o)
{
    switch (store_object_kind(o)) {
    case STORE_VARY:
        return "vary";
    case STORE_MARKER:
        return "marker";
    default:
        return "response";
    }
}

static void write_flags(writer_t *w, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        { STORE_QUICK, "quick" },
        { STORE_MUST_REVALIDATE, "must-revalidate" },
        { STORE_NO_CACHE, "no-cache" },
        { STORE_IMMUTABLE, "immutable" },
        { STORE_COMPRESSIBLE, "compressible" },
        { STORE_GZIP, "gzip" },
        { STORE_BROTLI, "br" },
        { STORE_PARTIAL, "partial" },
        { STORE_HEAD_ONLY, "head-only" },
        { STORE_NOT_ON_ERROR, "not-on-error" },
    };
    const char *comma = "";
    size_t i;

    write_text(w, ", \"flags\": [");
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (flags & names[i].flag) {
            write_format(w, "%s\"%s\"", comma, names[i].name);
            comma = ", ";
        }
    }
    write_text(w, "]");
}

/* Compressed, and unpacked, forms with their lengths. */
static void write_forms(writer_t *w, const store_object_t *o)
{
    static const char *const names[STORE_VARIANTS] = {
        [STORE_VARIANT_GZIP] = "gzip",
        [STORE_VARIANT_BROTLI] = "br",
        [STORE_VARIANT_IDENTITY] = "identity",
    };
    const char *comma = "";
    int i;

    write_text(w, ", \"forms\": {");
    for (i = 0; i < STORE_VARIANTS; i++) {
        const store_object_t *form = store_object_variant(cache.store, o, i);
        if (form) {
            write_format(w, "%s\"%s\": ", comma, names[i]);
            write_number(w, (int64_t)store_object_length(form));
            comma = ", ";
        }
    }
    write_text(w, "}");
}

static void write_response(writer_t *w, const store_object_t *o, int64_t now_s)
{
    const store_meta_t *m = store_object_meta(o);
    reuse_object_t reuse;
    int64_t age;

    cache_reuse_object(o, 0, &reuse);
    age = reuse_age(&reuse, now_s);
    number(w, "status", m->status);
    number(w, "length", (int64_t)store_object_length(o));
    number(w, "age_s", age);
    number(w, "lifetime_s", m->lifetime);
    number(w, "ttl_s", (int64_t)m->lifetime - age);
    number(w, "while_revalidate_s", m->while_revalidate);
    number(w, "if_error_s", m->if_error);
    number(w, "tags", store_object_tag_count(o) - CACHE_OWN_TAGS);
    if (m->etag_len) {
        text(w, "etag",
             slice_make(store_object_raw_head(o).p + m->etag_at, m->etag_len));
    }
    write_flags(w, m->flags);
    write_forms(w, o);
}

void stored_json(writer_t *w, const store_object_t *o, int64_t now_s)
{
    static const char *const purged[] = { "no", "soft", "hard" };
    store_kind_e kind = store_object_kind(o);
    const store_meta_t *m = store_object_meta(o);
    slice_t key = store_object_key(o);

    write_format(w, "{\"kind\": \"%s\"", kind_of(o));
    text(w, "url", cache_key_url(key));
    text(w, "key", key);
    number(w, "stored_at", m->stored_at);
    write_format(w, ", \"purged\": \"%s\"",
                 purged[store_object_purged(cache.store, o)]);
    if (kind == STORE_RESPONSE) {
        write_response(w, o, now_s);
    }
    else if (kind == STORE_VARY) {
        text(w, "varies_by", store_object_raw_head(o));
    }
    else {
        number(w, "ttl_s", (int64_t)m->stored_at + m->lifetime - now_s);
    }
    write_text(w, "}");
}

/* ---- lists ---- */

typedef struct {
    writer_t *w;
    slice_t prefix;
    int whole, limit, count;
    int64_t now_s;
} list_t;

static int add(void *ctx, const store_object_t *o)
{
    list_t *list = ctx;
    slice_t key = store_object_key(o);

    if (list->whole && key.len > list->prefix.len
        && key.p[list->prefix.len] != '\n') {
        return 1; /* a longer URL */
    }
    if (!list->whole && store_object_purged(cache.store, o) == STORE_PURGED) {
        return 1; /* dropped when somebody asks for it */
    }
    if (list->count < list->limit) {
        write_text(list->w, list->count ? ", " : "");
        stored_json(list->w, o, list->now_s);
    }
    list->count++;
    return 1;
}

int stored_json_list(writer_t *w, slice_t prefix, int whole, int limit)
{
    list_t list = { w, prefix, whole, limit, 0, apr_time_sec(apr_time_now()) };

    write_text(w, "[");
    store_each(cache.store, prefix, add, &list);
    write_text(w, "]");
    return list.count;
}
