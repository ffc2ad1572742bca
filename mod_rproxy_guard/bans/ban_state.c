/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_state.c: see ban_state.h.  Layer L2. */
#include "ban_state.h"

#include <stdlib.h>
#include <unistd.h>

#include <apr_strings.h>

#include "ban.h"
#include "ban_file.h"
#include "driver/clock.h"
#include "state/guard_state.h"

#define FILE_NAME "bans"
#define FILE_MAX (1u << 30)
#define CLAIM apr_time_from_sec(30) /* who dies meanwhile delays no longer */

enum {
    PAUSE_FACTOR = 20 /* the disk is busy for that part of the time at most */
};

/* ---- reading ---- */

static uint32_t seconds_since(int64_t unix_time)
{
    int64_t passed = apr_time_sec(apr_time_now()) - unix_time;

    return passed < 0            ? 0 /* the clock was set back */
           : passed > UINT32_MAX ? UINT32_MAX
                                 : (uint32_t)passed;
}

/* @param enter  else only looks
 * @return what is wrong; *count: bans that hold on */
static const char *read_bans(slice_t text, int enter, uint32_t *count,
                             apr_pool_t *pool)
{
    uint32_t now = guard_ban_now(), passed;
    ban_file_t file;
    ban_t ban;

    *count = 0;
    ban_file_open(&file, text);
    passed = seconds_since(file.written);
    while (ban_file_next(&file, passed, now, &ban)) {
        *count += ban.until > now;
        if (enter) {
            guard_ban_restore(&ban);
        }
    }
    return file.fault ? apr_psprintf(pool, "line %u: %s", file.line, file.fault)
                      : NULL;
}

static void restore(server_rec *s, const state_dir_t *dir, apr_pool_t *pool)
{
    uint32_t count;
    char *text;
    size_t len;
    const char *fault =
        state_dir_read(dir, FILE_NAME, FILE_MAX, 0, &text, &len, pool);

    if (!fault && !text) {
        return;
    }
    fault = fault ? fault : read_bans(slice_make(text, len), 0, &count, pool);
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4022) "%s/" FILE_NAME " is not used: %s; it is "
                                   "kept as " FILE_NAME ".rejected, nobody is "
                                   "banned",
                     dir->path, fault);
        state_dir_reject(dir, FILE_NAME, pool);
        return;
    }
    read_bans(slice_make(text, len), 1, &count, pool);
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                 RPLOGNO(4023) "%u bans hold on, from %s/" FILE_NAME, count,
                 dir->path);
}

/* ---- writing ---- */

/* All places, with room for their lines.  @return NULL: no memory */
static char *text_of(const ban_table_t *table, size_t *len)
{
    uint32_t i, places = ban_table_places(table), n = 0;
    uint32_t now = guard_ban_now();
    size_t room = 65536, at;
    char *text = malloc(room), *more;
    ban_t ban;

    if (!text) {
        return NULL;
    }
    at = ban_file_first(text, apr_time_sec(apr_time_now()));
    for (i = 0; i < places; i++) {
        if (!ban_table_read(table, i, &ban) || ban.forget <= now) {
            continue;
        }
        at += ban_file_line(text + at, &ban, now);
        n++;
        if (room - at < 2 * BAN_FILE_LINE_MAX) {
            more = realloc(text, room *= 2);
            if (!more) {
                free(text);
                return NULL;
            }
            text = more;
        }
    }
    *len = at + ban_file_last(text + at, n);
    return text;
}

static const char *write_file(const state_dir_t *dir, const ban_table_t *table,
                              apr_pool_t *pool)
{
    const char *fault;
    size_t len;
    char *text;
    int lock;

    fault = state_dir_lock(dir, &lock, pool);
    if (fault) {
        return fault;
    }
    text = text_of(table, &len);
    fault = text ? state_dir_write(dir, FILE_NAME, text, len, pool)
                 : "there is no memory for the text";
    state_dir_unlock(lock);
    free(text);
    return fault;
}

static int is_saved(const ban_head_t *head)
{
    return __atomic_load_n(&head->version, __ATOMIC_ACQUIRE)
           == __atomic_load_n(&head->saved, __ATOMIC_ACQUIRE);
}

static void save(server_rec *s, const state_dir_t *dir, apr_pool_t *pool)
{
    const ban_table_t *table = guard_ban_table();
    uint64_t version = __atomic_load_n(&table->head->version, __ATOMIC_ACQUIRE);
    const char *fault = write_file(dir, table, pool);

    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4024) "bans will not survive a stop: %s", fault);
        return;
    }
    __atomic_store_n(&table->head->saved, version, __ATOMIC_RELEASE);
}

/* @return 0: another process writes, or it is too early */
static int claim(ban_head_t *head, int64_t now)
{
    int64_t after = __atomic_load_n(&head->save_after, __ATOMIC_RELAXED);

    return now >= after
           && __atomic_compare_exchange_n(&head->save_after, &after,
                                          now + CLAIM, 0, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED);
}

void ban_state_save(server_rec *s, apr_pool_t *pool)
{
    const state_dir_t *dir = guard_state_dir();
    ban_head_t *head = guard_ban_table()->head;
    int64_t began = clock_now(), ended;

    if (!dir || !head || is_saved(head) || !claim(head, began)) {
        return;
    }
    save(s, dir, pool);
    ended = clock_now();
    __atomic_store_n(&head->save_after, ended + PAUSE_FACTOR * (ended - began),
                     __ATOMIC_RELAXED);
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
    const state_dir_t *dir = guard_state_dir();

    if (life->owner == getpid() && dir && !is_saved(guard_ban_table()->head)) {
        save(life->s, dir, life->pool);
    }
    return APR_SUCCESS;
}

void ban_state_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp)
{
    const state_dir_t *dir = guard_state_dir();
    life_t *life;

    if (!dir) {
        return;
    }
    if (!guard_ban_table()->head->version) {
        restore(s, dir, ptemp);
    }
    life = apr_palloc(pconf, sizeof(*life));
    *life = (life_t){ s, s->process->pool, getpid() };
    apr_pool_pre_cleanup_register(pconf, life, leave);
}
