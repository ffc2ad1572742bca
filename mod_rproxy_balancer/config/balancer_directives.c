/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_directives.c: the directives, each into its part.  Layer L2.
 * README.md describes them for administrators. */
#include "balancer_parts.h"

#include "../balancer_private.h"

#include <apr_strings.h>

#include "../events/message.h"
#include "../overload/request_class.h"
#include "../state/state.h"
#include "../sticky/sticky_learned.h"
#include "config/config_option.h"

#define YEAR_S OPTION_YEAR_S

/* clang-format off */
const method_conf_t balancer_default_method = {
    .method = &method_round_robin, .bound_percent = 150, .panic_percent = 50,
    .room = -1
};
const sticky_conf_t balancer_default_sticky = { .off = 1, .path = "/" };
const probe_conf_t balancer_default_probe = {
    .off = 1,
    .rules = { .kind = PROBE_HTTP, .method = "GET", .path = "/",
               .timeout = apr_time_from_sec(2) },
    .rise = 2, .fall = 3, .jitter_percent = 10,
    .interval = apr_time_from_sec(5), .fast = apr_time_from_sec(1)
};
const eject_conf_t balancer_default_eject = {
    .failures = 5, .rate_percent = 50, .min_requests = 20, .max_percent = 50,
    .time = apr_time_from_sec(10), .time_max = apr_time_from_sec(300),
    .trial = apr_time_from_sec(10)
};
/* clang-format on */

/* ---- RProxyBalancer ---- */

static const char *method_names(apr_pool_t *p)
{
    const char *list = method_at(0)->name;
    size_t i;

    for (i = 1; method_at(i); i++) {
        list = apr_pstrcat(p, list, ", ", method_at(i)->name, NULL);
    }
    return list;
}

static const char *set_method(cmd_parms *cmd, const char *value,
                              method_conf_t *conf)
{
    conf->method = method_find(value, strlen(value));
    return conf->method ? NULL
                        : config_option_expected(cmd, value,
                                                 method_names(cmd->temp_pool));
}

static const char *set_key(cmd_parms *cmd, const char *value,
                           method_conf_t *conf)
{
    const char *error = NULL;

    if (strcmp(value, "address") == 0) {
        conf->key = KEY_ADDRESS;
    }
    else if (strcmp(value, "uri") == 0) {
        conf->key = KEY_URI;
    }
    else if (strncmp(value, "header:", 7) == 0 && value[7]) {
        conf->key = KEY_HEADER;
        conf->key_name = apr_pstrdup(cmd->pool, value + 7);
    }
    else if (strncmp(value, "cookie:", 7) == 0 && value[7]) {
        conf->key = KEY_COOKIE;
        conf->key_name = apr_pstrdup(cmd->pool, value + 7);
    }
    else if (strncmp(value, "expr:", 5) == 0 && value[5]) {
        conf->key = KEY_EXPR;
        conf->key_expr =
            ap_expr_parse_cmd(cmd, value + 5, AP_EXPR_FLAG_STRING_RESULT,
                              &error, NULL);
    }
    else {
        return config_option_expected(cmd, value,
                                      "address, uri, header:NAME, "
                                      "cookie:NAME or expr:EXPRESSION");
    }
    return error ? apr_psprintf(cmd->pool, "%s: key=%s: %s", cmd->cmd->name,
                                value, error)
                 : NULL;
}

