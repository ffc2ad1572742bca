/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shared_area.h: memory that all children share, by name.  Layer L2.
 *
 * Made in post_config, before the children are forked, and there from one
 * graceful restart to the next: who asks for the same name and size gets what
 * was there, another size begins anew with zeros (children of before keep the
 * old one until they end).  Whoever lays out an area sees to it that any
 * process may be killed between any two writes to it. */
#ifndef RPROXY_GUARD_SHARED_AREA_H
#define RPROXY_GUARD_SHARED_AREA_H

#include <stddef.h>

#include <httpd.h>

/* @param name  a constant of the part that owns the area
 * @param s     of post_config
 * @return aligned to a page; NULL: no memory, and the log says so */
void *shared_area(server_rec *s, const char *name, size_t size);

#endif
