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
#include "program/program.h"
#include "rule/rule_list.h"
#include "waf_engine.h"

typedef struct waf_place_t waf_place_t;

enum {
    WAF_AUDIT_OFF,
    WAF_AUDIT_ON,
    WAF_AUDIT_RELEVANT
};

/* -1 and NULL: not said.  Read by the functions below, which know defaults. */
typedef struct waf_settings_t {
    int engine; /* waf_engine_e */
    int request_body, response_body;
    apr_off_t request_body_limit, request_body_no_files, request_body_memory;
    apr_off_t response_body_limit;
    int request_body_limit_action, response_body_limit_action;
    apr_off_t json_depth, arguments_limit, files_limit;
    int separator;                  /* a character */
    apr_array_header_t *types;      /* of const char *, lower case */
    int types_cleared;              /* outer ones count no more */
    int audit;                      /* WAF_AUDIT_ */
    const ap_regex_t *audit_status; /* of responses that are relevant */
    const char *audit_parts;
    const char *audit_log; /* a path, or "|program" */
    const char *folder;    /* of bodies that are too large for memory */
    const char *webapp_id;
    int fails_open;           /* where nobody knows what the rules would say */
    int htaccess;             /* exceptions in .htaccess files count */
    int inherits;             /* rules of outer places; -1: they do */
    int is_of_htaccess;       /* these are the words of such a file */
    rule_list_t *rules;       /* while the configuration is read: own ones, and
                             with a virtual host's those of the server */
    const waf_place_t *place; /* that is compiled, when requests come */
    const program_t *program; /* of place; NULL: there are no rules */
} waf_settings_t;

waf_settings_t *waf_settings_create(apr_pool_t *pool);

/* Either may be NULL. */
const waf_settings_t *waf_settings_merge(apr_pool_t *pool,
                                         const waf_settings_t *outer,
                                         const waf_settings_t *inner);

/* ---- what holds; settings are not NULL ---- */

waf_engine_e waf_settings_engine(const waf_settings_t *settings);

int waf_settings_request_body(const waf_settings_t *settings);
size_t waf_settings_request_body_limit(const waf_settings_t *settings);
size_t waf_settings_request_body_memory(const waf_settings_t *settings);
/* Bytes of it that are of no file. */
size_t waf_settings_request_body_no_files(const waf_settings_t *settings);
int waf_settings_request_body_is_partial(const waf_settings_t *settings);

int waf_settings_response_body(const waf_settings_t *settings);
size_t waf_settings_response_body_limit(const waf_settings_t *settings);
int waf_settings_response_body_is_partial(const waf_settings_t *settings);
/* @param type  of Content-Type, with parameters; may be NULL */
int waf_settings_is_response_type(const waf_settings_t *settings,
                                  const char *type);

body_limits_t waf_settings_body_limits(const waf_settings_t *settings);
int waf_settings_arguments_limit(const waf_settings_t *settings);
char waf_settings_separator(const waf_settings_t *settings);

int waf_settings_audit(const waf_settings_t *settings);
const char *waf_settings_audit_parts(const waf_settings_t *settings);
const char *waf_settings_folder(const waf_settings_t *settings);
int waf_settings_fails_open(const waf_settings_t *settings);

/* ---- of the whole configuration ---- */

/* Is there any rule? */
int waf_settings_are_used(void);

/* Do sections or .htaccess files say something that hosts do not? */
int waf_settings_in_sections(void);

#endif
