/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* connections.c: see connections.h.  Layer L2. */
#include "guard_private.h"
#include "connections.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <http_connection.h>
#include <http_main.h>

#include "../address/peer.h"
#include "../checks/checks.h"
#include "../config/guard_config.h"
#include "../shared/child_slots.h"
#include "../shared/shared_area.h"
#include "../status/log_pace.h"
#include "open_table.h"

enum {
    LINES_A_SECOND = 10,
    CONNECTIONS_MAX = 65536, /* of a process, that tables are made for */
    KEYS_OF_CONNECTION = 2   /* address and network */
};

/* In the area; all atomics. */
typedef struct {
    uint64_t refused[CONNECTIONS_REASONS];
    uint64_t uncounted;
} __attribute__((aligned(64))) shared_counts_t;

/* One for each slot: who holds nothing needs not be looked through. */
typedef struct {
    uint64_t open; /* connections; atomic */
} __attribute__((aligned(64))) slot_t;

static struct {
    shared_counts_t *counts; /* NULL: there is no directive */
    slot_t *slot;            /* [slots] */
    limit_table_t rates, resets;
    open_table_t table; /* of slot 0; the others follow */
} area;

/* ---- memory ---- */

/* A connection is a descriptor, or a thread. */
static uint64_t connections_of_process(void)
{
    struct rlimit limit;
    int async = 0, threads = 1;

    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    if (!async) {
        return (uint64_t)(threads > 0 ? threads : 1);
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur < CONNECTIONS_MAX ? limit.rlim_cur : CONNECTIONS_MAX;
}

static size_t table_entries(const open_table_t *table)
{
    return (size_t)table->sets * OPEN_TABLE_SET;
}

static open_table_t table_of(int slot)
{
    open_table_t table = area.table;

    table.entry += (size_t)slot * table_entries(&table);
    return table;
}

/* Of a process that is gone: nobody else writes here. */
static void empty(int slot)
{
    open_table_t table = table_of(slot);
    size_t i, n = table_entries(&table);

    if (__atomic_load_n(&area.slot[slot].open, __ATOMIC_RELAXED)) {
        for (i = 0; i < n; i++) {
            __atomic_store_n(&table.entry[i], 0, __ATOMIC_RELAXED);
        }
        __atomic_store_n(&area.slot[slot].open, 0, __ATOMIC_RELAXED);
    }
}

int connections_open(server_rec *s)
{
    const guard_connections_t *conf = &guard_global->connections;
    size_t slots = (size_t)child_slots_count(), rates, size;
    char *at;

    area.counts = NULL;
    if (!conf->where) {
        return 1;
    }
    area.rates.sets = area.resets.sets = limit_table_sets((uint64_t)conf->keys);
    area.table.sets =
        open_table_sets(connections_of_process() * KEYS_OF_CONNECTION);
    rates = limit_table_room(area.rates.sets);
    size = sizeof(shared_counts_t) + slots * sizeof(slot_t) + 2 * rates
           + slots * table_entries(&area.table) * sizeof(uint64_t);
    at = shared_area(s, "connections", size);
    if (!at) {
        return 0;
    }
    area.slot = (slot_t *)(at + sizeof(shared_counts_t));
    area.rates.entry = (uint64_t *)(area.slot + slots);
    area.resets.entry = area.rates.entry + rates / sizeof(uint64_t);
    area.table.entry = area.resets.entry + rates / sizeof(uint64_t);
    area.counts = (shared_counts_t *)at;
    child_slots_empty_by(empty);
    return 1;
}

/* ---- counting ---- */

typedef struct {
    uint64_t hash[KEYS_OF_CONNECTION];
    int counted[KEYS_OF_CONNECTION];
} ticket_t;

static uint32_t open_of_all(uint64_t hash)
{
    int i, n = child_slots_used();
    uint32_t sum = 0;

    for (i = 0; i < n; i++) {
        if (__atomic_load_n(&area.slot[i].open, __ATOMIC_RELAXED)) {
            open_table_t table = table_of(i);

            sum += open_table_count(&table, hash);
        }
    }
    return sum;
}

static apr_status_t give_back(void *data)
{
    const ticket_t *ticket = data;
    int i, slot = child_slot();

    if (slot >= 0) {
        open_table_t table = table_of(slot);

        for (i = 0; i < KEYS_OF_CONNECTION; i++) {
            if (ticket->counted[i]) {
                open_table_remove(&table, ticket->hash[i]);
            }
        }
        __atomic_fetch_sub(&area.slot[slot].open, 1, __ATOMIC_RELAXED);
    }
    return APR_SUCCESS;
}

static uint64_t hash_of(network_t network)
{
    siphash_key_t key = guard_global->secret;

    key.low ^= network.bits;
    return siphash(key, slice_make((const char *)&network.first,
                                   sizeof(network.first)));
}

/* Counted first, then looked at: whatever others do at that moment, there are
 * never more than are allowed. */
static ticket_t *count(conn_rec *c, address_t address)
{
    ticket_t *ticket = apr_pcalloc(c->pool, sizeof(*ticket));
    open_table_t table = table_of(child_slot());
    int i;

    ticket->hash[0] = hash_of(peer_client(address));
    ticket->hash[1] = hash_of(peer_network(address));
    __atomic_fetch_add(&area.slot[child_slot()].open, 1, __ATOMIC_SEQ_CST);
    for (i = 0; i < KEYS_OF_CONNECTION; i++) {
        ticket->counted[i] = open_table_add(&table, ticket->hash[i]);
        if (!ticket->counted[i]) {
            __atomic_fetch_add(&area.counts->uncounted, 1, __ATOMIC_RELAXED);
        }
    }
    apr_pool_cleanup_register(c->pool, ticket, give_back,
                              apr_pool_cleanup_null);
    return ticket;
}

/* @return CONNECTIONS_REASONS: nothing speaks against it */
static connections_reason_e judge(const guard_connections_t *conf,
                                  const ticket_t *ticket)
{
    if (conf->rate.count
        && !limit_table_take(&area.rates, &conf->rate, ticket->hash[0],
                             apr_time_now(), 1)
                .rate.allowed) {
        return CONNECTIONS_RATE;
    }
    if (conf->address
        && open_of_all(ticket->hash[0]) > (uint32_t)conf->address) {
        return CONNECTIONS_ADDRESS;
    }
    if (conf->network
        && open_of_all(ticket->hash[1]) > (uint32_t)conf->network) {
        return CONNECTIONS_NETWORK;
    }
    return CONNECTIONS_REASONS;
}

/* ---- what becomes of it ---- */

static const struct {
    const char *name, *text;
} reasons[] = {
#define X(id, name, text) { name, text },
    CONNECTIONS_REFUSED(X)
#undef X
};

const char *connections_reason_name(connections_reason_e reason)
{
    return reasons[reason].name;
}

const char *connections_reason_text(connections_reason_e reason)
{
    return reasons[reason].text;
}

static void log_refused(conn_rec *c, connections_reason_e reason, int log_only)
{
    static log_pace_t pace;
    uint32_t more;

    if (log_pace_take(&pace, (uint32_t)apr_time_sec(apr_time_now()),
                      LINES_A_SECOND, &more)) {
        ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c,
                      RPLOGNO(4181) "connection of %s %s: %s (%s)",
                      c->client_ip, log_only ? "would be refused" : "refused",
                      reasons[reason].text, guard_global->connections.where);
    }
    if (more) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     RPLOGNO(4182) "%u more connections were refused in a "
                                   "second than are logged one by one",
                     more);
    }
}

