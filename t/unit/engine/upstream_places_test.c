/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* upstream_places_test.c: members of a process as a balancer names them: made,
 * announced, gone, and freed when nobody holds them. */
#include "unit.h"

#include <apr_general.h>
#include <apr_strings.h>

#include "engine/metrics.c"
#include "engine/recount.c"
#include "engine/shared.c"
#include "engine/upstream.c"
#include "engine/upstream_places.c"

enum {
    PLACES = 3
};

/* The name and port are all that upstream.c asks of a protocol. */
static const protocol_t http = { .scheme = "http", .default_port = 80 };

const protocol_t *protocol_find(const char *scheme)
{
    return strcmp(scheme, "http") == 0 ? &http : NULL;
}

/* What the balancer says, and what it was told. */
static struct {
    uint32_t changes;
    balancer_place_t place[PLACES]; /* generation 0: free */
    uint32_t ready[PLACES];
    int looks;
} said;

static apr_pool_t *pool;
static shared_t *shared;
static upstream_t upstream;

static int places(void *unused)
{
    return PLACES;
}

static uint32_t changes(void *unused)
{
    return said.changes;
}

static int place_at(void *unused, int member, balancer_place_t *place)
{
    said.looks++;
    *place = said.place[member];
    return place->generation != 0;
}

static void ready(void *unused, int member, uint32_t generation)
{
    said.ready[member] = generation;
}

static const balancer_t balancer = {
    .places = places, .changes = changes, .place = place_at, .ready = ready
};

static void say(int number, uint32_t generation, const char *url)
{
    said.place[number].generation = generation;
    said.place[number].max_connections = 7;
    apr_cpystrn(said.place[number].url, url, BALANCER_URL);
    said.changes++;
}

static void begin(void)
{
    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    memset(&said, 0, sizeof(said));
    memset(&upstream, 0, sizeof(upstream));
    upstream.members = apr_array_make(pool, 1, sizeof(member_t *));
    upstream.urls = apr_hash_make(pool);
    upstream.balancer = &balancer;
    assert_int_equal(shared_create(&shared, 2, 1, PLACES + 1, 0, pool),
                     APR_SUCCESS);
    assert_int_equal(shared_child_claim(shared, pool), APR_SUCCESS);
}

static void follow(apr_time_t now)
{
    upstream_places_follow(&upstream, shared, now);
}

static void test_configured(void **state)
{
    member_t *m;

    begin();
    assert_null(member_parse(pool, "http://10.0.0.1:81", &m));
    apr_hash_set(upstream.urls, m->url, APR_HASH_KEY_STRING, m);
    say(1, 4, "http://10.0.0.1:81");
    say(2, 1, "http://10.0.0.2:82");
    upstream_places_open(&upstream, 1, pool);
    assert_ptr_equal(upstream_member(&upstream, 1), m);
    assert_int_equal(m->number, 1);
    assert_int_equal(m->id, 2);
    assert_int_equal(m->at_run_time, 0);
    assert_int_equal(said.ready[1], 4);
    assert_null(upstream_member(&upstream, 0));
    m = upstream_member(&upstream, 2);
    assert_string_equal(m->authority, "10.0.0.2:82");
    assert_int_equal(m->at_run_time, 1);
    assert_int_equal(m->addresses->count, 1);
    assert_int_equal(said.ready[2], 1);
}

static void test_comes(void **state)
{
    const member_t *m;

    begin();
    upstream_places_open(&upstream, 0, pool);
    said.looks = 0;
    follow(0);
    assert_int_equal(said.looks, 0); /* nothing has changed */
    say(0, 1, "http://[::1]:83");
    say(1, 1, "no URL");
    say(2, 1, "unix:/run/app|http://name");
    follow(0);
    m = upstream_member(&upstream, 0);
    assert_string_equal(m->host, "::1");
    assert_int_equal(m->max_connections, 7);
    assert_ptr_equal(m->shared, &shared->member[0]);
    assert_int_equal(said.ready[0], 1);
    assert_null(upstream_member(&upstream, 1));
    assert_int_equal(said.ready[1], 0);
    assert_string_equal(upstream_member(&upstream, 2)->unix_path, "/run/app");
    assert_int_equal(said.ready[2], 1);
}

/* A name that has no address (this one cannot have any: nobody is asked) is
 * looked up again, and not announced. */
static void test_waits(void **state)
{
    begin();
    upstream_places_open(&upstream, 0, pool);
    say(0, 1, "http://no..name");
    follow(0);
    assert_non_null(upstream_member(&upstream, 0));
    assert_int_equal(said.ready[0], 0);
    assert_int_equal(upstream.following->waiting, 1);
    say(0, 2, "http://127.0.0.1");
    follow(1);
    assert_int_equal(said.ready[0], 2);
    assert_int_equal(upstream.following->waiting, 0);
}

/* A new process knows all members with addresses before its first request; it
 * waits for no name. */
static void test_new_process(void **state)
{
    begin();
    upstream_places_open(&upstream, 0, pool);
    say(0, 1, "http://10.0.0.1:81");
    say(1, 1, "http://no..name");
    upstream_places_begin(&upstream, shared, 0);
    assert_int_equal(said.ready[0], 1);
    assert_int_equal(said.ready[1], 0);
    assert_int_equal(upstream.following->waiting, 1);
}

/* The next one in a place is another; the first is freed when nobody holds it
 * any more, and some time has passed. */
static void test_goes(void **state)
{
    member_t *first, *second;

    begin();
    upstream_places_open(&upstream, 0, pool);
    say(0, 1, "http://10.0.0.1");
    follow(0);
    first = upstream_member(&upstream, 0);
    member_hold(first);
    say(0, 0, "");
    follow(1);
    assert_null(upstream_member(&upstream, 0));
    assert_int_equal(first->gone, 1);
    say(0, 2, "http://10.0.0.2");
    follow(2);
    second = upstream_member(&upstream, 0);
    assert_ptr_not_equal(second, first);
    assert_int_equal(second->gone, 0);
    assert_int_equal(second->generation, 2);
    follow(2 * REST_TIME);
    assert_ptr_equal(upstream.following->gone, first); /* it is held */
    member_let_go(first);
    follow(2 * REST_TIME);
    assert_null(upstream.following->gone);
}

/* Each member in a place has counts of its own. */
static void test_counts(void **state)
{
    begin();
    upstream_places_open(&upstream, 0, pool);
    say(0, 1, "http://10.0.0.1");
    follow(0);
    member_asked(upstream_member(&upstream, 0));
    shared->member_metrics[0].attempts = 5;
    member_failed(upstream_member(&upstream, 0), 9);
    say(0, 2, "http://10.0.0.2");
    follow(0);
    assert_int_equal(shared->member[0].has_base, 1);
    assert_int_equal(shared->member_base[0].attempts, 5);
    assert_int_equal(shared->member[0].failures, 0);
    shared->member_metrics[0].attempts = 6;
    member_shared_begin(shared, 0, 2); /* as another child does */
    assert_int_equal(shared->member_base[0].attempts, 5);
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("those configured, those found", test_configured, NULL);
    unit_add("some come", test_comes, NULL);
    unit_add("one waits for an address", test_waits, NULL);
    unit_add("a new process", test_new_process, NULL);
    unit_add("one goes, another comes", test_goes, NULL);
    unit_add("counts", test_counts, NULL);
    failed = unit_run("upstream places");
    apr_pool_destroy(pool);
    return failed;
}