static const char *set_method_option(cmd_parms *cmd, const char *argument,
                                     method_conf_t *conf)
{
    static const option_t options[] = {
        { "method", OPTION_WORD, 0, 0, 0 }, /* this and the next: above */
        { "key", OPTION_TEXT, 0, 0, 0 },
        { "bound", OPTION_INT, offsetof(method_conf_t, bound_percent), 0,
          10000 },
        { "zone", OPTION_WORD, offsetof(method_conf_t, zone), 0, 0 },
        { "panic", OPTION_INT, offsetof(method_conf_t, panic_percent), 0, 100 },
        { "room", OPTION_INT, offsetof(method_conf_t, room), 0,
          BALANCER_MEMBERS },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *key, *value;

    if (config_option_split(cmd->temp_pool, argument, &key, &value)) {
        if (strcmp(key, "method") == 0) {
            return set_method(cmd, value, conf);
        }
        if (strcmp(key, "key") == 0) {
            return set_key(cmd, value, conf);
        }
    }
    return config_option_set(cmd, options, conf, argument);
}

static const char WRONG_PLACE[] =
    ": expected in <RProxyUpstream>, or in the main server configuration for "
    "all upstreams";

/* @return NULL and the part's place, or the error */
const char *balancer_find_place(cmd_parms *cmd, int argc,
                                balancer_conf_t **conf)
{
    *conf = balancer_config_around(cmd);
    if (!*conf) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name, WRONG_PLACE, NULL);
    }
    return argc ? NULL
                : apr_pstrcat(cmd->pool, cmd->cmd->name,
                              ": expected at least one argument", NULL);
}

static int is_off(int argc, char *const argv[])
{
    return argc == 1 && ap_cstr_casecmp(argv[0], "off") == 0;
}

static const char *directive_method(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[])
{
    method_conf_t *part =
        apr_pmemdup(cmd->pool, &balancer_default_method, sizeof(*part));
    balancer_conf_t *conf;
    const char *error = balancer_find_place(cmd, argc, &conf);
    int i;

    part->off = is_off(argc, argv);
    for (i = 0; i < argc && !part->off && !error; i++) {
        error = set_method_option(cmd, argv[i], part);
    }
    if (!error && part->bound_percent && part->bound_percent <= 100) {
        error = "RProxyBalancer: bound= is in percent of the mean load: "
                "expected 0 for no bound, or more than 100";
    }
    if (!error) {
        conf->method = part;
    }
    return error;
}

/* ---- RProxyBalancerSticky ---- */

/* "JSESSIONID" or, as for stickysession of mod_proxy, "cookie|parameter". */
static void split_route(apr_pool_t *p, sticky_conf_t *part)
{
    const char *bar =
        part->route_cookie ? strchr(part->route_cookie, '|') : NULL;

    part->route_parameter = bar ? bar + 1 : part->route_cookie;
    if (bar) {
        part->route_cookie =
            apr_pstrmemdup(p, part->route_cookie,
                           (apr_size_t)(bar - part->route_cookie));
    }
}

