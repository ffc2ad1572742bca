/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* field_names_test.c: every known name is found, in any case and with
 * underscores; near misses are not; hop-by-hop means the same everywhere. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"
#include "policy/field_names.c"
#include "policy/hidden.c"

static const struct {
    field_id_e id;
    const char *name;
} known[] = {
#define X(id, kind, name, first, middle, penult) { id, name },
    FIELD_NAMES(X)
#undef X
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static void check_found(const char *name, field_id_e id, int folded)
{
    guard_page_t g;
    slice_t s;
    int is_folded = -1;
    field_id_e found;

    guard_page_open(&g, 64);
    s = slice_make(guard_page_put(&g, name, strlen(name)), strlen(name));
    found = field_names_find(s, &is_folded);
    if (found != id || is_folded != folded) {
        fail_msg("%s: id %d for %d, folded %d", name, (int)found, (int)id,
                 is_folded);
    }
    guard_page_close(&g);
}

static void check_known_names(void **state)
{
    char name[64];
    size_t i, j;

    for (i = 0; i < UNIT_COUNT(known); i++) {
        check_found(known[i].name, known[i].id, 0);
        for (j = 0; j <= strlen(known[i].name); j++) {
            name[j] = upper(known[i].name[j]);
        }
        check_found(name, known[i].id, 0);
        assert_string_equal(field_names_text(known[i].id), known[i].name);
    }
}

static void check_underscores(void **state)
{
    char name[64];
    size_t i, j;

    for (i = 0; i < UNIT_COUNT(known); i++) {
        int has_hyphen = strchr(known[i].name, '-') != NULL;

        for (j = 0; j <= strlen(known[i].name); j++) {
            char c = known[i].name[j];

            name[j] = c == '-' ? '_' : c;
        }
        check_found(name, known[i].id, has_hyphen);
    }
}

/* Each byte of each name changed, one byte more, one byte less. */
static void check_near_misses(void **state)
{
    char name[64];
    size_t i, j, len;

    for (i = 0; i < UNIT_COUNT(known); i++) {
        len = strlen(known[i].name);
        for (j = 0; j < len; j++) {
            int folded;

            strcpy(name, known[i].name);
            name[j] = '!';
            assert_int_not_equal(field_names_find(slice_str(name), &folded),
                                 known[i].id);
        }
        strcpy(name, known[i].name);
        strcat(name, "s");
        assert_int_not_equal(field_names_find(slice_str(name), &(int){ 0 }),
                             known[i].id);
        name[len - 1] = '\0';
        assert_int_not_equal(field_names_find(slice_str(name), &(int){ 0 }),
                             known[i].id);
    }
}

static void check_others(void **state)
{
    char longest[300];

    check_found("", FIELD_OTHER, 0);
    check_found("x", FIELD_OTHER, 0);
    check_found("X-Forwarded-", FIELD_OTHER, 0);
    check_found("X-Forwarded-Server", FIELD_X_FORWARDED_OTHER, 0);
    check_found("x_forwarded_prefix", FIELD_X_FORWARDED_OTHER, 1);
    check_found("X-Forward", FIELD_OTHER, 0);
    check_found("User-Agent", FIELD_OTHER, 0);
    check_found("Cookie", FIELD_OTHER, 0);
    /* lengths that agree modulo 256 */
    memset(longest, 'e', sizeof(longest));
    memcpy(longest, "te", 2);
    longest[258] = '\0';
    check_found(longest, FIELD_OTHER, 0);
}

static void check_hop_by_hop(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(known); i++) {
        slice_t name = slice_str(known[i].name);
        field_kind_e kind = field_names_kind(known[i].id);

        if (h1_is_hop_by_hop(name)) {
            assert_true(kind == FIELD_KIND_HOP || kind == FIELD_KIND_FRAME);
        }
        /* what frames, routes or is ours is nobody's to nominate */
        if ((kind == FIELD_KIND_FRAME || kind == FIELD_KIND_FORWARD)
            && known[i].id != FIELD_EXPECT && known[i].id != FIELD_TRACESTATE) {
            assert_false(h1_may_be_nominated(name));
        }
    }
    assert_int_equal(field_names_kind(FIELD_OTHER), FIELD_KIND_REGULAR);
    assert_int_equal(field_names_kind(FIELD_X_FORWARDED_OTHER),
                     FIELD_KIND_FORWARD);
    assert_null(field_names_text(FIELD_OTHER));
    assert_null(field_names_text(FIELD_X_FORWARDED_OTHER));
}

static void check_hidden(void **state)
{
    static const char *const names[] = { "x-generator", "x-runtime" };

    assert_true(hidden_is_listed(SLICE_LIT("X-Runtime"), names, 2));
    assert_true(hidden_is_listed(SLICE_LIT("x-generator"), names, 2));
    assert_false(hidden_is_listed(SLICE_LIT("X-Run"), names, 2));
    assert_false(hidden_is_listed(SLICE_LIT("X-Runtime"), names, 1));
    assert_false(hidden_is_listed(SLICE_LIT("X-Runtime"), names, 0));
}

int main(void)
{
    unit_add("9110 5.1: names in any case", check_known_names, NULL);
    unit_add("underscores for hyphens", check_underscores, NULL);
    unit_add("near misses", check_near_misses, NULL);
    unit_add("unknown names", check_others, NULL);
    unit_add("9110 7.6.1: hop-by-hop means the same as in http1",
             check_hop_by_hop, NULL);
    unit_add("hidden by the configured list", check_hidden, NULL);
    return unit_run("field_names");
}
