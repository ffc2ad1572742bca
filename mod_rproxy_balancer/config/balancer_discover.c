/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_discover.c: RProxyBalancerDiscover.  Layer L2. */
#include "balancer_parts.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>

#include "config/config_option.h"
#include "engine/upstream.h"

#define DNS "dns:"
#define FILE_KIND "file:"
#define EXPECTED "dns:NAME, dns:NAME:PORT or file:PATH"

/* What the options set before the rest is known. */
typedef struct {
    source_rules_t rules; /* first */
    const char *type, *empty;
} part_t;

#define RULE(field) offsetof(source_rules_t, field)
#define LOOK_UP(field) (RULE(dns) + offsetof(dns_rules_t, field))

/* clang-format off */
/* found_member_set reads them; here they are for the list of known keys. */
#define MEMBER_KEYS                                                           \
    { "weight", OPTION_INT, 0, 0, 0 }, { "tier", OPTION_INT, 0, 0, 0 },       \
    { "backup", OPTION_FLAG, 0, 0, 0 }, { "zone", OPTION_WORD, 0, 0, 0 },     \
    { "group", OPTION_WORD, 0, 0, 0 }, { "route", OPTION_WORD, 0, 0, 0 },     \
    { "max-connections", OPTION_INT, 0, 0, 0 },                               \
    { "slow-start", OPTION_TIME, 0, 0, 0 },                                   \
    { NULL, OPTION_INT, 0, 0, 0 }

static const option_t dns_options[] = {
    { "type", OPTION_WORD, offsetof(part_t, type), 0, 0 },
    { "scheme", OPTION_WORD, LOOK_UP(scheme), 0, 0 },
    { "server", OPTION_TEXT, LOOK_UP(servers), 0, 0 },
    { "timeout", OPTION_TIME, LOOK_UP(timeout), 0, 30 },
    { "tries", OPTION_INT, LOOK_UP(tries), 1, 10 },
    { "min-ttl", OPTION_TIME, RULE(min_ttl), 1, OPTION_YEAR_S },
    { "max-ttl", OPTION_TIME, RULE(max_ttl), 1, OPTION_YEAR_S },
    { "retry", OPTION_TIME, RULE(retry), 0, 86400 },
    { "limit", OPTION_INT, LOOK_UP(limit), 1, MEMBERS_MAX },
    { "empty", OPTION_WORD, offsetof(part_t, empty), 0, 0 },
    MEMBER_KEYS,
};
static const option_t file_options[] = {
    { "every", OPTION_TIME, RULE(every), 0, 86400 },
    { "limit", OPTION_INT, LOOK_UP(limit), 1, MEMBERS_MAX },
    { "empty", OPTION_WORD, offsetof(part_t, empty), 0, 0 },
    MEMBER_KEYS,
};
/* clang-format on */

static const part_t usual = {
    .rules = { .dns = { .port = 80,
                        .scheme = "http",
                        .timeout = apr_time_from_sec(2),
                        .tries = 2,
                        .limit = 256,
                        .member = { .weight = 1 } },
               .min_ttl = apr_time_from_sec(1),
               .max_ttl = apr_time_from_sec(300),
               .retry = apr_time_from_sec(2),
               .every = apr_time_from_sec(1) },
    .empty = "keep",
};

/* ---- options ---- */

static int is_member_key(slice_t key)
{
    static const char *const words[] = {
        "weight", "tier",  "backup",          "zone",
        "group",  "route", "max-connections", "slow-start",
    };
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_eq(key, slice_str(words[i]))) {
            return 1;
        }
    }
    return 0;
}

static const char *set_option(cmd_parms *cmd, part_t *part,
                              const char *argument)
{
    const char *key, *value, *expected;

    if (config_option_split(cmd->pool, argument, &key, &value)
        && is_member_key(slice_str(key))) {
        expected = found_member_set(&part->rules.dns.member, slice_str(key),
                                    slice_str(value));
        return expected ? config_option_expected(cmd, argument, expected)
                        : NULL;
    }
    return config_option_set(cmd, part->rules.path ? file_options : dns_options,
                             part, argument);
}

static const char *set_empty(cmd_parms *cmd, part_t *part)
{
    static const char *const words[] = { "keep", "remove", NULL };
    int found = config_option_find(words, part->empty);

    part->rules.may_empty = found == 1;
    return found < 0 ? config_option_expected(cmd, part->empty,
                                              "empty=keep or empty=remove")
                     : NULL;
}

/* ---- DNS ---- */

static const char *set_type(cmd_parms *cmd, part_t *part)
{
    static const char *const words[] = {
        "any", "a", "aaaa", "both", "srv", NULL
    };
    int found = part->type ? config_option_find(words, part->type)
                : part->rules.dns.name[0] == '_' ? DNS_WANT_SRV
                                                 : DNS_WANT_ANY;

    part->rules.dns.want = (dns_want_e)found;
    return found < 0 ? config_option_expected(cmd, part->type,
                                              "type=any, a, aaaa, both or srv")
                     : NULL;
}

/* Would a member of that scheme be one?  (The name may begin with '_'.) */
static const char *check_member(cmd_parms *cmd, const dns_rules_t *rules)
{
    member_t *ignored;
    const char *error =
        member_parse(cmd->temp_pool,
                     apr_psprintf(cmd->temp_pool, "%s://192.0.2.1:%d",
                                  rules->scheme, rules->port),
                     &ignored);

    return error ? apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", error, NULL)
                 : NULL;
}

