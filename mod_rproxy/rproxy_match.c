/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_match.c: the way from a request to its route and the target an
 * upstream is sent.  Layer L2; any thread, configuration is only read. */
#include "rproxy_match.h"

#include <http_core.h>
#include <apr_strings.h>

#include "routing/path_rewrite.h"
#include "rproxy_path.h"
#include "rproxy_private.h"
#include "rproxy_split.h"

#define CAPTURES 10

/* One look-up; lives on the stack. */
typedef struct {
    request_rec *r;
    rproxy_path_t path;
    int has_input;
    condition_input_t input; /* filled when first asked for */
    const route_t *route;
    size_t length; /* of path that the route's own path covers */
    ap_regmatch_t captures[CAPTURES]; /* of route->regex */
} lookup_t;

static int add_field(void *input_, const char *name, const char *value)
{
    condition_input_t *input = input_;
    h1_field_t *field = (h1_field_t *)input->fields + input->field_count++;

    field->name = slice_str(name);
    field->value = slice_str(value);
    return 1;
}

/* The request as conditions see it. */
static const condition_input_t *input_of(lookup_t *l)
{
    const apr_table_t *headers = l->r->headers_in;

    if (!l->has_input) {
        size_t count = (size_t)apr_table_elts(headers)->nelts;

        l->input.method = slice_str(l->r->method);
        l->input.query = l->path.query;
        l->input.field_count = 0;
        l->input.fields =
            apr_palloc(l->r->pool, (count + 1) * sizeof(h1_field_t));
        apr_table_do(add_field, &l->input, headers, NULL);
        l->has_input = 1;
    }
    return &l->input;
}

static int expr_holds(request_rec *r, const route_t *route)
{
    const char *error = NULL;
    int result = ap_expr_exec(r, route->expr, &error);

    if (result < 0) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      RPLOGNO(1110) "expr= of the route at %s failed: %s",
                      route->defined_at, error);
    }
    return result > 0;
}

static int conditions_hold(lookup_t *l, const route_t *route)
{
    const apr_array_header_t *conditions = route->conditions;

    if (conditions->nelts
        && !condition_all_hold((const condition_t *)conditions->elts,
                               (size_t)conditions->nelts, input_of(l))) {
        return 0;
    }
    return !route->expr || expr_holds(l->r, route);
}

/* The best route of the table whose conditions hold. */
static int find_by_path(lookup_t *l, const server_conf_t *conf)
{
    route_lookup_t lookup;
    route_found_t found;

    route_lookup_begin(&lookup, conf->table, l->path.path);
    while (route_lookup_next(&lookup, &found)) {
        if (conditions_hold(l, found.route)) {
            l->route = found.route;
            l->length = found.length;
            return 1;
        }
    }
    return 0;
}

/* The first RProxyPassMatch that fits. */
static int find_by_pattern(lookup_t *l, const server_conf_t *conf)
{
    int i;

    for (i = 0; i < conf->matches->nelts; i++) {
        const route_t *route = APR_ARRAY_IDX(conf->matches, i, route_t *);

        if (ap_regexec(route->regex, l->path.path.p, CAPTURES, l->captures, 0)
                == 0
            && conditions_hold(l, route)) {
            l->route = route;
            l->length = 0;
            return 1;
        }
    }
    return 0;
}

/* Exact paths and excluded ones come before patterns, prefixes behind. */
static int find_route(lookup_t *l)
{
    const server_conf_t *conf = rproxy_server_conf(l->r->server);

    for (; conf; conf = conf->base) {
        int found = find_by_path(l, conf);

        if (found && (l->route->exact || l->route->excluded)) {
            return 1;
        }
        if (find_by_pattern(l, conf) || found) {
            return 1;
        }
    }
    return 0;
}

/* May a route take this path, as far as the path tells? */
static int may_match(const server_conf_t *conf, slice_t path)
{
    for (; conf; conf = conf->base) {
        route_lookup_t lookup;
        route_found_t found;

        if (conf->has_location_routes || conf->matches->nelts) {
            return 1;
        }
        route_lookup_begin(&lookup, conf->table, path);
        while (route_lookup_next(&lookup, &found)) {
            const route_t *route = found.route;

            if (!route->excluded) {
                return 1;
            }
            if (!route->conditions->nelts && !route->expr) {
                return 0;
            }
        }
    }
    return 0;
}

int rproxy_match_possible(const server_conf_t *conf, const char *path,
                          apr_size_t len)
{
    char buffer[1024];
    slice_t raw = slice_make(path, len), query, normal;

    if (!conf->has_routes) {
        return 0;
    }
    if (path_split_target(raw, &raw, &query) != PATH_OK
        || raw.len > sizeof(buffer)
        || path_normalize(raw, rproxy_path_flags(conf->server), buffer,
                          sizeof(buffer), &normal)
               != PATH_OK) {
        return 1; /* the full look-up decides */
    }
    return may_match(conf, normal);
}

static int refuse(request_rec *r, const char *why)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  RPLOGNO(1111) "request refused: %s: '%.80s'", why,
                  r->unparsed_uri);
    return HTTP_BAD_REQUEST;
}

