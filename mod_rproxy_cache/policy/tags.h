/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tags.h: the tags that an application gives its responses.  Layer L0. */
#ifndef RPROXY_CACHE_TAGS_H
#define RPROXY_CACHE_TAGS_H

#include "http1/h1_slice.h"

/* Next tag of Surrogate-Key, xkey (spaces), Cache-Tag, RProxy-Tag (commas or
 * spaces): both separate, everywhere.  @return 1 and *tag, or 0 */
int tags_next(slice_t *rest, slice_t *tag);

#endif
