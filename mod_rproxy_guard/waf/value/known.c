/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* known.c: see known.h.  Layer L1. */
#include "known.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    SETS = 64, /* a power of two */
    WAYS = 2,
    SEEN = 256 /* a power of two */
};

typedef struct {
    uint32_t plan; /* 0: free */
    uint32_t hash;
    uint32_t len;
    known_string_t known;
    char text[KNOWN_LONGEST];
} known_entry_t;

typedef struct {
    known_entry_t entry[SETS][WAYS]; /* the one that came last first */
    uint16_t seen[SEEN];             /* of hashes that came once */
} known_table_t;

/* ---- what a thread has ---- */

static __thread known_table_t *known_here;
static pthread_key_t known_key;
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static void known_key_make(void)
{
    pthread_key_create(&known_key, free);
}

/* @return NULL: there is no memory */
static known_table_t *known_make(void)
{
    pthread_once(&known_once, known_key_make);
    known_here = calloc(1, sizeof(*known_here));
    pthread_setspecific(known_key, known_here);
    return known_here;
}

/* ---- finding and adding ---- */

static known_entry_t *known_set_of(known_table_t *table, uint32_t hash)
{
    return table->entry[hash & (SETS - 1)];
}

const known_string_t *known_find(uint32_t plan, slice_t text, uint32_t hash)
{
    const known_entry_t *entry;
    int i;

    if (!known_here) {
        return NULL;
    }
    entry = known_set_of(known_here, hash);
    for (i = 0; i < WAYS; i++) {
        if (entry[i].hash == hash && entry[i].plan == plan
            && slice_eq(slice_make(entry[i].text, entry[i].len), text)) {
            return &entry[i].known;
        }
    }
    return NULL;
}

/* @return 0: it is the first time */
static int has_come_before(known_table_t *table, uint32_t hash)
{
    uint16_t *seen = &table->seen[hash & (SEEN - 1)];
    uint16_t rest = (uint16_t)(hash >> 16);
    int before = *seen == rest;

    *seen = rest;
    return before;
}

void known_add(uint32_t plan, slice_t text, uint32_t hash,
               const byte_set_t *bytes, const uint64_t *marks, size_t words)
{
    known_table_t *table = known_here ? known_here : known_make();
    known_entry_t *entry;

    if (!table || !has_come_before(table, hash)) {
        return;
    }
    entry = known_set_of(table, hash);
    memmove(&entry[1], &entry[0], (WAYS - 1) * sizeof(*entry));
    entry->plan = plan;
    entry->hash = hash;
    entry->len = (uint32_t)text.len;
    entry->known.bytes = *bytes;
    memcpy(entry->known.marks, marks, words * sizeof(*marks));
    memcpy(entry->text, text.p, text.len);
}
