/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_state.c: see usage_state.h.  Layer L2. */
#include "usage_state.h"

#include <stdlib.h>
#include <unistd.h>

#include "credentials.h"
#include "shared/shared_area.h"
#include "state/guard_state.h"
#include "usage_file.h"

#define FILE_NAME "usage"
#define FILE_MAX (1u << 30)
#define INTERVAL apr_time_from_sec(60)

/* In shared memory. */
typedef struct {
    int64_t save_after; /* atomic, usec; 0: the file was not looked at yet */
} usage_head_t;

static usage_head_t *head;

static int is_kept(void)
{
    return head && guard_state_dir() && credentials_usage.row;
}

static void restore(server_rec *s, apr_pool_t *pool)
{
    const state_dir_t *dir = guard_state_dir();
    uint32_t line = 0;
    char *text;
    size_t len;
    const char *fault =
        state_dir_read(dir, FILE_NAME, FILE_MAX, 0, &text, &len, pool);

    if (!fault && text) {
        line = usage_file_read(slice_make(text, len), NULL);
    }
    if (fault || line) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4223) "%s/" FILE_NAME " is not used: %s, line %u; "
                                   "it is kept as " FILE_NAME ".rejected, what "
                                   "was used counts from 0",
                     dir->path, fault ? fault : "it is damaged", line);
        state_dir_reject(dir, FILE_NAME, pool);
    }
    else if (text) {
        usage_file_read(slice_make(text, len), &credentials_usage);
    }
}

static const char *write_file(const state_dir_t *dir, apr_pool_t *pool)
{
    size_t room = usage_file_room(&credentials_usage), len;
    uint32_t day = usage_day(apr_time_sec(apr_time_now()));
    char *text = malloc(room);
    const char *fault;
    int lock;

    if (!text) {
        return "there is no memory for the text";
    }
    fault = state_dir_lock(dir, &lock, pool);
    if (!fault) {
        len = usage_file_write(text, room, &credentials_usage, day);
        fault = state_dir_write(dir, FILE_NAME, text, len, pool);
        state_dir_unlock(lock);
    }
    free(text);
    return fault;
}

static void save(server_rec *s, apr_pool_t *pool)
{
    const char *fault = write_file(guard_state_dir(), pool);

    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4224) "what credentials have used will not "
                                   "survive a stop: %s",
                     fault);
    }
}

void usage_state_save(server_rec *s, apr_pool_t *pool)
{
    int64_t now = apr_time_now(), after;

    if (!is_kept()) {
        return;
    }
    after = __atomic_load_n(&head->save_after, __ATOMIC_RELAXED);
    if ((now >= after || after > now + INTERVAL) /* the clock was set back */
        && __atomic_compare_exchange_n(&head->save_after, &after,
                                       now + INTERVAL, 0, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED)) {
        save(s, pool);
    }
}

/* ---- the configuration's life ---- */

typedef struct {
    server_rec *s;
    apr_pool_t *pool;
    pid_t owner;
} life_t;

/* In the parent process, whose children have ended or soon will. */
static apr_status_t leave(void *data)
{
    const life_t *life = data;

    if (life->owner == getpid() && is_kept()) {
        save(life->s, life->pool);
    }
    return APR_SUCCESS;
}

void usage_state_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp)
{
    life_t *life;

    head = NULL;
    if (!credentials_usage.row || !guard_state_dir()) {
        return;
    }
    head = shared_area(s, "usage-head", sizeof(*head));
    if (!head) {
        return;
    }
    if (!head->save_after) {
        restore(s, ptemp);
        head->save_after = apr_time_now() + INTERVAL;
    }
    life = apr_palloc(pconf, sizeof(*life));
    *life = (life_t){ s, s->process->pool, getpid() };
    apr_pool_pre_cleanup_register(pconf, life, leave);
}