/* By a reset: nothing is left in the kernel that waits for the client. */
static int refuse(conn_rec *c, apr_socket_t *socket)
{
    struct linger reset = { 1, 0 };
    apr_os_sock_t fd;

    if (socket && apr_os_sock_get(&fd, socket) == APR_SUCCESS) {
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    }
    c->aborted = 1;
    return HTTP_SERVICE_UNAVAILABLE;
}

static int is_banned(address_t address)
{
    guard_ban_t ban;

    if (!guard_ban_find(address, &ban)) {
        return 0;
    }
    guard_ban_refused(&ban);
    return 1;
}

/* Streams of HTTP/2 ask for their connection, on threads of their own: what
 * guard_connection.h remembers of it is not for them. */
static int is_excepted(const guard_settings_t *settings, address_t address)
{
    const apr_array_header_t *except = guard_global->connections.except;
    guard_connection_t known = { .client = address };
    int i;

    for (i = 0; except && i < except->nelts; i++) {
        if (named_list_find(APR_ARRAY_IDX(except, i, named_list_t *), address)
            != NETWORK_LIST_NONE) {
            return 1;
        }
    }
    return check_is_allowed(settings, &known);
}

static int are_there(const guard_settings_t *settings)
{
    return area.counts && child_slot() >= 0 && settings->mode >= GUARD_DETECT
           && guard_global->connections.action.kind != GUARD_ACTION_OFF;
}

