/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_link.h: a connection to a Redis, through hiredis.  Layer L1.
 *
 * For one thread that has nothing else to do: it waits for each answer, for
 * server->timeout at most.  What comes back is believed in nothing: a reply of
 * another kind, length or number than asked for is a fault, as is one of more
 * than REDIS_REPLY_MAX bytes.  After a fault there is only redis_link_close. */
#ifndef RPROXY_GUARD_REDIS_LINK_H
#define RPROXY_GUARD_REDIS_LINK_H

#include <stddef.h>
#include <stdint.h>

#include <apr_time.h>

enum {
    REDIS_FAULT_MAX = 160,
    REDIS_REPLY_MAX = 1 << 20
};

typedef struct {
    const char *host; /* NULL: path */
    const char *path;
    int port;
    int database;
    const char *user, *password; /* NULL: none */
    apr_interval_time_t timeout;
} redis_server_t;

typedef struct redis_link_t redis_link_t;

/* A phrase for the log; visible ASCII. */
typedef struct {
    char text[REDIS_FAULT_MAX];
} redis_fault_t;

/* Is hiredis there? */
int redis_link_is_built_in(void);

/* Connected, logged in, its database chosen.  A name of a host is asked for in
 * DNS, which may take longer than the timeout.
 * @return NULL and *fault */
redis_link_t *redis_link_open(const redis_server_t *server,
                              redis_fault_t *fault);

/* *link may be NULL. */
void redis_link_close(redis_link_t **link);

/* A command whose answer is a text.
 * @param argv  [argc], strings
 * @param out   [size]
 * @return 0 and *fault */
int redis_link_text(redis_link_t *link, int argc, const char **argv, char *out,
                    size_t size, redis_fault_t *fault);

/* A command whose answer is a number.  @return 0 and *fault */
int redis_link_number(redis_link_t *link, int argc, const char **argv,
                      int64_t *out, redis_fault_t *fault);

/* What a list has: a text or a number. */
typedef struct {
    const char *text; /* [len], and 0 behind it; NULL: a number */
    size_t len;
    int64_t number;
} redis_item_t;

/* A command whose answer is a list.
 * @param out   [most], good until the next command
 * @return so many; -1 and *fault */
int redis_link_list(redis_link_t *link, int argc, const char **argv,
                    redis_item_t *out, int most, redis_fault_t *fault);

#endif
