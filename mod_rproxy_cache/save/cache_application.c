/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_application.c: see cache_application.h.  Layer L2. */
#include "cache_application.h"

#include <apr_strings.h>

#include "serve/cache_head.h"
#include "purge/cache_purge.h"
#include "policy/litespeed.h"
#include "policy/tags.h"
#include "policy/wordpress.h"

int cache_application_owns(slice_t name)
{
    return surrogate_kind(name) != SURROGATE_NONE
           || litespeed_kind(name) != LITESPEED_NONE;
}

static void add_tag(cache_request_t *q, slice_t tag, cache_application_t *out)
{
    if (out->tag_count < STORE_TAGS_MAX - CACHE_OWN_TAGS) {
        out->tags[out->tag_count++] =
            cache_purge_tag(q->r->pool, q->uri.host, tag);
    }
    else {
        /* A purge of a tag that is not kept would leave the page. */
        out->no_store = 1;
        out->no_store_why = "too-many-tags";
    }
}

static void read_control(const surrogate_control_t *c, cache_application_t *out)
{
    if (c->no_store) {
        out->no_store = 1;
        out->no_store_why = "surrogate-control";
    }
    out->ttl_s = c->ttl_s >= 0 ? c->ttl_s : out->ttl_s;
    out->while_revalidate_s = c->while_revalidate_s >= 0
                                  ? c->while_revalidate_s
                                  : out->while_revalidate_s;
    out->if_error_s = c->if_error_s >= 0 ? c->if_error_s : out->if_error_s;
}

static void read_surrogate(cache_request_t *q, request_rec *r,
                           const h1_field_t *field, cache_application_t *out)
{
    slice_t rest = field->value, tag;
    surrogate_control_t control;
    purge_command_t command;
    int rv;

    switch (surrogate_kind(field->name)) {
    case SURROGATE_CONTROL:
        surrogate_control_read(&control, field->value);
        read_control(&control, out);
        break;
    case SURROGATE_TAGS:
        while (tags_next(&rest, &tag)) {
            add_tag(q, tag, out);
        }
        break;
    case SURROGATE_TTL:
        surrogate_ttl_read(field->value, &out->ttl_s);
        break;
    case SURROGATE_PURGE:
        while ((rv = purge_command_next(&rest, &command)) != 0) {
            /* One application purges its own host, not all. */
            if (rv > 0 && command.kind == PURGE_ALL) {
                command.kind = PURGE_HOST;
                command.text = q->uri.host;
            }
            if (rv > 0) {
                cache_purge(r, &q->uri, &command, "response");
            }
        }
        break;
    case SURROGATE_NONE:
        break;
    }
}

/* ---- LiteSpeed's plugins ---- */

static void purge_litespeed(cache_request_t *q, request_rec *r, slice_t value)
{
    litespeed_purge_t purge = { .rest = value };
    purge_command_t command;

    while (litespeed_purge_next(&purge, &command)) {
        cache_purge(r, &q->uri, &command, "response");
    }
}

static void read_litespeed_vary(slice_t rest, const cache_settings_t *s,
                                cache_application_t *out)
{
    litespeed_vary_e kind;
    slice_t name;
    int i;

    while (litespeed_vary_next(&rest, &kind, &name)) {
        int known = 0;
        for (i = 0; s->key_parts && i < s->key_parts->nelts; i++) {
            const cache_rule_t *part =
                &APR_ARRAY_IDX(s->key_parts, i, cache_rule_t);
            known |= kind == LITESPEED_VARY_BY_COOKIE
                     && part->kind == RULE_COOKIE
                     && slice_eq(slice_str(part->name), name);
        }
        if (!known) {
            out->no_store = 1;
            out->no_store_why = "litespeed-vary";
        }
    }
}

