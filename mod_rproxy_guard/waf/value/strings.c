/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* strings.c: see strings.h.  Layer L1. */
#include "strings.h"

enum {
    BUCKETS = 512, /* a power of two */
    COUNT_MAX = 60000,
    COUNT_FIRST = 128,
    SCRATCH_LEAST = 2048,
    NOT_MADE = 0 /* in made: a string's number + 1 */
};

typedef struct {
    slice_t text;
    uint32_t hash;
    int next; /* of the same bucket; -1: none */
    int has_bytes;
    byte_set_t bytes;
    const uint64_t *marks; /* NULL: not searched yet */
    int cased_of;          /* 1 + the string that it is in another case */
    uint64_t *answers;     /* NULL: none yet */
    uint16_t *made; /* [chains]: what they make of it; NULL: nothing yet */
} string_t;

struct strings_t {
    const strings_plan_t *plan;
    apr_pool_t *pool;
    string_t *all; /* [room], of which count are there */
    int count, room;
    size_t bytes_left;
    char *scratch; /* [scratch_room] */
    size_t scratch_room;
    int bucket[BUCKETS];
};

static string_t *string_at(const strings_t *strings, int number)
{
    return &strings->all[number];
}

strings_t *strings_make(const strings_plan_t *plan, size_t bytes_max,
                        apr_pool_t *pool)
{
    strings_t *strings = apr_palloc(pool, sizeof(*strings));

    strings->plan = plan;
    strings->pool = pool;
    strings->all = apr_palloc(pool, COUNT_FIRST * sizeof(string_t));
    strings->count = 0;
    strings->room = COUNT_FIRST;
    strings->bytes_left = bytes_max;
    strings->scratch_room = 0;
    memset(strings->bucket, -1, sizeof(strings->bucket));
    return strings;
}

apr_pool_t *strings_pool(const strings_t *strings)
{
    return strings->pool;
}

/* Eight bytes at a time; who makes strings fall into one bucket is held by
 * COUNT_MAX and bytes_max. */
