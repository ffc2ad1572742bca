/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* strings.c: see strings.h.  Layer L1. */
#include "strings.h"

#include <apr_strings.h>

#include "known.h"

enum {
    BUCKETS = 512, /* a power of two */
    COUNT_MAX = 60000,
    COUNT_FIRST = 128,
    RESULTS_FIRST = 32,
    SCRATCH_LEAST = 2048,
    NOT_MADE = 0 /* in made: a string's number + 1 */
};

/* What few strings have. */
typedef struct {
    uint64_t *answers; /* NULL: none yet */
    uint16_t *made;    /* [chains]: what they make of it; NULL: nothing yet */
} results_t;

/* No more than a line of the caches. */
typedef struct {
    const char *p;
    uint32_t len, hash;
    uint16_t next;     /* 1 + that of the same bucket; 0: none */
    uint16_t cased_of; /* 1 + the string that it is in another case */
    uint16_t results;  /* 1 + place in results; 0: none */
    uint8_t has_bytes;
    byte_set_t bytes;
    const uint64_t *marks; /* NULL: not searched yet */
} string_t;

struct strings_t {
    const strings_plan_t *plan;
    apr_pool_t *pool;
    string_t *all; /* [room], of which count are there */
    int count, room;
    apr_array_header_t *results; /* of results_t */
    size_t bytes_left;
    char *scratch; /* [scratch_room] */
    size_t scratch_room;
    uint16_t bucket[BUCKETS]; /* 1 + a string; 0: none */
};

static string_t *string_at(const strings_t *strings, int number)
{
    return &strings->all[number];
}

/* Each in a line of its own. */
static string_t *room_for(const strings_t *strings, int count)
{
    char *room =
        apr_palloc(strings->pool, ((size_t)count + 1) * sizeof(string_t));

    return (string_t *)(room + (-(uintptr_t)room & (sizeof(string_t) - 1)));
}

strings_t *strings_make(const strings_plan_t *plan, size_t bytes_max,
                        apr_pool_t *pool)
{
    strings_t *strings = apr_palloc(pool, sizeof(*strings));

    strings->plan = plan;
    strings->pool = pool;
    strings->all = room_for(strings, COUNT_FIRST);
    strings->count = 0;
    strings->room = COUNT_FIRST;
    strings->results = apr_array_make(pool, RESULTS_FIRST, sizeof(results_t));
    strings->bytes_left = bytes_max < UINT32_MAX ? bytes_max : UINT32_MAX;
    strings->scratch_room = 0;
    memset(strings->bucket, 0, sizeof(strings->bucket));
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

static slice_t text_held(const string_t *string)
{
    return slice_make(string->p, string->len);
}

/* @return 1 + its number; 0: it is not there */
static int find(const strings_t *strings, slice_t text, uint32_t hash)
{
    int next = strings->bucket[hash & (BUCKETS - 1)];

    while (next) {
        const string_t *string = string_at(strings, next - 1);

        if (string->hash == hash && slice_eq(text_held(string), text)) {
            break;
        }
        next = string->next;
    }
    return next;
}

/* Room for one more, which is not zero. */
static string_t *one_more(strings_t *strings)
{
    if (strings->count == strings->room) {
        string_t *more = room_for(strings, 2 * strings->room);

        memcpy(more, strings->all, (size_t)strings->room * sizeof(*more));
        strings->all = more;
        strings->room *= 2;
    }
    return &strings->all[strings->count++];
}

int strings_add(strings_t *strings, slice_t text)
{
    uint32_t hash = hash_of(text);
    int found = find(strings, text, hash);
    uint16_t *bucket;
    string_t *string;

    if (found) {
        return found - 1;
    }
    if (strings->count == COUNT_MAX || text.len > strings->bytes_left) {
        return STRINGS_FULL;
    }
    strings->bytes_left -= text.len;
    string = one_more(strings);
    memset(string, 0, sizeof(*string));
    bucket = &strings->bucket[hash & (BUCKETS - 1)];
    string->p = text.p;
    string->len = (uint32_t)text.len;
    string->hash = hash;
    string->next = *bucket;
    *bucket = (uint16_t)strings->count;
    return strings->count - 1;
}

slice_t strings_text(const strings_t *strings, int number)
{
    return text_held(string_at(strings, number));
}

static int may_be_known(const strings_t *strings, const string_t *string)
{
    return known_may(string->len) && strings->plan->number
           && strings->plan->mark_count < KNOWN_MARKS;
}

/* With its marks, where they are known, too. */
static void find_bytes(strings_t *strings, string_t *string)
{
    const known_string_t *known =
        may_be_known(strings, string)
            ? known_find(strings->plan->number, text_held(string), string->hash)
            : NULL;

    string->has_bytes = 1;
    if (!known) {
        string->bytes = byte_set_of(text_held(string));
        return;
    }
    string->bytes = known->bytes;
    if (!string->marks) {
        string->marks =
            apr_pmemdup(strings->pool, known->marks,
                        strings_marks_room(strings) * sizeof(*string->marks));
    }
}

static inline const byte_set_t *bytes_of(strings_t *strings, string_t *string)
{
    if (!string->has_bytes) {
        find_bytes(strings, string);
    }
    return &string->bytes;
}

const byte_set_t *strings_bytes(strings_t *strings, int number)
{
    return bytes_of(strings, string_at(strings, number));
}

/* Made where there are none yet; valid until the next are made. */
static results_t *results_of(strings_t *strings, int number)
{
    string_t *string = string_at(strings, number);

    if (!string->results) {
        results_t none = { .answers = NULL };

        APR_ARRAY_PUSH(strings->results, results_t) = none;
        string->results = (uint16_t)strings->results->nelts;
    }
    return &APR_ARRAY_IDX(strings->results, string->results - 1, results_t);
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
                ? (uint16_t)(number + 1)
                : 0;
    }
    return result;
}

