/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_upstream.c: upstreams and members enter the global lists here, in the
 * order they are read; their ids are their positions.  Layer L2. */
#include "config_upstream.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../rproxy_config.h"
#include "config_retry.h"

#define CONTAINER "<RProxyUpstream"
#define BALANCER "RProxyBalancer" /* how directives of the balancer begin */
#define DISCOVER BALANCER "Discover"

static const option_t member_options[] = {
    { "max-connections", OPTION_INT, offsetof(member_t, max_connections), 0,
      1000000 },
    { "idle", OPTION_INT, offsetof(member_t, max_idle), 0, 100000 },
    { "idle-timeout", OPTION_TIME, offsetof(member_t, idle_timeout), 0,
      OPTION_YEAR_S },
    { "max-requests", OPTION_INT, offsetof(member_t, max_requests), 0,
      1000000000 },
    { "max-age", OPTION_TIME, offsetof(member_t, max_age), 0, OPTION_YEAR_S },
    { "weight", OPTION_INT, offsetof(member_t, weight), 0, 1000 },
    { "backup", OPTION_FLAG, offsetof(member_t, backup), 0, 1 },
    { "tier", OPTION_INT, offsetof(member_t, tier), 0, 15 },
    { "zone", OPTION_WORD, offsetof(member_t, zone), 0, 0 },
    { "group", OPTION_WORD, offsetof(member_t, group), 0, 0 },
    { "route", OPTION_WORD, offsetof(member_t, route), 0, 0 },
    { "slow-start", OPTION_TIME, offsetof(member_t, slow_start), 0,
      OPTION_YEAR_S },
    { "fail-pause", OPTION_TIME, offsetof(member_t, fail_pause), 0,
      OPTION_YEAR_S },
    { NULL, OPTION_INT, 0, 0, 0 },
};

static upstream_t *add_upstream(cmd_parms *cmd, const char *name)
{
    upstream_t *u = apr_pcalloc(cmd->pool, sizeof(*u));

    u->name = apr_pstrdup(cmd->pool, name);
    u->defined_at = config_option_where(cmd);
    u->members = apr_array_make(cmd->pool, 2, sizeof(member_t *));
    u->urls = apr_hash_make(cmd->pool);
    u->id = rproxy_global->upstream_list->nelts;
    u->retry_budget_percent = -1;
    config_retry_unset(&u->retry);
    APR_ARRAY_PUSH(rproxy_global->upstream_list, upstream_t *) = u;
    apr_hash_set(rproxy_global->upstreams, u->name, APR_HASH_KEY_STRING, u);
    return u;
}

static void add_member(upstream_t *upstream, member_t *member)
{
    member->upstream = upstream;
    member->number = upstream->members->nelts;
    member->id = rproxy_global->member_list->nelts;
    APR_ARRAY_PUSH(upstream->members, member_t *) = member;
    apr_hash_set(upstream->urls, member->url, APR_HASH_KEY_STRING, member);
    APR_ARRAY_PUSH(rproxy_global->member_list, member_t *) = member;
}

const char *config_upstream_of_url(cmd_parms *cmd, const char *url,
                                   upstream_t **upstream)
{
    member_t *member;
    const char *error;

    *upstream =
        apr_hash_get(rproxy_global->upstreams, url, APR_HASH_KEY_STRING);
    if (*upstream) {
        return NULL;
    }
    error = member_parse(cmd->pool, url, &member);
    if (error) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", error, NULL);
    }
    *upstream = add_upstream(cmd, url);
    add_member(*upstream, member);
    return NULL;
}

upstream_t *config_upstream_around(const cmd_parms *cmd)
{
    const ap_directive_t *around = cmd->directive->parent;

    if (around && ap_cstr_casecmp(around->directive, CONTAINER) == 0) {
        return around->data;
    }
    return NULL;
}

void config_upstream_named(const cmd_parms *cmd, const char *name)
{
    upstream_name_t *named = apr_array_push(rproxy_global->named);

    named->name = apr_pstrdup(cmd->pool, name);
    named->directive = cmd->cmd->name;
    named->where = config_option_where((cmd_parms *)cmd);
}

int config_upstream_is_name(const char *name)
{
    if (!apr_isalnum(*name)) {
        return 0;
    }
    for (; *name; name++) {
        if (!apr_isalnum(*name) && !strchr("-._", *name)) {
            return 0;
        }
    }
    return 1;
}

