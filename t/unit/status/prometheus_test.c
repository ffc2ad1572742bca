/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prometheus_test.c: the text format 0.0.4, line by line. */
#include "unit.h"

#include "view_fixture.h"

#include "status/prometheus_text.c"
#include "status/status_prometheus.c"

#define NASTY_LABEL                            \
    "\\\"><script>alert('1')</script>&\\\\\\n" \
    "\xEF\xBF\xBD\xEF\xBF\xBD"
#define ROUTE_1 "server=\"" NASTY_LABEL "\",route=\"" NASTY_LABEL "\",id=\"1\""
#define MEMBER_0                                    \
    "upstream=\"" NASTY_LABEL "\",member=\"http://" \
    "127.0.0.1:3000\",number=\"0\""

static void has_line(const char *text, const char *line)
{
    const char *found = strstr(text, line);

    if (!found || (found != text && found[-1] != '\n')
        || found[strlen(line)] != '\n') {
        fail_msg("no line %s", line);
    }
}

static void check_values(void **state)
{
    const char *text = rendered(status_prometheus, &view);

    has_line(text, "rproxy_clients 12");
    has_line(text, "rproxy_start_time_seconds 1700000000");
    has_line(text, "rproxy_requests_total{" ROUTE_1 ",outcome=\"ok\"} 2");
    has_line(text,
             "rproxy_requests_total{" ROUTE_1 ",outcome=\"connect_failed\"} 1");
    has_line(text, "rproxy_responses_total{" ROUTE_1 ",class=\"2xx\"} 2");
    has_line(text, "rproxy_requests_active{" ROUTE_1 "} 1");
    has_line(text, "rproxy_member_connections{" MEMBER_0 "} 3");
    has_line(text, "rproxy_member_paused{" MEMBER_0 "} 0");
    has_line(text, "rproxy_member_reuses_total{" MEMBER_0 "} 4");
}

/* Buckets add up, le is exact, the last is +Inf. */
static void check_histogram(void **state)
{
    const char *text = rendered(status_prometheus, &view);

#define BUCKET "rproxy_request_duration_seconds_bucket{" ROUTE_1 ",le="
    has_line(text, BUCKET "\"0.000128\"} 0");
    has_line(text, BUCKET "\"0.000256\"} 1");
    has_line(text, BUCKET "\"0.001024\"} 1");
    has_line(text, BUCKET "\"0.002048\"} 2");
    has_line(text, BUCKET "\"134.217728\"} 2");
    has_line(text, BUCKET "\"+Inf\"} 3");
#undef BUCKET
    has_line(text,
             "rproxy_request_duration_seconds_sum{" ROUTE_1 "} 1000.001700");
    has_line(text, "rproxy_request_duration_seconds_count{" ROUTE_1 "} 3");
    has_line(text, "rproxy_loop_lag_seconds_bucket{le=\"+Inf\"} 0");
    has_line(text, "rproxy_loop_lag_seconds_sum 0.000000");
}

/* Routes without a request are left out. */
static void check_unused_routes(void **state)
{
    const char *text = rendered(status_prometheus, &view);

    assert_null(strstr(text, "id=\"0\""));
    assert_null(strstr(text, "id=\"2\""));
}

static void check_sections(void **state)
{
    const char *text = rendered(status_prometheus, view_with_sections());

    assert_non_null(strstr(text, "\n334"));
}

/* Each sample follows the TYPE of its metric, which stands once. */
static void check_groups(void **state)
{
    const char *text = rendered(status_prometheus, &view);
    const char *line, *next;
    char type[128] = "", about[160], once[160];
    int samples = 0;

    for (line = text; *line; line = next) {
        next = strchr(line, '\n') + 1;
        if (sscanf(line, "# TYPE %127s", type) == 1) {
            snprintf(about, sizeof(about), "# HELP %s ", type);
            snprintf(once, sizeof(once), "# TYPE %s ", type);
            assert_int_equal(occurrences(text, about), 1);
            assert_int_equal(occurrences(text, once), 1);
        }
        else if (*line != '#') {
            samples++;
            assert_true(*type);
            assert_memory_equal(line, type, strlen(type));
        }
    }
    assert_true(samples > 100);
}

static void check_empty(void **state)
{
    static const status_view_t nothing = { .server = "" };

    has_line(rendered(status_prometheus, &nothing), "rproxy_children 0");
}

int main(void)
{
    unit_add("values and labels", check_values, NULL);
    unit_add("histograms", check_histogram, NULL);
    unit_add("routes without a request", check_unused_routes, NULL);
    unit_add("samples below their TYPE", check_groups, NULL);
    unit_add("sections of other modules", check_sections, NULL);
    unit_add("a view with nothing", check_empty, NULL);
    return fixture_run("status prometheus");
}
