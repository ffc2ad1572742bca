/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_path.h: the path of a request, spelled as routes are.  Layer L2.
 *
 * What counts is what the client sent (r->unparsed_uri), normalised: escapes
 * stay as they are, so the origin reads what the client wrote.  When a module
 * before us has put another path into r->uri (mod_rewrite with [PT]), that one
 * counts, escaped anew, since r->uri is decoded.  The query is always r->args,
 * which nobody decodes and mod_rewrite may have changed. */
#ifndef RPROXY_PATH_H
#define RPROXY_PATH_H

#include <httpd.h>

#include "routing/path_normalize.h"

typedef struct {
    slice_t path;  /* normalised, followed by a NUL; in r->pool */
    slice_t query; /* with its "?", or empty */
    /* Path and query side by side as the client sent them, where that is the
     * same as what the above say; else NULL. */
    const char *whole;
} rproxy_path_t;

/* @return PATH_OK and *out; or what is wrong with the path */
path_e rproxy_path_read(request_rec *r, rproxy_path_t *out);

/* The same from r->uri, whatever the client sent. */
path_e rproxy_path_read_decoded(request_rec *r, rproxy_path_t *out);

/* How httpd and therefore we spell paths on this server: PATH_* flags. */
unsigned rproxy_path_flags(const server_rec *s);

#endif
