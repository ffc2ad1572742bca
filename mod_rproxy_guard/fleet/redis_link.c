/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_link.c: see redis_link.h.  Layer L1. */
#include "redis_link.h"

#ifdef HAVE_HIREDIS

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <hiredis/hiredis.h>

enum {
    ELEMENTS_MAX = 4096,
    ANSWER_SIZE = 64 /* of what is answered with OK */
};

/* hiredis has changed the type of a count. */
#if HIREDIS_MAJOR == 0
typedef int elements_t;
#else
typedef size_t elements_t;
#endif

struct redis_link_t {
    redisContext *context;
    apr_interval_time_t timeout;
    redisReply *list; /* of redis_link_list, or NULL */
    redisReplyObjectFunctions functions;
    void *(*create_array)(const redisReadTask *task, elements_t n);
};

int redis_link_is_built_in(void)
{
    return 1;
}

/* ---- faults ---- */

/* @return 0 */
static int __attribute__((format(printf, 2, 3)))
say(redis_fault_t *fault, const char *format, ...)
{
    va_list args;
    char *c;

    va_start(args, format);
    vsnprintf(fault->text, sizeof(fault->text), format, args);
    va_end(args);
    for (c = fault->text; *c; c++) {
        *c = *c >= ' ' && *c < 127 ? *c : '?';
    }
    return 0;
}

static int fail_as_context(redis_link_t *link, redis_fault_t *fault)
{
    return say(fault, "%.100s", link->context->errstr);
}

/* ---- replies ---- */

/* Memory is taken for as many as Redis says that there are. */
static void *create_array(const redisReadTask *task, elements_t n)
{
    redis_link_t *link = task->privdata;

    return (size_t)n <= ELEMENTS_MAX ? link->create_array(task, n) : NULL;
}

