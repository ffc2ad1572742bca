/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* credential_directives.c: see credential_directives.h.  Layer L2. */
#include "guard_private.h"
#include "credential_directives.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../credentials/jwt_keys.h"
#include "../credentials/key_set.h"
#include "../credentials/signed_url.h"
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
    static const char *const words[] = { "key", "jwt", "signed-url",
                                         "forward-auth", NULL };

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
                                      "key, jwt, signed-url, forward-auth, or "
                                      "none, and key=value");
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
                                       "key, jwt, signed-url, forward-auth, or "
                                       "none alone");
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

/* ---- RProxyGuardJwt ---- */

#if defined(HAVE_OPENSSL) && defined(HAVE_JANSSON)

static const char *set_claim(cmd_parms *cmd, jwt_source_t *source,
                             const char *argument)
{
    const char *name = argument + 6, *field = strchr(name, '=');
    jwt_claim_t *claim;

    if (!field || field == name) {
        return config_option_expected(cmd, argument,
                                      "claim:NAME=FIELD, as claim:sub=X-User");
    }
    claim = apr_array_push(source->claims);
    claim->claim = apr_pstrmemdup(cmd->pool, name, (apr_size_t)(field - name));
    claim->field = apr_pstrdup(cmd->pool, field + 1);
    return check_token(cmd, claim->field, "claim:NAME= and a field");
}

static const char *set_jwt_file(cmd_parms *cmd, jwt_source_t *source,
                                const char *path)
{
    source->file = credentials_watch(cmd, path, jwt_keys_make);
    return source->file
               ? NULL
               : config_option_expected(cmd, path, "the path of a file");
}

static const char *set_jwt_option(cmd_parms *cmd, jwt_source_t *source,
                                  const char *argument)
{
    static const option_t options[] = {
        { "leeway", OPTION_TIME, offsetof(jwt_source_t, leeway), 0, 3600 },
        { "issuer", OPTION_TEXT, offsetof(jwt_source_t, issuer), 0, 0 },
        { "audience", OPTION_TEXT, offsetof(jwt_source_t, audience), 0, 0 },
        { "hide", OPTION_FLAG, offsetof(jwt_source_t, hide), 0, 0 },
        { "header", OPTION_TEXT, offsetof(jwt_source_t, header), 0, 0 },
        { "cookie", OPTION_TEXT, offsetof(jwt_source_t, cookie), 0, 0 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *key, *value, *wrong;

    if (strncmp(argument, "claim:", 6) == 0) {
        return set_claim(cmd, source, argument);
    }
    if (config_option_split(cmd->pool, argument, &key, &value)
        && strcmp(key, "keys") == 0) {
        return set_jwt_file(cmd, source, value);
    }
    wrong = config_option_set(cmd, options, source, argument);
    if (!wrong && strncmp(argument, "header=", 7) == 0) {
        wrong = check_token(cmd, source->header, "header= and a field");
    }
    if (!wrong && strncmp(argument, "cookie=", 7) == 0) {
        wrong = check_token(cmd, source->cookie, "cookie= and its name");
    }
    return wrong;
}

const char *credential_set_jwt(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[])
{
    jwt_source_t *source = apr_pcalloc(cmd->pool, sizeof(*source));
    const char *wrong = NULL;
    int i;

    source->claims = apr_array_make(cmd->pool, 4, sizeof(jwt_claim_t));
    source->leeway = apr_time_from_sec(30);
    for (i = 0; i < argc && !wrong; i++) {
        wrong = set_jwt_option(cmd, source, apr_pstrdup(cmd->pool, argv[i]));
    }
    if (!wrong && !source->file) {
        wrong = config_option_expected(cmd, argc ? argv[0] : "",
                                       "keys=FILE, a JSON Web Key Set");
    }
    if (!source->header && !source->cookie) {
        source->header = "Authorization";
    }
    ((guard_settings_t *)dir)->credentials.jwt = source;
    return wrong;
}

#else

const char *credential_set_jwt(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[])
{
    return apr_psprintf(cmd->pool,
                        "%s needs OpenSSL and jansson: install their "
                        "development files (libssl-dev, libjansson-dev) and "
                        "build again",
                        cmd->cmd->name);
}

#endif

/* ---- RProxyGuardSignedUrl ---- */

/* ID:FILE */
static const char *add_url_key(cmd_parms *cmd, url_source_t *source,
                               const char *value)
{
    const char *colon = strchr(value, ':');
    url_key_t *key;

    if (!colon || !colon[1]
        || !signed_url_is_id(slice_make(value, (apr_size_t)(colon - value)))) {
        return config_option_expected(cmd, value,
                                      "ID:FILE, the ID of letters and digits");
    }
    key = apr_array_push(source->keys);
    key->id = apr_pstrmemdup(cmd->pool, value, (apr_size_t)(colon - value));
    key->file = credentials_watch(cmd, colon + 1, url_key_make);
    return key->file ? NULL : config_option_expected(cmd, value, "ID:FILE");
}

static const char *set_url_option(cmd_parms *cmd, url_source_t *source,
                                  const char *argument)
{
    static const char *const keys[] = { "key", "param", "unsigned", NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        return add_url_key(cmd, source, value);
    case 1:
        source->param = value;
        return check_token(cmd, value, "param= and the name of an argument");
    case 2:
        source->free = value;
        return NULL;
    default:
        return config_option_unknown(cmd, "key", key, keys);
    }
}

const char *credential_set_url(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[])
{
    url_source_t *source = apr_pcalloc(cmd->pool, sizeof(*source));
    const char *wrong = needs_openssl(cmd);
    int i;

    source->keys = apr_array_make(cmd->pool, 2, sizeof(url_key_t));
    source->param = "signed";
    for (i = 0; i < argc && !wrong; i++) {
        wrong = set_url_option(cmd, source, apr_pstrdup(cmd->pool, argv[i]));
    }
    if (!wrong && !source->keys->nelts) {
        wrong = config_option_expected(cmd, argc ? argv[0] : "",
                                       "key=ID:FILE, a secret in a file");
    }
    ((guard_settings_t *)dir)->credentials.url = source;
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
