/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_dns.h: whether an address has a name in a domain, and the name that
 * address.  Layer L1.
 *
 * A thread of each child asks DNS (c-ares), some questions at once.  Who asks
 * does not wait: the answer is told when it is there. */
#ifndef RPROXY_GUARD_BOT_DNS_H
#define RPROXY_GUARD_BOT_DNS_H

#include <apr_pools.h>

#include "../address/address.h"
#include "agent_lines.h"
#include "bot_proofs.h"

typedef struct {
    address_t address;
    uint64_t hash; /* the caller's own */
    char domains[AGENT_DOMAINS_MAX];
} bot_question_t;

/* On the thread of bot_dns.  BOT_UNKNOWN: DNS does not answer. */
typedef void bot_answer_fn(const bot_question_t *question, bot_proof_e proof);

/* NULL, or what this build is without. */
const char *bot_dns_missing(void);

/* Are these "address[:port],..."?  @return NULL, or why not */
const char *bot_dns_check_servers(const char *servers);

/* In a child.
 * @param servers  NULL: those of the system
 * @param pool     its cleanup ends the thread; unanswered questions go */
apr_status_t bot_dns_start(const char *servers, bot_answer_fn *answer,
                           apr_pool_t *pool);

/* Any thread, at once.  @return 0: too many wait already, or there is no
 * thread */
int bot_dns_ask(const bot_question_t *question);

#endif
