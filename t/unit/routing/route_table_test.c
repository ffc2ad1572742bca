/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* route_table_test.c: which routes a path finds, in which order; then the same
 * question to a naive matcher, over random tables. */
#include "unit.h"
#include "guard_page.h"

#include "routing/route_table.c"
#include "routing/route_table_build.c"

#define MAX_ENTRIES 64

/* ---- memory that is counted, freed at the end, and may run out ---- */

typedef struct {
    void *blocks[256];
    size_t count;
    size_t bytes;
    size_t fail_at; /* the so manieth allocation fails, from 1; 0: none */
} arena_t;

static void *arena_alloc(void *ctx, size_t size)
{
    arena_t *arena = ctx;

    assert_true(arena->count < UNIT_COUNT(arena->blocks));
    if (arena->count + 1 == arena->fail_at) {
        return NULL;
    }
    arena->bytes += size;
    return arena->blocks[arena->count++] = malloc(size);
}

static route_memory_t arena_memory(arena_t *arena)
{
    route_memory_t memory = { arena_alloc, arena };

    return memory;
}

static void arena_free(arena_t *arena)
{
    while (arena->count) {
        free(arena->blocks[--arena->count]);
    }
}

/* ---- tables written as text: "/app =/app /b?", "=" exact, "?" conditional */

typedef struct {
    route_entry_t entries[MAX_ENTRIES];
    size_t count;
} list_t;

static void list_add(list_t *list, slice_t word)
{
    route_entry_t *entry = &list->entries[list->count];

    assert_true(list->count < MAX_ENTRIES);
    entry->kind = ROUTE_PREFIX;
    if (word.p[0] == '=') {
        entry->kind = ROUTE_EXACT;
        word = slice_make(word.p + 1, word.len - 1);
    }
    if (word.len && word.p[word.len - 1] == '?') {
        entry->conditional = 1;
        word.len--;
    }
    entry->path = word;
    entry->route = &list->entries[list->count++];
}

static void list_parse(list_t *list, const char *text)
{
    memset(list, 0, sizeof(*list));
    while (*text) {
        size_t len = strcspn(text, " ");

        list_add(list, slice_make(text, len));
        text += len + strspn(text + len, " ");
    }
}

/* The indices of all that match, best first. */
static void describe(unit_text_t *out, const list_t *list,
                     const route_table_t *table, slice_t path)
{
    route_lookup_t lookup;
    route_found_t found;

    memset(out, 0, sizeof(*out));
    route_lookup_begin(&lookup, table, path);
    while (route_lookup_next(&lookup, &found)) {
        const route_entry_t *entry = found.route;

        assert_int_equal(found.kind, entry->kind);
        assert_int_equal(found.length, entry->path.len);
        unit_text_add(out, "%s%d", out->len ? " " : "",
                      (int)(entry - list->entries));
    }
    assert_int_equal(route_lookup_next(&lookup, &found), 0);
}

typedef struct {
    const char *name;
    const char *table;
    const char *path;
    const char *expect; /* indices of the entries, best first */
} lookup_case_t;

