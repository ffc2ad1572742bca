/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_table.c: rows by hash, a few places for each.  Layer L1 (no APR). */
#include "mirror_table.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../routing/siphash.h"

static int make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    int rv = pthread_mutexattr_init(&attributes);

    rv = rv ? rv
            : pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    rv = rv ? rv
            : pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    rv = rv ? rv : pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return rv == 0;
}

mirror_table_t *mirror_table_map(void)
{
    mirror_table_t *table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return table != MAP_FAILED && make_lock(&table->lock) ? table : NULL;
}

static void lock_table(mirror_table_t *table)
{
    if (pthread_mutex_lock(&table->lock) == EOWNERDEAD) {
        pthread_mutex_consistent(&table->lock);
    }
}

void mirror_table_count(mirror_table_t *table, mirror_count_e count)
{
    __atomic_fetch_add(&table->count[count], 1, __ATOMIC_RELAXED);
}

uint32_t mirror_row_different(const mirror_row_t *row)
{
    return row->count[MIRROR_STATUS] + row->count[MIRROR_FIELD]
           + row->count[MIRROR_BODY] + row->count[MIRROR_FAILED];
}

static void copy_text(char *to, size_t room, slice_t text)
{
    size_t n = text.len < room ? text.len : room - 1;

    memset(to, 0, room);
    if (n) {
        memcpy(to, text.p, n);
    }
}

/* Whose place may be given away before the other's? */
static int is_lesser(const mirror_row_t *a, const mirror_row_t *b)
{
    int of_a = mirror_row_different(a) > 0, of_b = mirror_row_different(b) > 0;

    return of_a != of_b ? of_a < of_b : a->seen_us < b->seen_us;
}

static uint64_t key_of(const mirror_result_t *result)
{
    const siphash_key_t of_all = { 0x6d6972726f722020, 0x7061746873202020 };
    siphash_key_t key = { siphash(of_all, result->upstream), 1 };

    return siphash(key, result->path) | 1;
}

/* The row of that key: there, or made anew. */
static mirror_row_t *find_row(mirror_table_t *table, uint64_t key)
{
    mirror_row_t *first =
        &table->row[(key >> 1) % (MIRROR_ROWS / MIRROR_WAYS) * MIRROR_WAYS];
    mirror_row_t *row, *least = first;

    for (row = first; row < first + MIRROR_WAYS; row++) {
        if (row->key == key) {
            return row;
        }
        if (least->key && (!row->key || is_lesser(row, least))) {
            least = row;
        }
    }
    if (least->key) {
        mirror_table_count(table, MIRROR_COUNT_FORGOTTEN);
    }
    memset(least, 0, sizeof(*least));
    return least;
}

static void note_difference(mirror_row_t *row, const mirror_result_t *result,
                            int64_t now_us)
{
    row->differed_us = now_us;
    row->verdict = (uint8_t)result->verdict;
    row->status[0] = (uint16_t)result->status[0];
    row->status[1] = (uint16_t)result->status[1];
    copy_text(row->field, sizeof(row->field), slice_str(result->field));
    copy_text(row->id, sizeof(row->id), result->id);
}

void mirror_table_add(mirror_table_t *table, const mirror_result_t *result,
                      int64_t now_us)
{
    uint64_t key = key_of(result);
    mirror_row_t *row;

    mirror_table_count(table, result->verdict == MIRROR_EQUAL
                                  ? MIRROR_COUNT_EQUAL
                                  : MIRROR_COUNT_DIFFERENT);
    lock_table(table);
    row = find_row(table, key);
    if (!row->key) {
        copy_text(row->upstream, sizeof(row->upstream), result->upstream);
        copy_text(row->path, sizeof(row->path), result->path);
        row->key = key;
    }
    row->seen_us = now_us;
    row->count[result->verdict]++;
    if (result->verdict != MIRROR_EQUAL) {
        note_difference(row, result, now_us);
    }
    pthread_mutex_unlock(&table->lock);
}

static int by_difference(const void *a_, const void *b_)
{
    const mirror_row_t *a = a_, *b = b_;
    uint32_t of_a = mirror_row_different(a), of_b = mirror_row_different(b);

    return of_a != of_b ? (of_a < of_b) - (of_a > of_b)
                        : (a->seen_us < b->seen_us) - (a->seen_us > b->seen_us);
}

/* Whoever was killed may have left anything. */
static void make_sane(mirror_row_t *row)
{
    row->verdict = row->verdict < MIRROR_UNKNOWN ? row->verdict : 0;
    row->field[sizeof(row->field) - 1] = '\0';
    row->id[sizeof(row->id) - 1] = '\0';
    row->upstream[sizeof(row->upstream) - 1] = '\0';
    row->path[sizeof(row->path) - 1] = '\0';
}

int mirror_table_read(mirror_table_t *table, mirror_row_t *rows)
{
    int i, n = 0;

    lock_table(table);
    for (i = 0; i < MIRROR_ROWS; i++) {
        if (table->row[i].key) {
            rows[n] = table->row[i];
            make_sane(&rows[n++]);
        }
    }
    pthread_mutex_unlock(&table->lock);
    qsort(rows, (size_t)n, sizeof(*rows), by_difference);
    return n;
}

void mirror_table_clear(mirror_table_t *table)
{
    int i;

    lock_table(table);
    memset(table->row, 0, sizeof(table->row));
    for (i = 0; i < MIRROR_COUNT_COUNT; i++) {
        __atomic_store_n(&table->count[i], 0, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&table->lock);
}
