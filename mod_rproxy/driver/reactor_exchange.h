/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reactor_exchange.h: exchanges on an event loop.  Layer L1. */
#ifndef RPROXY_REACTOR_EXCHANGE_H
#define RPROXY_REACTOR_EXCHANGE_H

#include "reactor.h"

/* Begins an exchange made for this loop (x->env is the reactor's). */
void reactor_exchange_start(reactor_t *reactor, exchange_t *x);

/* Something it waited for on the client's side has come: goes on with it at
 * the end of this turn or now.  x->finished is called when it is over. */
void reactor_exchange_step(exchange_t *x);

/* Cancels it (the client went away): x->finished is not called. */
void reactor_exchange_cancel(exchange_t *x, outcome_e outcome);

#endif
