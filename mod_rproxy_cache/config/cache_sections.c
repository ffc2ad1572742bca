/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_sections.c: see cache_sections.h.  Layer L2. */
#include "cache_sections.h"

#include <apr_hooks.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "config/cache_config.h"
#include "config/cache_htaccess.h"
#include "cache_private.h"
#include "policy/section_scan.h"

#define MARK "RProxyCacheChecked"

static uint32_t mix(uint32_t hash, const char *text)
{
    while (text && *text) {
        hash = (hash ^ (unsigned char)*text++) * 16777619u;
    }
    return (hash ^ 0x100) * 16777619u;
}

static void insert_mark(apr_pool_t *p, ap_directive_t *behind, const char *why)
{
    ap_directive_t *mark = apr_pmemdup(p, behind, sizeof(*mark));

    mark->directive = MARK;
    mark->args =
        apr_psprintf(p, "%s at %s:%d", why, behind->filename, behind->line_num);
    mark->first_child = NULL;
    mark->next = behind->next;
    mark->data = NULL;
    behind->next = mark;
    if (behind->last == behind) {
        behind->last = mark;
    }
}

/* Is it within a place whose settings are those of some requests only?  A
 * virtual host is none. */
static int is_place(const ap_directive_t *d, int in_place)
{
    return in_place
           || (strcasecmp(d->directive, "<VirtualHost") != 0
               && section_scan(slice_str(d->directive), slice_str(d->args),
                               NULL)
                      == SECTION_CONTAINER);
}

/* What mod_rproxy_guard is told of a whole host it looks at before any hit; of
 * a place, and RProxyGuardRequire, when the place is known. */
static int is_looked_at_before(const ap_directive_t *d, int in_place)
{
    static const char prefix[] = "RProxyGuard";
    const char *name = d->directive + (*d->directive == '<');

    return !in_place && strncasecmp(name, prefix, sizeof(prefix) - 1) == 0
           && strcasecmp(name, "RProxyGuardRequire") != 0;
}

/* Does it, or anything inside it, look at the client? */
static const char *looks_at_client(const ap_directive_t *d, int in_place)
{
    directive_reason_e reason;
    const ap_directive_t *child;
    const char *why;

    if (is_looked_at_before(d, in_place)) {
        return NULL;
    }
    if (section_scan(slice_str(d->directive), slice_str(d->args), &reason)
        == SECTION_CLIENT) {
        return directive_reason_name(reason);
    }
    for (child = d->first_child; child; child = child->next) {
        if ((why = looks_at_client(child, is_place(d, in_place))) != NULL) {
            return why;
        }
    }
    return NULL;
}

static int logs_fields;

int cache_sections_logs_fields(void)
{
    return logs_fields;
}

/* "%{Name}o", and conditions with resp() or %{resp:...}. */
static int asks_for_fields(const ap_directive_t *d)
{
    static const char *const names[] = { "LogFormat", "CustomLog", "GlobalLog",
                                         "LogMessage" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(d->directive, names[i]) == 0) {
            return strstr(d->args, "}o") || strstr(d->args, "resp");
        }
    }
    return 0;
}

static uint32_t mark_level(apr_pool_t *p, ap_directive_t *d, int in_place,
                           uint32_t hash)
{
    int marked = 0;

    for (; d; d = d->next) {
        const char *why;
        int in_container;

        hash = mix(mix(hash, d->directive), d->args);
        logs_fields |= asks_for_fields(d);
        in_container =
            section_scan(slice_str(d->directive), slice_str(d->args), NULL)
            == SECTION_CONTAINER;
        if (in_container) {
            hash = mark_level(p, d->first_child, is_place(d, in_place), hash);
            continue;
        }
        why = looks_at_client(d, in_place);
        hash = d->first_child ? mark_level(NULL, d->first_child, in_place, hash)
                              : hash;
        if (why && p && !marked) {
            marked = 1;
            insert_mark(p, d, why);
            d = d->next;
        }
    }
    return hash;
}