static const lookup_case_t lookup_cases[] = {
    { "no routes", "", "/app", "" },
    { "root matches root", "/", "/", "0" },
    { "root matches everything", "/", "/a/b", "0" },
    { "prefix matches itself", "/app", "/app", "0" },
    { "prefix matches with a slash", "/app", "/app/", "0" },
    { "prefix matches below", "/app", "/app/x/y", "0" },
    { "prefix ends at a segment", "/app", "/apple", "" },
    { "prefix is longer than the path", "/app", "/ap", "" },
    { "prefix differs", "/app", "/abc/d", "" },
    { "prefix with slash: not without", "/app/", "/app", "" },
    { "prefix with slash: itself", "/app/", "/app/", "0" },
    { "prefix with slash: below", "/app/", "/app/x", "0" },
    { "prefix with slash: two slashes", "/app/", "/app//", "0" },
    { "exact matches itself", "=/app", "/app", "0" },
    { "exact does not match below", "=/app", "/app/", "" },
    { "exact does not match beside", "=/app", "/appl", "" },
    { "exact root", "=/", "/", "0" },
    { "exact root is no prefix", "=/", "/x", "" },
    { "the longest prefix wins", "/ /a /a/b", "/a/b/c", "2 1 0" },
    { "order of lengths does not matter", "/a/b / /a", "/a/b/c", "0 2 1" },
    { "exact beats a prefix of its length", "/a =/a", "/a", "1 0" },
    { "exact first, also when given last", "/a / /a =/a", "/a", "3 0 2 1" },
    { "a longer prefix beats a shorter exact", "=/a /a/ /", "/a/", "1 2" },
    { "equals stay in the order given", "/a /a /a", "/a/x", "0 1 2" },
    { "equal exacts stay in order", "=/a /b =/a", "/a", "0 2" },
    { "with and without slash are two paths", "/a /a/", "/a/x", "1 0" },
    { "a sibling in between is skipped", "/ /ap /app", "/apple", "0" },
    { "beginning of a longer byte prefix", "/a /apple /apple/x", "/a/x", "0" },
    { "way up skips what is no segment", "/ /ap /apple", "/apple/x", "2 0" },
    { "way up skips an exact", "/ =/a /a/b", "/a/b", "2 0" },
    { "way up through a branch", "/ /a/b/c /a/b/d", "/a/b/c/x", "1 0" },
    { "a branching without a route", "/a/b /a/c", "/a/d", "" },
    { "two slashes are not one", "/a/b", "/a//b", "" },
    { "case counts", "/App", "/app", "" },
    { "bytes above 0x7f", "/\xc3\xa9 /\xff", "/\xc3\xa9/x", "0" },
    { "path without slash", "/", "a", "" },
    { "empty path", "/", "", "" },
    { "many children", "/a /b /c /d /e /f /g /h", "/f/x", "5" },
};

static void check_lookup(void **state)
{
    const lookup_case_t *row = *state;
    arena_t keep = { 0 }, scratch = { 0 };
    route_table_t *table;
    guard_page_t guard;
    unit_text_t got;
    list_t list;
    size_t len = strlen(row->path);

    list_parse(&list, row->table);
    assert_int_equal(route_table_build(list.entries, list.count,
                                       arena_memory(&keep),
                                       arena_memory(&scratch), &table),
                     ROUTE_BUILD_OK);
    arena_free(&scratch);
    guard_page_open(&guard, len);
    describe(&got, &list, table,
             slice_make(guard_page_put(&guard, row->path, len), len));
    guard_page_close(&guard);
    assert_string_equal(got.text, row->expect);
    arena_free(&keep);
}

/* ---- building ---- */

static void check_empty(void **state)
{
    route_table_t *table = (route_table_t *)&table;
    route_memory_t none = { NULL, NULL };

    (void)state;
    assert_int_equal(route_table_build(NULL, 0, none, none, &table),
                     ROUTE_BUILD_OK);
    assert_null(table);
    assert_int_equal(route_table_bytes(table), 0);
}

static void check_bad_paths(void **state)
{
    static char large[ROUTE_PATH_MAX + 2];
    const slice_t bad[] = {
        { "", 0 },
        { "app", 3 },
        { large, ROUTE_PATH_MAX + 1 },
    };
    arena_t arena = { 0 };
    size_t i;

    (void)state;
    memset(large, 'a', sizeof(large));
    large[0] = '/';
    for (i = 0; i < UNIT_COUNT(bad); i++) {
        route_entry_t entry = { bad[i], ROUTE_PREFIX, 0, NULL };
        route_table_t *table = NULL;

        assert_int_equal(route_table_build(&entry, 1, arena_memory(&arena),
                                           arena_memory(&arena), &table),
                         ROUTE_BUILD_BAD_PATH);
        assert_null(table);
    }
    assert_int_equal(arena.count, 0);
}

