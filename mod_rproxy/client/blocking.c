/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* blocking.c: which modules and filters are known not to wait.  Layer L2.
 * What is not on the lists may be quick as well; it only costs a thread. */
#include "blocking.h"

#include <apr_hooks.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <util_filter.h>

#include "../rproxy_private.h"

static const char *const quick_modules[] = {
    "core.c",
    "http_core.c",
    "mod_so.c",
    "event.c",
    "worker.c",
    "prefork.c",
    "mod_access_compat.c",
    "mod_actions.c",
    "mod_alias.c",
    "mod_allowmethods.c",
    "mod_asis.c",
    "mod_auth_basic.c",
    "mod_auth_digest.c",
    "mod_authn_core.c",
    "mod_authn_file.c",
    "mod_authz_core.c",
    "mod_authz_groupfile.c",
    "mod_authz_host.c",
    "mod_authz_owner.c",
    "mod_authz_user.c",
    "mod_autoindex.c",
    "mod_brotli.c",
    "mod_cgi.c",
    "mod_cgid.c",
    "mod_deflate.c",
    "mod_dir.c",
    "mod_env.c",
    "mod_expires.c",
    "mod_filter.c",
    "mod_headers.c",
    "mod_http2.c",
    "mod_include.c",
    "mod_info.c",
    "mod_log_config.c",
    "mod_logio.c",
    "mod_macro.c",
    "mod_md.c",
    "mod_mime.c",
    "mod_mime_magic.c",
    "mod_negotiation.c",
    "mod_php.c",
    "mod_proxy.c",
    "mod_proxy_balancer.c",
    "mod_proxy_fcgi.c",
    "mod_proxy_html.c",
    "mod_proxy_http.c",
    "mod_proxy_http2.c",
    "mod_proxy_wstunnel.c",
    "mod_proxy_ajp.c",
    "mod_proxy_connect.c",
    "mod_ratelimit.c",
    "mod_remoteip.c",
    "mod_reqtimeout.c",
    "mod_request.c",
    "mod_rewrite.c",
    "mod_rproxy.c",
    "mod_rproxy_balancer.c",
    "mod_rproxy_cache.c",
    "mod_rproxy_guard.c",
    "mod_setenvif.c",
    "mod_speling.c",
    "mod_ssl.c",
    "mod_status.c",
    "mod_substitute.c",
    "mod_unique_id.c",
    "mod_unixd.c",
    "mod_userdir.c",
    "mod_usertrack.c",
    "mod_version.c",
    "mod_vhost_alias.c",
    "mod_watchdog.c",
    "mod_xml2enc.c",
    "mod_sed.c",
    "mod_systemd.c",
    "mod_negotiation.c",
    "mod_cern_meta.c",
    "mod_charset_lite.c",
    "mod_buffer.c",
    "mod_data.c",
    "mod_ext_filter.c",
    "mod_log_debug.c",
    "mod_log_forensic.c",
    "mod_suexec.c",
    "util_expr_eval.c",
};

static const char *const quick_filters[] = {
    "byterange",
    "content_length",
    "http_header",
    "http_outerror",
    "chunk",
    "old_write",
    "deflate",
    "brotli_compress",
    "fixup_headers_out",
    "fixup_headers_err",
    "rproxy_out",
    "rproxy_head",
    "ssl/tls filter",
    "ssl/tls coalescing filter",
    "mod_expires",
    "xlate",
    "substitute",
    "sed",
    "log_input_output",
    "reqtimeout",
    "buffer",
    "rproxy_cache_body",
    "rproxy_cache_head",
    "rproxy_guard",
};

#define OWN_FILTERS (sizeof(quick_filters) / sizeof(quick_filters[0]))
#define MORE_FILTERS 16
#define QUICK_FILTERS (OWN_FILTERS + MORE_FILTERS)

static int phases_may_wait;

