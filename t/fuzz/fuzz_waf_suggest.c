/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_suggest.c: hits with any bytes in them, and the exceptions that are
 * made of them.  Promises: each is one line, which read as a configuration
 * comes to one rule that takes one target of one rule at one path; it silences
 * what it says it does. */
#include "fuzz.h"

#include "../unit/waf/program_parts.h"
#include "../unit/waf/rule_text.h"

#include "routing/siphash.c"
#include "waf/seen/hit_ring.c"
#include "waf/suggest/suggest.c"
#include "waf/suggest/suggest_write.c"

enum {
    HITS_MOST = 12
};

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    (void)value;
    *fingerprint = '\0';
    return 0;
}

int detector_script(slice_t value)
{
    (void)value;
    return 0;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

/* Up to the next line feed. */
static slice_t take_line(slice_t *rest)
{
    const char *end = memchr(rest->p, '\n', rest->len);
    slice_t taken =
        slice_make(rest->p, end ? (size_t)(end - rest->p) : rest->len);
    size_t used = taken.len + (end != NULL);

    *rest = slice_make(rest->p + used, rest->len - used);
    return taken;
}

/* A line "VR..." with bytes for variable and rule, a path and a part. */
static int read_hits(slice_t text, hit_t *hits)
{
    int n = 0;

    memset(hits, 0, sizeof(*hits) * HITS_MOST);
    while (text.len > 2 && n < HITS_MOST) {
        hit_t *hit = &hits[n++];

        hit->variable = (uint8_t)text.p[0] % (VARIABLE_COUNT + 1);
        hit->rule = (uint8_t)text.p[1] % 4;
        hit->request = hit->client = (uint64_t)n / 2;
        text = slice_make(text.p + 2, text.len - 2);
        if (hit_text(hit->path, sizeof(hit->path), take_line(&text))) {
            hit->flags |= HIT_PATH_IS_EXACT;
        }
        if (hit_text(hit->part, sizeof(hit->part), take_line(&text))) {
            hit->flags |= HIT_PART_IS_EXACT;
        }
    }
    return n;
}

static void check_text(const suggestion_t *made, apr_pool_t *pool)
{
    const rule_item_t *item;
    rule_text_file_t file;
    const rule_t *rule;

    FUZZ_CHECK(!strpbrk(made->text, "\n\r\\$%#'<>"));
    rule_text_begin(&file, pool);
    FUZZ_CHECK(!rule_text_read(&file, made->text, "own.conf"));
    FUZZ_CHECK(file.list->items->nelts == 1);
    item = &APR_ARRAY_IDX(file.list->items, 0, rule_item_t);
    rule = item->rule;
    FUZZ_CHECK(rule && !rule->link && !rule->is_chained);
    FUZZ_CHECK(rule->verdict == RULE_PASS && !rule->logs);
    FUZZ_CHECK(rule->setvar_count == 0 && rule->ctl_count == 1);
    FUZZ_CHECK(rule->ctl[0].target_count == 1);
    FUZZ_CHECK(rule->ctl[0].first == made->like->rule
               && rule->ctl[0].last == made->like->rule);
    FUZZ_CHECK(suggest_silences(rule, made->like));
}

static void check(slice_t text, apr_pool_t *pool)
{
    const suggest_options_t options = { 0 };
    hit_t hits[HITS_MOST];
    int count = read_hits(text, hits), i, silenced = 0;
    suggest_result_t result = suggest_make(hits, count, &options, pool);

    FUZZ_CHECK(result.hits == count);
    FUZZ_CHECK(result.silenced + result.not_written == result.of_values);
    for (i = 0; i < result.list->nelts; i++) {
        const suggestion_t *made = &APR_ARRAY_IDX(result.list, i, suggestion_t);

        FUZZ_CHECK(made->clears <= made->requests);
        FUZZ_CHECK(made->requests <= made->hits && made->clients);
        silenced += made->hits;
        check_text(made, pool);
    }
    FUZZ_CHECK(silenced == result.silenced);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *root;
    apr_pool_t *pool;
    char *text;

    if (!root) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    text = fuzz_copy(data, size);
    apr_pool_create(&pool, root);
    check(slice_make(text, size), pool);
    apr_pool_destroy(pool);
    free(text);
    return 0;
}