static void check_longest_path(void **state)
{
    static char text[ROUTE_PATH_MAX];
    route_entry_t entry = { { text, sizeof(text) }, ROUTE_PREFIX, 0, text };
    arena_t arena = { 0 };
    route_table_t *table;
    route_lookup_t lookup;
    route_found_t found;

    (void)state;
    memset(text, 'a', sizeof(text));
    text[0] = '/';
    assert_int_equal(route_table_build(&entry, 1, arena_memory(&arena),
                                       arena_memory(&arena), &table),
                     ROUTE_BUILD_OK);
    route_lookup_begin(&lookup, table, entry.path);
    assert_int_equal(route_lookup_next(&lookup, &found), 1);
    assert_int_equal(found.length, sizeof(text));
    route_lookup_begin(&lookup, table, slice_make(text, sizeof(text) - 1));
    assert_int_equal(route_lookup_next(&lookup, &found), 0);
    arena_free(&arena);
}

/* Each allocation fails once; the table is then not touched. */
static void check_no_memory(void **state)
{
    list_t list;
    size_t fail_at;
    int failures = 0;

    (void)state;
    list_parse(&list, "/ /a /a/b =/a");
    for (fail_at = 1; fail_at < 10; fail_at++) {
        arena_t arena = { .fail_at = fail_at };
        route_table_t *table = NULL;
        route_build_e status =
            route_table_build(list.entries, list.count, arena_memory(&arena),
                              arena_memory(&arena), &table);

        arena_free(&arena);
        if (status == ROUTE_BUILD_OK) {
            break;
        }
        assert_int_equal(status, ROUTE_BUILD_NO_MEMORY);
        assert_null(table);
        failures++;
    }
    assert_int_equal(failures, 4);
}

static void check_memory_bound(void **state)
{
    arena_t keep = { 0 }, scratch = { 0 };
    route_table_t *table;
    list_t list;

    (void)state;
    list_parse(&list, "/shared/ab /shared/ac /shared/b");
    assert_int_equal(route_table_build(list.entries, list.count,
                                       arena_memory(&keep),
                                       arena_memory(&scratch), &table),
                     ROUTE_BUILD_OK);
    assert_int_equal(keep.count, 1);
    assert_int_equal(keep.bytes, route_table_bytes(table));
    assert_true(keep.bytes <= 64 + 58 * 3 + strlen("/shared/abcb"));
    assert_true(scratch.bytes <= 100 * 3 + 100 + 3 * strlen("/shared/ab"));
    arena_free(&keep);
    arena_free(&scratch);
}

/* ---- entries that are never reached ---- */

typedef struct {
    const char *name;
    const char *table;
    const char *expect; /* "hidden by other" pairs, in the order given */
} hidden_case_t;

static const hidden_case_t hidden_cases[] = {
    { "hidden: nothing in an empty table", "", "" },
    { "hidden: different paths", "/ /a =/a /a/", "" },
    { "hidden: same path twice", "/a /b /a", "2<0" },
    { "hidden: behind a conditional one it is not", "/a? /a", "" },
    { "hidden: a conditional one behind", "/a /a?", "1<0" },
    { "hidden: by the first without condition", "/a? /a /a /a?", "2<1 3<1" },
    { "hidden: exact and prefix do not hide each other", "/a =/a", "" },
    { "hidden: exacts", "=/a /a =/a", "2<0" },
    { "hidden: in two places", "/b /a /b /a", "2<0 3<1" },
};

static void check_hidden(void **state)
{
    const hidden_case_t *row = *state;
    uint32_t hidden_by[MAX_ENTRIES];
    arena_t arena = { 0 };
    unit_text_t got = { .len = 0 };
    list_t list;
    size_t i;

    list_parse(&list, row->table);
    assert_int_equal(route_table_hidden(list.entries, list.count,
                                        arena_memory(&arena), hidden_by),
                     ROUTE_BUILD_OK);
    for (i = 0; i < list.count; i++) {
        if (hidden_by[i] != ROUTE_NOT_HIDDEN) {
            unit_text_add(&got, "%s%d<%d", got.len ? " " : "", (int)i,
                          (int)hidden_by[i]);
        }
    }
    assert_string_equal(got.text, row->expect);
    arena_free(&arena);
}

