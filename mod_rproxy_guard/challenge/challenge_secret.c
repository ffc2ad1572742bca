/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_secret.c: see challenge_secret.h.  Layer L2. */
#include "../guard_private.h"
#include "challenge_secret.h"

#include <apr_escape.h>
#include <apr_general.h>
#include <apr_strings.h>

#include "../state/guard_state.h"

#define RETAINED "rproxy-guard-challenge"
#define FILE_NAME "challenge"

enum {
    HEX_LENGTH = 2 * SHA256_BYTES
};

/* ---- the file ---- */

/* @return 1 and *secret, or 0: there is none that can be used */
static int read_secret(server_rec *s, const state_dir_t *dir,
                       challenge_secret_t *secret, apr_pool_t *pool)
{
    challenge_secret_t kept;
    apr_size_t got = 0;
    char *text;
    size_t len;
    const char *fault =
        state_dir_read(dir, FILE_NAME, HEX_LENGTH + 1, 1, &text, &len, pool);

    if (!fault && !text) {
        return 0;
    }
    if (!fault
        && (len < HEX_LENGTH
            || apr_unescape_hex(kept.bytes, text, HEX_LENGTH, 0, &got)
                   != APR_SUCCESS
            || got != sizeof(kept.bytes))) {
        fault = apr_psprintf(pool,
                             "%s/" FILE_NAME " is not what this module writes",
                             dir->path);
    }
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     RPLOGNO(4134) "%s; browsers have to pass their challenges "
                                   "anew, for a new secret",
                     fault);
        state_dir_reject(dir, FILE_NAME, pool);
        return 0;
    }
    *secret = kept;
    return 1;
}

static void write_secret(server_rec *s, const state_dir_t *dir,
                         const challenge_secret_t *secret, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool,
                                   apr_pescape_hex(pool, secret->bytes,
                                                   sizeof(secret->bytes), 0),
                                   "\n", NULL);
    int lock;
    const char *fault = state_dir_lock(dir, &lock, pool);

    if (!fault) {
        fault = state_dir_write(dir, FILE_NAME, text, strlen(text), pool);
        state_dir_unlock(lock);
    }
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     RPLOGNO(4135) "browsers have to pass their challenges "
                                   "anew when httpd was stopped: %s",
                     fault);
    }
}

/* ---- all ---- */

const challenge_secret_t *challenge_secret_open(server_rec *s,
                                                apr_pool_t *ptemp)
{
    const state_dir_t *dir = guard_state_dir();
    challenge_secret_t *secret = ap_retained_data_get(RETAINED), kept;
    int is_start = !secret;

    if (is_start) {
        secret = ap_retained_data_create(RETAINED, sizeof(*secret));
        apr_generate_random_bytes(secret->bytes, sizeof(secret->bytes));
    }
    if (!dir) {
        return secret;
    }
    if (!read_secret(s, dir, &kept, ptemp)) {
        write_secret(s, dir, secret, ptemp);
    }
    else if (is_start) {
        *secret = kept;
    }
    else if (!sha256_equal(kept.bytes, secret->bytes, sizeof(kept.bytes))) {
        write_secret(s, dir, secret, ptemp);
    }
    return secret;
}
