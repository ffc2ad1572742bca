/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_test.c: members as lines of httpd.conf. */
#include "unit.h"

#include <apr_general.h>

#include "control/directive.c"

static apr_pool_t *pool;

typedef struct {
    const char *options;
    int weight;
    const char *line;
} weight_case_t;

/* clang-format off */
static const weight_case_t weights[] = {
    { NULL, 3, "RProxyMember http://a:1 weight=3" },
    { "weight=1", 0, "RProxyMember http://a:1 weight=0" },
    { "idle=4 weight=1 zone=b", 2,
      "RProxyMember http://a:1 weight=2 idle=4 zone=b" },
    { "zone=weight", 2, "RProxyMember http://a:1 weight=2 zone=weight" },
};

typedef struct {
    const char *line;
    roster_entry_t entry;
} added_case_t;

static const added_case_t added[] = {
    { "RProxyMember http://a:1", { .url = "http://a:1", .weight = 1 } },
    { "RProxyMember http://a:1 weight=0 backup=on tier=2 zone=z group=g "
      "route=r max-connections=9 slow-start=30s",
      { .url = "http://a:1", .zone = "z", .group = "g", .route = "r",
        .backup = 1, .tier = 2, .max_connections = 9,
        .slow_start_us = 30000000 } },
    { "RProxyMember http://a:1 slow-start=1500ms",
      { .url = "http://a:1", .weight = 1, .slow_start_us = 1500000 } },
};
/* clang-format on */

static void check_weight(void **state)
{
    const weight_case_t *c = *state;

    assert_string_equal(directive_reweighted("http://a:1", c->options,
                                             c->weight, pool),
                        c->line);
}

static void check_added(void **state)
{
    const added_case_t *c = *state;

    assert_string_equal(directive_added(&c->entry, pool), c->line);
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(weights); i++) {
        unit_add(weights[i].line, check_weight, &weights[i]);
    }
    for (i = 0; i < UNIT_COUNT(added); i++) {
        unit_add(added[i].line, check_added, &added[i]);
    }
    failed = unit_run("directive");
    apr_pool_destroy(pool);
    return failed;
}
