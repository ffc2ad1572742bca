/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* credentials.c: files that say who has which credential.  Layer L2. */
#include "guard_private.h"
#include "credentials.h"
#include "forward_auth.h"

#include <http_core.h>
#include <http_main.h>
#include <unixd.h>

#include "guard_request.h"
#include "readable_file.h"
#include "shared/shared_area.h"

enum {
    ROWS_DEFAULT = 1024
};

usage_table_t credentials_usage;

static apr_array_header_t *files; /* of watched_file_t * */

void credentials_create(apr_pool_t *pconf)
{
    forward_auth_forget();
    files = apr_array_make(pconf, 4, sizeof(watched_file_t *));
    credentials_usage = (usage_table_t){ NULL, ROWS_DEFAULT };
}

watched_file_t *credentials_watch(cmd_parms *cmd, const char *path,
                                  watched_make_fn *make)
{
    const char *full = ap_server_root_relative(cmd->pool, path);
    watched_file_t *file;

    if (!full) {
        return NULL;
    }
    file = watched_file_create(cmd->pool, full, make, &credentials_usage);
    APR_ARRAY_PUSH(files, watched_file_t *) = file;
    return file;
}

slice_t credentials_of_field(const request_rec *r, const char *name)
{
    slice_t value = slice_trim(slice_str(apr_table_get(r->headers_in, name)));
    slice_t scheme = slice_make(value.p, value.len < 7 ? value.len : 7);

    if (strcasecmp(name, "Authorization") != 0) {
        return value;
    }
    return slice_eq_nocase(scheme, SLICE_LIT("Bearer "))
               ? slice_trim(slice_make(value.p + 7, value.len - 7))
               : slice_make(NULL, 0);
}

usage_row_t *credentials_row(const char *name)
{
    return credentials_usage.row
               ? usage_table_row(&credentials_usage, slice_str(name))
               : NULL;
}

void credentials_count(request_rec *r, usage_row_t *row)
{
    if (row && !guard_request_of(r)->is_asked_about) {
        usage_take(row, usage_day(apr_time_sec(r->request_time)), 0);
    }
}

static watched_file_t *file_at(int i)
{
    return APR_ARRAY_IDX(files, i, watched_file_t *);
}

apr_status_t credentials_open(server_rec *s, apr_pool_t *ptemp)
{
    int i;

    if (files->nelts == 0 && !forward_auth_is_used()) {
        return APR_SUCCESS;
    }
    credentials_usage.row =
        shared_area(s, "usage", usage_table_room(credentials_usage.rows));
    if (!credentials_usage.row || forward_auth_open(s) != APR_SUCCESS) {
        return APR_ENOMEM;
    }
    for (i = 0; i < files->nelts; i++) {
        const char *wrong = watched_file_load(file_at(i), ptemp);

        if (wrong) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                         RPLOGNO(4220) "%s; what needs it is answered with 503 "
                                       "until it is right",
                         wrong);
        }
    }
    return APR_SUCCESS;
}

#define WHO_READS "it must be readable for the user that httpd runs as (User)"

void credentials_check_files(server_rec *s)
{
    int i;

    for (i = 0; i < files->nelts; i++) {
        int error = readable_file_check(file_at(i)->path);

        if (error) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, error, s,
                         RPLOGNO(
                             4333) "%s cannot be read by %s: nobody would "
                                   "be let in when it has changed; " WHO_READS,
                         file_at(i)->path, ap_unixd_config.user_name);
        }
    }
}

/* Who is in it no more must not be let in because nobody can see that. */
static void close_by(watched_file_t *file, const char *wrong)
{
    watched_file_empty(file);
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                 RPLOGNO(4332) "%s; what needs it is answered with 503 until "
                               "it can be read: " WHO_READS,
                 wrong);
}

static const char *what_holds(watched_file_t *file)
{
    uint32_t place;

    if (!watched_file_open(file, &place)) {
        return "nobody is let in by it";
    }
    watched_file_close(file, place);
    return "what it said before stays";
}

static void look_at(watched_file_t *file, apr_pool_t *pool)
{
    int was_unreadable = file->is_unreadable;
    const char *wrong;

    if (!watched_file_changed(file, pool)) {
        return;
    }
    wrong = watched_file_load(file, pool);
    if (wrong && file->is_unreadable) {
        if (!was_unreadable) {
            close_by(file, wrong);
        }
    }
    else if (wrong) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                     RPLOGNO(4221) "%s; %s", wrong, what_holds(file));
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf,
                     RPLOGNO(4222) "%s has been read again", file->path);
    }
}

void credentials_look_at_files(apr_pool_t *pool)
{
    int i;

    for (i = 0; i < files->nelts; i++) {
        look_at(file_at(i), pool);
    }
}