/* @return 0: time is up */
static int await(redis_link_t *link, short events, apr_time_t deadline)
{
    struct pollfd fd = { .fd = link->context->fd, .events = events };
    apr_time_t now = apr_time_now();
    int n;

    /* a clock that is set back does not make it wait longer */
    if (deadline > now + link->timeout) {
        deadline = now + link->timeout;
    }
    do {
        n = now < deadline ? poll(&fd, 1, (int)((deadline - now) / 1000) + 1)
                           : 0;
        now = apr_time_now();
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

static int write_all(redis_link_t *link, apr_time_t deadline,
                     redis_fault_t *fault)
{
    int done = 0;

    while (!done) {
        if (!await(link, POLLOUT, deadline)) {
            return say(fault, "it takes nothing");
        }
        if (redisBufferWrite(link->context, &done) != REDIS_OK) {
            return fail_as_context(link, fault);
        }
    }
    return 1;
}

/* What is there.  @return its length, 0: nothing came, and why */
static size_t read_some(redis_link_t *link, apr_time_t deadline,
                        redis_fault_t *fault)
{
    char bytes[16384];
    ssize_t n;

    do {
        if (!await(link, POLLIN, deadline)) {
            say(fault, "no answer for %d ms",
                (int)apr_time_as_msec(link->timeout));
            return 0;
        }
        n = recv(link->context->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    } while (n < 0 && (errno == EAGAIN || errno == EINTR));
    if (n <= 0) {
        say(fault, "it closed the connection");
        return 0;
    }
    if (redisReaderFeed(link->context->reader, bytes, (size_t)n) != REDIS_OK) {
        say(fault, "no memory");
        return 0;
    }
    return (size_t)n;
}

/* @return NULL and *fault */
static redisReply *read_reply(redis_link_t *link, apr_time_t deadline,
                              redis_fault_t *fault)
{
    size_t len = 0, n;
    void *reply = NULL;

    for (;;) {
        if (redisReaderGetReply(link->context->reader, &reply) != REDIS_OK) {
            say(fault, "that is not Redis: %.100s",
                link->context->reader->errstr);
            return NULL;
        }
        if (reply) {
            return reply;
        }
        n = read_some(link, deadline, fault);
        if (!n) {
            return NULL;
        }
        len += n;
        if (len > REDIS_REPLY_MAX) {
            say(fault, "an answer without end");
            return NULL;
        }
    }
}

static void forget_list(redis_link_t *link)
{
    if (link->list) {
        freeReplyObject(link->list);
        link->list = NULL;
    }
}

/* @return NULL and *fault */
static redisReply *ask(redis_link_t *link, int argc, const char **argv,
                       redis_fault_t *fault)
{
    apr_time_t deadline = apr_time_now() + link->timeout;
    redisReply *reply = NULL;

    forget_list(link);
    if (redisAppendCommandArgv(link->context, argc, argv, NULL) != REDIS_OK) {
        fail_as_context(link, fault);
    }
    else if (write_all(link, deadline, fault)) {
        reply = read_reply(link, deadline, fault);
    }
    if (reply && reply->type == REDIS_REPLY_ERROR) {
        say(fault, "it says %.120s", reply->str);
        freeReplyObject(reply);
        reply = NULL;
    }
    return reply;
}

static int is_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING
           || reply->type == REDIS_REPLY_STATUS;
}

/* @return 0 and *fault */
static int is_good(int good, const char *command, redisReply *reply,
                   redis_fault_t *fault)
{
    freeReplyObject(reply);
    return good ? 1
                : say(fault, "%.40s is answered with something else", command);
}

int redis_link_text(redis_link_t *link, int argc, const char **argv, char *out,
                    size_t size, redis_fault_t *fault)
{
    redisReply *reply = ask(link, argc, argv, fault);
    int good;

    if (!reply) {
        return 0;
    }
    good = is_text(reply) && reply->len < size;
    if (good) {
        memcpy(out, reply->str, reply->len);
        out[reply->len] = '\0';
    }
    return is_good(good, argv[0], reply, fault);
}

int redis_link_number(redis_link_t *link, int argc, const char **argv,
                      int64_t *out, redis_fault_t *fault)
{
    redisReply *reply = ask(link, argc, argv, fault);

    if (!reply) {
        return 0;
    }
    *out = reply->integer;
    return is_good(reply->type == REDIS_REPLY_INTEGER, argv[0], reply, fault);
}

static int is_item(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING
           || reply->type == REDIS_REPLY_INTEGER;
}

int redis_link_list(redis_link_t *link, int argc, const char **argv,
                    redis_item_t *out, int most, redis_fault_t *fault)
{
    redisReply *reply = ask(link, argc, argv, fault);
    int good, i;

    if (!reply) {
        return -1;
    }
    good = reply->type == REDIS_REPLY_ARRAY && reply->elements <= (size_t)most;
    for (i = 0; good && i < (int)reply->elements; i++) {
        const redisReply *item = reply->element[i];

        good = is_item(item);
        out[i] = (redis_item_t){ item->str, item->len, item->integer };
    }
    if (!good) {
        is_good(0, argv[0], reply, fault);
        return -1;
    }
    link->list = reply;
    return i;
}

/* ---- open and close ---- */

static void limit_arrays(redis_link_t *link)
{
    redisReader *reader = link->context->reader;

    link->functions = *reader->fn;
    link->create_array = link->functions.createArray;
    link->functions.createArray = create_array;
    reader->fn = &link->functions;
    reader->privdata = link;
}

static int log_in(redis_link_t *link, const redis_server_t *server,
                  redis_fault_t *fault)
{
    char answer[ANSWER_SIZE], number[16];
    const char *short_form[] = { "AUTH", server->password };
    const char *long_form[] = { "AUTH", server->user, server->password };
    const char *choice[] = { "SELECT", number };

    if (server->password
        && !(server->user ? redis_link_text(link, 3, long_form, answer,
                                            sizeof(answer), fault)
                          : redis_link_text(link, 2, short_form, answer,
                                            sizeof(answer), fault))) {
        return 0;
    }
    snprintf(number, sizeof(number), "%d", server->database);
    return server->database == 0
           || redis_link_text(link, 2, choice, answer, sizeof(answer), fault);
}

redis_link_t *redis_link_open(const redis_server_t *server,
                              redis_fault_t *fault)
{
    redis_link_t *link = calloc(1, sizeof(*link));

    if (!link) {
        say(fault, "no memory");
        return NULL;
    }
    link->timeout = server->timeout;
    link->context = server->host
                        ? redisConnectNonBlock(server->host, server->port)
                        : redisConnectUnixNonBlock(server->path);
    if (!link->context || link->context->err) {
        say(fault, "%.100s",
            link->context ? link->context->errstr : "no memory");
        redis_link_close(&link);
        return NULL;
    }
    limit_arrays(link);
    if (!log_in(link, server, fault)) {
        redis_link_close(&link);
    }
    return link;
}

void redis_link_close(redis_link_t **link)
{
    if (*link) {
        forget_list(*link);
        if ((*link)->context) {
            redisFree((*link)->context);
        }
        free(*link);
        *link = NULL;
    }
}

#else

int redis_link_is_built_in(void)
{
    return 0;
}

redis_link_t *redis_link_open(const redis_server_t *server,
                              redis_fault_t *fault)
{
    *fault = (redis_fault_t){ "this build is without hiredis" };
    return NULL;
}

void redis_link_close(redis_link_t **link)
{
    *link = NULL;
}

int redis_link_text(redis_link_t *link, int argc, const char **argv, char *out,
                    size_t size, redis_fault_t *fault)
{
    return 0;
}

int redis_link_number(redis_link_t *link, int argc, const char **argv,
                      int64_t *out, redis_fault_t *fault)
{
    return 0;
}

int redis_link_list(redis_link_t *link, int argc, const char **argv,
                    redis_item_t *out, int most, redis_fault_t *fault)
{
    return -1;
}

#endif
