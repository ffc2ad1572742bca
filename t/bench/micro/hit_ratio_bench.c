/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hit_ratio_bench.c: which part of the requests the store answers, beside LRU
 * and the best that is possible (Belady: what is needed last leaves first), all
 * three with room for the same number of objects of one size.
 *
 * Traces, made from a fixed seed: objects asked for by Zipf's law with the
 * exponent given; "scan": the same, and after each 20,000 requests 10,000 for
 * objects that nobody asks for again; "loop": the same, and 20,000 others in
 * turn, over and over.  The store runs as it is, with its index, ghost and
 * memory; its room is what it held at the end.
 *
 * Prints trace, room in objects, and in percent the hits of store, LRU and
 * Belady. */
#include <stdio.h>
#include <stdlib.h>

#include <apr_general.h>

#include "routing/siphash.c"
#include "store/arena.c"
#include "store/build.c"
#include "store/check.c"
#include "store/check_arena.c"
#include "store/child.c"
#include "store/eviction.c"
#include "store/file.c"
#include "store/fill.c"
#include "store/index.c"
#include "store/object.c"
#include "store/pending.c"
#include "store/pin.c"
#include "store/plan.c"
#include "store/purge.c"
#include "store/put.c"
#include "store/shard.c"
#include "store/shard_empty.c"
#include "store/stats.c"
#include "store/store.c"
#include "store/ticket.c"
#include "store/tidy.c"

enum {
    REQUESTS = 1000000,
    ZIPF_OBJECTS = 100000,
    SCAN_EVERY = 20000,
    SCAN_LENGTH = 10000,
    LOOP_OBJECTS = 20000,
    BODY_SIZE = 1400,
    NEVER = REQUESTS
};

typedef enum {
    TRACE_ZIPF,
    TRACE_SCAN,
    TRACE_LOOP
} trace_e;

static uint32_t trace[REQUESTS], next_use[REQUESTS];
static uint32_t names; /* in the trace: below this */
static double zipf_sums[ZIPF_OBJECTS];
static uint64_t random_state;

/* ---- traces ---- */

static double random_unit(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) / (double)(1ull << 53);
}

/* Without libm: x^-a by halving the exponent's bits. */
static double power(double x, double a)
{
    double result = 1, root = x;
    int i;

    for (i = 0; i < (int)a; i++) {
        result *= x;
    }
    a -= (int)a;
    for (i = 0; i < 30; i++) {
        double guess = root > 1 ? root / 2 + 0.5 : root;
        int j;

        for (j = 0; j < 40; j++) {
            guess = (guess + root / guess) / 2;
        }
        root = guess;
        a *= 2;
        if (a >= 1) {
            result *= root;
            a -= 1;
        }
    }
    return 1 / result;
}

static void zipf_prepare(double exponent)
{
    double sum = 0;
    int i;

    for (i = 0; i < ZIPF_OBJECTS; i++) {
        sum += power(i + 1, exponent);
        zipf_sums[i] = sum;
    }
}

