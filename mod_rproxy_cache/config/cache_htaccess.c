/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_htaccess.c: see cache_htaccess.h.  Layer L2. */
#include "cache_htaccess.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <mod_so.h>

#include "cache_private.h"
#include "config/file_watch.h"
#include "policy/htaccess_scan.h"

#define FILE_MAX (256 * 1024)
#define LOOK_INTERVAL apr_time_from_sec(1)

static file_watch_t *watch;

apr_status_t cache_htaccess_create(void **kept)
{
    /* What an earlier server stored is not of this one's generations. */
    uint32_t first = (uint32_t)apr_time_sec(apr_time_now()) << 8;

    return file_watch_create((file_watch_t **)kept, first);
}

void cache_htaccess_use(void *kept)
{
    watch = kept;
}

uint32_t cache_htaccess_generation(void)
{
    return watch ? file_watch_generation(watch) : 0;
}

/* As <IfModule> asks: by the name of the source file or of the module. */
static int has_module(void *server, slice_t name)
{
    APR_OPTIONAL_FN_TYPE(ap_find_loaded_module_symbol) *find_symbol =
        APR_RETRIEVE_OPTIONAL_FN(ap_find_loaded_module_symbol);
    char text[128];

    if (name.len >= sizeof(text)) {
        return 1; /* look into it */
    }
    memcpy(text, name.p, name.len);
    text[name.len] = '\0';
    return ap_find_linked_module(text) || !find_symbol
           || find_symbol(server, text);
}

/* @return NULL, or why it counts as looking at the client */
static const char *scan(request_rec *r, const char *path)
{
    htaccess_verdict_t verdict;
    apr_file_t *file;
    apr_size_t len = FILE_MAX;
    char *text = apr_palloc(r->pool, FILE_MAX);
    apr_status_t rv = apr_file_open(&file, path, APR_READ, 0, r->pool);

    if (APR_STATUS_IS_ENOENT(rv) || APR_STATUS_IS_ENOTDIR(rv)) {
        return NULL;
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_read_full(file, text, FILE_MAX, &len);
        apr_file_close(file);
    }
    if (rv != APR_EOF) { /* an error, or longer than we read */
        return apr_psprintf(r->pool, "%s cannot be read", path);
    }
    if (htaccess_scan(&verdict, slice_make(text, len), has_module, r->server)) {
        return NULL;
    }
    return apr_psprintf(r->pool, "%s (%.*s) at %s:%u",
                        directive_reason_name(verdict.reason),
                        (int)verdict.directive.len, verdict.directive.p, path,
                        verdict.line);
}

static const char *check_file(request_rec *r, const char *path)
{
    file_seen_t seen;
    const char *why;

    if (file_watch_find(watch, path, &seen)) {
        return NULL;
    }
    why = scan(r, path);
    if (why) {
        return why;
    }
    return file_watch_settle(watch, path, &seen)
               ? NULL
               : "an .htaccess file has just changed, or there are too many";
}

const char *cache_htaccess_checked(request_rec *r, const char *dir)
{
    const core_server_config *core =
        ap_get_core_module_config(r->server->module_config);
    const char *names = core->access_name ? core->access_name : ".htaccess";
    const char *why = NULL;

    if (!watch) {
        return "no watch of .htaccess";
    }
    while (*names && !why) {
        const char *name = ap_getword_conf(r->pool, &names);
        why = check_file(r, ap_make_full_path(r->pool, dir, name));
    }
    return why;
}

void cache_htaccess_look(apr_time_t now)
{
    if (watch) {
        file_watch_look(watch, now, LOOK_INTERVAL);
    }
}
