/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hit_ring.h: what rules of the WAF have found lately, in fixed memory of all
 * children.  Layer L0.
 *
 *   next | place 0: turn, check, hit | place 1 ...
 *
 * Who has a hit takes the next number and writes to its place, over what was
 * there; nobody waits.  A process may be killed between any two writes, or come
 * back a round later: check is of number and bytes, and a hit that is not whole
 * is none. */
#ifndef RPROXY_GUARD_HIT_RING_H
#define RPROXY_GUARD_HIT_RING_H

#include "http1/h1_slice.h"

enum {
    HIT_PLACES = 1024,
    HIT_HOST = 64, /* with their NULs */
    HIT_PATH = 160,
    HIT_PART = 80,
    HIT_TEXT = 112
};

/* Word, and what it says of a hit, or of a request. */
/* clang-format off */
#define HIT_VERDICTS(X)                                                       \
    X(PASS,   "pass")   /* nothing matched; of requests alone */               \
    X(MATCH,  "match")  /* a rule matched, and it goes on */                   \
    X(DETECT, "detect") /* refused, but for DetectionOnly */                   \
    X(REFUSE, "refuse")
/* clang-format on */

typedef enum {
#define X(id, name) HIT_##id,
    HIT_VERDICTS(X)
#undef X
    HIT_VERDICT_COUNT
} hit_verdict_e;

/* "match" */
const char *hit_verdict_name(unsigned verdict);

/* Which texts are whole, and as they came. */
enum {
    HIT_PATH_IS_EXACT = 1,
    HIT_PART_IS_EXACT = 2,
    HIT_IS_COUNT = 4,  /* of values: &ARGS */
    HIT_HAS_OTHERS = 8 /* the rule matched more than what is told */
};

/* All texts are printable ASCII, other bytes are \xHH.  No byte is unset. */
typedef struct {
    int64_t time_us;
    uint64_t rule;    /* its id */
    uint64_t request; /* hashes: one number for all hits of a request */
    uint64_t client;
    int32_t score;     /* of the request when the phase was over */
    uint16_t variable; /* rule_variable_e */
    uint8_t phase, verdict;
    uint32_t flags;
    uint32_t unused;
    char host[HIT_HOST];
    char path[HIT_PATH]; /* undecoded */
    char part[HIT_PART]; /* "comment" of ARGS:comment */
    char text[HIT_TEXT]; /* what matched */
} hit_t;

typedef struct {
    uint64_t turn;  /* atomic; number + 1 of the hit; 0: being written */
    uint64_t check; /* atomic */
    uint64_t word[sizeof(hit_t) / sizeof(uint64_t)]; /* atomics */
} hit_place_t;

/* All 0 at first. */
typedef struct {
    uint64_t next; /* atomic */
    hit_place_t place[HIT_PLACES];
} hit_ring_t;

/* Any thread. */
void hit_ring_put(hit_ring_t *ring, const hit_t *hit);

/* How many hits there were ever: numbers are below. */
uint64_t hit_ring_count(const hit_ring_t *ring);

/* @return 0: it is gone, or not whole */
int hit_ring_read(const hit_ring_t *ring, uint64_t number, hit_t *hit);

/* Copies those that are there, the newest first.
 * @param hits  [most]
 * @return how many */
int hit_ring_read_all(const hit_ring_t *ring, hit_t *hits, int most);

/* A text as hits have it.
 * @param out  [room]
 * @return 1: all of it, as it came */
int hit_text(char *out, size_t room, slice_t text);

#endif
