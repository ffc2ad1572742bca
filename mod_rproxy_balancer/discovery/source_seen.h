/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* source_seen.h: what a source of members has said last, for all children to
 * see.  Layer L1.
 *
 * One process writes, any may read: a count that is odd while it writes tells
 * readers to look again.  A writer that dies amid leaves a view of which some
 * fields are newer than others until the next one writes. */
#ifndef RPROXY_BALANCER_SOURCE_SEEN_H
#define RPROXY_BALANCER_SOURCE_SEEN_H

#include <stdint.h>

enum {
    SOURCE_ERROR_ROOM = 240
};

typedef struct {
    int64_t answered_at_us; /* the last good answer; 0: none yet */
    int64_t changed_at_us;  /* the last one that changed anything; or 0 */
    int64_t failed_at_us;   /* the last failure; or 0 */
    int64_t next_at_us;     /* when it is asked again */
    uint32_t ttl_s;         /* of the last good answer; a file has none */
    uint32_t members;       /* of it */
    uint32_t asked, failures, changes;
    uint32_t is_failing;
    char error[SOURCE_ERROR_ROOM]; /* of the last failure, or "" */
} source_view_t;

typedef struct {
    uint32_t writes;
    source_view_t view;
} __attribute__((aligned(64))) source_seen_t;

void source_seen_write(source_seen_t *seen, const source_view_t *view);
void source_seen_read(const source_seen_t *seen, source_view_t *view);

#endif
