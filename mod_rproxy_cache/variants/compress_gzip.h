/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress_gzip.h: gzip by zlib.  Layer L1.  RFC 1952. */
#ifndef RPROXY_CACHE_COMPRESS_GZIP_H
#define RPROXY_CACHE_COMPRESS_GZIP_H

#include "packing.h"

int compress_gzip_is_built(void);
compress_e compress_gzip_pack(packing_t *p, int level);
compress_e compress_gzip_unpack(packing_t *p);

#endif
