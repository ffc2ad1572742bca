/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* upstream_places.c: makes members, takes them away.  Layer L1.  One that is
 * made at run time is a single block of memory, but for its addresses. */
#include "upstream_places.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_UP_AGAIN apr_time_from_sec(1)
/* Longer than anybody reads from a member's struct without holding it. */
#define REST_TIME apr_time_from_sec(60)

struct upstream_places_t {
    int first_id;
    uint32_t changes; /* the balancer's, when all were looked at */
    int waiting;      /* members without an address */
    apr_time_t look_up_at;
    member_t *gone;
    apr_pool_t *pool;
};

/* ---- one member ---- */

static size_t room_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *put(char **at, const char *text)
{
    size_t len = room_of(text);
    char *copy = *at;

    if (!text) {
        return NULL;
    }
    memcpy(copy, text, len);
    *at += len;
    return copy;
}

static member_t *packed(const member_t *m)
{
    member_t *copy = malloc(sizeof(*m) + room_of(m->url) + room_of(m->authority)
                            + room_of(m->host) + room_of(m->unix_path));
    char *at;

    if (!copy) {
        return NULL;
    }
    at = (char *)(copy + 1);
    *copy = *m;
    copy->at_run_time = 1;
    copy->url = put(&at, m->url);
    copy->authority = put(&at, m->authority);
    copy->host = put(&at, m->host);
    copy->unix_path = put(&at, m->unix_path);
    return copy;
}

/* @return NULL: no URL of a member, or no memory */
static member_t *make(const upstream_t *u, const char *url)
{
    apr_pool_t *scratch;
    member_t *parsed, *m = NULL;

    apr_pool_create(&scratch, u->following->pool);
    if (!member_parse(scratch, url, &parsed)) {
        m = packed(parsed);
    }
    apr_pool_destroy(scratch);
    return m;
}

static void destroy(member_t *m)
{
    int i;

    for (i = 0; i < MEMBER_LISTS; i++) {
        free(m->lists[i]);
    }
    free(m);
}

/* ---- its place ---- */

static void settle(upstream_t *u, member_t *m, int number,
                   const balancer_place_t *place)
{
    m->upstream = u;
    m->number = number;
    m->id = u->following->first_id + number;
    m->generation = place->generation;
    m->max_connections = place->max_connections;
    __atomic_store_n(&u->place[number], m, __ATOMIC_RELEASE);
}

static void announce(upstream_t *u, member_t *m)
{
    m->waits = 0;
    u->balancer->ready(u->balancer_pool, m->number, m->generation);
}

/* @return 1 when it can be sent to */
static int find_addresses(upstream_t *u, member_t *m)
{
    return member_resolve(m, u->following->pool) == APR_SUCCESS;
}

static void retire(upstream_t *u, int number, apr_time_t now)
{
    member_t *m = u->place[number];

    if (m) {
        __atomic_store_n(&u->place[number], NULL, __ATOMIC_RELEASE);
        __atomic_store_n(&m->gone, 1, __ATOMIC_RELEASE);
        m->gone_at = now;
        m->next = u->following->gone;
        u->following->gone = m;
    }
}

/* Those who rest long enough and are not used.  What the configuration made
 * goes with it. */
static void free_gone(upstream_t *u, apr_time_t now)
{
    member_t **at = &u->following->gone;

    while (*at) {
        member_t *m = *at;

        if (now - m->gone_at < REST_TIME
            || __atomic_load_n(&m->uses, __ATOMIC_ACQUIRE)) {
            at = &m->next;
            continue;
        }
        *at = m->next;
        if (m->at_run_time) {
            destroy(m);
        }
    }
}

/* ---- all of them ---- */

/* Members with addresses are announced first: a name may take its time.
 * @param names  0: those have to wait */