static int is_quick(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(quick_modules) / sizeof(quick_modules[0]); i++) {
        if (strcmp(quick_modules[i], name) == 0) {
            return 1;
        }
    }
    return 0;
}

/* All generated hook links begin with the same three members. */
typedef struct {
    void *function;
    const char *name;
    const char *const *predecessors;
    const char *const *successors;
    int order;
} link_t;

static void check(apr_array_header_t *links, const char *phase,
                  const char **names, apr_pool_t *pool)
{
    int i;

    for (i = 0; links && i < links->nelts; i++) {
        const link_t *link = &((const link_t *)links->elts)[i];
        if (is_quick(link->name) || (*names && strstr(*names, link->name))) {
            continue;
        }
        *names = apr_pstrcat(pool, *names ? *names : "", *names ? ", " : "",
                             link->name, " (", phase, ")", NULL);
    }
}

void blocking_configure(apr_pool_t *pool, server_rec *s)
{
    const char *names = NULL;

    check(ap_hook_get_post_read_request(), "post_read_request", &names, pool);
    check(ap_hook_get_quick_handler(), "quick_handler", &names, pool);
    check(ap_hook_get_pre_translate_name(), "pre_translate_name", &names, pool);
    check(ap_hook_get_translate_name(), "translate_name", &names, pool);
    check(ap_hook_get_map_to_storage(), "map_to_storage", &names, pool);
    check(ap_hook_get_header_parser(), "header_parser", &names, pool);
    check(ap_hook_get_access_checker(), "access_checker", &names, pool);
    check(ap_hook_get_access_checker_ex(), "access_checker_ex", &names, pool);
    check(ap_hook_get_check_user_id(), "check_user_id", &names, pool);
    check(ap_hook_get_auth_checker(), "auth_checker", &names, pool);
    check(ap_hook_get_type_checker(), "type_checker", &names, pool);
    check(ap_hook_get_fixups(), "fixups", &names, pool);
    phases_may_wait = names != NULL;
    if (names) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                     RPLOGNO(1306) "requests run on worker threads, not on the "
                                   "event loop: not known whether these wait "
                                   "in their "
                                   "phases: %s",
                     names);
    }
}

int blocking_phases(void)
{
    return phases_may_wait;
}

static const char *more_filters[MORE_FILTERS];
static const ap_filter_rec_t *known[QUICK_FILTERS]; /* NULL: is not loaded */

void blocking_filters_add(const char *name)
{
    size_t i = 0;

    while (i < MORE_FILTERS && more_filters[i]
           && strcmp(more_filters[i], name) != 0) {
        i++;
    }
    if (i < MORE_FILTERS) {
        more_filters[i] = name;
    }
}

void blocking_filters_find(void)
{
    size_t i;

    for (i = 0; i < OWN_FILTERS; i++) {
        known[i] = ap_get_output_filter_handle(quick_filters[i]);
    }
    for (i = 0; i < MORE_FILTERS && more_filters[i]; i++) {
        known[OWN_FILTERS + i] = ap_get_output_filter_handle(more_filters[i]);
    }
}

static int is_known(const ap_filter_rec_t *filter)
{
    size_t i;

    for (i = 0; i < QUICK_FILTERS; i++) {
        if (known[i] == filter) {
            return 1;
        }
    }
    return 0;
}

/* AddOutputFilterByType: mod_filter's stand-in is named after the one filter
 * that it calls. */
static int is_by_type(const ap_filter_rec_t *filter)
{
    size_t i;

    for (i = 0; strncmp(filter->name, "BYTYPE:", 7) == 0 && i < QUICK_FILTERS;
         i++) {
        if (known[i] && strcasecmp(known[i]->name, filter->name + 7) == 0) {
            return 1;
        }
    }
    return 0;
}

int blocking_filters_safe(const request_rec *r)
{
    const ap_filter_t *f;

    for (f = r->output_filters; f; f = f->next) {
        if (!is_known(f->frec) && !is_by_type(f->frec)) {
            return 0;
        }
    }
    return 1;
}
