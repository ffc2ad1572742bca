/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bots.h: what kind of client sent a request.  Layer L2. */
#ifndef RPROXY_GUARD_BOTS_H
#define RPROXY_GUARD_BOTS_H

#include <httpd.h>

#include "../config/rule_action.h"
#include "agent_list.h"

typedef enum {
    BOTS_VERIFY_DNS, /* lists first */
    BOTS_VERIFY_LIST,
    BOTS_VERIFY_OFF /* whoever says so stays a claim */
} bots_verify_e;

/* RProxyGuardBots */
typedef struct {
    agent_list_t *agents; /* NULL: nobody is told apart */
    bots_verify_e verify;
    const char *servers; /* of DNS; NULL: those of the system */
} bots_config_t;

/* RProxyGuardBot: what becomes of one class. */
typedef struct {
    guard_action_t action;
    const char *where;
    int stale_only; /* nothing of an upstream that is busy */
} bots_rule_t;

/* In post_config.  @return 0: it cannot be, the log says why */
int bots_open(server_rec *s, apr_pool_t *ptemp);

/* In a child. */
void bots_start(server_rec *s, apr_pool_t *pchild);

/* Now and then: reads the file again when it has changed. */
void bots_look(apr_pool_t *pool);

/* Finds out the class, once, and notes it for others: bot_class of
 * guard_request.h, %{bot}^RP, RPROXY_BOT.
 * @return BOT_CLASS_COUNT: RProxyGuardBots is not there */
bot_class_e bots_class_of(request_rec *r);

/* Requests of each class, of all children since the start.
 * @return [BOT_CLASS_COUNT], atomics */
const uint64_t *bots_seen(void);

#endif
