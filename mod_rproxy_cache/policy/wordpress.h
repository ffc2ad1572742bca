/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress.h: WordPress without a plugin: which tags a page gets when it is
 * stored, and which a save that passes through purges.  Layer L0.
 *
 *   wp-post-123  the page of that post, page, product or attachment
 *   wp-home      the front page
 *   wp-feed      feeds
 *   wp-archive   whatever lists posts, or may: all else but files
 *
 * Tags are meant for one host: the caller keeps those of two hosts apart. */
#ifndef RPROXY_CACHE_WORDPRESS_H
#define RPROXY_CACHE_WORDPRESS_H

#include "http1/h1_slice.h"

#define WORDPRESS_MAX_TAGS 8
#define WORDPRESS_TAG_ROOM 32

typedef struct {
    int count;
    char tag[WORDPRESS_MAX_TAGS][WORDPRESS_TAG_ROOM]; /* NUL-terminated */
} wordpress_tags_t;

typedef struct {
    slice_t path, query;  /* as the client asked; query.p may be NULL */
    slice_t content_type; /* of the response; p NULL: none */
    slice_t link;         /* Link fields joined by ", "; p NULL: none */
} wordpress_page_t;

/* The tags of a page to be stored; none for files. */
void wordpress_page_tags(wordpress_tags_t *tags, const wordpress_page_t *page);

typedef enum {
    WORDPRESS_NOTHING,
    WORDPRESS_TAGS, /* the tags are to be purged */
    WORDPRESS_ALL   /* everything of this host is */
} wordpress_purge_e;

typedef struct {
    slice_t method;
    slice_t override; /* X-HTTP-Method-Override; p NULL: none */
    slice_t path, query;
    slice_t content_type; /* of the request's body */
    slice_t body;         /* its first bytes, as many as are known; p NULL */
    int status;           /* of the response */
    slice_t location;     /* of the response; p NULL: none */
} wordpress_request_t;

/* Bytes of the request's body that tell enough. */
#define WORDPRESS_BODY_BYTES 4096

/* Worth keeping the first bytes of this request's body for wordpress_save? */
int wordpress_wants_body(const wordpress_request_t *request);

typedef struct {
    wordpress_purge_e what;
    int unsure; /* no login was shown (xmlrpc.php answers 200 to anybody):
                   pages are to be marked stale, not dropped */
    wordpress_tags_t tags;
} wordpress_purge_t;

/* What a request that was answered so has changed.  Refused ones, and those
 * sent to the login, have changed nothing. */
void wordpress_save(wordpress_purge_t *purge,
                    const wordpress_request_t *request);

#endif