/* A path without a safe meaning: is it ours to refuse, or httpd's? */
static int refuse_path(request_rec *r, path_e result)
{
    const server_conf_t *conf = rproxy_server_conf(r->server);

    return may_match(conf, slice_str(r->unparsed_uri))
               ? refuse(r, path_result_text(result))
               : DECLINED;
}

/* Puts captures into the target's path: $0 to $9. */
static const char *substitute(lookup_t *l, const char *pattern)
{
    const char *path = l->path.path.p;
    char *out = NULL;
    apr_size_t len = 0;
    int pass;

    for (pass = 0; pass < 2; pass++) { /* count, then write */
        const char *c;

        out = pass ? apr_palloc(l->r->pool, len + 1) : NULL;
        for (len = 0, c = pattern; *c; c++) {
            const char *part = c;
            apr_size_t part_len = 1;

            if (c[0] == '$' && c[1] >= '0' && c[1] <= '9') {
                const ap_regmatch_t *m = &l->captures[*++c - '0'];

                part = m->rm_so < 0 ? "" : path + m->rm_so;
                part_len = m->rm_so < 0 ? 0 : (apr_size_t)(m->rm_eo - m->rm_so);
            }
            if (out) {
                memcpy(out + len, part, part_len);
            }
            len += part_len;
        }
    }
    out[len] = '\0';
    return out;
}

/* What an upstream is sent.  @return OK or HTTP_BAD_REQUEST */
static int rewrite(lookup_t *l, const route_target_t *target, const char **uri)
{
    path_rewrite_t in = { l->path.path, l->path.query, 0, { "", 0 } };
    slice_t out;
    char *buffer;

    if (l->route->prefix != PREFIX_KEEP) {
        in.cut = l->length;
    }
    if (l->route->regex && target->path[0]) {
        char *path = (char *)substitute(l, target->path);

        /* captures that meet may make new dot segments */
        if (path_normalize(slice_str(path), rproxy_path_flags(l->r->server),
                           path, strlen(path), &in.path)
            != PATH_OK) {
            return refuse(l->r, "no path after RProxyPassMatch");
        }
        in.cut = 0;
    }
    else {
        in.with = slice_str(target->path);
        if (!in.cut && !in.with.len && l->path.whole) {
            *uri = l->path.whole;
            return OK;
        }
    }
    buffer = apr_palloc(l->r->pool, path_rewrite_room(&in) + 1);
    path_rewrite(&in, buffer, path_rewrite_room(&in), &out);
    buffer[out.len] = '\0';
    *uri = out.p;
    return OK;
}

/* Fills *match from the route that was found. */
static int settle(lookup_t *l, route_match_t *match)
{
    const route_target_t *target;

    match->route = l->route;
    match->path = l->path.path.p;
    if (l->route->excluded) {
        return DECLINED;
    }
    target = rproxy_split_pick(l->r, l->route);
    match->target = target;
    match->public_prefix = target->public_prefix;
    match->upstream_prefix = target->upstream_prefix;
    return rewrite(l, target, &match->upstream_uri);
}

/* CONNECT and "OPTIONS *" name no path, and what mod_proxy has taken is not
 * ours. */
static int has_path(const request_rec *r)
{
    return r->proxyreq == PROXYREQ_NONE && r->method_number != M_CONNECT
           && r->unparsed_uri && strcmp(r->unparsed_uri, "*") != 0;
}

int rproxy_match(request_rec *r, route_match_t *match)
{
    const server_conf_t *conf = rproxy_server_conf(r->server);
    lookup_t l;
    path_e result;

    memset(match, 0, sizeof(*match));
    if (!conf->has_routes || !has_path(r)) {
        return DECLINED;
    }
    l.r = r;
    l.has_input = 0;
    result = rproxy_path_read(r, &l.path);
    if (result != PATH_OK) {
        return refuse_path(r, result);
    }
    return find_route(&l) ? settle(&l, match) : DECLINED;
}

static int is_below(slice_t path, slice_t prefix)
{
    return path.len >= prefix.len && memcmp(path.p, prefix.p, prefix.len) == 0
           && (path.len == prefix.len || prefix.p[prefix.len - 1] == '/'
               || path.p[prefix.len] == '/');
}

/* The path as the section's own is spelled.  httpd compared it decoded:
 * "/a%21" is in the section of "/a!".  @return OK or HTTP_BAD_REQUEST */
static int read_section_path(lookup_t *l, slice_t section)
{
    path_e result = rproxy_path_read(l->r, &l->path);

    if (result == PATH_OK && !is_below(l->path.path, section)) {
        result = rproxy_path_read_decoded(l->r, &l->path);
    }
    if (result != PATH_OK) {
        return refuse(l->r, path_result_text(result));
    }
    return is_below(l->path.path, section)
               ? OK
               : refuse(l->r, "not below the path of its <Location>");
}

int rproxy_match_location(request_rec *r, route_match_t *match)
{
    const route_t *route = rproxy_settings(r)->location_route;
    lookup_t l;
    int status;

    memset(match, 0, sizeof(*match));
    if (!route || !has_path(r)) {
        return DECLINED;
    }
    l.r = r;
    l.has_input = 0;
    l.route = route;
    l.length = route->path ? strlen(route->path) : 0;
    status = read_section_path(&l, slice_str(route->path ? route->path : "/"));
    if (status != OK) {
        return status;
    }
    return conditions_hold(&l, route) ? settle(&l, match) : DECLINED;
}
