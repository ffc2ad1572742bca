/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_config.h: what the directives say.  Layer L2.
 *
 * guard_settings_t is a per-directory configuration.  What stands in the main
 * server and virtual hosts is looked at as soon as a request head is there,
 * before anything else runs; what sections and .htaccess files add, when httpd
 * knows that they apply, before access control is done. */
#ifndef RPROXY_GUARD_CONFIG_H
#define RPROXY_GUARD_CONFIG_H

#include <httpd.h>
#include <http_config.h>
#include <ap_expr.h>
#include <apr_hash.h>

#include "../address/named_list.h"
#include "../attack/attack.h"
#include "../bans/ban.h"
#include "../bots/bots.h"
#include "../challenge/challenge_config.h"
#include "../credentials/credentials.h"
#include "../fleet/fleet_config.h"
#include "../floods/connections.h"
#include "../head/head_sanity.h"
#include "../limits/limit_memory.h"
#include "../waf/waf_settings.h"
#include "rule_action.h"

typedef enum {
    GUARD_UNSET,
    GUARD_OFF,
    GUARD_DETECT, /* says what it would refuse */
    GUARD_ON
} guard_mode_e;

/* Networks of one directive: a list by its name, or written there. */
typedef struct {
    named_list_t *list;
    guard_mode_e mode; /* GUARD_UNSET: as RProxyGuard says */
    const char *where;
} guard_networks_t;

typedef enum {
    KEY_ADDRESS, /* IPv6 by its /64 */
    KEY_NETWORK, /* IPv4 by /24, IPv6 by /48 */
    KEY_HEADER,
    KEY_COOKIE,
    KEY_USER,  /* that access control has found */
    KEY_LABEL, /* likewise: of the API key or token */
    KEY_HOST,
    KEY_PATH,
    KEY_EXPR,
    KEY_ALL /* one for all requests */
} key_kind_e;

typedef struct {
    key_kind_e kind;
    const char *name; /* of the field or cookie */
    const ap_expr_info_t *expr;
} key_part_t;

/* What becomes of a request that has no key. */
typedef enum {
    MISSING_SKIP,  /* this limit says nothing of it */
    MISSING_SHARE, /* all those count as one */
    MISSING_REFUSE
} missing_e;

typedef struct guard_limit_t {
    const char *name;
    const char *rate_text; /* as configured, "5/min", "10 at once" */
    const char *excess;    /* a phrase for the log: more than that */
    const char *policy;    /* of a rate: the field RateLimit-Policy */
    const char *where;
    rate_rule_t rate;
    const key_part_t *key; /* [key_count] */
    int key_count;
    missing_e missing;
    guard_mode_e mode; /* as action says */
    guard_action_t action;
    int status; /* of a refusal */
    int cost;
    int in_attack; /* only while attack_is_on */
    int is_late;   /* it counts by what access control finds out */
    /* which requests; NULL: all */
    const char *path;           /* begins with it */
    const char *const *methods; /* ends with NULL */
    const ap_expr_info_t *expr;
    const char *class;
    named_list_t *list, *not_list; /* that the client is in, is not in */
    int concurrent;                /* so many at once; 0: no such limit */
    apr_off_t bandwidth;           /* bytes a second; 0: likewise */
    int keys;                      /* that there is room for */
    char *holds;                   /* set by hold_open; of hold_sets each */
    uint32_t hold_sets;
    int shared;             /* with other servers, through Redis */
    const char *fleet_name; /* of it there: with the rate */
    uint32_t fleet_id;      /* of that */
    limit_place_t place;
    int number; /* of all limits, from 0 */
} guard_limit_t;

/* RProxyGuardHead: -1 and NULL where unset */
typedef struct {
    int off_set;
    uint32_t off;
    guard_mode_e mode;
    const slice_t *methods, *hosts, *types;
    apr_off_t path_max, query_max, field_max;
    const char *where; /* "file:line" of the last one */
} guard_head_t;

typedef struct guard_settings_t {
    guard_mode_e mode;
    const char *where;           /* "file:line" of RProxyGuard */
    apr_array_header_t *clients; /* of guard_client_rule_t */
    apr_array_header_t *allow;   /* of guard_networks_t */
    apr_array_header_t *deny;    /* likewise */
    apr_array_header_t *limits;  /* of guard_limit_t *; those of outer sections
                                   first */
    apr_array_header_t *logins;  /* of login_rule_t * (login/login_rule.h) */
    guard_head_t head;
    waf_settings_t *waf; /* NULL: nothing is said */
    int waf_in_sections; /* of a host: its sections say something, too */
    credential_settings_t credentials;
    const bots_rule_t *bot[BOT_CLASS_COUNT]; /* NULL: nothing is said */
} guard_settings_t;

/* Of the whole server, made anew with each configuration. */
typedef struct {
    apr_hash_t *lists;             /* name -> named_list_t */
    apr_array_header_t *anonymous; /* of named_list_t *: written in place */
    apr_array_header_t *limits;    /* of guard_limit_t *: all there are */
    apr_array_header_t *logins;    /* of login_rule_t *: likewise */
    siphash_key_t secret;          /* of keys of limits */
    challenge_config_t challenge;
    bots_config_t bots;
    guard_ban_rules_t bans;
    guard_connections_t connections;
    const char *audit; /* a path or "|program"; NULL: none */
    guard_attack_t attack;
    fleet_config_t fleet;
} guard_global_t;

extern guard_global_t *guard_global;
extern const command_rec guard_directives[];

void guard_config_create(apr_pool_t *pconf);
void *guard_settings_create(apr_pool_t *pool, char *dir);
void *guard_settings_merge(apr_pool_t *pool, void *outer, void *inner);

static inline const guard_settings_t *guard_settings_of(const void *dir_config)
{
    return ap_get_module_config((const ap_conf_vector_t *)dir_config,
                                &rproxy_guard_module);
}

/* ---- ban_directives.c ---- */

void ban_directives_default(guard_ban_rules_t *rules);
const char *ban_directives_set(cmd_parms *cmd, void *dir, const char *argument);
/* While the configuration is read: the list of that name, made where there is
 * none yet. */
named_list_t *guard_list_named(cmd_parms *cmd, const char *name);

/* ---- bot_directives.c ---- */

const char *bot_directives_file(cmd_parms *cmd, void *dir,
                                const char *argument);
const char *bot_directives_rule(cmd_parms *cmd, void *dir, int argc,
                                char *const argv[]);
const char *bot_directives_challenge(cmd_parms *cmd, void *dir,
                                     const char *argument);

/* ---- limit_option.c ---- */

/* RProxyGuardLimit's arguments: the name, then key=value.
 * @return NULL or the error text */
const char *limit_option_set(cmd_parms *cmd, guard_limit_t *limit,
                             const char *argument);

/* "5/min".  @return NULL and *rate but for its burst, or the error text */
const char *limit_option_rate(cmd_parms *cmd, const char *text,
                              rate_rule_t *rate);

guard_limit_t *limit_option_create(cmd_parms *cmd, const char *name);

/* limit_finish.c: the rest of what a limit needs, when all its arguments are
 * there. */
const char *limit_finish(cmd_parms *cmd, guard_limit_t *limit);

#endif
