/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_path.c: request target -> normalised path and query.  Layer L2.
 * RFC 9112 section 3.2. */
#include "rproxy_path.h"

#include <http_config.h>
#include <http_core.h>
#include <apr_strings.h>

unsigned rproxy_path_flags(const server_rec *s)
{
    const core_server_config *server =
        ap_get_core_module_config(s->module_config);
    const core_dir_config *dir = ap_get_core_module_config(s->lookup_defaults);
    unsigned flags = 0;

    if (server->merge_slashes != AP_CORE_CONFIG_OFF) {
        flags |= PATH_MERGE_SLASHES;
    }
    if (dir->allow_encoded_slashes) {
        flags |= PATH_ALLOW_ESCAPED_SLASH;
    }
    return flags;
}

/* Has a module put another path into r->uri?  httpd itself decodes it in
 * place: r->uri and r->parsed_uri.path are one string then. */
static int is_rewritten(const request_rec *r)
{
    const char *own = r->parsed_uri.path ? r->parsed_uri.path : "/";

    return r->uri != own && strcmp(r->uri, own) != 0;
}

/* Path and query of the target as received, without scheme and authority of
 * an absolute-form and without the slashes that httpd drops at its begin. */
static const char *origin_form(const request_rec *r)
{
    const char *target = r->unparsed_uri;
    const char *authority;

    if (target[0] == '/') {
        while (target[1] == '/') {
            target++;
        }
        return target;
    }
    authority = strstr(target, "://");
    if (!authority) {
        return target;
    }
    authority += 3;
    target = authority + strcspn(authority, "/?#");
    return *target == '/' ? target : apr_pstrcat(r->pool, "/", target, NULL);
}

static path_e normalize(request_rec *r, slice_t raw, slice_t *path)
{
    slice_t encoded = raw;
    path_e result = PATH_OK;
    char *out;

    if (!raw.len) {
        return PATH_NOT_ABSOLUTE;
    }
    result = path_encode(raw, NULL, 0, &encoded);
    if (result == PATH_NO_ROOM) {
        out = apr_palloc(r->pool, PATH_ENCODE_ROOM(raw.len) + 1);
        result = path_encode(raw, out, PATH_ENCODE_ROOM(raw.len), &encoded);
    }
    else {
        out = apr_palloc(r->pool, raw.len + 1);
    }
    if (result == PATH_OK) {
        result = path_normalize(encoded, rproxy_path_flags(r->server), out,
                                encoded.len, path);
    }
    if (result == PATH_OK) {
        out[path->len] = '\0';
    }
    return result;
}

/* The query of r->args; raw (empty or with its "?") where it is the same. */
static slice_t read_query(request_rec *r, slice_t raw)
{
    int is_same =
        r->args ? raw.len && strcmp(r->args, raw.p + 1) == 0 : raw.len == 0;

    if (is_same) {
        return raw;
    }
    return r->args ? slice_str(apr_pstrcat(r->pool, "?", r->args, NULL))
                   : slice_make("", 0);
}

path_e rproxy_path_read_decoded(request_rec *r, rproxy_path_t *out)
{
    out->whole = NULL;
    out->query = read_query(r, slice_make("", 0));
    return normalize(r, slice_str(ap_os_escape_path(r->pool, r->uri, 1)),
                     &out->path);
}

path_e rproxy_path_read(request_rec *r, rproxy_path_t *out)
{
    slice_t target, raw_path, raw_query;
    path_e result;

    if (is_rewritten(r)) {
        return rproxy_path_read_decoded(r, out);
    }
    target = slice_str(origin_form(r));
    result = path_split_target(target, &raw_path, &raw_query);
    if (result == PATH_OK) {
        result = normalize(r, raw_path, &out->path);
    }
    if (result == PATH_OK) {
        out->query = read_query(r, raw_query);
        out->whole =
            slice_eq(raw_path, out->path) && out->query.p == raw_query.p
                ? target.p
                : NULL;
    }
    return result;
}
