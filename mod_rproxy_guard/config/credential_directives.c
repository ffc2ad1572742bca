/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* credential_directives.c: see credential_directives.h.  Layer L2. */
#include "guard_private.h"
#include "credential_directives.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../credentials/key_set.h"
#include "config/config_option.h"
#include "guard_config.h"

/* NULL, or why it cannot be. */
static const char *needs_openssl(cmd_parms *cmd)
{
#ifdef HAVE_OPENSSL
    return NULL;
#else
    return apr_psprintf(cmd->pool,
                        "%s needs OpenSSL: install its development files "
                        "(libssl-dev, openssl-devel) and build again",
                        cmd->cmd->name);
#endif
}

/* A name of a field, or of an argument. */
static const char *check_token(cmd_parms *cmd, const char *value,
                               const char *expected)
{
    const char *p;

    for (p = value; *p; p++) {
        if (!apr_isalnum(*p) && !strchr("!#$%&'*+-.^_`|~", *p)) {
            break;
        }
    }
    return *p || p == value ? config_option_expected(cmd, value, expected)
                            : NULL;
}

/* ---- RProxyGuardRequire ---- */

static int kind_named(const char *word)
{
    static const char *const words[] = { "key", NULL };

    return config_option_find(words, word);
}

static const char *set_rule_option(cmd_parms *cmd, credential_rule_t *rule,
                                   const char *argument)
{
    static const char *const keys[] = { "scope", "realm", "action", NULL };
    static const char *const actions[] = { "log", "refuse", NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument,
                                      "key, or none, and key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        rule->scope = value;
        return check_token(cmd, value, "scope= and a word");
    case 1:
        rule->realm = value;
        return strpbrk(value, "\"\\\r\n")
                   ? config_option_expected(cmd, value,
                                            "a realm without quotes")
                   : NULL;
    case 2:
        rule->log_only = config_option_find(actions, value) == 0;
        return config_option_find(actions, value) < 0
                   ? config_option_unknown(cmd, "action", value, actions)
                   : NULL;
    default:
        return config_option_unknown(cmd, "key", key, keys);
    }
}

const char *credential_set_require(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[])
{
    credential_rule_t *rule = apr_pcalloc(cmd->pool, sizeof(*rule));
    const char *wrong = NULL;
    int i, none = 0;

    rule->where = config_option_where(cmd);
    rule->realm = "api";
    for (i = 0; i < argc && !wrong; i++) {
        int kind = kind_named(argv[i]);

        if (kind >= 0) {
            rule->kinds |= 1u << kind;
        }
        else if (ap_cstr_casecmp(argv[i], "none") == 0) {
            none = 1;
        }
        else {
            wrong = set_rule_option(cmd, rule, apr_pstrdup(cmd->pool, argv[i]));
        }
    }
    if (!wrong && (rule->kinds != 0) == none) {
        wrong = config_option_expected(cmd, argc ? argv[0] : "",
                                       "key, or none alone");
    }
    ((guard_settings_t *)dir)->credentials.rule = rule;
    return wrong;
}

/* ---- RProxyGuardKeys ---- */

static const char *set_keys_option(cmd_parms *cmd, key_source_t *source,
                                   const char *argument)
{
    static const char *const keys[] = { "header", "query", "tell", "hide",
                                        NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        source->header = value;
        return check_token(cmd, value, "header= and the name of a field");
    case 1:
        source->query = value;
        return check_token(cmd, value, "query= and the name of an argument");
    case 2:
        source->tell = value;
        return check_token(cmd, value, "tell= and the name of a field");
    case 3:
        return config_option_flag(cmd, value, &source->hide);
    default:
        return config_option_unknown(cmd, "key", key, keys);
    }
}

const char *credential_set_keys(cmd_parms *cmd, void *dir, int argc,
                                char *const argv[])
{
    key_source_t *source = apr_pcalloc(cmd->pool, sizeof(*source));
    const char *wrong = needs_openssl(cmd);
    int i;

    if (!wrong && argc < 1) {
        wrong = config_option_expected(cmd, "", "the path of a file");
    }
    source->header = "X-Api-Key";
    source->hide = 1;
    for (i = 1; i < argc && !wrong; i++) {
        wrong = set_keys_option(cmd, source, apr_pstrdup(cmd->pool, argv[i]));
    }
    if (!wrong) {
        source->file = credentials_watch(cmd, argv[0], key_set_make);
        wrong = source->file ? NULL
                             : config_option_expected(cmd, argv[0],
                                                      "the path of a file");
    }
    ((guard_settings_t *)dir)->credentials.keys = source;
    return wrong;
}

/* ---- RProxyGuardUsage ---- */

const char *credential_set_usage(cmd_parms *cmd, void *dir, const char *text)
{
    static const option_t options[] = { { "labels", OPTION_INT, 0, 8, 1000000 },
                                        { NULL, OPTION_INT, 0, 0, 0 } };
    const char *wrong = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    int labels = 0;
    uint32_t rows = 8;

    if (!wrong) {
        wrong = config_option_set(cmd, options, &labels, text);
    }
    while (rows < (uint32_t)labels) {
        rows *= 2;
    }
    if (!wrong) {
        credentials_usage.rows = rows;
    }
    return wrong;
}
