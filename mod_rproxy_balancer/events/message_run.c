/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_run.c: runs the command for the oldest message, then for the next.
 * Layer L2, on the thread of the process that looks after the members, which
 * waits for nothing here.
 *
 * A command is started and noted with its message, which is taken off when it
 * has ended.  Whoever comes after a process that was killed tells what was not
 * started, and waits for what was.  Of one killed between the start and the
 * note a message is told twice; none is lost. */
#include "message_private.h"

#include <unistd.h>

#include <apr_strings.h>
#include <http_log.h>
#include <http_main.h>

#include "command_run.h"

/* So many at once, then one each second. */
#define BURST 20
#define INTERVAL_US INT64_C(1000000)
/* Without a sign of the process that tells, another one does. */
#define TAKEN_FOR_US INT64_C(1000000)
#define GIVEN_UP_US INT64_C(2000000)

extern char **environ;

static struct {
    pid_t command; /* 0: none runs */
    int64_t since_us;
    int killed;
    message_t message; /* a copy */
    uint64_t lost_told;
    int64_t credit_us;
    int64_t credit_at_us;
} run;

/* ---- how many ---- */

static int may_start(int64_t now)
{
    if (!run.credit_at_us) {
        run.credit_us = BURST * INTERVAL_US;
    }
    else {
        run.credit_us += now - run.credit_at_us;
    }
    run.credit_at_us = now;
    if (run.credit_us > BURST * INTERVAL_US) {
        run.credit_us = BURST * INTERVAL_US;
    }
    return run.credit_us >= INTERVAL_US;
}

/* ---- the command ---- */

/* kind, upstream, member and reason come behind the administrator's own. */
static char **make_argv(apr_pool_t *p, const message_t *m)
{
    int i, n = message_conf.argc;
    const char **argv = apr_palloc(p, sizeof(char *) * ((size_t)n + 5));

    for (i = 0; i < n; i++) {
        argv[i] = message_conf.argv[i];
    }
    argv[n++] = message_kind_text(m->kind);
    argv[n++] = m->upstream;
    argv[n++] = m->member;
    argv[n++] = m->reason;
    argv[n] = NULL;
    return (char **)argv;
}

/* httpd's own, and the same again by name. */
static char **make_environment(apr_pool_t *p, const message_t *m)
{
    int i, n = 0;
    const char **envp;

    while (environ && environ[n]) {
        n++;
    }
    envp = apr_palloc(p, sizeof(char *) * ((size_t)n + 6));
    for (i = 0; i < n; i++) {
        envp[i] = environ[i];
    }
    envp[n++] =
        apr_pstrcat(p, "RPROXY_EVENT=", message_kind_text(m->kind), NULL);
    envp[n++] = apr_pstrcat(p, "RPROXY_UPSTREAM=", m->upstream, NULL);
    envp[n++] = apr_pstrcat(p, "RPROXY_MEMBER=", m->member, NULL);
    envp[n++] = apr_pstrcat(p, "RPROXY_REASON=", m->reason, NULL);
    envp[n++] = apr_psprintf(p, "RPROXY_TIME=%" APR_INT64_T_FMT, m->time_s);
    envp[n] = NULL;
    return (char **)envp;
}

static int start(pid_t *id, const message_t *m)
{
    apr_pool_t *p;
    int rv;

    apr_pool_create(&p, NULL);
    rv = command_start(id, make_argv(p, m), make_environment(p, m));
    apr_pool_destroy(p);
    return rv;
}

/* ---- the message at the front ---- */

/* The one before resigns when it is to stop, or was killed. */
static int is_runner(int64_t now)
{
    const int32_t self = (int32_t)getpid();
    message_board_t *b = message_board;
    int mine;

    message_board_lock(b);
    mine = b->runner == self || now - b->runner_at_us > TAKEN_FOR_US
           || now < b->runner_at_us;
    if (mine) {
        if (b->runner != self) {
            run.command = 0;
        }
        b->runner = self;
        b->runner_at_us = now;
    }
    message_board_unlock(b);
    return mine;
}

static int take(message_t *copy)
{
    const message_t *m;

    message_board_lock(message_board);
    m = message_queue_front(&message_board->queue);
    if (m) {
        *copy = *m;
    }
    message_board_unlock(message_board);
    return m != NULL;
}

/* @param command  0: it is told */
static void note(int32_t command)
{
    message_t *m;

    message_board_lock(message_board);
    m = message_queue_front(&message_board->queue);
    if (m && message_board->runner == getpid()) {
        m->command = command;
        if (!command) {
            message_queue_pop(&message_board->queue);
        }
    }
    message_board_unlock(message_board);
}

static void begin(int64_t now)
{
    pid_t id;
    int rv = 0;

    if (!take(&run.message)) {
        return;
    }
    id = run.message.command; /* of a process that is gone */
    if (!id) {
        run.credit_us -= INTERVAL_US;
        rv = start(&id, &run.message);
    }
    if (rv) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, ap_server_conf,
                     RPLOGNO(3076) "%s cannot be run for %s of %s",
                     message_conf.argv[0], message_kind_text(run.message.kind),
                     run.message.upstream);
        note(0);
        return;
    }
    note((int32_t)id);
    run.command = id;
    run.since_us = now;
    run.killed = 0;
}

/* ---- its end ---- */

static const char *end_text(command_state_e state)
{
    return run.killed                ? "took too long, it was ended"
           : state == COMMAND_EXITED ? "exit status"
           : state == COMMAND_KILLED ? "ended by signal"
                                     : "ended, nobody knows how,";
}

static void end(command_state_e state, int value)
{
    const message_t *m = &run.message;
    int good = state == COMMAND_EXITED && value == 0;

    ap_log_error(APLOG_MARK, good ? APLOG_INFO : APLOG_WARNING, 0,
                 ap_server_conf, RPLOGNO(3077) "%s for %s of %s %s: %s %d",
                 message_conf.argc ? message_conf.argv[0] : "a command",
                 message_kind_text(m->kind), m->upstream, m->member,
                 end_text(state), value);
    note(0);
    run.command = 0;
}

/* One that is not our child may stay for ever, dead and not waited for. */
static void look(int64_t now)
{
    int64_t over_us = now - run.since_us - message_conf.timeout;
    int value;
    command_state_e state = command_look(run.command, &value);

    if (state != COMMAND_RUNS || over_us > GIVEN_UP_US) {
        end(state == COMMAND_RUNS ? COMMAND_UNKNOWN : state, value);
    }
    else if (over_us > 0 && !run.killed) {
        run.killed = 1;
        command_kill(run.command);
    }
}

static void tell_lost(void)
{
    uint64_t lost =
        __atomic_load_n(&message_board->queue.lost, __ATOMIC_RELAXED);

    if (lost > run.lost_told) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     RPLOGNO(3078) "%" APR_UINT64_T_FMT
                                   " events were not told: too many at once",
                     (apr_uint64_t)(lost - run.lost_told));
        run.lost_told = lost;
    }
}

void message_run(int64_t now)
{
    if (!is_runner(now)) {
        return;
    }
    if (run.command) {
        look(now);
    }
    tell_lost();
    if (!run.command && message_conf.argc && may_start(now)) {
        begin(now);
    }
}