/* @return 1 and *address: rules apply to this connection */
static int is_looked_at(const conn_rec *c, const guard_settings_t *settings,
                        address_t *address)
{
    return are_there(settings) && peer_address(c->client_addr, address)
           && !is_excepted(settings, *address);
}

static int is_log_only(const guard_settings_t *settings)
{
    return settings->mode == GUARD_DETECT
           || guard_global->connections.action.kind == GUARD_ACTION_LOG;
}

/* @return 1: it is more than logged */
static int speaks_against(conn_rec *c, const guard_settings_t *settings,
                          connections_reason_e reason)
{
    int log_only = is_log_only(settings);

    __atomic_fetch_add(&area.counts->refused[reason], 1, __ATOMIC_RELAXED);
    log_refused(c, reason, log_only);
    return !log_only;
}

static const guard_settings_t *settings_of(const conn_rec *c)
{
    return guard_settings_of(c->base_server->lookup_defaults);
}

static int pre_connection(conn_rec *c, void *csd)
{
    const guard_settings_t *settings = settings_of(c);
    connections_reason_e reason;
    address_t address;

    if (c->master || !is_looked_at(c, settings, &address)) {
        return DECLINED;
    }
    reason = is_banned(address)
                 ? CONNECTIONS_BANNED
                 : judge(&guard_global->connections, count(c, address));
    return reason != CONNECTIONS_REASONS && speaks_against(c, settings, reason)
               ? refuse(c, csd)
               : OK;
}

int connections_allow_reset(conn_rec *c)
{
    const rate_rule_t *rule = &guard_global->connections.resets;
    const guard_settings_t *settings = settings_of(c);
    address_t address;

    return !rule->count || !is_looked_at(c, settings, &address)
           || limit_table_take(&area.resets, rule,
                               hash_of(peer_client(address)), apr_time_now(), 1)
                  .rate.allowed
           || !speaks_against(c, settings, CONNECTIONS_RESETS);
}

connections_look_t connections_look(const guard_settings_t *settings,
                                    address_t address)
{
    const guard_connections_t *conf = &guard_global->connections;
    connections_look_t look = { .reason = CONNECTIONS_REASONS };
    uint64_t hash = hash_of(peer_client(address));
    guard_ban_t ban;

    if (!are_there(settings) || is_excepted(settings, address)) {
        return look;
    }
    look.is_looked_at = 1;
    look.log_only = is_log_only(settings);
    look.of_address = open_of_all(hash);
    look.of_network = open_of_all(hash_of(peer_network(address)));
    if (guard_ban_find(address, &ban)) {
        look.reason = CONNECTIONS_BANNED;
    }
    else if (conf->rate.count
             && !limit_table_look(&area.rates, &conf->rate, hash,
                                  apr_time_now(), 1)
                     .rate.allowed) {
        look.reason = CONNECTIONS_RATE;
    }
    else if (conf->address && look.of_address >= (uint32_t)conf->address) {
        look.reason = CONNECTIONS_ADDRESS;
    }
    else if (conf->network && look.of_network >= (uint32_t)conf->network) {
        look.reason = CONNECTIONS_NETWORK;
    }
    return look;
}

connections_counts_t connections_counts(void)
{
    connections_counts_t counts = { { 0 } };
    int i;

    for (i = 0; area.counts && i < CONNECTIONS_REASONS; i++) {
        counts.refused[i] =
            __atomic_load_n(&area.counts->refused[i], __ATOMIC_RELAXED);
    }
    for (i = 0; area.counts && i < child_slots_used(); i++) {
        counts.open += __atomic_load_n(&area.slot[i].open, __ATOMIC_RELAXED);
    }
    counts.uncounted =
        area.counts ? __atomic_load_n(&area.counts->uncounted, __ATOMIC_RELAXED)
                    : 0;
    return counts;
}

void connections_register(apr_pool_t *pool)
{
    ap_hook_pre_connection(pre_connection, NULL, NULL, APR_HOOK_FIRST);
}
