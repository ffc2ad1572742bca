/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_private.h: what the parts of the exchange share.  Layer L1.
 * exchange.c: its life; exchange_member.c: which member; exchange_wait.c:
 * until one has room; exchange_attempt.c: attempts and retries;
 * exchange_race.c: a second member at the same time; exchange_request.c: bytes
 * to the member; exchange_response.c: bytes from it. */
#ifndef RPROXY_EXCHANGE_PRIVATE_H
#define RPROXY_EXCHANGE_PRIVATE_H

#include "exchange.h"

/* The only places where the two states change. */
void exchange_request_transit(exchange_t *x, request_state_e to);
void exchange_response_transit(exchange_t *x, response_state_e to);

void exchange_log(exchange_t *x, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The attempt is over without a usable response: next try or the end.
 * @param why names no address; it may reach a log, never a client */
void exchange_attempt_failed(exchange_t *x, retry_failure_e failure,
                             outcome_e outcome, int status, const char *why,
                             apr_time_t now);

/* No connection to one address: the next one, or the end of the attempt. */
void exchange_connect_failed(exchange_t *x, outcome_e outcome, int status,
                             const char *why, apr_time_t now);

/* Chooses a member that was not tried.
 * @return NULL and *why, and whether it is only that all are full */
member_t *exchange_member_choose(exchange_t *x, const char **why, int *full,
                                 apr_time_t now);

/* All members are full: waits, or ends the exchange with 503. */
void exchange_wait_begin(exchange_t *x, const char *why, apr_time_t now);

/* The member it has been given has room, but idle connections of others still
 * have its places: asks again soon.  @return 0: it does not wait for that */
int exchange_wait_for_connection(exchange_t *x, apr_time_t now);

/* Whatever it waited for, it does no longer. */
void exchange_wait_end(exchange_t *x, balancer_exit_e why, apr_time_t now);

/* The time to wait is over, or that until it asks again. */
apr_time_t exchange_wait_deadline(const exchange_t *x);
void exchange_wait_on_deadline(exchange_t *x, apr_time_t now);

/* Is there another one to choose? */
int exchange_member_is_left(const exchange_t *x, apr_time_t now);

/* Leaves an answer of this status for another one, where the policy says so.
 * @return 1 when another attempt begins */
int exchange_retry_status(exchange_t *x, int status, apr_time_t now);

/* What an answer of this status, which is not passed on, says of the member. */
void exchange_count_answer(exchange_t *x, int status, apr_time_t now);

/* At the begin of an attempt: when to think of a second one.  At that time. */
void exchange_race_arm(exchange_t *x, apr_time_t now);
void exchange_race_due(exchange_t *x, apr_time_t now);

/* Asks another member too. */
void exchange_race_begin(exchange_t *x, apr_time_t now);

/* A head with this status has come.
 * @return 1: it is for the client, and x alone goes on; 0: x is done */
int exchange_race_answer(exchange_t *x, int status, apr_time_t now);

/* x is done: the other one goes on alone, or ends as well. */
void exchange_race_leave(exchange_t *x);
void exchange_race_cancel(exchange_t *x, outcome_e outcome, apr_time_t now);

/* The member wants no request for so long (usec). */
void exchange_member_pause(const exchange_t *x, apr_interval_time_t time,
                           apr_time_t now);

/* Ends the exchange: gives the connection back or closes it. */
void exchange_finish(exchange_t *x, outcome_e outcome, int status,
                     const char *why, apr_time_t now);

/* Gives the connection back if it can serve again, else closes it. */
void exchange_release_conn(exchange_t *x, int reusable, apr_time_t now);

/* Is there some of the time for the whole exchange? */
int exchange_time_left(const exchange_t *x, apr_time_t now);

/* Drops what belongs to this attempt. */
void exchange_drop_buffers(exchange_t *x);

/* Drops the request body chunks that are held. */
void exchange_drop_body(exchange_t *x);

/* Before another attempt: a source that can goes back to its first byte. */
void exchange_rewind_body(exchange_t *x);

/* To a balancer: the member answers; it serves this exchange no longer.
 * @param status of its answer, 0 where none came */
void exchange_member_answered(exchange_t *x, apr_time_t now);
void exchange_leave_member(exchange_t *x, balancer_result_e result,
                           outcome_e outcome, int status, apr_time_t now);

metrics_member_t *exchange_member_metrics(const exchange_t *x);

#endif
