/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban.c: see ban.h.  Layer L2. */
#include "guard_private.h"
#include "ban.h"

#include <errno.h>
#include <pthread.h>

#include "driver/clock.h"
#include "config/config_option.h"
#include "shared/shared_area.h"

enum {
    TIDY_PLACES = 8192 /* of the table, under one hold of the lock */
};

/* At the beginning of the area, the table behind it. */
typedef struct {
    pthread_mutex_t lock;
    int32_t is_made;
    uint32_t tidied_at; /* atomic: second */
    uint32_t tidied;    /* places up to here; under the lock */
} __attribute__((aligned(64))) shared_t;

static shared_t *shared;
static ban_table_t table;
static guard_ban_rules_t rules;

/* ---- memory and lock ---- */

static int make_lock(shared_t *area)
{
    pthread_mutexattr_t attributes;
    int rv = pthread_mutexattr_init(&attributes);

    rv = rv ? rv
            : pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    rv = rv ? rv
            : pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    rv = rv ? rv : pthread_mutex_init(&area->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    area->is_made = rv == 0;
    return rv;
}

int guard_ban_open(server_rec *s, const guard_ban_rules_t *configured,
                   siphash_key_t secret)
{
    uint32_t sets = ban_table_sets((uint32_t)configured->size);
    shared_t *area =
        shared_area(s, "bans", sizeof(*area) + ban_table_room(sets));
    int rv;

    if (!area) {
        return 0;
    }
    rv = area->is_made ? 0 : make_lock(area);
    if (rv) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     RPLOGNO(4020) "no lock for bans");
        return 0;
    }
    rules = *configured;
    table = ban_table_at(area + 1, sets, secret);
    shared = area;
    return 1;
}

/* A process that was killed with it leaves whole bans (ban_table.h), the last
 * of them perhaps not told. */
static int lock(void)
{
    int rv = shared ? pthread_mutex_lock(&shared->lock) : EINVAL;

    if (rv == EOWNERDEAD) {
        rv = pthread_mutex_consistent(&shared->lock);
        ban_table_changed(&table);
    }
    return rv == 0;
}

static void unlock(void)
{
    pthread_mutex_unlock(&shared->lock);
}

uint32_t guard_ban_now(void)
{
    return (uint32_t)(clock_now() / APR_USEC_PER_SEC) + 1;
}

const ban_table_t *guard_ban_table(void)
{
    return &table;
}

/* ---- changing ---- */

network_t guard_ban_network(address_t address, int prefix)
{
    int is_v4 = address_is_v4(address), all = is_v4 ? 32 : 128;
    network_t network;

    if (prefix < 0) {
        prefix = is_v4 ? 32 : rules.v6;
    }
    prefix = prefix > all ? all : prefix;
    network.bits = (uint8_t)(prefix + 128 - all);
    network.first = address_masked(address, network.bits);
    return network;
}

static int add(const ban_order_t *order)
{
    int entered = 0;

    if (lock()) {
        entered = ban_table_add(&table, order, guard_ban_now());
        unlock();
    }
    return entered;
}

static uint32_t seconds_of(int64_t seconds)
{
    return seconds <= 0              ? (uint32_t)rules.time
           : seconds > OPTION_YEAR_S ? OPTION_YEAR_S
                                     : (uint32_t)seconds;
}

void guard_ban_add(address_t network, int prefix, int64_t seconds,
                   const char *rule, const char *why)
{
    ban_order_t order = { .network = guard_ban_network(network, prefix),
                          .seconds = seconds_of(seconds),
                          .longest = (uint32_t)rules.longest,
                          .rule = rule,
                          .why = why };

    if (order.longest < order.seconds) {
        order.longest = order.seconds;
    }
    add(&order);
}

int guard_ban_order(network_t network, int64_t seconds, const char *why)
{
    ban_order_t order = { .network = network,
                          .seconds = seconds_of(seconds),
                          .longest = (uint32_t)rules.longest,
                          .by_hand = 1,
                          .rule = "order",
                          .why = why };

    return add(&order);
}

int guard_ban_forget(network_t network)
{
    int was_banned = 0;

    if (lock()) {
        was_banned = ban_table_remove(&table, network, guard_ban_now());
        unlock();
    }
    return was_banned;
}

int guard_ban_remove(address_t network, int prefix)
{
    return guard_ban_forget(guard_ban_network(network, prefix));
}

int guard_ban_restore(const ban_t *ban)
{
    int entered = 0;

    if (lock()) {
        entered = ban_table_restore(&table, ban, guard_ban_now());
        unlock();
    }
    return entered;
}

/* A piece of the table, so that nobody waits for long. */
static void tidy(uint32_t now)
{
    uint32_t places = ban_table_places(&table), from, to;

    if (!lock()) {
        return;
    }
    from = shared->tidied < places ? shared->tidied : 0;
    to = places - from > TIDY_PLACES ? from + TIDY_PLACES : places;
    ban_table_tidy(&table, now, from, to);
    shared->tidied = to;
    unlock();
}

void guard_ban_tidy(void)
{
    uint32_t now = guard_ban_now();

    if (shared
        && __atomic_exchange_n(&shared->tidied_at, now, __ATOMIC_RELAXED)
               != now) {
        tidy(now);
    }
}

/* ---- looking ---- */

int guard_ban_find(address_t client, guard_ban_t *out)
{
    return shared && ban_table_find(&table, client, guard_ban_now(), out);
}

uint64_t guard_ban_version(void)
{
    return shared ? 1 + ban_table_version(&table) : 1;
}

void guard_ban_refused(const guard_ban_t *ban)
{
    ban_table_refused(&table, ban);
}

uint32_t guard_ban_left(const guard_ban_t *ban)
{
    uint32_t now = guard_ban_now();

    return ban->until > now ? ban->until - now : 0;
}
