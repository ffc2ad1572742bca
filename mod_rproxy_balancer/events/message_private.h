/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_private.h: what the files of messages share.  Layer L2. */
#ifndef RPROXY_MESSAGE_PRIVATE_H
#define RPROXY_MESSAGE_PRIVATE_H

#include "../balancer_private.h"
#include "message.h"
#include "message_board.h"

typedef struct {
    const char *const *argv; /* the command and its own arguments */
    int argc;
    apr_interval_time_t timeout;
    unsigned kinds; /* bit: message_kind_e */
} message_conf_t;

extern message_conf_t message_conf;    /* argc 0: no command */
extern message_board_t *message_board; /* or NULL */

/* message_run.c: in the elected process. */
void message_run(int64_t now_us);

#endif