static uint32_t hash_of(slice_t text)
{
    uint64_t hash = text.len, word = 0;
    size_t i;

    for (i = 0; i + sizeof(word) <= text.len; i += sizeof(word)) {
        memcpy(&word, text.p + i, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    if (i < text.len) {
        word = 0;
        memcpy(&word, text.p + i, text.len - i);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return (uint32_t)(hash >> 32);
}

static int find(const strings_t *strings, slice_t text, uint32_t hash)
{
    int number = strings->bucket[hash & (BUCKETS - 1)];

    while (number >= 0) {
        const string_t *string = string_at(strings, number);

        if (string->hash == hash && slice_eq(string->text, text)) {
            return number;
        }
        number = string->next;
    }
    return -1;
}

/* Room for one more, which is not zero. */
static string_t *one_more(strings_t *strings)
{
    size_t bytes = (size_t)strings->room * sizeof(string_t);

    if (strings->count == strings->room) {
        string_t *more = apr_palloc(strings->pool, 2 * bytes);

        memcpy(more, strings->all, bytes);
        strings->all = more;
        strings->room *= 2;
    }
    return &strings->all[strings->count++];
}

int strings_add(strings_t *strings, slice_t text)
{
    uint32_t hash = hash_of(text);
    int number = find(strings, text, hash), *bucket;
    string_t *string;

    if (number >= 0) {
        return number;
    }
    if (strings->count == COUNT_MAX || text.len > strings->bytes_left) {
        return STRINGS_FULL;
    }
    strings->bytes_left -= text.len;
    string = one_more(strings);
    memset(string, 0, sizeof(*string));
    bucket = &strings->bucket[hash & (BUCKETS - 1)];
    string->text = text;
    string->hash = hash;
    string->next = *bucket;
    *bucket = strings->count - 1;
    return *bucket;
}

slice_t strings_text(const strings_t *strings, int number)
{
    return string_at(strings, number)->text;
}

static inline const byte_set_t *bytes_of(string_t *string)
{
    if (!string->has_bytes) {
        string->bytes = byte_set_of(string->text);
        string->has_bytes = 1;
    }
    return &string->bytes;
}

const byte_set_t *strings_bytes(strings_t *strings, int number)
{
    return bytes_of(string_at(strings, number));
}

/* ---- transformations ---- */

/* Room for a result; what was not used is there for the next. */
static char *scratch_of(strings_t *strings, size_t room)
{
    if (strings->scratch_room < room) {
        strings->scratch_room = room < SCRATCH_LEAST ? SCRATCH_LEAST : room;
        strings->scratch = apr_palloc(strings->pool, strings->scratch_room);
    }
    return strings->scratch;
}

/* Is it the same but for case?  Then it has the same words. */
static int is_cased(transform_e transform, slice_t made, slice_t text)
{
    return transform == TRANSFORM_LOWERCASE || transform == TRANSFORM_UPPERCASE
           || slice_eq_nocase(made, text);
}

static int run(strings_t *strings, int number, const transform_node_t *node)
{
    slice_t text = strings_text(strings, number);
    size_t room = transform_room(node->transform, text.len), length;
    int count = strings->count, result;
    char *out;

    if (transform_node_keeps(node, strings_bytes(strings, number),
                             transform_ends_dot(text))) {
        return number;
    }
    if (room > strings->bytes_left) {
        return STRINGS_FULL;
    }
    out = scratch_of(strings, room);
    length =
        transform_run(node->transform, text, out, strings->plan->chains->map);
    result = strings_add(strings, slice_make(out, length));
    if (result == count) {
        strings->scratch += length;
        strings->scratch_room -= length;
        string_at(strings, result)->cased_of =
            is_cased(node->transform, slice_make(out, length), text)
                ? number + 1
                : 0;
    }
    return result;
}

/* Kept: what the chain makes of it. */
static uint16_t *place_of(strings_t *strings, int number, int chain)
{
    string_t *string = string_at(strings, number);

    if (!string->made) {
        string->made =
            apr_pcalloc(strings->pool,
                        sizeof(*string->made)
                            * (size_t)strings->plan->chains->nodes->nelts);
    }
    return &string->made[chain];
}

int strings_transformed(strings_t *strings, int number, int chain)
{
    const transform_node_t *node =
        transform_chains_node(strings->plan->chains, chain);
    string_t *string = string_at(strings, number);
    int before, result;

    if (transform_list_keeps(node, bytes_of(string),
                             transform_ends_dot(string->text))) {
        return number;
    }
    if (string->made && string->made[chain] != NOT_MADE) {
        return string->made[chain] - 1;
    }
    before = strings_transformed(strings, number, node->parent);
    result = before == STRINGS_FULL ? before : run(strings, before, node);
    if (result != STRINGS_FULL) {
        *place_of(strings, number, chain) = (uint16_t)(result + 1);
    }
    return result;
}

/* ---- words ---- */

typedef struct {
    const strings_plan_t *plan;
    uint64_t *marks;
} search_t;

static void mark_word(void *ctx, uint32_t word, size_t end)
{
    const search_t *search = ctx;
    uint32_t i;

    (void)end;
    for (i = search->plan->marks_from[word];
         i < search->plan->marks_from[word + 1]; i++) {
        uint32_t mark = search->plan->marks[i];

        search->marks[mark >> 6] |= UINT64_C(1) << (mark & 63);
    }
}

size_t strings_marks_room(const strings_t *strings)
{
    return strings->plan->mark_count / 64 + 1;
}

const uint64_t *strings_marks(strings_t *strings, int number)
{
    string_t *string = string_at(strings, number);

    if (!string->marks && string->cased_of) {
        string->marks = strings_marks(strings, string->cased_of - 1);
    }
    if (!string->marks) {
        search_t search = { strings->plan, NULL };

        search.marks =
            apr_pcalloc(strings->pool,
                        sizeof(uint64_t) * strings_marks_room(strings));
        word_search_scan(strings->plan->words, string->text, mark_word,
                         &search);
        string->marks = search.marks;
    }
    return string->marks;
}

uint64_t *strings_answers(strings_t *strings, int number)
{
    string_t *string = string_at(strings, number);

    if (!string->answers) {
        string->answers =
            apr_pcalloc(strings->pool,
                        sizeof(uint64_t)
                            * (strings->plan->question_count / 64 + 1));
    }
    return string->answers;
}

int strings_has_mark(strings_t *strings, int number, uint32_t mark)
{
    return strings_marks(strings, number)[mark >> 6] >> (mark & 63) & 1;
}