static const char *directive_sticky(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[])
{
    static const option_t options[] = {
        { "cookie", OPTION_WORD, offsetof(sticky_conf_t, cookie), 0, 0 },
        { "path", OPTION_TEXT, offsetof(sticky_conf_t, path), 0, 0 },
        { "domain", OPTION_WORD, offsetof(sticky_conf_t, domain), 0, 0 },
        { "max-age", OPTION_TIME, offsetof(sticky_conf_t, max_age), 0, YEAR_S },
        { "route", OPTION_TEXT, offsetof(sticky_conf_t, route_cookie), 0, 0 },
        { "learn", OPTION_WORD, offsetof(sticky_conf_t, learn), 0, 0 },
        { "learn-for", OPTION_TIME, offsetof(sticky_conf_t, learn_for), 1,
          STICKY_LEARNED_TIMEOUT_MAX_S },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    sticky_conf_t *part = apr_pcalloc(cmd->pool, sizeof(*part));
    balancer_conf_t *conf;
    const char *error = balancer_find_place(cmd, argc, &conf);
    int i;

    part->path = "/";
    part->learn_for = apr_time_from_sec(3600);
    part->off = is_off(argc, argv);
    for (i = 0; i < argc && !part->off && !error; i++) {
        error = config_option_set(cmd, options, part, argv[i]);
    }
    if (!error && !part->off && !part->cookie && !part->route_cookie
        && !part->learn) {
        error = "RProxyBalancerSticky: expected cookie=, route= or learn=";
    }
    if (!error) {
        split_route(cmd->pool, part);
        conf->sticky = part;
    }
    return error;
}

/* ---- RProxyBalancerProbe ---- */

/* "http", "tcp", "tls": the first argument. */
static const char *set_kind(cmd_parms *cmd, const char *word,
                            probe_rules_t *rules)
{
    static const char *const words[] = { "http", "tcp", "tls", NULL };
    int kind = config_option_find(words, word);

    if (kind < 0) {
        return config_option_expected(cmd, word, "http, tcp, tls or off");
    }
    rules->kind = kind;
    return NULL;
}

/* "Name" or "Name:text within its value". */
static void set_field(apr_pool_t *p, const char *text, probe_rules_t *rules)
{
    const char *colon = strchr(text, ':');

    rules->field =
        colon ? apr_pstrmemdup(p, text, (apr_size_t)(colon - text)) : text;
    rules->field_has = colon ? colon + 1 + strspn(colon + 1, " ") : "";
}

typedef struct {
    probe_conf_t conf;
    const char *expect, *field;
} probe_part_t;

/* What options cannot say. */
static const char *check_probe(cmd_parms *cmd, probe_part_t *part)
{
    probe_rules_t *rules = &part->conf.rules;

    if (!probe_expect_parse(part->expect, &rules->expect)) {
        return config_option_expected(cmd, part->expect,
                                      "statuses such as 200, 2xx or "
                                      "200-399,404");
    }
    if (part->field) {
        set_field(cmd->pool, part->field, rules);
    }
    if (rules->path[0] != '/') {
        return config_option_expected(cmd, rules->path,
                                      "a path that begins with '/'");
    }
    if (strcmp(rules->method, "HEAD") == 0 && rules->body) {
        return "RProxyBalancerProbe: the response to HEAD has no body: "
               "expected another method with body=";
    }
    if (rules->kind != PROBE_HTTP
        && (part->field || rules->body || strcmp(rules->path, "/") != 0)) {
        return "RProxyBalancerProbe: path=, header= and body= are for http";
    }
    return NULL;
}

#define RULE(field) \
    (offsetof(probe_conf_t, rules) + offsetof(probe_rules_t, field))

static const char *directive_probe(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[])
{
    static const option_t options[] = {
        { "method", OPTION_WORD, RULE(method), 0, 0 },
        { "path", OPTION_TEXT, RULE(path), 0, 0 },
        { "host", OPTION_TEXT, RULE(host), 0, 0 },
        { "expect", OPTION_TEXT, offsetof(probe_part_t, expect), 0, 0 },
        { "header", OPTION_TEXT, offsetof(probe_part_t, field), 0, 0 },
        { "body", OPTION_TEXT, RULE(body), 0, 0 },
        { "timeout", OPTION_TIME, RULE(timeout), 0, 3600 },
        { "interval", OPTION_TIME, offsetof(probe_conf_t, interval), 0, 86400 },
        { "fast", OPTION_TIME, offsetof(probe_conf_t, fast), 0, 86400 },
        { "jitter", OPTION_INT, offsetof(probe_conf_t, jitter_percent), 0,
          100 },
        { "rise", OPTION_INT, offsetof(probe_conf_t, rise), 1, 1000 },
        { "fall", OPTION_INT, offsetof(probe_conf_t, fall), 1, 1000 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    probe_part_t *part = apr_pcalloc(cmd->pool, sizeof(*part));
    balancer_conf_t *conf;
    const char *error = balancer_find_place(cmd, argc, &conf);
    int i;

    part->conf = balancer_default_probe;
    part->expect = "200-399";
    part->conf.off = is_off(argc, argv);
    if (!error && !part->conf.off) {
        error = set_kind(cmd, argv[0], &part->conf.rules);
    }
    for (i = 1; i < argc && !error; i++) {
        error = config_option_set(cmd, options, part, argv[i]);
    }
    if (!error && part->conf.interval < apr_time_from_msec(10)) {
        error = "RProxyBalancerProbe: expected an interval= of 10ms or more";
    }
    if (!error && !part->conf.off) {
        error = check_probe(cmd, part);
    }
    if (!error) {
        conf->probe = &part->conf;
    }
    return error;
}

/* ---- RProxyBalancerEject ---- */

static const char *directive_eject(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[])
{
    static const option_t options[] = {
        { "failures", OPTION_INT, offsetof(eject_conf_t, failures), 0, 1000 },
        { "rate", OPTION_INT, offsetof(eject_conf_t, rate_percent), 0, 100 },
        { "requests", OPTION_INT, offsetof(eject_conf_t, min_requests), 1,
          1000000 },
        { "max", OPTION_INT, offsetof(eject_conf_t, max_percent), 0, 100 },
        { "time", OPTION_TIME, offsetof(eject_conf_t, time), 0, 86400 },
        { "time-max", OPTION_TIME, offsetof(eject_conf_t, time_max), 0, 86400 },
        { "trial", OPTION_TIME, offsetof(eject_conf_t, trial), 1, 86400 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    eject_conf_t *part =
        apr_pmemdup(cmd->pool, &balancer_default_eject, sizeof(*part));
    balancer_conf_t *conf;
    const char *error = balancer_find_place(cmd, argc, &conf);
    int i, off = is_off(argc, argv);

    if (off) {
        part->max_percent = 0;
    }
    for (i = 0; i < argc && !off && !error; i++) {
        error = config_option_set(cmd, options, part, argv[i]);
    }
    if (part->time_max < part->time) {
        part->time_max = part->time;
    }
    if (!error) {
        conf->eject = part;
    }
    return error;
}

/* clang-format off */
const command_rec balancer_directives[] = {
    AP_INIT_TAKE_ARGV("RProxyBalancer", directive_method, NULL, RSRC_CONF,
        "off, or method= [key=] [bound=] [zone=] [panic=] [room=]: how the members of "
        "an upstream are chosen"),
    AP_INIT_TAKE_ARGV("RProxyBalancerSticky", directive_sticky, NULL, RSRC_CONF,
        "off, or cookie=name | route=name[|parameter] | learn=name: what "
        "keeps a client on its member"),
    AP_INIT_TAKE_ARGV("RProxyBalancerProbe", directive_probe, NULL, RSRC_CONF,
        "off, or http|tcp|tls [key=value ...]: how members are asked whether "
        "they are well"),
    AP_INIT_TAKE_ARGV("RProxyBalancerEject", directive_eject, NULL, RSRC_CONF,
        "off, or failures= rate= requests= max= time= time-max= trial=: when "
        "a member whose requests fail is asked no more"),
    AP_INIT_TAKE_ARGV("RProxyCanary", canary_directive, NULL, RSRC_CONF,
        "upstream [steps=] [step-time=] [min-requests=] [min-failed=] "
        "[tolerance=] [latency=] [sticky=] [start=]: a new version that gets "
        "more and more of the clients while it does well"),
    AP_INIT_TAKE_ARGV("RProxyBalancerDiscover", balancer_discover, NULL,
        RSRC_CONF,
        "dns:NAME[:PORT] | file:PATH [key=value ...]: where members of the "
        "upstream are found while the server runs"),
    AP_INIT_TAKE_ARGV("RProxyMessageCmd", message_directive, NULL, RSRC_CONF,
        "[timeout=] [events=] /path [argument ...]: what is run when members "
        "or upstreams change"),
    AP_INIT_TAKE_ARGV("RProxyBalancerQueue", balancer_directive_queue, NULL,
        RSRC_CONF,
        "off, or max= timeout= aging= share= adaptive=: who waits while all "
        "members are at their limits, and for how long"),
    AP_INIT_TAKE_ARGV("RProxyClass", request_class_directive, NULL, RSRC_CONF,
        "name [priority=0-100] [path=] [cookie=] [header=] [expr=]: which "
        "requests are of a class, and how important it is"),
    AP_INIT_TAKE1("RProxyBalancerState", state_directive, NULL, RSRC_CONF,
        "a directory where what was changed of members at run time, and what "
        "session cookies are made of, outlives a stop of httpd"),
    AP_INIT_TAKE_ARGV("RProxyBalancerHedge", hedge_directive, NULL, RSRC_CONF,
        "off, or after=p95|time [min=] [max=] [budget=]: when a second member "
        "is asked, since the first one is slow"),
    { NULL }
};
/* clang-format on */
