/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_class.c: RProxyClass, and the first rule that fits.  Layer L2.
 * README.md describes the directive for administrators. */
#include "request_class.h"

#include <stdlib.h>

#include <ap_expr.h>
#include <apr_strings.h>

#include "../balancer_private.h"
#include "../sessions.h"
#include "config/config_option.h"
#include "http1/h1_fields.h"
#include "queue_line.h"

enum {
    DEFAULT_PRIORITY = 50,
    PRIORITY_UNSET = -1
};

typedef struct {
    const char *name;
    int priority;     /* PRIORITY_UNSET: nobody has said */
    int number;       /* 0: the most important one */
    const char *said; /* "file:line" where the priority was */
} class_t;

/* A line of RProxyClass: all that it has must fit. */
typedef struct {
    class_t *of;
    ap_expr_info_t *expr;
    const char *path;
    const char *cookie, *cookie_value;
    const char *header, *header_text;
} rule_t;

typedef struct {
    apr_array_header_t *rules; /* of rule_t; or NULL */
} server_conf_t;

static apr_array_header_t *classes; /* of class_t * */
static class_t *default_class;
static class_t *by_number[QUEUE_CLASSES];

/* ---- the classes ---- */

static class_t *find_class(const char *name)
{
    int i;

    for (i = 0; i < classes->nelts; i++) {
        class_t *c = APR_ARRAY_IDX(classes, i, class_t *);

        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

static class_t *add_class(apr_pool_t *p, const char *name)
{
    class_t *c = apr_pcalloc(p, sizeof(*c));

    c->name = name;
    c->priority = PRIORITY_UNSET;
    APR_ARRAY_PUSH(classes, class_t *) = c;
    return c;
}

void request_class_begin(apr_pool_t *pconf)
{
    classes = apr_array_make(pconf, QUEUE_CLASSES, sizeof(class_t *));
    default_class = add_class(pconf, "default");
}

static int priority_of(const class_t *c)
{
    return c->priority == PRIORITY_UNSET ? DEFAULT_PRIORITY : c->priority;
}

/* Of two with one priority the one that was named first stays in front. */
void request_class_number(void)
{
    int i, k;

    for (i = 0; i < classes->nelts; i++) {
        class_t *c = APR_ARRAY_IDX(classes, i, class_t *);

        for (k = i; k > 0 && priority_of(by_number[k - 1]) < priority_of(c);
             k--) {
            by_number[k] = by_number[k - 1];
        }
        by_number[k] = c;
    }
    for (i = 0; i < classes->nelts; i++) {
        by_number[i]->number = i;
    }
}

int request_class_count(void)
{
    return classes->nelts;
}

const char *request_class_name(int number)
{
    return by_number[number]->name;
}

/* ---- of a request ---- */

static int fits_path(const request_rec *r, const char *path)
{
    size_t len = strlen(path);

    return strncmp(r->uri, path, len) == 0
           && (path[len - 1] == '/' || r->uri[len] == '/' || !r->uri[len]);
}

static int fits_cookie(const request_rec *r, const rule_t *rule)
{
    slice_t value;

    return sessions_find_cookie(r, rule->cookie, &value)
           && (!rule->cookie_value
               || slice_eq(value, slice_str(rule->cookie_value)));
}

static int fits_header(const request_rec *r, const rule_t *rule)
{
    const char *value = apr_table_get(r->headers_in, rule->header);

    return value && strstr(value, rule->header_text);
}

static int fits_expr(request_rec *r, const ap_expr_info_t *expr)
{
    const char *error = NULL;

    return ap_expr_exec(r, expr, &error) > 0 && !error;
}

static int fits(request_rec *r, const rule_t *rule)
{
    return (!rule->path || fits_path(r, rule->path))
           && (!rule->cookie || fits_cookie(r, rule))
           && (!rule->header || fits_header(r, rule))
           && (!rule->expr || fits_expr(r, rule->expr));
}

/* What another module or SetEnvIf has said of it. */
static const class_t *class_said(const request_rec *r)
{
    const char *name = apr_table_get(r->notes, RPROXY_NOTE_CLASS);

    if (!name) {
        name = apr_table_get(r->subprocess_env, RPROXY_NOTE_CLASS);
    }
    return name ? find_class(name) : NULL;
}

static const class_t *class_by_rules(request_rec *r)
{
    const server_conf_t *conf =
        ap_get_module_config(r->server->module_config, &rproxy_balancer_module);
    int i, n = conf->rules ? conf->rules->nelts : 0;

    for (i = 0; i < n; i++) {
        const rule_t *rule = &APR_ARRAY_IDX(conf->rules, i, rule_t);

        if (fits(r, rule)) {
            return rule->of;
        }
    }
    return default_class;
}

int request_class_of(request_rec *r)
{
    const class_t *c;

    if (classes->nelts == 1) {
        return 0;
    }
    c = class_said(r);
    c = c ? c : class_by_rules(r);
    apr_table_setn(r->notes, RPROXY_NOTE_CLASS, c->name);
    return c->number;
}

/* ---- the directive ---- */

void *request_class_create(apr_pool_t *p, server_rec *s)
{
    return apr_pcalloc(p, sizeof(server_conf_t));
}

/* A virtual host's own rules are looked at before those of all. */
void *request_class_merge(apr_pool_t *p, void *base, void *add)
{
    const server_conf_t *all = base, *own = add;
    server_conf_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->rules = !own->rules   ? all->rules
                  : !all->rules ? own->rules
                                : apr_array_append(p, own->rules, all->rules);
    return conf;
}

typedef struct {
    int priority;
    const char *expr, *path, *cookie, *header;
} options_t;

static const char *set_priority(cmd_parms *cmd, class_t *c, int priority)
{
    if (priority == PRIORITY_UNSET) {
        return NULL;
    }
    if (c->priority != PRIORITY_UNSET && c->priority != priority) {
        return apr_psprintf(cmd->pool,
                            "RProxyClass: %s has priority=%d (%s): expected "
                            "the same or none, not %d",
                            c->name, c->priority, c->said, priority);
    }
    c->priority = priority;
    c->said = apr_psprintf(cmd->pool, "%s:%u", cmd->directive->filename,
                           (unsigned)cmd->directive->line_num);
    return NULL;
}

/* Cuts text in two; what follows the mark is empty where there is none. */
static const char *cut(apr_pool_t *p, const char *text, char mark,
                       const char **rest, const char *none)
{
    const char *at = strchr(text, mark);

    *rest = at ? at + 1 : none;
    return at ? apr_pstrmemdup(p, text, (apr_size_t)(at - text)) : text;
}

static const char *set_rule(cmd_parms *cmd, const options_t *o, rule_t *rule)
{
    const char *error = NULL;

    if (o->path && o->path[0] != '/') {
        return config_option_expected(cmd, o->path,
                                      "a path that begins with '/'");
    }
    rule->path = o->path;
    if (o->cookie) {
        rule->cookie =
            cut(cmd->pool, o->cookie, '=', &rule->cookie_value, NULL);
        if (!h1_is_token(slice_str(rule->cookie))) {
            return config_option_expected(cmd, o->cookie,
                                          "cookie=NAME or cookie=NAME=VALUE");
        }
    }
    if (o->header) {
        rule->header = cut(cmd->pool, o->header, ':', &rule->header_text, "");
        rule->header_text += strspn(rule->header_text, " ");
        if (!h1_is_token(slice_str(rule->header))) {
            return config_option_expected(cmd, o->header,
                                          "header=NAME or header=NAME:TEXT");
        }
    }
    if (o->expr) {
        rule->expr = ap_expr_parse_cmd(cmd, o->expr, 0, &error, NULL);
    }
    return error ? apr_psprintf(cmd->pool, "RProxyClass: expr=%s: %s", o->expr,
                                error)
                 : NULL;
}

static int is_name(const char *s)
{
    return *s && strlen(s) <= 32
           && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")]
                  == '\0';
}

static const char *class_of_name(cmd_parms *cmd, const char *name, class_t **c)
{
    if (!is_name(name)) {
        return config_option_expected(cmd, name,
                                      "a name of letters, digits, - and _, "
                                      "up to 32, and then key=value");
    }
    *c = find_class(name);
    if (!*c && classes->nelts == QUEUE_CLASSES) {
        return apr_psprintf(cmd->pool,
                            "RProxyClass: %s is one too many: expected %d "
                            "classes at most, \"default\" among them",
                            name, QUEUE_CLASSES);
    }
    *c = *c ? *c : add_class(cmd->pool, name);
    return NULL;
}

const char *request_class_directive(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[])
{
    static const option_t known[] = {
        { "priority", OPTION_INT, offsetof(options_t, priority), 0, 100 },
        { "expr", OPTION_TEXT, offsetof(options_t, expr), 0, 0 },
        { "path", OPTION_TEXT, offsetof(options_t, path), 0, 0 },
        { "cookie", OPTION_TEXT, offsetof(options_t, cookie), 0, 0 },
        { "header", OPTION_TEXT, offsetof(options_t, header), 0, 0 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    server_conf_t *conf = ap_get_module_config(cmd->server->module_config,
                                               &rproxy_balancer_module);
    options_t options = { .priority = PRIORITY_UNSET };
    rule_t rule = { 0 };
    const char *error = class_of_name(cmd, argc ? argv[0] : "", &rule.of);
    int i;

    for (i = 1; i < argc && !error; i++) {
        error = config_option_set(cmd, known, &options, argv[i]);
    }
    error = error ? error : set_priority(cmd, rule.of, options.priority);
    error = error ? error : set_rule(cmd, &options, &rule);
    if (error || (!rule.path && !rule.cookie && !rule.header && !rule.expr)) {
        return error; /* or the priority alone */
    }
    if (!conf->rules) {
        conf->rules = apr_array_make(cmd->pool, 4, sizeof(rule_t));
    }
    APR_ARRAY_PUSH(conf->rules, rule_t) = rule;
    return NULL;
}
