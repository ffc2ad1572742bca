/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_open.c: see waf_open.h.  Layer L2. */
#include "guard_private.h"
#include "waf_open.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>

#include "config/guard_config.h"
#include "unicode_file.h"

static int failed(server_rec *s, const char *wrong)
{
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s, RPLOGNO(4341) "WAF: %s", wrong);
    return 0;
}

/* ---- places ---- */

/* @return NULL, or what is wrong with a section or one within it */
static const char *open_sections(const waf_place_t *outer,
                                 const apr_array_header_t *sections,
                                 apr_pool_t *pool)
{
    const char *wrong = NULL;
    int i;

    for (i = 0; sections && i < sections->nelts && !wrong; i++) {
        ap_conf_vector_t *section =
            APR_ARRAY_IDX(sections, i, ap_conf_vector_t *);
        const core_dir_config *core = ap_get_core_module_config(section);
        const guard_settings_t *guard = guard_settings_of(section);
        const waf_settings_t *settings = guard ? guard->waf : NULL;
        const waf_place_t *place = outer;

        if (settings && settings->rules) {
            wrong = waf_place_within(settings->inherits == 0 ? NULL : outer,
                                     settings->rules, &place, pool);
        }
        if (!wrong) {
            wrong = open_sections(place, core->sec_file, pool);
        }
        if (!wrong) {
            wrong = open_sections(place, core->sec_if, pool);
        }
    }
    return wrong;
}

/* Do rules refuse in one place and only detect in the other? */
static int has_other_mode(const guard_settings_t *section,
                          const guard_settings_t *host)
{
    return section->mode
           && (section->mode == GUARD_DETECT) != (host->mode == GUARD_DETECT);
}

/* Does one of them, or one within it, say something about rules? */
static int speak(const apr_array_header_t *sections,
                 const guard_settings_t *host)
{
    int i, found = 0;

    for (i = 0; sections && i < sections->nelts && !found; i++) {
        ap_conf_vector_t *section =
            APR_ARRAY_IDX(sections, i, ap_conf_vector_t *);
        const core_dir_config *core = ap_get_core_module_config(section);
        const guard_settings_t *guard = guard_settings_of(section);

        found = (guard && (guard->waf || has_other_mode(guard, host)))
                || speak(core->sec_file, host) || speak(core->sec_if, host);
    }
    return found;
}

static const char *open_host(server_rec *s, apr_pool_t *pool)
{
    guard_settings_t *settings =
        ap_get_module_config(s->lookup_defaults, &rproxy_guard_module);
    const core_server_config *server =
        ap_get_core_module_config(s->module_config);
    const core_dir_config *core = ap_get_core_module_config(s->lookup_defaults);
    const char *wrong = NULL;
    waf_settings_t *waf;

    if (!settings->waf) {
        settings->waf = waf_settings_create(pool);
    }
    waf = settings->waf;
    waf->is_host = 1;
    waf->place = NULL; /* hosts without a word share the server's settings */
    settings->waf_in_sections |=
        waf->htaccess == 1 || speak(server->sec_dir, settings)
        || speak(server->sec_url, settings) || speak(core->sec_file, settings)
        || speak(core->sec_if, settings);
    waf_global->in_sections |= settings->waf_in_sections && waf_global->is_used;
    if (waf->outer_rules) {
        wrong = waf_place_within(NULL, waf->outer_rules, &waf->place, pool);
    }
    if (!wrong && waf->rules) {
        wrong = waf_place_within(waf->place, waf->rules, &waf->place, pool);
    }
    waf->program = waf->place ? waf->place->program : NULL;
    if (!wrong) {
        wrong = open_sections(waf->place, server->sec_dir, pool);
    }
    if (!wrong) {
        wrong = open_sections(waf->place, server->sec_url, pool);
    }
    if (!wrong) {
        wrong = open_sections(waf->place, core->sec_file, pool);
    }
    return wrong ? wrong : open_sections(waf->place, core->sec_if, pool);
}

/* ---- the whole ---- */

static const char *read_map(const unicode_map_t **map, apr_pool_t *pool)
{
    static unicode_map_t read;
    const char *wrong;
    int page = waf_global->code_page;

    *map = NULL;
    if (!waf_global->unicode_file) {
        return NULL;
    }
    wrong = unicode_file_read(waf_global->unicode_file,
                              page ? page : UNICODE_PAGE_DEFAULT, &read, pool);
    *map = &read;
    return wrong ? apr_psprintf(pool, "SecUnicodeMapFile %s: %s",
                                waf_global->unicode_file, wrong)
                 : NULL;
}

static void tell_notes(server_rec *s)
{
    int i;

    for (i = 0; i < waf_global->notes->nelts; i++) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s, RPLOGNO(4342) "%s",
                     APR_ARRAY_IDX(waf_global->notes, i, const char *));
    }
}

/* Rules that RProxyWafSkip has left out. */
static void tell_skipped(server_rec *s)
{
    const waf_settings_t *waf = guard_settings_of(s->lookup_defaults)->waf;
    int i;

    for (i = 0; waf->rules && i < waf->rules->skipped->nelts; i++) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                     RPLOGNO(4343) "a rule is left out by RProxyWafSkip: %s",
                     APR_ARRAY_IDX(waf->rules->skipped, i, const char *));
    }
}

static const char *beside_another(void)
{
    return waf_global->is_used && ap_find_linked_module("mod_security2.c")
               ? "mod_security2 is loaded, too: both would carry Sec* "
                 "directives out.  Take one of the two LoadModule lines away "
                 "(Debian: a2dismod security2)"
               : NULL;
}

static int open_all(server_rec *main_server, apr_pool_t *pool)
{
    const unicode_map_t *map;
    const char *wrong = beside_another();
    server_rec *s;

    if (!wrong) {
        wrong = read_map(&map, pool);
    }
    if (wrong) {
        return failed(main_server, wrong);
    }
    waf_place_begin(pool, map, waf_global->match_limit);
    for (s = main_server; s; s = s->next) {
        wrong = open_host(s, pool);
        if (wrong) {
            return failed(s, wrong);
        }
    }
    return 1;
}

int waf_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp)
{
    const waf_settings_t *waf = guard_settings_of(s->lookup_defaults)->waf;
    apr_time_t begun = apr_time_now();

    if (!open_all(s, pconf)) {
        return 0;
    }
    tell_notes(s);
    waf = guard_settings_of(s->lookup_defaults)->waf;
    tell_skipped(s);
    if (waf_global->is_used) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                     RPLOGNO(4344) "WAF: %d rules in the main server, "
                                   "compiled in %d ms",
                     waf->rules ? waf->rules->rules : 0,
                     (int)apr_time_as_msec(apr_time_now() - begun));
    }
    return 1;
}

/* What is read first is thrown away, but for "httpd -t" it is all there is, and
 * "httpd -k graceful" (which cannot be told from a start here) goes on from it
 * to make the running server read the same. */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    return ap_state_query(AP_SQ_MAIN_STATE) != AP_SQ_MS_CREATE_PRE_CONFIG
                   || open_all(s, pconf)
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

void waf_open_register(void)
{
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
}
