/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stored_json.h: stored objects as JSON.  Layer L2. */
#ifndef RPROXY_CACHE_STORED_JSON_H
#define RPROXY_CACHE_STORED_JSON_H

#include "cache_private.h"
#include "status/status_write.h"

/* One object, pinned. */
void stored_json(writer_t *w, const store_object_t *o, int64_t now_s);

/* A list of those whose key begins with prefix, at most limit of them.  With
 * whole, prefix is the whole URL, and those that were purged are listed too.
 * @return how many there are */
int stored_json_list(writer_t *w, slice_t prefix, int whole, int limit);

/* A string that is not NUL-terminated. */
void stored_json_text(writer_t *w, slice_t text);

#endif