/* ---- against a naive matcher ---- */

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* Few letters, so that paths often share their beginnings. */
static slice_t random_path(char *buf, size_t room)
{
    static const char alphabet[] = "//aab";
    size_t i, len = 1 + random_below((uint32_t)room - 1);

    buf[0] = '/';
    for (i = 1; i < len; i++) {
        buf[i] = alphabet[random_below(sizeof(alphabet) - 1)];
    }
    return slice_make(buf, len);
}

static int naive_matches(const route_entry_t *entry, slice_t path)
{
    slice_t prefix = entry->path;

    if (entry->kind == ROUTE_EXACT || path.len <= prefix.len) {
        return slice_eq(prefix, path);
    }
    if (!slice_eq(prefix, slice_make(path.p, prefix.len))) {
        return 0;
    }
    return prefix.p[prefix.len - 1] == '/' || path.p[prefix.len] == '/';
}

/* Tries every length and both kinds, downwards, over all entries. */
static void naive_describe(unit_text_t *out, const list_t *list, slice_t path)
{
    size_t length, i;
    int kind;

    memset(out, 0, sizeof(*out));
    for (length = path.len; length > 0; length--) {
        for (kind = 0; kind < 2; kind++) {
            for (i = 0; i < list->count; i++) {
                const route_entry_t *entry = &list->entries[i];

                if (entry->path.len == length
                    && entry->kind == (kind ? ROUTE_PREFIX : ROUTE_EXACT)
                    && naive_matches(entry, path)) {
                    unit_text_add(out, "%s%d", out->len ? " " : "", (int)i);
                }
            }
        }
    }
}

static void random_list(list_t *list, char paths[MAX_ENTRIES][12])
{
    size_t i, count = 1 + random_below(MAX_ENTRIES - 1);

    memset(list, 0, sizeof(*list));
    for (i = 0; i < count; i++) {
        list_add(list, random_path(paths[i], 2 + random_below(10)));
        list->entries[i].kind = random_below(3) ? ROUTE_PREFIX : ROUTE_EXACT;
    }
}

static void check_against_naive(void **state)
{
    static char paths[MAX_ENTRIES][12];
    static list_t list;
    unit_text_t got, expect;
    size_t round, question, answered = 0;

    (void)state;
    for (round = 0; round < 2000; round++) {
        arena_t arena = { 0 };
        route_table_t *table;

        random_state = (uint32_t)round;
        random_list(&list, paths);
        assert_int_equal(route_table_build(list.entries, list.count,
                                           arena_memory(&arena),
                                           arena_memory(&arena), &table),
                         ROUTE_BUILD_OK);
        for (question = 0; question < 50; question++) {
            char buf[14];
            slice_t path = random_path(buf, sizeof(buf));

            describe(&got, &list, table, path);
            naive_describe(&expect, &list, path);
            if (strcmp(got.text, expect.text) != 0) {
                print_error("round %d, path %.*s\n", (int)round, (int)path.len,
                            path.p);
            }
            assert_string_equal(got.text, expect.text);
            answered += expect.len > 0;
        }
        arena_free(&arena);
    }
    /* enough of the questions had an answer */
    assert_true(answered > 2000 * 50 / 4);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(lookup_cases); i++) {
        unit_add(lookup_cases[i].name, check_lookup, &lookup_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(hidden_cases); i++) {
        unit_add(hidden_cases[i].name, check_hidden, &hidden_cases[i]);
    }
    unit_add("an empty table costs nothing", check_empty, NULL);
    unit_add("bad paths are refused", check_bad_paths, NULL);
    unit_add("the longest path", check_longest_path, NULL);
    unit_add("no memory", check_no_memory, NULL);
    unit_add("memory is as documented", check_memory_bound, NULL);
    unit_add("agrees with a naive matcher", check_against_naive, NULL);
    return unit_run("route_table");
}
