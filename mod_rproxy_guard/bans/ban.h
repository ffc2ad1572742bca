/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban.h: the bans of this server, the same in all its processes.  Layer L2.
 *
 * Any thread, from post_config on.  Who looks never waits; who changes
 * something holds a lock for a microsecond, which a killed process gives
 * back. */
#ifndef RPROXY_GUARD_BAN_H
#define RPROXY_GUARD_BAN_H

#include <httpd.h>

#include "ban_table.h"

typedef ban_t guard_ban_t;

/* RProxyGuardBans; times in whole seconds. */
typedef struct {
    int size; /* bans there is room for */
    int time; /* of the first ban, where a rule says none */
    int longest;
    int v6; /* bits of an IPv6 network that is banned with its address */
} guard_ban_rules_t;

#define GUARD_BAN_PREFIX (-1) /* IPv4: the address; IPv6: as configured */

/* In post_config.  @return 0: no memory, and the log says so */
int guard_ban_open(server_rec *s, const guard_ban_rules_t *rules,
                   siphash_key_t secret);

/* By a rule.  Who comes again is banned for twice as long each time.
 * @param prefix   as people write it, 0 to 32 of IPv4, 0 to 128 of IPv6, or
 *                 GUARD_BAN_PREFIX
 * @param seconds  0: the configured time
 * @param rule     its name; both are copied, up to their maximum
 * @param why      a phrase */
void guard_ban_add(address_t network, int prefix, int64_t seconds,
                   const char *rule, const char *why);

/* By somebody's order: for just that long, and it gives way to no rule's.
 * @return 0: there is no place */
int guard_ban_order(network_t network, int64_t seconds, const char *why);

/* Is this client banned?  @return 0: no */
int guard_ban_find(address_t client, guard_ban_t *out);

/* Who was not banned is not banned as long as this is the same; to be asked
 * before.  Never 0. */
uint64_t guard_ban_version(void);

/* A request of a banned client was refused. */
void guard_ban_refused(const guard_ban_t *ban);

/* Forgets it, how often it was banned too.  @return 0: it was not banned */
int guard_ban_remove(address_t network, int prefix);

int guard_ban_forget(network_t network);

/* Seconds until it ends; 0: it has ended. */
uint32_t guard_ban_left(const guard_ban_t *ban);

/* What an address is banned as; prefix as above, wrong ones as the nearest. */
network_t guard_ban_network(address_t address, int prefix);

/* ---- for reports and the file ---- */

const ban_table_t *guard_ban_table(void);
uint32_t guard_ban_now(void);

/* Enters bans read from a file. */
int guard_ban_restore(const ban_t *ban);

/* Each second, in any process. */
void guard_ban_tidy(void);

#endif
