/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message.h: tells a command of the administrator's what has happened to
 * upstreams and members (RProxyMessageCmd).  Layer L2.
 *
 * Any process posts; the one that looks after the members runs the command, one
 * at a time.  What is posted outlives the processes, graceful restarts too. */
#ifndef RPROXY_BALANCER_MESSAGE_H
#define RPROXY_BALANCER_MESSAGE_H

#include <httpd.h>
#include <http_config.h>

#include "message_queue.h"

/* RProxyMessageCmd */
const char *message_directive(cmd_parms *cmd, void *dir, int argc,
                              char *const argv[]);

/* In pre_config: nothing is configured. */
void message_forget(void);

/* While hooks are registered: rproxy_message of mod_rproxy.h. */
void message_register(void);

/* In post_config. */
apr_status_t message_configure(apr_pool_t *pconf, server_rec *s);

/* Any process and thread; does not wait for the command.
 * @param member  NULL where it is about the upstream
 * @param reason  words for people */
void message_post(message_kind_e kind, const char *upstream, const char *member,
                  const char *reason);

/* In the process that looks after the members, some ten times a second. */
void message_tick(int64_t now_us);

#endif
