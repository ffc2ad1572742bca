/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_directives.c: setters, and the table of directives.  Layer L2.
 * A setter parses, checks the range and stores; it has no other effect. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_strings.h>

#include "audit/audit_log.h"
#include "config/config_option.h"
#include "state/guard_state.h"
#include "geo_directives.h"
#include "guard_client.h"
#include "limit_directive.h"
#include "login_directives.h"
#include "redis_directive.h"
#include "flood_directives.h"
#include "credential_directives.h"
#include "waf_directive_table.h"

#define ANYWHERE (RSRC_CONF | ACCESS_CONF)

enum {
    WORDS_MAX = 64
};

/* ---- RProxyGuard ---- */

static const char *set_mode(cmd_parms *cmd, void *dir, const char *word)
{
    static const char *const words[] = { "Off", "DetectOnly", "On", NULL };
    guard_settings_t *settings = dir;
    int i = config_option_find(words, word);

    if (i < 0) {
        return config_option_expected(cmd, word, "On, Off or DetectOnly");
    }
    settings->mode = (guard_mode_e)(GUARD_OFF + i);
    settings->where = config_option_where(cmd);
    return NULL;
}

/* ---- RProxyGuardList ---- */

named_list_t *guard_list_named(cmd_parms *cmd, const char *name)
{
    named_list_t *list =
        apr_hash_get(guard_global->lists, name, APR_HASH_KEY_STRING);

    if (!list) {
        list = named_list_create(cmd->pool, name, NULL);
        apr_hash_set(guard_global->lists, name, APR_HASH_KEY_STRING, list);
    }
    return list;
}

static const char *add_network(cmd_parms *cmd, named_list_t *list,
                               const char *word)
{
    network_entry_t *entry = apr_array_push(list->entries);
    const char *wrong = network_parse(&entry->network, slice_str(word));

    entry->value = (uint32_t)list->entries->nelts;
    return wrong ? apr_psprintf(cmd->pool, "%s: '%s' is wrong: %s",
                                cmd->cmd->name, word, wrong)
                 : NULL;
}

static const char *set_list(cmd_parms *cmd, void *dir, const char *name,
                            const char *word)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    named_list_t *list;

    if (error) {
        return error;
    }
    list = guard_list_named(cmd, name);
    list->where = config_option_where(cmd);
    if (geo_items_is_one(word)) {
        return geo_directives_add(cmd, list, word);
    }
    if (strncmp(word, "file:", 5) != 0) {
        return add_network(cmd, list, word);
    }
    if (list->path) {
        return apr_psprintf(cmd->pool, "%s %s: it has a file already, %s",
                            cmd->cmd->name, name, list->path);
    }
    list->path = ap_server_root_relative(cmd->pool, word + 5);
    return list->path ? NULL : config_option_expected(cmd, word, "file:PATH");
}

/* ---- RProxyGuardAllow, RProxyGuardDeny ---- */

static int begins_like_network(const char *word)
{
    return strspn(word, "0123456789abcdefABCDEF.:/") == strlen(word)
           && strpbrk(word, ".:");
}

static guard_networks_t *push(cmd_parms *cmd, apr_array_header_t **all,
                              named_list_t *list)
{
    guard_networks_t *networks;

    if (!*all) {
        *all = apr_array_make(cmd->pool, 4, sizeof(guard_networks_t));
    }
    networks = apr_array_push(*all);
    *networks =
        (guard_networks_t){ list, GUARD_UNSET, config_option_where(cmd) };
    return networks;
}

/* All networks of one line are one list. */
static named_list_t *list_of_line(cmd_parms *cmd, apr_array_header_t **all)
{
    const char *where = config_option_where(cmd);
    named_list_t *list;
    int n = *all ? (*all)->nelts : 0;

    if (n) {
        list = APR_ARRAY_IDX(*all, n - 1, guard_networks_t).list;
        if (!list->name && strcmp(list->where, where) == 0) {
            return list;
        }
    }
    list = named_list_create(cmd->pool, NULL, where);
    APR_ARRAY_PUSH(guard_global->anonymous, named_list_t *) = list;
    push(cmd, all, list);
    return list;
}

