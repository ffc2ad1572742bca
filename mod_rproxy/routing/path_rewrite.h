/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* path_rewrite.h: the target an upstream is sent (RFC 9112 section 3.2.1).
 * Layer L0.
 *
 *   prefix    cut                  with
 *   kept      0                    ""
 *   stripped  length of the match  ""
 *   replaced  length of the match  "/v2"
 *
 * Nothing is escaped or unescaped, and the part behind the prefix keeps the
 * slashes that the client sent, with one slash where the two parts meet:
 * "/app" to "/v2" makes "/v2" of "/app", "/v2/x" of "/app/x"; "/app/" to "/v2"
 * and "/app" to "/v2/" make "/v2/x" of "/app/x" as well. */
#ifndef RPROXY_PATH_REWRITE_H
#define RPROXY_PATH_REWRITE_H

#include "../http1/h1_slice.h"

typedef enum {
    PATH_REWRITE_OK,
    PATH_REWRITE_NO_ROOM
} path_rewrite_e;

typedef struct {
    slice_t path;  /* as path_normalize() left it */
    slice_t query; /* with its "?", or empty; sent on untouched */
    size_t cut;    /* route_found_t.length: ends at a segment */
    slice_t with;  /* a path, or empty */
} path_rewrite_t;

/* Room that is always enough. */
static inline size_t path_rewrite_room(const path_rewrite_t *in)
{
    return in->with.len + in->path.len + in->query.len + 1;
}

/* @param out  not terminated
 * @return PATH_REWRITE_OK and *target within out, which begins with "/" */
path_rewrite_e path_rewrite(const path_rewrite_t *in, char *out, size_t room,
                            slice_t *target);

#endif
