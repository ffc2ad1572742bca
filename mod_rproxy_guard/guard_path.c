/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_path.c: as ap_process_request_internal will decode it.  Layer L2. */
#include "guard_path.h"

#include <apr_strings.h>

static int is_plain(const char *path)
{
    return !strchr(path, '%') && !strstr(path, "//") && !strstr(path, "/.");
}

const char *guard_path(request_rec *r)
{
    static const unsigned flags =
        AP_NORMALIZE_NOT_ABOVE_ROOT | AP_NORMALIZE_MERGE_SLASHES;
    int is_decoded = r->filename != NULL; /* the URI was translated */
    char *path;

    if (!r->uri || is_decoded || is_plain(r->uri)) {
        return r->uri ? r->uri : "";
    }
    path = apr_pstrdup(r->pool, r->uri);
    ap_normalize_path(path, flags | AP_NORMALIZE_DECODE_UNRESERVED);
    ap_unescape_url_keep2f(path, 1);
    ap_normalize_path(path, flags);
    return path;
}
