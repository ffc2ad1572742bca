/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_route_test.c: routes in parameters and in values, as
 * mod_proxy_balancer's stickysession finds them. */
#include "unit.h"
#include "guard_page.h"

#include "sticky/sticky_route.c"

typedef struct {
    const char *name;
    const char *target;
    const char *parameter;
    const char *expect; /* NULL: there is none */
} parameter_case_t;

static const parameter_case_t parameter_cases[] = {
    { "at the end of the path", "/a;jsessionid=abc.n1", "jsessionid",
      "abc.n1" },
    { "before the query", "/a;jsessionid=abc.n1?x=y", "jsessionid", "abc.n1" },
    { "of a segment", "/a;jsessionid=abc.n1/b", "jsessionid", "abc.n1" },
    { "the first of the query", "/a?ROUTE=.n1&x", "ROUTE", ".n1" },
    { "a later one of the query", "/a?x=y&ROUTE=.n1", "ROUTE", ".n1" },
    { "behind a semicolon of the query", "/a?x=y;ROUTE=.n1", "ROUTE", ".n1" },
    { "a slash belongs to a query's value", "/a?ROUTE=b/c.n1", "ROUTE",
      "b/c.n1" },
    { "path before query", "/a;R=1.p?R=2.q", "R", "1.p" },
    { "before a fragment", "/a;R=1.p#x", "R", "1.p" },
    { "an empty value is passed over", "/a;R=?R=2.q", "R", "2.q" },
    { "case counts", "/a;JSESSIONID=abc.n1", "jsessionid", NULL },
    { "part of a longer name", "/a;xjsessionid=a;jsessionidx=b", "jsessionid",
      NULL },
    { "without a value", "/a;jsessionid", "jsessionid", NULL },
    { "an empty value at the end", "/a;jsessionid=", "jsessionid", NULL },
    { "a segment of that name", "/jsessionid=abc", "jsessionid", NULL },
    { "no target", "", "jsessionid", NULL },
    { "no name", "/a;=b", "", NULL },
};

static void check_parameter(void **state)
{
    const parameter_case_t *row = *state;
    size_t len = strlen(row->target);
    slice_t value = { NULL, 0 };
    guard_page_t guard;
    int found;

    guard_page_open(&guard, len);
    found = sticky_route_parameter(slice_make(guard_page_put(&guard,
                                                             row->target, len),
                                              len),
                                   slice_str(row->parameter), &value);
    assert_int_equal(found, row->expect != NULL);
    assert_true(slice_eq(value, slice_str(row->expect)));
    guard_page_close(&guard);
}

typedef struct {
    const char *name;
    const char *value;
    char separator;
    const char *expect;
} route_case_t;

static const route_case_t route_cases[] = {
    { "behind a session's id", "abc.node1", '.', "node1" },
    { "a route alone (ROUTEID)", ".node1", '.', "node1" },
    { "from the first separator on", "abc.node.1", '.', "node.1" },
    { "another separator", "abc!node.1", '!', "node.1" },
    { "no separator", "abc", '.', NULL },
    { "nothing behind it", "abc.", '.', NULL },
    { "nothing", "", '.', NULL },
    { "the whole value", "node1", 0, "node1" },
    { "nothing as a whole", "", 0, NULL },
};

static void check_route(void **state)
{
    const route_case_t *row = *state;
    slice_t route = { NULL, 0 };
    int found = sticky_route_of(slice_str(row->value), row->separator, &route);

    assert_int_equal(found, row->expect != NULL);
    assert_true(slice_eq(route, slice_str(row->expect)));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(parameter_cases); i++) {
        unit_add(parameter_cases[i].name, check_parameter, &parameter_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(route_cases); i++) {
        unit_add(route_cases[i].name, check_route, &route_cases[i]);
    }
    return unit_run("sticky_route");
}
