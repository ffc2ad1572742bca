/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_pool.h: pools of inspections that may outlive their requests.  Layer L1.
 *
 * A pool that no other thread may touch has its memory from the system and
 * gives it back: some ten system calls and page faults for each request.  The
 * last ones are kept for the next requests instead. */
#ifndef RPROXY_GUARD_WAF_POOL_H
#define RPROXY_GUARD_WAF_POOL_H

#include <apr_pools.h>

/* A pool without a parent, of whoever took it, and of one thread at a time.
 * Any thread.  @return NULL: no memory */
apr_pool_t *waf_pool_take(void);

/* What is in it is gone: cleanups run now.  Any thread. */
void waf_pool_give(apr_pool_t *pool);

#endif