/* Of all that stands before it in the directive. */
static const char *log_only(cmd_parms *cmd, apr_array_header_t *all)
{
    const char *where = config_option_where(cmd);
    int i = all ? all->nelts : 0, first = i;

    for (; i > 0; i--) {
        guard_networks_t *networks =
            &APR_ARRAY_IDX(all, i - 1, guard_networks_t);

        if (strcmp(networks->where, where) != 0) {
            break;
        }
        networks->mode = GUARD_DETECT;
    }
    return i < first ? NULL
                     : config_option_expected(cmd, "action=log",
                                              "networks before it");
}

static const char *set_networks(cmd_parms *cmd, void *dir, const char *word)
{
    apr_array_header_t **all =
        (apr_array_header_t **)((char *)dir + (apr_size_t)cmd->info);

    if (strcmp(word, "action=log") == 0) {
        return log_only(cmd, *all);
    }
    if (geo_items_is_one(word)) {
        return geo_directives_add(cmd, list_of_line(cmd, all), word);
    }
    if (begins_like_network(word)) {
        return add_network(cmd, list_of_line(cmd, all), word);
    }
    push(cmd, all, guard_list_named(cmd, word));
    return NULL;
}

/* ---- RProxyGuardHead ---- */

static const char *read_words(cmd_parms *cmd, const char *text,
                              const slice_t **words)
{
    slice_t *list = apr_pcalloc(cmd->pool, sizeof(*list) * (WORDS_MAX + 1));
    int n = 0;

    *words = list;
    if (strcmp(text, "any") == 0) {
        *words = NULL;
        return NULL;
    }
    while (*text) {
        const char *word = ap_getword(cmd->pool, &text, ',');

        if (!*word || n == WORDS_MAX) {
            return config_option_expected(cmd, word,
                                          "words with commas between them");
        }
        list[n++] = slice_str(word);
    }
    return NULL;
}

static const char *set_off(cmd_parms *cmd, guard_head_t *head, const char *text)
{
    head->off_set = 1;
    if (strcmp(text, "none") == 0) {
        head->off = 0;
        return NULL;
    }
    while (*text) {
        const char *word = ap_getword(cmd->pool, &text, ',');
        head_check_e check = head_check_named(slice_str(word));

        if (check == HEAD_GOOD) {
            static const char *const names[] = {
#define X(id, name, text) name,
                HEAD_CHECKS(X)
#undef X
                    NULL
            };
            return config_option_unknown(cmd, "check", word, names);
        }
        head->off |= 1u << check;
    }
    return NULL;
}

static const char *set_head_number(cmd_parms *cmd, guard_head_t *head,
                                   const char *argument)
{
    static const option_t options[] = {
        { "path-max", OPTION_SIZE, offsetof(guard_head_t, path_max), 1,
          1048576 },
        { "query-max", OPTION_SIZE, offsetof(guard_head_t, query_max), 0,
          1048576 },
        { "field-max", OPTION_SIZE, offsetof(guard_head_t, field_max), 1,
          1048576 },
        { NULL, OPTION_SIZE, 0, 0, 0 }
    };

    return config_option_set(cmd, options, head, argument);
}

static const char *set_head_action(cmd_parms *cmd, guard_head_t *head,
                                   const char *text)
{
    static const char *const words[] = { "off", "log", "refuse", NULL };
    int i = config_option_find(words, text);

    if (i < 0) {
        return config_option_unknown(cmd, "action", text, words);
    }
    head->mode = (guard_mode_e)(GUARD_OFF + i);
    return NULL;
}

static const char *set_head(cmd_parms *cmd, void *dir, const char *argument)
{
    static const char *const keys[] = { "off",       "action",    "methods",
                                        "hosts",     "types",     "path-max",
                                        "query-max", "field-max", NULL };
    guard_head_t *head = &((guard_settings_t *)dir)->head;
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    head->where = config_option_where(cmd);
    switch (config_option_find(keys, key)) {
    case 0:
        return set_off(cmd, head, value);
    case 1:
        return set_head_action(cmd, head, value);
    case 2:
        return read_words(cmd, value, &head->methods);
    case 3:
        return read_words(cmd, value, &head->hosts);
    case 4:
        return read_words(cmd, value, &head->types);
    case -1:
        return config_option_unknown(cmd, "key", key, keys);
    default:
        return set_head_number(cmd, head, argument);
    }
}