static void read_litespeed(cache_request_t *q, request_rec *r,
                           const h1_field_t *field, cache_application_t *out)
{
    slice_t rest = field->value, tag;
    litespeed_control_t control;

    switch (litespeed_kind(field->name)) {
    case LITESPEED_CONTROL:
        litespeed_control_read(&control, field->value);
        read_control(&control.surrogate, out);
        out->is_public |= control.is_public && !control.surrogate.no_store;
        break;
    case LITESPEED_TAGS:
        while (litespeed_tag_next(&rest, &tag)) {
            add_tag(q, tag, out);
        }
        break;
    case LITESPEED_PURGE:
        purge_litespeed(q, r, field->value);
        break;
    case LITESPEED_VARY:
        read_litespeed_vary(rest, q->settings, out);
        break;
    default:
        break;
    }
}

/* ---- WordPress without a plugin ---- */

static slice_t field_of(const h1_field_t *fields, size_t count,
                        const char *name)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, slice_str(name))) {
            return fields[i].value;
        }
    }
    return slice_make(NULL, 0);
}

static void tag_wordpress(cache_request_t *q, const h1_field_t *fields,
                          size_t count, cache_application_t *out)
{
    wordpress_page_t page = {
        .path = q->uri.path,
        .query = q->uri.query,
        .content_type = field_of(fields, count, "Content-Type"),
        .link = slice_make(NULL, 0),
    };
    wordpress_tags_t tags = { 0 };
    char *links = NULL;
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Link"))) {
            links = apr_psprintf(q->r->pool, "%s%s%.*s", links ? links : "",
                                 links ? ", " : "", (int)fields[i].value.len,
                                 fields[i].value.p);
        }
    }
    page.link = slice_str(links);
    wordpress_page_tags(&tags, &page);
    for (i = 0; (int)i < tags.count; i++) {
        add_tag(q, slice_str(tags.tag[i]), out);
    }
}

static void purge_wordpress(cache_request_t *q, request_rec *r,
                            const h1_field_t *fields, size_t count)
{
    request_rec *root = q->r;
    wordpress_request_t save = {
        .method = slice_str(root->method),
        .override = slice_str(
            apr_table_get(root->headers_in, "X-HTTP-Method-Override")),
        .path = q->uri.path,
        .query = q->uri.query,
        .content_type =
            slice_str(apr_table_get(root->headers_in, "Content-Type")),
        .body = q->body,
        .status = r->status,
        .location = field_of(fields, count, "Location"),
    };
    wordpress_purge_t purge = { 0 };
    purge_command_t command;
    int i;

    wordpress_save(&purge, &save);
    command.soft = purge.unsure;
    if (purge.what == WORDPRESS_ALL) {
        command.kind = PURGE_HOST;
        command.text = q->uri.host;
        cache_purge(r, &q->uri, &command, "a save in WordPress");
    }
    for (i = 0; purge.what == WORDPRESS_TAGS && i < purge.tags.count; i++) {
        command.kind = PURGE_TAG;
        command.text = slice_str(purge.tags.tag[i]);
        cache_purge(r, &q->uri, &command, "a save in WordPress");
    }
}

/* ---- all of it ---- */

static void take_out(request_rec *r, const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (cache_application_owns(fields[i].name)) {
            cache_head_remove(r, apr_pstrmemdup(r->pool, fields[i].name.p,
                                                fields[i].name.len));
        }
    }
}

void cache_application_read(cache_request_t *q, request_rec *r,
                            const h1_field_t *fields, size_t count,
                            cache_application_t *out)
{
    const cache_settings_t *s = q->settings;
    size_t i;

    memset(out, 0, sizeof(*out));
    out->ttl_s = out->while_revalidate_s = out->if_error_s = -1;
    for (i = 0; i < count; i++) {
        read_surrogate(q, r, &fields[i], out);
        if (CACHE_SETTING(s, litespeed) == 1) {
            read_litespeed(q, r, &fields[i], out);
        }
    }
    if (CACHE_SETTING(s, wordpress) == 1) {
        tag_wordpress(q, fields, count, out);
        purge_wordpress(q, r, fields, count);
    }
    take_out(r, fields, count);
}
