/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agent_list.h: a file of user agents, read again when it changes.  Layer L1.
 *
 * As named_list.h has it: requests look in one of two places while a thread
 * makes the other one new. */
#ifndef RPROXY_GUARD_AGENT_LIST_H
#define RPROXY_GUARD_AGENT_LIST_H

#include <apr_pools.h>

#include "agent_lines.h"

typedef struct agent_list_t agent_list_t;

/* What a line says.  Empty text: nothing. */
typedef struct {
    bot_class_e class;
    char domains[AGENT_DOMAINS_MAX], list[AGENT_LIST_MAX];
} agent_t;

/* What it has read goes with pool. */
agent_list_t *agent_list_create(apr_pool_t *pool, const char *path);

/* Of a file that cannot be read or has a wrong line nothing is taken.
 * @param pool  of the error text
 * @return NULL, or what is wrong, a sentence */
const char *agent_list_load(agent_list_t *list, apr_pool_t *pool);

/* Has the file changed since it was read last? */
int agent_list_changed(agent_list_t *list, apr_pool_t *pool);

/* The first line that fits; class BOT_CLASS_COUNT: none.  Any thread.
 * @param agent  the User-Agent field */
void agent_list_find(agent_list_t *list, slice_t agent, agent_t *found);

/* Another one after each load. */
uint32_t agent_list_version(const agent_list_t *list);

/* Lines in it, and its path. */
uint32_t agent_list_count(const agent_list_t *list);
const char *agent_list_path(const agent_list_t *list);

#endif