static uint32_t zipf_next(void)
{
    double x = random_unit() * zipf_sums[ZIPF_OBJECTS - 1];
    uint32_t low = 0, high = ZIPF_OBJECTS - 1;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (zipf_sums[middle] < x) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

static void trace_make(trace_e kind)
{
    uint32_t i, looped = 0;

    random_state = 1;
    names = ZIPF_OBJECTS;
    for (i = 0; i < REQUESTS; i++) {
        if (kind == TRACE_SCAN
            && i % (SCAN_EVERY + SCAN_LENGTH) >= SCAN_EVERY) {
            trace[i] = names++;
        }
        else if (kind == TRACE_LOOP && i % 3 == 2) {
            trace[i] = ZIPF_OBJECTS + looped++ % LOOP_OBJECTS;
        }
        else {
            trace[i] = zipf_next();
        }
    }
    if (kind == TRACE_LOOP) {
        names += LOOP_OBJECTS;
    }
}

/* ---- the store ---- */

static double run_store(uint64_t size, uint32_t *room)
{
    static char body[BODY_SIZE];
    store_config_t config = { .size = size, .children = 2 };
    store_meta_t meta = { .status = 200, .lifetime = 1000 };
    slice_t none = { NULL, 0 };
    uint32_t i, hits = 0;
    store_stats_t stats;
    const char *note;
    apr_pool_t *pool;
    store_t *store;

    apr_pool_create(&pool, NULL);
    if (store_create(&store, &config, &note, pool) != APR_SUCCESS
        || store_child_claim(store, pool) != APR_SUCCESS) {
        abort();
    }
    store->segment->secret = (siphash_key_t){ 1, 2 };
    for (i = 0; i < REQUESTS; i++) {
        char text[16];
        store_key_t key = { .text = { text, 0 } };
        store_pin_t pin;

        key.text.len = (size_t)snprintf(text, sizeof(text), "/%08u", trace[i]);
        store_key_hash(store, &key);
        if (store_find(store, &key, &pin) == APR_SUCCESS) {
            hits++;
            store_unpin(store, &pin);
        }
        else {
            store_put(store, &key, 1, STORE_RESPONSE, &meta, none, none, NULL,
                      0, slice_make(body, sizeof(body)), 1);
        }
    }
    store_stats(store, &stats);
    *room = (uint32_t)stats.objects;
    apr_pool_destroy(pool);
    return (double)hits / REQUESTS;
}

/* ---- LRU ---- */

typedef struct {
    uint32_t newer, older; /* a ring, 0 its head; names are one more */
} lru_link_t;

static void lru_insert(lru_link_t *links, uint32_t i)
{
    links[i] = (lru_link_t){ 0, links[0].older };
    links[links[0].older].newer = i;
    links[0].older = i;
}

static void lru_remove(lru_link_t *links, uint32_t i)
{
    links[links[i].newer].older = links[i].older;
    links[links[i].older].newer = links[i].newer;
    links[i] = (lru_link_t){ i, i };
}

static double run_lru(uint32_t room)
{
    lru_link_t *links = calloc(names + 1, sizeof(*links));
    uint32_t i, used = 0, hits = 0;

    for (i = 0; i <= names; i++) {
        links[i] = (lru_link_t){ i, i };
    }
    for (i = 0; i < REQUESTS; i++) {
        uint32_t name = trace[i] + 1;

        if (links[name].newer != name || links[name].older != name) {
            hits++;
            lru_remove(links, name);
        }
        else if (used < room) {
            used++;
        }
        else {
            lru_remove(links, links[0].newer);
        }
        lru_insert(links, name);
    }
    free(links);
    return (double)hits / REQUESTS;
}

/* ---- Belady ---- */

/* A binary heap of what is held, the one needed last on top. */
typedef struct {
    uint32_t *heap, *place, *need; /* names; where in the heap + 1; by name */
    uint32_t count;
} belady_t;

static void belady_set(belady_t *b, uint32_t i, uint32_t name)
{
    b->heap[i] = name;
    b->place[name] = i + 1;
}

static void belady_up(belady_t *b, uint32_t i)
{
    uint32_t name = b->heap[i];

    while (i > 0 && b->need[b->heap[(i - 1) / 2]] < b->need[name]) {
        belady_set(b, i, b->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    belady_set(b, i, name);
}

static void belady_down(belady_t *b, uint32_t i)
{
    uint32_t name = b->heap[i];

    for (;;) {
        uint32_t child = 2 * i + 1;

        if (child + 1 < b->count
            && b->need[b->heap[child + 1]] > b->need[b->heap[child]]) {
            child++;
        }
        if (child >= b->count || b->need[b->heap[child]] <= b->need[name]) {
            break;
        }
        belady_set(b, i, b->heap[child]);
        i = child;
    }
    belady_set(b, i, name);
}

static void find_next_uses(void)
{
    uint32_t *last = malloc(names * sizeof(*last)), i;

    for (i = 0; i < names; i++) {
        last[i] = NEVER;
    }
    for (i = REQUESTS; i-- > 0;) {
        next_use[i] = last[trace[i]];
        last[trace[i]] = i;
    }
    free(last);
}

/* What is needed later than all that is held is not taken in. */
static double run_belady(uint32_t room)
{
    belady_t b = { malloc(room * sizeof(uint32_t)),
                   calloc(names, sizeof(uint32_t)),
                   calloc(names, sizeof(uint32_t)), 0 };
    uint32_t i, hits = 0;

    find_next_uses();
    for (i = 0; i < REQUESTS; i++) {
        uint32_t name = trace[i];

        b.need[name] = next_use[i];
        if (b.place[name]) {
            hits++;
            belady_up(&b, b.place[name] - 1);
        }
        else if (b.count < room) {
            b.heap[b.count++] = name;
            belady_up(&b, b.count - 1);
        }
        else if (b.need[b.heap[0]] > next_use[i]) {
            b.place[b.heap[0]] = 0;
            b.heap[0] = name;
            belady_down(&b, 0);
        }
    }
    free(b.heap);
    free(b.place);
    free(b.need);
    return (double)hits / REQUESTS;
}

/* ---- the table ---- */

int main(void)
{
    static const struct {
        const char *name;
        trace_e kind;
        double exponent;
    } rows[] = {
        { "zipf 0.8", TRACE_ZIPF, 0.8 },
        { "zipf 1.0", TRACE_ZIPF, 1.0 },
        { "zipf 0.8 scan", TRACE_SCAN, 0.8 },
        { "zipf 1.0 scan", TRACE_SCAN, 1.0 },
        { "zipf 1.0 loop", TRACE_LOOP, 1.0 },
    };
    static const uint64_t sizes[] = { 2 << 20, 8 << 20, 32 << 20 };
    size_t i, j;

    apr_initialize();
    printf("# trace\troom\tstore\tLRU\tBelady\n");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        zipf_prepare(rows[i].exponent);
        trace_make(rows[i].kind);
        for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
            uint32_t room;
            double hits = run_store(sizes[j], &room);

            printf("%s\t%u\t%.1f\t%.1f\t%.1f\n", rows[i].name, room, 100 * hits,
                   100 * run_lru(room), 100 * run_belady(room));
            fflush(stdout);
        }
    }
    return 0;
}
