/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress_brotli.h: brotli.  Layer L1.  RFC 7932. */
#ifndef RPROXY_CACHE_COMPRESS_BROTLI_H
#define RPROXY_CACHE_COMPRESS_BROTLI_H

#include "packing.h"

int compress_brotli_is_built(void);
compress_e compress_brotli_pack(packing_t *p, int quality);
compress_e compress_brotli_unpack(packing_t *p);

#endif
