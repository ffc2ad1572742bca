/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress_text.h: pieces of addresses, forms and tag lists that the files of
 * wordpress.h share.  Layer L0. */
#ifndef RPROXY_CACHE_WORDPRESS_TEXT_H
#define RPROXY_CACHE_WORDPRESS_TEXT_H

#include "wordpress.h"

/* Does the text have the part (bytes)? */
int wordpress_has(slice_t text, const char *part);

/* What follows the first part in the text; p NULL: it is not there. */
slice_t wordpress_after(slice_t text, const char *part);

/* The text up to the first of these bytes. */
slice_t wordpress_until(slice_t text, const char *bytes);

int wordpress_ends(slice_t text, const char *end);

/* NULL at the end of names; "*" at the end of a name: all that begin so. */
int wordpress_is_one_of(slice_t text, const char *const *names);

/* Digits at the beginning, 0 if there are none, or too many for an id. */
uint64_t wordpress_number(slice_t text);

/* The value in "a=b&c=d", neither being decoded; p NULL: it is not there. */
slice_t wordpress_parameter(slice_t form, const char *name);

/* The first of these parameters that is a number; 0: none.  NULL at the end */
uint64_t wordpress_id(slice_t form, const char *const *names);

/* The route of the REST interface: what follows "/wp-json" in the path, else
 * the query's rest_route; p NULL: neither. */
slice_t wordpress_route(slice_t path, slice_t query);

/* Next segment of a route; "%2F" is a slash too.  @return 1, or 0 */
int wordpress_segment_next(slice_t *route, slice_t *segment);

/* "p", "page_id", "attachment_id": how a query names a post. */
extern const char *const wordpress_post_parameters[];

/* Each tag once; those without room are left out. */
void wordpress_tag_add(wordpress_tags_t *tags, const char *tag);
void wordpress_tag_add_post(wordpress_tags_t *tags, uint64_t id);

#endif
