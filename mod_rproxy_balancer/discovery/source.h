/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* source.h: one place where members of an upstream are found: a name in DNS or
 * a file.  Layer L1.  On the thread of discovery.h.
 *
 *   due -> asked -> a good answer: the roster is brought to it, due after its
 *                                  time to live
 *                -> a failure, or nothing: the members stay, due soon */
#ifndef RPROXY_BALANCER_SOURCE_H
#define RPROXY_BALANCER_SOURCE_H

#include <apr_file_info.h>

#include "../members/roster.h"
#include "dns_lookup.h"
#include "source_seen.h"

typedef struct {
    const char *origin; /* "dns:app.internal:8080", "file:/etc/members" */
    const char *path;   /* of a file; NULL: DNS */
    dns_rules_t dns;    /* of a file: limit and member */
    apr_interval_time_t min_ttl, max_ttl;
    apr_interval_time_t retry; /* after a failure */
    apr_interval_time_t every; /* looks at a file */
    int may_empty;             /* no member in the answer: none are left */
} source_rules_t;

typedef enum {
    NEWS_CHANGED,
    NEWS_FAILED,
    NEWS_GOOD,
    NEWS_ODD
} source_news_e;

typedef struct source_t source_t;

/* News for people. */
typedef void source_tell_fn(const source_t *source, source_news_e news,
                            const char *text);

/* Of a file. */
typedef struct {
    apr_ino_t inode;
    apr_dev_t device;
    apr_off_t size;
    apr_time_t changed, modified;
} source_stamp_t;

struct source_t {
    /* set by whoever starts it */
    const source_rules_t *rules;
    balance_t *balance;
    source_seen_t *seen; /* shared */
    source_tell_fn *tell;
    apr_pool_t *parent; /* of the thread */
    /* its own */
    source_view_t view;
    int64_t due;
    int64_t told_at;   /* of the failure that goes on */
    apr_pool_t *pool;  /* of the last good answer; NULL: there is none yet */
    found_list_t list; /* that answer */
    int in_roster;     /* all of it was, when there had been: */
    uint32_t changes;  /* of members */
    /* DNS */
    const apr_array_header_t *hosts; /* of that answer */
    char odd[SOURCE_ERROR_ROOM];     /* what was told of it */
    int partial;                     /* answers in a row that were */
    dns_lookup_t *lookup;            /* NULL: none is under way */
    apr_pool_t *lookup_pool;
    /* file */
    source_stamp_t seen_as, read_as; /* when looked at, when read */
};

/* As those of dns_lookup.h.  The first step asks at once. */
int source_poll(source_t *source, struct pollfd *fds);
int64_t source_due(source_t *source, int64_t now_us);
void source_step(source_t *source, const struct pollfd *fds, int count,
                 int64_t now_us);

void source_end(source_t *source);

/* ---- of the two kinds ---- */

/* An answer, or a file that was read.  The roster is brought to it, and pool,
 * in which it lives, is the source's.
 * @param fault  what is wrong with it in spite of that, or NULL */
void source_take(source_t *source, const found_list_t *list, const char *fault,
                 int64_t now_us, apr_pool_t *pool);

/* There is none, and the members stay. */
void source_failed(source_t *source, const char *why, int64_t now_us);

/* Sees to it that all are there, if somebody has changed members since or there
 * was no place for some. */
void source_restore(source_t *source, int64_t now_us);

void source_dns_step(source_t *source, const struct pollfd *fds, int count,
                     int64_t now_us);
/* @return when it wants to be looked at again */
int64_t source_file_step(source_t *source, int64_t now_us);

#endif