uint32_t cache_sections_mark(apr_pool_t *p)
{
    logs_fields = 0;
    return mark_level(p, ap_conftree, 0, 2166136261u);
}

const char *cache_section_mark(cmd_parms *cmd, void *dir, const char *args)
{
    cache_settings_t *s = dir;

    s->checked = 1;
    s->checked_why = apr_pstrdup(cmd->pool, args);
    return NULL;
}

/* ---- modules ---- */

/* Their access control is configured by directives that section_scan knows, or
 * runs in post_read_request, which comes before any hit. */
static const char *const known[] = {
    "core.c",
    "http_core.c",
    "mod_access_compat.c",
    "mod_allowmethods.c",
    "mod_auth_basic.c",
    "mod_auth_digest.c",
    "mod_auth_form.c",
    "mod_authn_anon.c",
    "mod_authn_core.c",
    "mod_authz_core.c",
    "mod_authz_host.c",
    "mod_authnz_ldap.c",
    "mod_authnz_fcgi.c",
    "mod_ssl.c",
    "mod_session.c",
    "mod_rproxy.c",
    "mod_rproxy_cache.c",
    "mod_rproxy_guard.c",
    "mod_rproxy_balancer.c",
    "mod_rewrite.c",
    "mod_http2.c",
};

/* All generated hook links begin with the same three members. */
typedef struct {
    void *function;
    const char *name;
    const char *const *predecessors;
    const char *const *successors;
    int order;
} link_t;

static const char *unknown_in(const apr_array_header_t *links,
                              const char *const *names, size_t count)
{
    int i;

    for (i = 0; links && i < links->nelts; i++) {
        const char *name = ((const link_t *)links->elts)[i].name;
        size_t k = 0;

        while (k < count && strcmp(names[k], name) != 0) {
            k++;
        }
        if (k == count) {
            return name;
        }
    }
    return NULL;
}

/* These look at what their formats name, or at nothing of a response. */
static const char *const known_loggers[] = {
    "mod_log_config.c",      "mod_logio.c",
    "mod_log_forensic.c",    "mod_log_debug.c",
    "mod_rproxy.c",          "mod_rproxy_cache.c",
    "mod_rproxy_balancer.c", "mod_rproxy_guard.c",
    "mod_http2.c",           "core.c",
    "http_core.c",           "event.c",
};

void cache_sections_look_at_loggers(void)
{
    logs_fields |= unknown_in(ap_hook_get_log_transaction(), known_loggers,
                              sizeof(known_loggers) / sizeof(known_loggers[0]))
                   != NULL;
}

const char *cache_sections_unknown_module(apr_pool_t *p)
{
    const apr_array_header_t *const hooks[] = {
        ap_hook_get_access_checker(),
        ap_hook_get_access_checker_ex(),
        ap_hook_get_check_user_id(),
        ap_hook_get_auth_checker(),
    };
    const char *name = NULL;
    size_t i;

    (void)p;
    for (i = 0; !name && i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        name = unknown_in(hooks[i], known, sizeof(known) / sizeof(known[0]));
    }
    return name;
}

/* ---- a request ---- */

static const char *checked_by_htaccess(request_rec *r)
{
    const struct htaccess_result *h;
    const char *why = NULL;

    for (h = r->htaccess; h && !why; h = h->next) {
        why = cache_htaccess_checked(r, h->dir);
    }
    return why;
}

uint32_t cache_sections_epoch(const server_rec *s)
{
    return cache_server_conf(s)->epoch + cache_htaccess_generation();
}

const char *cache_sections_checked(request_rec *r)
{
    for (; r; r = r->prev) {
        const cache_settings_t *s = cache_settings(r);
        const char *why;

        if (s->checked == 1) {
            return s->checked_why;
        }
        if ((why = checked_by_htaccess(r)) != NULL) {
            return why;
        }
        if (r->user) {
            return "a user has logged in";
        }
    }
    return NULL;
}
