/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_directives.h: directives of the WAF, under the names that ModSecurity has
 * for them.  Layer L2.
 *
 * What has no meaning here is taken and told at the start; what would make the
 * protection weaker if it were left out is refused. */
#ifndef RPROXY_GUARD_WAF_DIRECTIVES_H
#define RPROXY_GUARD_WAF_DIRECTIVES_H

#include <http_config.h>

#include "waf/waf_settings.h"

/* The settings of the place that is read, made where they are not there. */
waf_settings_t *waf_directives_settings(cmd_parms *cmd, void *dir);

/* ---- waf_rule_directives.c ---- */

const char *waf_rule_add(cmd_parms *cmd, void *dir, const char *targets,
                         const char *op, const char *actions);
const char *waf_rule_action(cmd_parms *cmd, void *dir, const char *actions);
const char *waf_rule_marker(cmd_parms *cmd, void *dir, const char *name);
const char *waf_rule_default(cmd_parms *cmd, void *dir, const char *actions);
const char *waf_rule_remove(cmd_parms *cmd, void *dir, const char *which);
const char *waf_rule_update_target(cmd_parms *cmd, void *dir, const char *which,
                                   const char *targets,
                                   const char *in_place_of);
const char *waf_rule_update_action(cmd_parms *cmd, void *dir, const char *which,
                                   const char *actions);
const char *waf_rule_inheritance(cmd_parms *cmd, void *dir, int flag);

/* ---- waf_directives.c ---- */

const char *waf_set_word(cmd_parms *cmd, void *dir, const char *word);
/* Likewise; what is not "Off" is told at the start. */
const char *waf_set_kept_files(cmd_parms *cmd, void *dir, const char *word);
const char *waf_set_number(cmd_parms *cmd, void *dir, const char *value);
const char *waf_set_types(cmd_parms *cmd, void *dir, const char *type);
const char *waf_set_types_clear(cmd_parms *cmd, void *dir);
const char *waf_set_separator(cmd_parms *cmd, void *dir, const char *value);
const char *waf_set_unicode(cmd_parms *cmd, void *dir, const char *file,
                            const char *page);
const char *waf_set_code_page(cmd_parms *cmd, void *dir, const char *page);
const char *waf_set_log_pace(cmd_parms *cmd, void *dir, const char *value);
const char *waf_set_match_limit(cmd_parms *cmd, void *dir, const char *value);
const char *waf_set_audit_log(cmd_parms *cmd, void *dir, const char *target);
const char *waf_set_audit_parts(cmd_parms *cmd, void *dir, const char *parts);
const char *waf_set_audit_status(cmd_parms *cmd, void *dir, const char *text);
const char *waf_set_folder(cmd_parms *cmd, void *dir, const char *path);
const char *waf_set_webapp(cmd_parms *cmd, void *dir, const char *id);
const char *waf_set_library(cmd_parms *cmd, void *dir, const char *file);
const char *waf_set_skip(cmd_parms *cmd, void *dir, const char *name);
const char *waf_set_htaccess(cmd_parms *cmd, void *dir, int flag);

/* ---- waf_idle_directives.c: what is not done here ---- */

typedef struct {
    const char *harmless; /* a word that asks for nothing, as "Off"; or NULL */
    int is_refused;       /* any other is; else it is told at the start */
    const char *instead;
} waf_idle_t;

/* Is to be told at the start. */
void waf_idle_note(cmd_parms *cmd, const char *word, const char *why);

/* Any arguments.  cmd->info: waf_idle_t */
const char *waf_idle(cmd_parms *cmd, void *dir, const char *arguments);

/* A rule was read: tells the first of each kind of actions and operators that
 * do nothing. */
void waf_idle_rule(cmd_parms *cmd, const rule_source_t *source);

/* ---- the tables ---- */

/* Of waf_set_word: the number of a word goes to a field. */
typedef struct {
    const char *const *words; /* ends with NULL */
    size_t offset;
    const char *expected;
} waf_words_t;

#define WAF_ANYWHERE (RSRC_CONF | ACCESS_CONF)

#endif
