/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* view_fixture.h: a view to render, with names that try to break out of every
 * format, and the text that a renderer makes of it. */
#ifndef T_UNIT_STATUS_VIEW_FIXTURE_H
#define T_UNIT_STATUS_VIEW_FIXTURE_H

#include <apr_buckets.h>

#include "engine/metrics.c"
#include "status/escape.c"
#include "status/histogram.c"
#include "status/status_view.h"
#include "status/status_write.c"

#define NASTY "\"><script>alert('1')</script>&\\\n\xFF\x01"

typedef void render_fn(writer_t *w, const status_view_t *view);

static apr_pool_t *pool;

static status_member_t members[2];
static status_upstream_t upstreams[2];
static status_route_t routes[3];
static status_view_t view;

static const char *const one_upstream[] = { NASTY, NULL };
static const char *const no_upstream[] = { NULL };

static void fill_members(void)
{
    members[0].url = "http://127.0.0.1:3000";
    members[0].connections = 3;
    members[0].max_connections = 20;
    members[0].sum.attempts = 7;
    members[0].sum.reuses = 4;
    members[0].sum.connects = 3;
    histogram_add(&members[0].sum.connect, 100);
    histogram_add(&members[0].sum.first_byte, 1000000);
    members[1].url = NASTY;
    members[1].number = 1;
    members[1].failures_in_row = 2;
    members[1].paused = 1;
    members[1].paused_us = 8250000;
}

static void fill_routes(void)
{
    int i;

    for (i = 0; i < 3; i++) {
        routes[i].id = i;
        routes[i].server = "www.example.org:443";
        routes[i].path = "/";
        routes[i].defined_at = "httpd.conf:7";
        routes[i].upstreams = one_upstream;
    }
    routes[1].path = NASTY;
    routes[1].server = NASTY;
    routes[1].defined_at = NASTY;
    routes[1].requests = 3;
    routes[1].failed = 1;
    routes[1].sum.outcomes[OUTCOME_OK] = 2;
    routes[1].sum.outcomes[OUTCOME_CONNECT] = 1;
    routes[1].sum.status_class[2] = 2;
    routes[1].sum.active = 1;
    histogram_add(&routes[1].sum.total, 200);
    histogram_add(&routes[1].sum.total, 1500);
    histogram_add(&routes[1].sum.total, INT64_C(1000000000));
    routes[2].upstreams = no_upstream; /* "!" */
}

static void fill_view(void)
{
    fill_members();
    fill_routes();
    upstreams[0].name = NASTY;
    upstreams[0].defined_at = NASTY;
    upstreams[0].retry_credit = 740;
    upstreams[0].member_count = 2;
    upstreams[0].members = members;
    upstreams[1].name = "empty";
    upstreams[1].defined_at = "httpd.conf:9";
    view.children.clients = 12;
    view.children.loop_turns = 1600;
    view.total = routes[1].sum;
    view.requests = 3;
    view.failed = 1;
    view.server = "Apache";
    view.now_s = 1700000100;
    view.started_s = 1700000000;
    view.child_count = 2;
    view.route_count = 3;
    view.upstream_count = 2;
    view.routes = routes;
    view.upstreams = upstreams;
}

static void write_length_of_name(writer_t *w, const status_section_t *section)
{
    write_number(w, (int64_t)strlen(section->name));
}

/* The same with what two other modules have to say. */
static inline const status_view_t *view_with_sections(void)
{
    static const status_section_t one = { "one", NASTY, write_length_of_name };
    static const status_section_t two = { NASTY, "Two", write_length_of_name };
    static const status_section_t *const both[] = { &one, &two, NULL };
    static status_view_t with;

    with = view;
    with.sections = both;
    return &with;
}

/* What the renderer writes, as one string. */
static const char *rendered(render_fn *render, const status_view_t *of)
{
    apr_bucket_brigade *bb =
        apr_brigade_create(pool, apr_bucket_alloc_create(pool));
    writer_t w = writer_make(bb);
    char *text;
    apr_size_t len;

    render(&w, of);
    writer_end(&w);
    apr_brigade_write(bb, NULL, NULL, "", 1);
    assert_int_equal(apr_brigade_pflatten(bb, &text, &len, pool), APR_SUCCESS);
    assert_int_equal(strlen(text), len - 1);
    return text;
}

static inline int occurrences(const char *text, const char *part)
{
    int n = 0;

    for (; (text = strstr(text, part)); text += strlen(part)) {
        n++;
    }
    return n;
}

static int fixture_run(const char *group)
{
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    fill_view();
    failed = unit_run(group);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}

#endif
