/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* litespeed.h: the response fields by which the LiteSpeed Cache plugins rule
 * their cache.  Layer L0.  They are taken out of every response.
 *
 * The plugins send them once they believe in a cache: the server variables
 * X-LSCACHE=on and LSWS_EDITION=Openlitespeed (which also says: no ESI), or,
 * through a proxy, the request field X-LSCACHE: on. */
#ifndef RPROXY_CACHE_LITESPEED_H
#define RPROXY_CACHE_LITESPEED_H

#include "surrogate.h"

typedef enum {
    LITESPEED_NONE, /* not one of them */
    LITESPEED_CONTROL,
    LITESPEED_TAGS,
    LITESPEED_PURGE, /* X-LiteSpeed-Purge and -Purge2, both may be there */
    LITESPEED_VARY,
    LITESPEED_INFO /* X-LiteSpeed-Cache, -Debug-...: only taken out */
} litespeed_e;

litespeed_e litespeed_kind(slice_t name);

/* The cookie that its pages differ by without saying so, unless no_vary: it
 * belongs into the key. */
#define LITESPEED_VARY_COOKIE "_lscache_vary"

typedef struct {
    surrogate_control_t surrogate; /* no_store and ttl_s 0 also where it says
                                      no-cache or private: not for us */
    unsigned is_public : 1, is_private : 1, no_vary : 1;
} litespeed_control_t;

/* X-LiteSpeed-Cache-Control: public,max-age=604800 and the like; it stands
 * before Cache-Control.  The whole field, lines joined by ", ". */
void litespeed_control_read(litespeed_control_t *out, slice_t value);

/* Next tag of X-LiteSpeed-Tag: commas separate, "public:" is taken off.
 * @return 1 and *tag, or 0 */
int litespeed_tag_next(slice_t *rest, slice_t *tag);

/* X-LiteSpeed-Purge: public,stale,tag=A,B_Po.5,/url?query;private,*
 * "public" and "tag=" may be left out; "stale" marks the rest of its part
 * soft; a part behind "private" is passed over, no private page being stored;
 * "*" is everything of this host.  One line at a time: each begins anew. */
typedef struct {
    slice_t rest; /* the field's value at first */
    unsigned is_private : 1, is_stale : 1;
} litespeed_purge_t;

/* @return 1 and *command, or 0 at the end */
int litespeed_purge_next(litespeed_purge_t *purge, purge_command_t *command);

/* X-LiteSpeed-Vary: cookie=NAME,cookie=NAME2,value=WORD
 * "value" stands for something that rewrite rules of that server work out
 * before the lookup: we cannot, such a response is not to be stored. */
typedef enum {
    LITESPEED_VARY_BY_COOKIE,
    LITESPEED_VARY_BY_VALUE,
    LITESPEED_VARY_UNKNOWN /* neither: not to be stored */
} litespeed_vary_e;

/* @return 1 and *kind, *name (cookie's name, or the word), or 0 */
int litespeed_vary_next(slice_t *rest, litespeed_vary_e *kind, slice_t *name);

#endif
