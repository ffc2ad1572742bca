/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reference_fields_test.c: references inside Link and Refresh. */
#include "map_check.h"

#include "policy/location.c"
#include "policy/reference_fields.c"

/* clang-format off */
static const sides_t sides = {
    "10.0.0.5:3000", "", "/v2", "https://www.example.org", "/app" };

static const map_case_t link_cases[] = {
    { "8288 3: one link", &sides,
      "<http://10.0.0.5:3000/v2/a>; rel=next",
      "<https://www.example.org/app/a>; rel=next" },
    { "8288 3: several, one foreign", &sides,
      "</v2/a.css>; rel=preload; as=style, <https://cdn.example/b>; rel=x,"
      " </v2/c>",
      "</app/a.css>; rel=preload; as=style, <https://cdn.example/b>; rel=x,"
      " </app/c>" },
    { "8288 3: brackets inside quotes are no link", &sides,
      "</x>; title=\"</v2/a>, \\\"</v2/b>\"", NULL },
    { "8288 3: behind a quoted title", &sides,
      "</x>; title=\"a, b\", </v2/c>", "</x>; title=\"a, b\", </app/c>" },
    { "8288 3.1: white space in the brackets", &sides,
      "< /v2/a >; rel=x", "</app/a>; rel=x" },
    { "8288 3.5: relative", &sides, "<a/b>; rel=x", NULL },
    { "no closing bracket", &sides, "</v2/a; rel=x", NULL },
    { "nothing in the brackets", &sides, "<>; rel=x", NULL },
    { "an open bracket at the end", &sides, "</v2/a>, <", "</app/a>, <" },
    { "a backslash at the end of a string", &sides, "</x>; t=\"\\", NULL },
    { "empty", &sides, "", NULL },
    { "no link", &sides, "rel=/v2/a", NULL },
};

static const map_case_t refresh_cases[] = {
    { "the usual form", &sides, "5; url=/v2/a", "5; url=/app/a" },
    { "absolute", &sides,
      "0;URL=http://10.0.0.5:3000/v2/a", "0;URL=https://www.example.org/app/a" },
    { "single quotes", &sides, "5; url='/v2/a' x", "5; url='/app/a' x" },
    { "double quotes", &sides, "5; url=\"/v2/a\"", "5; url=\"/app/a\"" },
    { "a quote without end", &sides, "5; url='/v2/a", "5; url='/app/a" },
    { "spaces", &sides, "5 ; url = /v2/a ", "5 ; url = /app/a " },
    { "a comma", &sides, "5, url=/v2/a", "5, url=/app/a" },
    { "without url=", &sides, "5; /v2/a", "5; /app/a" },
    { "a path named url", &sides, "5; urls/v2/a", NULL },
    { "delay only", &sides, "5", NULL },
    { "delay and semicolon", &sides, "5;", NULL },
    { "url= with nothing", &sides, "5; url=", NULL },
    { "a lone quote", &sides, "5; url='", NULL },
    { "foreign", &sides, "5; url=https://other.example/v2/", NULL },
    { "empty", &sides, "", NULL },
};
/* clang-format on */

static void check_link(void **state)
{
    check_map(*state, link_map);
}

static void check_refresh(void **state)
{
    check_map(*state, refresh_map);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(link_cases); i++) {
        unit_add(link_cases[i].name, check_link, &link_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(refresh_cases); i++) {
        unit_add(refresh_cases[i].name, check_refresh, &refresh_cases[i]);
    }
    return unit_run("reference_fields");
}
