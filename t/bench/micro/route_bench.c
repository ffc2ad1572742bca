/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* route_bench.c: what routing costs: look-ups in tables of 1 to 10,000
 * prefixes, building them, 1,000 virtual hosts with a table each, and what a
 * request pays besides.  Lines beginning with # tell sizes.
 *
 * A look-up is begin, and next until the best route is there.  Paths are asked
 * in random order; a third of them is below a prefix, a third hits none but
 * "/", a third shares all but the last letters with one. */
#include "micro.h"

#include <stdlib.h>

#include "routing/path_normalize.c"
#include "routing/route_table.c"
#include "routing/route_table_build.c"
#include "routing/siphash.c"
#include "routing/split.c"

enum {
    MAX_ROUTES = 10000,
    HOSTS = 1000,
    HOST_ROUTES = 10,
    QUESTIONS = 32768, /* a power of two */
    PATH_ROOM = 96
};

/* Memory for one build after the other. */
typedef struct {
    char *start;
    size_t used, size;
} arena_t;

static char paths[MAX_ROUTES][PATH_ROOM];
static route_entry_t entries[MAX_ROUTES];
static size_t entry_count;
static char question_texts[QUESTIONS][PATH_ROOM];
static slice_t questions[QUESTIONS];
static size_t asked;
static route_table_t *tables[HOSTS];
static size_t table_count;
static arena_t keep, scratch;
static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)random_state * limit >> 32);
}

static void *arena_alloc(void *ctx, size_t size)
{
    arena_t *arena = ctx;
    void *p = arena->start + arena->used;

    size = (size + 15) & ~(size_t)15;
    if (size > arena->size - arena->used) {
        return NULL;
    }
    arena->used += size;
    return p;
}

static void arena_open(arena_t *arena, size_t size)
{
    arena->size = size;
    arena->start = malloc(size);
    if (!arena->start) {
        abort();
    }
}

/* "/", then paths of two to four segments. */
static void make_entries(size_t count)
{
    static const char *const words[] = { "api",  "shop",  "app", "static",
                                         "user", "admin", "v1",  "v2" };
    size_t i, segment, depth, len;

    for (i = 0; i < count; i++) {
        depth = i == 0 ? 0 : 1 + random_below(3);
        len = 0;
        for (segment = 0; segment < depth; segment++) {
            len += (size_t)snprintf(paths[i] + len, PATH_ROOM - len, "/%s%u",
                                    words[random_below(8)], random_below(30));
        }
        snprintf(paths[i] + len, PATH_ROOM - len, i ? "/%zu" : "/", i);
        entries[i].path = slice_str(paths[i]);
        entries[i].kind = ROUTE_PREFIX;
        entries[i].route = &entries[i];
    }
    entry_count = count;
}

static void make_questions(void)
{
    size_t i;

    for (i = 0; i < QUESTIONS; i++) {
        const char *path = paths[random_below((uint32_t)entry_count)];
        const char *before = i % 3 == 1 ? "/nothing" : "";
        const char *behind = i % 3 == 2 ? "xyz" : "/images/logo.png";

        snprintf(question_texts[i], PATH_ROOM, "%s%s%s", before, path, behind);
        questions[i] = slice_str(question_texts[i]);
    }
}

static slice_t next_question(void)
{
    return questions[asked++ % QUESTIONS];
}

static route_table_t *build(void)
{
    route_memory_t kept = { arena_alloc, &keep };
    route_memory_t temporary = { arena_alloc, &scratch };
    route_table_t *table;

    scratch.used = 0;
    if (route_table_build(entries, entry_count, kept, temporary, &table)
        != ROUTE_BUILD_OK) {
        abort();
    }
    return table;
}

static void build_tables(void)
{
    size_t i;

    keep.used = 0;
    for (i = 0; i < table_count; i++) {
        tables[i] = build();
    }
}

static void look_up(void)
{
    slice_t path = next_question();
    route_lookup_t lookup;
    route_found_t found;

    route_lookup_begin(&lookup, tables[asked % table_count], path);
    if (!route_lookup_next(&lookup, &found)) {
        abort(); /* "/" is in every table */
    }
    micro_use(found.length);
}

static void normalize(void)
{
    char out[PATH_ROOM];
    slice_t result;

    path_normalize(next_question(), 0, out, sizeof(out), &result);
    micro_use(result.len);
}

static void split(void)
{
    static const split_target_t targets[] = { { 1, 90 }, { 2, 10 } };
    siphash_key_t key = { 1, 2 };

    micro_use(split_pick(targets, 2, siphash(key, next_question())));
}

/* Builds hosts tables of count prefixes each, then asks them in turn. */
static void bench_tables(size_t hosts, size_t count)
{
    char name[80];
    size_t i, bytes = 0;

    make_entries(count);
    make_questions();
    table_count = hosts;
    snprintf(name, sizeof(name), "route tables built, %zu of %zu prefixes",
             hosts, count);
    micro_run(name, build_tables);
    snprintf(name, sizeof(name), "route look-up, %zu tables of %zu prefixes",
             hosts, count);
    micro_run(name, look_up);
    for (i = 0; i < hosts; i++) {
        bytes += route_table_bytes(tables[i]);
    }
    printf("# %zu bytes in all, %zu a prefix\n", bytes,
           bytes / (hosts * count));
}

int main(void)
{
    size_t count;

    arena_open(&keep, HOSTS * HOST_ROUTES * (size_t)PATH_ROOM * 2);
    arena_open(&scratch, MAX_ROUTES * (size_t)PATH_ROOM * 3);
    for (count = 1; count <= MAX_ROUTES; count *= 10) {
        bench_tables(1, count);
    }
    bench_tables(HOSTS, HOST_ROUTES);
    micro_run("path normalised", normalize);
    micro_run("client hashed, split in two", split);
    free(keep.start);
    free(scratch.start);
    return 0;
}
