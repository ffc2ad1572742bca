/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_table.h: what became of copied requests, by the path of their URL.
 * Layer L1 (no APR).
 *
 *   +----------------------+  one anonymous mapping, made once and kept over
 *   | lock, counts         |  graceful restarts
 *   +----------------------+
 *   | mirror_row_t         |  x MIRROR_ROWS: a row has one of the MIRROR_WAYS
 *   +----------------------+  places behind the hash of its key
 *
 * Where all places of a path are taken, the row goes that has shown no
 * difference, else the one that was seen least recently.  Counts are atomics;
 * rows are read and written under the lock.  Of a process killed meanwhile a
 * row may be half written: every text in it ends within its room. */
#ifndef RPROXY_MIRROR_TABLE_H
#define RPROXY_MIRROR_TABLE_H

#include <pthread.h>

#include "../http1/h1_slice.h"
#include "mirror_verdict.h"

enum {
    MIRROR_ROWS = 1024,
    MIRROR_WAYS = 8
};

/* clang-format off */
/* What was counted, for all URLs together. */
#define MIRROR_COUNTS(X)                                                      \
    X(MIRROR_COUNT_SENT,       "sent",       "copies that were sent")         \
    X(MIRROR_COUNT_ANSWERED,   "answered",   "of them with a whole response") \
    X(MIRROR_COUNT_EQUAL,      "equal",      "responses that were the same")  \
    X(MIRROR_COUNT_DIFFERENT,  "different",  "responses that were not")       \
    X(MIRROR_COUNT_BUSY,       "busy",       "not copied: too many under way")\
    X(MIRROR_COUNT_MEMORY,     "memory",     "not copied: no room for bodies")\
    X(MIRROR_COUNT_LARGE,      "large",      "not copied: body too large")    \
    X(MIRROR_COUNT_UNFINISHED, "unfinished", "not copied: body never came")   \
    X(MIRROR_COUNT_FORGOTTEN,  "forgotten",  "rows that made room for others")
/* clang-format on */

typedef enum {
#define X(id, name, help) id,
    MIRROR_COUNTS(X)
#undef X
    MIRROR_COUNT_COUNT
} mirror_count_e;

typedef struct {
    uint64_t key;                   /* 0: free */
    int64_t seen_us;                /* the last time */
    uint32_t count[MIRROR_UNKNOWN]; /* by verdict */
    /* of the last response that was not the same */
    int64_t differed_us; /* 0: there was none */
    uint8_t verdict;
    uint16_t status[2];
    char field[32];
    char id[64]; /* of the request */
    char upstream[48];
    char path[176];
} mirror_row_t;

typedef struct {
    pthread_mutex_t lock;
    uint64_t count[MIRROR_COUNT_COUNT]; /* atomic */
    mirror_row_t row[MIRROR_ROWS];
} mirror_table_t;

/* One pair of responses. */
typedef struct {
    slice_t upstream, path, id;
    mirror_verdict_e verdict; /* not MIRROR_UNKNOWN */
    int status[2];
    const char *field; /* of MIRROR_FIELD, else "" */
} mirror_result_t;

/* @return NULL: no memory */
mirror_table_t *mirror_table_map(void);

void mirror_table_count(mirror_table_t *table, mirror_count_e count);

void mirror_table_add(mirror_table_t *table, const mirror_result_t *result,
                      int64_t now_us);

/* Copies the rows in use, those that differ most first.
 * @param rows  room for MIRROR_ROWS
 * @return how many */
int mirror_table_read(mirror_table_t *table, mirror_row_t *rows);

uint32_t mirror_row_different(const mirror_row_t *row);

/* Forgets rows and counts. */
void mirror_table_clear(mirror_table_t *table);

#endif