#define FIELD(name) ((void *)offsetof(guard_settings_t, name))

/* clang-format off */
const command_rec guard_directives[] = {
    AP_INIT_TAKE1("RProxyGuard", set_mode, NULL, ANYWHERE,
        "On: requests are looked at before all else; DetectOnly: what would be "
        "refused is only logged; Off"),
    AP_INIT_ITERATE("RProxyGuardAllow", set_networks, FIELD(allow), ANYWHERE,
        "Networks, and names of lists, whose clients are not limited or denied"),
    AP_INIT_TAKE1("RProxyGuardAudit", audit_log_set, NULL, RSRC_CONF,
        "A line of JSON for each refusal goes to this file, or \"|program\""),
    AP_INIT_ITERATE("RProxyGuardBans", ban_directives_set, NULL, RSRC_CONF,
        "Clients that are refused for a time: size=65536 time=600 longest=24h "
        "prefix=64"),
    AP_INIT_TAKE_ARGV("RProxyGuardBot", bot_directives_rule, NULL, ANYWHERE,
        "A class of clients (browser, search, claim, fake, bot, ai, tool) and "
        "what becomes of them: action=... when-busy=stale"),
    AP_INIT_ITERATE("RProxyGuardBots", bot_directives_file, NULL, RSRC_CONF,
        "How clients are told apart: agents=FILE verify=dns|list|off servers=..."),
    AP_INIT_ITERATE("RProxyGuardChallenge", bot_directives_challenge, NULL, RSRC_CONF,
        "difficulty=BITS of the browser's work, time=TIME it is good for"),
    AP_INIT_TAKE_ARGV("RProxyGuardClient", guard_client_directive, NULL, RSRC_CONF,
        "A field that names the client, and lists of proxies whose word counts: "
        "header=CF-Connecting-IP trust=LIST,..."),
    AP_INIT_ITERATE("RProxyGuardDeny", set_networks, FIELD(deny), ANYWHERE,
        "Networks, and names of lists, whose clients are refused"),
    AP_INIT_ITERATE("RProxyGuardGeo", geo_directives_set, NULL, RSRC_CONF,
        "Databases of countries and autonomous systems (.mmdb)"),
    AP_INIT_ITERATE("RProxyGuardHead", set_head, NULL, ANYWHERE,
        "What request heads may be like: off=CHECK,... methods=... hosts=... "
        "types=... path-max=... query-max=... field-max=... action=..."),
    AP_INIT_RAW_ARGS("<RProxyGuardLimit", limit_directive_container, NULL, ANYWHERE,
        "A name; then key=value on lines of their own, as RProxyGuardLimit"),
    AP_INIT_TAKE_ARGV("RProxyGuardLimit", limit_directive, NULL, ANYWHERE,
        "A name and how often: rate=5/min, concurrent=10 or bandwidth=1m "
        "[burst=] [key=] "
        "[path=] [methods=] [expr=] [class=] [action=] [missing=] "
        "[status=] [keys=] [cost=] [shared=]"),
    AP_INIT_ITERATE2("RProxyGuardList", set_list, NULL, RSRC_CONF,
        "A name, and the networks of that list: file:PATH or written here"),
    AP_INIT_TAKE_ARGV("RProxyGuardLogin", login_directive, NULL, ANYWHERE,
        "A name and a login form, whose wrong passwords are counted: kind= "
        "[path=] [user=] [methods=] [success=] [failure=] [address=] [network=] "
        "[name=] [action=] [keys=]"),
    AP_INIT_TAKE_ARGV("RProxyGuardRedis", redis_directive, NULL, RSRC_CONF,
        "Through which servers share limits: redis://HOST[:PORT][/DB] or "
        "unix:///PATH [user=] [password-file=] [prefix=] [timeout=500ms] "
        "[every=20ms]"),
    FLOOD_DIRECTIVES,
    CREDENTIAL_DIRECTIVES,
    AP_INIT_TAKE1("RProxyGuardState", guard_state_directive, NULL, RSRC_CONF,
        "A directory that keeps bans over a full stop"),
    WAF_DIRECTIVES,
    WAF_RULE_DIRECTIVES,
    WAF_IDLE_DIRECTIVES,
    { NULL }
};
/* clang-format on */
