/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_htaccess.h: .htaccess files on the way of what is served before all
 * phases.  Layer L2.
 *
 * Each is read once (htaccess_scan.h) and watched from then on, by whatever
 * child comes first, every second: when one changes, appears or goes, all
 * objects lose the quick way until they are stored again.  The list is shared
 * memory; when it is full nothing more gets the quick way. */
#ifndef RPROXY_CACHE_HTACCESS_H
#define RPROXY_CACHE_HTACCESS_H

#include <httpd.h>

/* In the parent; kept over graceful restarts, as long as the server runs. */
apr_status_t cache_htaccess_create(void **kept);
void cache_htaccess_use(void *kept);

/* The files of this directory, there or not.  @return NULL: none of them looks
 * at the client, and they are watched; or why not (from r->pool) */
const char *cache_htaccess_checked(request_rec *r, const char *dir);

/* Every second or so. */
void cache_htaccess_look(apr_time_t now);

uint32_t cache_htaccess_generation(void);

#endif