/* Kept: what the chain makes of it. */
static void keep_made(strings_t *strings, int number, int chain, int made)
{
    results_t *results = results_of(strings, number);

    if (!results->made) {
        results->made =
            apr_pcalloc(strings->pool,
                        sizeof(*results->made)
                            * (size_t)strings->plan->chains->nodes->nelts);
    }
    results->made[chain] = (uint16_t)(made + 1);
}

/* @return 1 + the string that the chain makes of it, or NOT_MADE */
static int made_of(const strings_t *strings, const string_t *string, int chain)
{
    const results_t *results;

    if (!string->results) {
        return NOT_MADE;
    }
    results = &APR_ARRAY_IDX(strings->results, string->results - 1, results_t);
    return results->made ? results->made[chain] : NOT_MADE;
}

int strings_transformed(strings_t *strings, int number, int chain)
{
    const transform_node_t *node =
        transform_chains_node(strings->plan->chains, chain);
    string_t *string = string_at(strings, number);
    int made, before, result;

    if (transform_list_keeps(node, bytes_of(strings, string),
                             transform_ends_dot(text_held(string)))) {
        return number;
    }
    made = made_of(strings, string, chain);
    if (made != NOT_MADE) {
        return made - 1;
    }
    before = strings_transformed(strings, number, node->parent);
    result = before == STRINGS_FULL ? before : run(strings, before, node);
    if (result != STRINGS_FULL) {
        keep_made(strings, number, chain, result);
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

/* Goes over the string, unless that is known. */
static void find_marks(strings_t *strings, string_t *string)
{
    size_t words = strings_marks_room(strings);
    search_t search = { strings->plan, NULL };

    bytes_of(strings, string);
    if (string->marks) {
        return;
    }
    search.marks = apr_pcalloc(strings->pool, sizeof(uint64_t) * words);
    word_search_scan(strings->plan->words, text_held(string), mark_word,
                     &search);
    string->marks = search.marks;
    if (may_be_known(strings, string)) {
        known_add(strings->plan->number, text_held(string), string->hash,
                  &string->bytes, string->marks, words);
    }
}

const uint64_t *strings_marks(strings_t *strings, int number)
{
    string_t *string = string_at(strings, number);

    if (!string->marks && string->cased_of) {
        string->marks = strings_marks(strings, string->cased_of - 1);
    }
    if (!string->marks) {
        find_marks(strings, string);
    }
    return string->marks;
}

uint64_t *strings_answers(strings_t *strings, int number)
{
    results_t *results = results_of(strings, number);

    if (!results->answers) {
        results->answers =
            apr_pcalloc(strings->pool,
                        sizeof(uint64_t)
                            * (strings->plan->question_count / 64 + 1));
    }
    return results->answers;
}

int strings_has_mark(strings_t *strings, int number, uint32_t mark)
{
    return strings_marks(strings, number)[mark >> 6] >> (mark & 63) & 1;
}