static void look_up_waiting(upstream_t *u, int names, apr_time_t now)
{
    int i, waiting = 0;

    for (i = 0; i < u->places; i++) {
        member_t *m = u->place[i];

        if (m && m->waits && (names || !member_has_name(m))
            && find_addresses(u, m)) {
            announce(u, m);
        }
        waiting += m && m->waits;
    }
    u->following->waiting = waiting;
    u->following->look_up_at = names ? now + LOOK_UP_AGAIN : now;
}

static void meet(upstream_t *u, int number, const balancer_place_t *place,
                 const shared_t *shared, apr_time_t now)
{
    member_t *m = make(u, place->url);

    retire(u, number, now);
    if (m) {
        m->waits = 1;
        m->shared = &shared->member[u->following->first_id + number];
        member_shared_begin(shared, u->following->first_id + number,
                            place->generation);
        settle(u, m, number, place);
        u->following->waiting++;
        u->following->look_up_at = now;
    }
}

static void look_at(upstream_t *u, int number, const shared_t *shared,
                    apr_time_t now)
{
    member_t *m = u->place[number];
    balancer_place_t place;

    if (!u->balancer->place(u->balancer_pool, number, &place)) {
        retire(u, number, now);
    }
    else if (!m || m->generation != place.generation) {
        meet(u, number, &place, shared, now);
    }
    else {
        m->max_connections = place.max_connections;
    }
}

static void look_at_changes(upstream_t *u, const shared_t *shared,
                            apr_time_t now)
{
    uint32_t changes = u->balancer->changes(u->balancer_pool);
    int i;

    if (changes != u->following->changes) {
        u->following->changes = changes;
        for (i = 0; i < u->places; i++) {
            look_at(u, i, shared, now);
        }
    }
}

void upstream_places_begin(upstream_t *u, const shared_t *shared,
                           apr_time_t now)
{
    look_at_changes(u, shared, now);
    if (u->following->waiting) {
        look_up_waiting(u, 0, now);
    }
}

void upstream_places_follow(upstream_t *u, const shared_t *shared,
                            apr_time_t now)
{
    look_at_changes(u, shared, now);
    if (u->following->waiting && now >= u->following->look_up_at) {
        look_up_waiting(u, 1, now);
    }
    free_gone(u, now);
}

/* Configured members serve from the start, even if their names have no address
 * yet: requests say so. */
static void open_place(upstream_t *u, int number)
{
    balancer_place_t place;
    member_t *m;
    int is_ready = 1;

    if (!u->balancer->place(u->balancer_pool, number, &place)) {
        return;
    }
    m = apr_hash_get(u->urls, place.url, APR_HASH_KEY_STRING);
    if (!m) {
        m = make(u, place.url);
        is_ready = m && find_addresses(u, m);
    }
    if (m) {
        m->waits = !is_ready;
        u->following->waiting += !is_ready;
        settle(u, m, number, &place);
    }
    if (is_ready) {
        announce(u, m);
    }
}

static apr_status_t free_all(void *data)
{
    upstream_t *u = data;
    int i;

    for (i = 0; i < u->places; i++) {
        retire(u, i, 0);
    }
    while (u->following->gone) {
        member_t *m = u->following->gone;

        u->following->gone = m->next;
        if (m->at_run_time) {
            destroy(m);
        }
    }
    return APR_SUCCESS;
}

void upstream_places_create(upstream_t *u, int first_id, apr_pool_t *pool)
{
    u->following = apr_pcalloc(pool, sizeof(*u->following));
    u->following->first_id = first_id;
    u->following->pool = pool;
    u->following->changes = u->balancer->changes(u->balancer_pool) - 1;
    u->places = u->balancer->places(u->balancer_pool);
    u->place = apr_pcalloc(pool, sizeof(*u->place) * (size_t)u->places);
    apr_pool_cleanup_register(pool, u, free_all, apr_pool_cleanup_null);
}

void upstream_places_open(upstream_t *u, int first_id, apr_pool_t *pool)
{
    int i;

    upstream_places_create(u, first_id, pool);
    u->following->changes = u->balancer->changes(u->balancer_pool);
    for (i = 0; i < u->places; i++) {
        open_place(u, i);
    }
}