static int is_dns_name(const char *name)
{
    size_t len = strlen(name), label = 0, i;

    for (i = 0; i < len; i++) {
        if (name[i] == '.' && !label) {
            return 0;
        }
        label = name[i] == '.' ? 0 : label + 1;
        if (label > 63 || !(apr_isalnum(name[i]) || strchr("-_.", name[i]))) {
            return 0;
        }
    }
    return len > 0 && len < DNS_NAME_ROOM;
}

static const char *set_name(cmd_parms *cmd, const char *text,
                            dns_rules_t *rules, int *has_port)
{
    static const option_t port = { "port", OPTION_INT,
                                   offsetof(dns_rules_t, port), 1, 65535 };
    const char *colon = strchr(text, ':');

    *has_port = colon != NULL;
    rules->name =
        apr_pstrmemdup(cmd->pool, text,
                       colon ? (apr_size_t)(colon - text) : strlen(text));
    if (!is_dns_name(rules->name)) {
        return config_option_expected(cmd, text,
                                      "a name of letters, digits, '-', '_' and "
                                      "'.', and perhaps a port behind it");
    }
    return colon ? config_option_value(cmd, &port, rules, colon + 1) : NULL;
}

static const char *finish_dns(cmd_parms *cmd, part_t *part, int has_port)
{
    source_rules_t *rules = &part->rules;
    const char *error = set_type(cmd, part);

    if (!error && has_port && rules->dns.want == DNS_WANT_SRV) {
        error = "RProxyBalancerDiscover: SRV records have ports: expected a "
                "name without one";
    }
    if (!error && rules->dns.servers) {
        error = dns_lookup_check_servers(rules->dns.servers);
        error = error ? config_option_expected(cmd, rules->dns.servers,
                                               "server=ADDRESS[:PORT],...")
                      : NULL;
    }
    if (!error && rules->max_ttl < rules->min_ttl) {
        error = "RProxyBalancerDiscover: expected a max-ttl= that is no less "
                "than min-ttl=";
    }
    if (!error && rules->retry < apr_time_from_msec(100)) {
        error = "RProxyBalancerDiscover: expected a retry= of 100ms or more";
    }
    return error ? error : check_member(cmd, &rules->dns);
}

/* ---- the directive ---- */

/* Which of the two it is.  @return NULL, or what is wrong */
static const char *begin(cmd_parms *cmd, const char *argument, part_t *part,
                         int *has_port)
{
    const char *missing = dns_lookup_missing();

    part->rules.origin = apr_pstrdup(cmd->pool, argument);
    if (strncmp(argument, DNS, strlen(DNS)) == 0) {
        return missing ? apr_pstrcat(cmd->pool, cmd->cmd->name, ": '", argument,
                                     "': mod_rproxy_balancer ", missing, NULL)
                       : set_name(cmd, argument + strlen(DNS), &part->rules.dns,
                                  has_port);
    }
    if (strncmp(argument, FILE_KIND, strlen(FILE_KIND)) == 0
        && argument[strlen(FILE_KIND)]) {
        part->rules.path =
            ap_server_root_relative(cmd->pool, argument + strlen(FILE_KIND));
        return part->rules.path
                   ? NULL
                   : config_option_expected(cmd, argument, "a path");
    }
    return config_option_expected(cmd, argument, EXPECTED);
}

static const char *add(cmd_parms *cmd, balancer_conf_t *conf,
                       const source_rules_t *rules)
{
    int i;

    if (!conf->discover) {
        conf->discover = apr_array_make(cmd->pool, 1, sizeof(rules));
    }
    for (i = 0; i < conf->discover->nelts; i++) {
        const source_rules_t *other =
            APR_ARRAY_IDX(conf->discover, i, const source_rules_t *);

        if (strcmp(other->origin, rules->origin) == 0) {
            return config_option_expected(cmd, rules->origin,
                                          "each place once in an upstream");
        }
    }
    APR_ARRAY_PUSH(conf->discover, const source_rules_t *) = rules;
    return NULL;
}

static balancer_conf_t *upstream_around(cmd_parms *cmd)
{
    APR_OPTIONAL_FN_TYPE(rproxy_upstream_around) *around =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_upstream_around);

    return around && around(cmd) ? balancer_config_around(cmd) : NULL;
}

const char *balancer_discover(cmd_parms *cmd, void *dir, int argc,
                              char *const argv[])
{
    part_t *part = apr_pmemdup(cmd->pool, &usual, sizeof(*part));
    balancer_conf_t *conf = upstream_around(cmd);
    int i, has_port = 0;
    const char *error;

    if (!conf) {
        return "RProxyBalancerDiscover: expected inside <RProxyUpstream name>";
    }
    if (!argc) {
        return "RProxyBalancerDiscover: expected " EXPECTED;
    }
    error = begin(cmd, argv[0], part, &has_port);
    for (i = 1; i < argc && !error; i++) {
        error = set_option(cmd, part, argv[i]);
    }
    error = error ? error : set_empty(cmd, part);
    if (!error && !part->rules.path) {
        error = finish_dns(cmd, part, has_port);
    }
    if (!error && part->rules.path
        && part->rules.every < apr_time_from_msec(100)) {
        error = "RProxyBalancerDiscover: expected an every= of 100ms or more";
    }
    return error ? error : add(cmd, conf, &part->rules);
}
