/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* path_rewrite_test.c: the prefix kept, stripped, replaced.  Each case has just
 * the room it needs, then one byte less. */
#include "unit.h"
#include "guard_page.h"

#include "routing/path_rewrite.c"

typedef struct {
    const char *name;
    const char *cut; /* the prefix as configured */
    const char *with;
    const char *path;
    const char *query;
    const char *expect;
} rewrite_case_t;

static const rewrite_case_t cases[] = {
    { "kept", "", "", "/app/x", "", "/app/x" },
    { "kept: root", "", "", "/", "", "/" },
    { "kept: query", "", "", "/app", "?a=b", "/app?a=b" },
    { "kept: below a path", "", "/base", "/app/x", "", "/base/app/x" },
    { "kept: below a path with slash", "", "/base/", "/app", "", "/base/app" },
    { "kept: escapes and slashes", "", "", "/a%2F//b/", "", "/a%2F//b/" },

    { "stripped: nothing left", "/app", "", "/app", "", "/" },
    { "stripped: nothing left but a query", "/app", "", "/app", "?x", "/?x" },
    { "stripped: a slash left", "/app", "", "/app/", "", "/" },
    { "stripped", "/app", "", "/app/x/y", "", "/x/y" },
    { "stripped with slash", "/app/", "", "/app/x", "", "/x" },
    { "stripped with slash: nothing left", "/app/", "", "/app/", "", "/" },
    { "stripped: root", "/", "", "/x", "", "/x" },
    { "stripped: two slashes stay", "/app", "", "/app//x", "", "//x" },
    { "stripped with slash: two slashes stay", "/app/", "", "/app//x", "",
      "//x" },

    { "replaced: itself", "/app", "/v2", "/app", "", "/v2" },
    { "replaced: with a slash", "/app", "/v2", "/app/", "", "/v2/" },
    { "replaced: below", "/app", "/v2", "/app/x", "?q", "/v2/x?q" },
    { "replaced: slash only in the prefix", "/app/", "/v2", "/app/x", "",
      "/v2/x" },
    { "replaced: slash only in the new one", "/app", "/v2/", "/app/x", "",
      "/v2/x" },
    { "replaced: slash in both", "/app/", "/v2/", "/app/x", "", "/v2/x" },
    { "replaced: by the root", "/app", "/", "/app/x", "", "/x" },
    { "replaced: by the root, itself", "/app", "/", "/app", "", "/" },
    { "replaced: the root", "/", "/v2", "/x", "", "/v2/x" },
    { "replaced: the root, itself", "/", "/v2", "/", "", "/v2" },
    { "replaced: the root by the root", "/", "/", "/", "", "/" },
    { "replaced: exact with slash", "/app/", "/v2/", "/app/", "", "/v2/" },
    { "replaced: an exact file", "/a.html", "/b.html", "/a.html", "",
      "/b.html" },
    { "replaced: two slashes stay", "/app", "/v2/", "/app//x", "", "/v2//x" },
};

static void check_case(void **state)
{
    const rewrite_case_t *row = *state;
    path_rewrite_t in = { slice_str(row->path), slice_str(row->query),
                          strlen(row->cut), slice_str(row->with) };
    size_t len = strlen(row->expect);
    guard_page_t guard;
    slice_t target;

    guard_page_open(&guard, len);
    assert_int_equal(path_rewrite(&in, guard_page_room(&guard, len), len,
                                  &target),
                     PATH_REWRITE_OK);
    assert_int_equal(target.len, len);
    assert_memory_equal(target.p, row->expect, len);
    assert_true(path_rewrite_room(&in) >= len);
    assert_int_equal(path_rewrite(&in, guard_page_room(&guard, len - 1),
                                  len - 1, &target),
                     PATH_REWRITE_NO_ROOM);
    guard_page_close(&guard);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    return unit_run("path_rewrite");
}
