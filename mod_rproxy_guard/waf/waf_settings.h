/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_settings.h: what Sec* and RProxyWaf* directives say of a place.  Layer
 * L2.
 *
 * Part of guard_settings_t, and merged as that is.  What no directive says is
 * as in ModSecurity. */
#ifndef RPROXY_GUARD_WAF_SETTINGS_H
#define RPROXY_GUARD_WAF_SETTINGS_H

#include <httpd.h>
#include <http_config.h>

#include "body/body_values.h"
#include "inspect/inspect.h"
#include "rule/rule_list.h"
#include "waf_place.h"

enum {
    WAF_AUDIT_OFF,
    WAF_AUDIT_ON,
    WAF_AUDIT_RELEVANT
};

enum {
    WAF_LIMIT_REJECT,
    WAF_LIMIT_PARTIAL /* the rest passes unseen */
};

/* -1 and NULL: not said.  Read by the functions below, which know defaults. */
typedef struct waf_settings_t {
    int engine; /* waf_engine_e */
    int request_body, response_body;
    apr_off_t request_body_limit, request_body_no_files, request_body_memory;
    apr_off_t response_body_limit;
    int request_body_limit_action, response_body_limit_action;
    int json_depth, files_limit;
    int saves_files, keeps_files;   /* either: rules see what is in files */
    int arguments_limit;            /* 0: not said */
    int separator;                  /* a character; 0: not said */
    apr_array_header_t *types;      /* of const char *, lower case */
    int types_cleared;              /* outer ones count no more */
    int audit;                      /* WAF_AUDIT_ */
    const ap_regex_t *audit_status; /* of responses that are relevant */
    const char *audit_parts;
    const char *audit_log; /* a path, or "|program" */
    const char *folder;    /* of bodies that are too large for memory */
    const char *webapp_id;
    apr_interval_time_t time_max; /* of inspecting a request */
    int fails_open;     /* where nobody knows what the rules would say */
    int htaccess;       /* exceptions in .htaccess files count */
    int inherits;       /* rules of outer places; -1: they do */
    int is_of_htaccess; /* these are the words of such a file */
    rule_list_t *rules; /* own ones */
    const rule_list_t *outer_rules; /* of a virtual host: those of the server */
    /* when requests come: */
    int is_host; /* or merged with that of a host: has a place */
    const apr_array_header_t *steps; /* else: of const waf_settings_t *, the
                                        sections it was merged of */
    const waf_place_t *place;
    const program_t *program; /* of place; NULL: there are no rules */
} waf_settings_t;

waf_settings_t *waf_settings_create(apr_pool_t *pool);

/* Either may be NULL. */
waf_settings_t *waf_settings_merge(apr_pool_t *pool, waf_settings_t *outer,
                                   waf_settings_t *inner);

/* ---- what holds; settings are not NULL ---- */

waf_engine_e waf_settings_engine(const waf_settings_t *settings);

int waf_settings_request_body(const waf_settings_t *settings);
size_t waf_settings_request_body_limit(const waf_settings_t *settings);
size_t waf_settings_request_body_memory(const waf_settings_t *settings);
/* Bytes of it that are of no file. */
size_t waf_settings_request_body_no_files(const waf_settings_t *settings);

int waf_settings_response_body(const waf_settings_t *settings);
size_t waf_settings_response_body_limit(const waf_settings_t *settings);
/* @param type  of Content-Type, with parameters; may be NULL */
int waf_settings_is_response_type(const waf_settings_t *settings,
                                  const char *type);

/* @param action  a field of the settings: is the rest of a body to pass? */
static inline int waf_settings_is_partial(int action)
{
    return action == WAF_LIMIT_PARTIAL;
}

body_limits_t waf_settings_body_limits(const waf_settings_t *settings);
inspect_limits_t waf_settings_limits(const waf_settings_t *settings,
                                     int detects_only);

int waf_settings_audit(const waf_settings_t *settings);
const char *waf_settings_audit_parts(const waf_settings_t *settings);
const char *waf_settings_folder(const waf_settings_t *settings);
int waf_settings_fails_open(const waf_settings_t *settings);

/* ---- of the whole configuration ---- */

typedef struct {
    apr_pool_t *pool;
    apr_array_header_t *skip;  /* of const char *: RProxyWafSkip */
    apr_array_header_t *notes; /* of const char *: what has no effect here */
    apr_array_header_t *audit_logs; /* likewise: of SecAuditLog, anywhere */
    const char *folder;             /* where no SecTmpDir is said */
    const char *unicode_file;
    int code_page;
    uint32_t match_limit; /* 0: the default */
    int log_lines;        /* of the error log, a second; 0: all */
    int is_used;          /* there is a rule */
    uint64_t idle_actions, idle_operators; /* bits of those that are told */
    int in_sections; /* sections or .htaccess files may say more */
} waf_global_t;

extern waf_global_t *waf_global;

/* Before the configuration is read. */
void waf_settings_begin(apr_pool_t *pconf);

/* Is there any rule? */
static inline int waf_settings_are_used(void)
{
    return waf_global->is_used;
}

/* Do sections or .htaccess files say something that hosts do not? */
static inline int waf_settings_in_sections(void)
{
    return waf_global->in_sections;
}

#endif
