/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state.c: see state.h.  Layer L2. */
#include "state.h"

#include <apr_escape.h>
#include <apr_strings.h>

#include "balanced.h"
#include "state/state_directive.h"
#include "state_members.h"

#define FILE_MEMBERS "members.json" /* state_file.h */
#define FILE_SECRET "secret"        /* of sessions' marks, hexadecimal digits */
#define SECRET_LEN (2 * sizeof(siphash_key_t))

static state_dir_t dir; /* no path: nothing is kept */


#ifdef HAVE_JANSSON

const char *state_directive(cmd_parms *cmd, void *dummy, const char *path)
{
    return state_directive_set(cmd, &dir, path);
}

#else

const char *state_directive(cmd_parms *cmd, void *dummy, const char *path)
{
    return apr_pstrcat(cmd->pool, cmd->cmd->name,
                       ": mod_rproxy_balancer was built without jansson: "
                       "install its development files (Debian: "
                       "libjansson-dev), then build and install the modules "
                       "again",
                       NULL);
}

#endif

void state_forget(void)
{
    dir.path = NULL;
}

int state_is_kept(void)
{
    return dir.path != NULL;
}

/* ---- the secret ---- */

/* @return 0: there is none that can be used */
static int read_secret(server_rec *s, siphash_key_t *secret, apr_pool_t *pool)
{
    apr_size_t got = 0;
    char *text;
    size_t len;
    const char *fault =
        state_dir_read(&dir, FILE_SECRET, SECRET_LEN + 1, 1, &text, &len, pool);

    if (!fault && !text) {
        return 0;
    }
    if (!fault
        && (len < SECRET_LEN
            || apr_unescape_hex(secret, text, SECRET_LEN, 0, &got)
                   != APR_SUCCESS
            || got != sizeof(*secret))) {
        fault = apr_psprintf(pool,
                             "%s/" FILE_SECRET " is not what this "
                             "module writes",
                             dir.path);
    }
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     RPLOGNO(3035) "%s; clients get new session cookies, for a "
                                   "new secret",
                     fault);
        state_dir_reject(&dir, FILE_SECRET, pool);
    }
    return !fault;
}

static const char *write_secret(const siphash_key_t *secret, apr_pool_t *pool)
{
    const char *text =
        apr_pstrcat(pool, apr_pescape_hex(pool, secret, sizeof(*secret), 0),
                    "\n", NULL);

    return state_dir_write(&dir, FILE_SECRET, text, strlen(text), pool);
}

static void keep_secret(server_rec *s, int is_start, siphash_key_t *secret,
                        apr_pool_t *pool)
{
    siphash_key_t kept = *secret;
    int is_there = read_secret(s, &kept, pool), lock;
    const char *fault;

    if (is_there && is_start) {
        *secret = kept;
        return;
    }
    if (is_there && memcmp(&kept, secret, sizeof(kept)) == 0) {
        return;
    }
    fault = state_dir_lock(&dir, &lock, pool);
    if (!fault) {
        fault = write_secret(secret, pool);
        state_dir_unlock(lock);
    }
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     RPLOGNO(3036) "sessions end when httpd is stopped: %s",
                     fault);
    }
}

void state_open(server_rec *s, int is_start, siphash_key_t *secret,
                apr_pool_t *pool)
{
    const char *fault = state_directive_open(&dir, pool);

    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(3034) "RProxyBalancerState: %s; nothing is kept "
                                   "there",
                     fault);
    }
    if (dir.path) {
        keep_secret(s, is_start, secret, pool);
    }
}

/* ---- members ---- */

static void read_members(server_rec *s, apr_pool_t *pool)
{
    apr_array_header_t *upstreams;
    char *text;
    size_t len;
    const char *fault = state_dir_read(&dir, FILE_MEMBERS, STATE_FILE_MAX, 0,
                                       &text, &len, pool);

    if (!fault && !text) {
        return;
    }
    fault = fault ? fault : state_file_parse(text, len, &upstreams, pool);
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     RPLOGNO(3031) "%s/" FILE_MEMBERS " is not used: %s; "
                                   "it is kept as " FILE_MEMBERS
                                   ".rejected, members are as configured",
                     dir.path, fault);
        state_dir_reject(&dir, FILE_MEMBERS, pool);
        return;
    }
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                 RPLOGNO(
                     3033) "changes at run time of %d members hold on, from "
                           "%s/" FILE_MEMBERS,
                 state_members_apply(s, upstreams, pool), dir.path);
}

void state_restore(server_rec *s, int is_start, apr_pool_t *pool)
{
    if (dir.path && is_start) {
        read_members(s, pool);
    }
    if (dir.path) {
        state_save(s, pool);
    }
}

static const char *save(apr_pool_t *pool)
{
    const char *fault, *text;
    int lock;

    fault = state_dir_lock(&dir, &lock, pool);
    if (fault) {
        return fault;
    }
    text = state_file_text(state_members_collect(pool), pool);
    fault = text ? state_dir_write(&dir, FILE_MEMBERS, text, strlen(text), pool)
                 : "no memory for the text of the state";
    state_dir_unlock(lock);
    return fault;
}

const char *state_save(server_rec *s, apr_pool_t *pool)
{
    const char *fault = dir.path ? save(pool) : NULL;

    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(3037) "what was changed of members at run time "
                                   "will not survive a stop: %s",
                     fault);
    }
    return fault;
}
