/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_path_test.c: verbs in paths. */
#include "unit.h"

#include "admin/admin_path.c"

typedef struct {
    const char *path, *group, *verb;
} case_t;

static const case_t cases[] = {
    { "/rproxy-admin/cache/purge", "cache", "purge" },
    { "/a/b/c/cache/purge", "cache", "purge" },
    { "/cache/purge", "cache", "purge" },
    { "/rproxy-admin", "", "" },
    { "/rproxy-admin/", "", "" },
    { "/a/rproxy-admin/", "", "" },
    { "/a/cache/purge/", "", "" },
    { "/a//purge", "", "" },
    { "/", "", "" },
    { "//", "", "" },
    { "", "", "" },
    { "x", "", "" },
    { "cache/purge", "cache", "purge" },
};

static void check_case(void **state)
{
    const case_t *c = *state;
    admin_path_t path;

    admin_path_read(&path, slice_str(c->path));
    assert_true(slice_eq(path.group, slice_str(c->group)));
    assert_true(slice_eq(path.verb, slice_str(c->verb)));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].path, check_case, &cases[i]);
    }
    return unit_run("admin_path");
}