/* The container's one argument without its closing bracket. */
static const char *container_name(cmd_parms *cmd, const char *argument,
                                  const char **name)
{
    const char *end = ap_strrchr_c(argument, '>');
    const char *rest;

    if (!end || end[1 + strspn(end + 1, " \t")]) {
        return CONTAINER ": the closing '>' is missing: expected " CONTAINER
                         " name>";
    }
    rest =
        apr_pstrmemdup(cmd->temp_pool, argument, (apr_size_t)(end - argument));
    *name = ap_getword_conf(cmd->pool, &rest);
    if (*rest || !config_upstream_is_name(*name)) {
        return apr_psprintf(cmd->pool,
                            CONTAINER
                            ": '%.*s' is no name: expected " CONTAINER
                            " name> with letters, digits, '-', '.' and '_'",
                            (int)(end - argument), argument);
    }
    return NULL;
}

/* Only what belongs to an upstream may stand in its container. */
static const char *check_children(cmd_parms *cmd)
{
    const ap_directive_t *child;

    for (child = cmd->directive->first_child; child; child = child->next) {
        if (ap_cstr_casecmp(child->directive, "RProxyMember") != 0
            && ap_cstr_casecmp(child->directive, "RProxyRetry") != 0
            && ap_cstr_casecmp(child->directive, "RProxyCanary") != 0
            && ap_cstr_casecmpn(child->directive, BALANCER, strlen(BALANCER))
                   != 0) {
            cmd->err_directive = child;
            return apr_psprintf(cmd->pool,
                                "%s is not allowed in <RProxyUpstream>: "
                                "expected RProxyMember, RProxyRetry, "
                                "RProxyCanary or " BALANCER "...",
                                child->directive);
        }
    }
    return NULL;
}

static int has_child(const cmd_parms *cmd, const char *name)
{
    const ap_directive_t *child = cmd->directive->first_child;

    while (child && ap_cstr_casecmp(child->directive, name) != 0) {
        child = child->next;
    }
    return child != NULL;
}

const char *config_upstream_container(cmd_parms *cmd, void *dir,
                                      const char *argument)
{
    const char *error = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT);
    const char *name;
    upstream_t *upstream;

    (void)dir;
    if (!error) {
        error = container_name(cmd, argument, &name);
    }
    if (!error) {
        error = check_children(cmd);
    }
    if (error) {
        return error;
    }
    upstream =
        apr_hash_get(rproxy_global->upstreams, name, APR_HASH_KEY_STRING);
    if (upstream) {
        return apr_psprintf(cmd->pool,
                            CONTAINER " %s>: the name is taken by "
                                      "the one at %s: expected another name",
                            name, upstream->defined_at);
    }
    upstream = add_upstream(cmd, name);
    upstream->is_discovered = has_child(cmd, DISCOVER);
    cmd->directive->data = upstream;
    return ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
}

const char *config_upstream_member(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[])
{
    upstream_t *upstream = config_upstream_around(cmd);
    member_t *member;
    const char *error;
    int i;

    (void)dir;
    if (!upstream) {
        return "RProxyMember: expected inside <RProxyUpstream name>";
    }
    if (upstream->members->nelts == UPSTREAM_MAX_MEMBERS) {
        return apr_psprintf(cmd->pool,
                            "RProxyMember: %s has %d members already: expected "
                            "no more than that",
                            upstream->name, UPSTREAM_MAX_MEMBERS);
    }
    if (argc < 1) {
        return "RProxyMember: expected a URL such as http://127.0.0.1:3000";
    }
    error = member_parse(cmd->pool, argv[0], &member);
    if (error) {
        return apr_pstrcat(cmd->pool, "RProxyMember: ", error, NULL);
    }
    if (apr_hash_get(upstream->urls, member->url, APR_HASH_KEY_STRING)) {
        return apr_psprintf(cmd->pool,
                            "RProxyMember: '%s' is a member of %s "
                            "already: expected each once",
                            member->url, upstream->name);
    }
    for (i = 1; i < argc && !error; i++) {
        error = config_option_set(cmd, member_options, member, argv[i]);
        member->options = i == 1 ? apr_pstrdup(cmd->pool, argv[i])
                                 : apr_pstrcat(cmd->pool, member->options, " ",
                                               argv[i], NULL);
    }
    if (!error) {
        add_member(upstream, member);
    }
    return error;
}
