/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_fields.c: setters for what the origin sees of the client and the
 * client of the origin: RProxyPreserveHost, RProxyForward, RProxyHide.
 * Layer L2. */
#include "config_settings.h"

#include <apr_strings.h>

#include "../rproxy_config.h"
#include "config_option.h"

/* A host, or host:port, for a Host field. */
static int is_host_field(const char *s)
{
    return *s
           && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]")]
                  == '\0';
}

const char *config_settings_preserve_host(cmd_parms *cmd, void *dir,
                                          const char *arg)
{
    static const char *const words[] = { "off", "on", NULL };
    settings_t *s = dir;
    int found = config_option_find(words, arg);

    s->preserve_host = found == 1;
    s->host_override = NULL;
    if (found < 0) {
        if (!is_host_field(arg)) {
            return config_option_expected(cmd, arg, "On, Off or a host name");
        }
        s->host_override = arg;
    }
    return NULL;
}

const char *config_settings_forward(cmd_parms *cmd, void *dir, const char *arg)
{
    static const char *const fields[] = {
#define X(id, name, preset) name,
        FORWARD_FIELDS(X)
#undef X
            NULL
    };
    static const char *const ways[] = { "off", "on", "append", "pass", NULL };
    settings_t *s = dir;
    const char *way = strchr(arg, '=');
    const char *name;
    int field, value;

    if (!way) {
        return config_option_expected(cmd, arg,
                                      "field=off|on|append|pass, like "
                                      "x-forwarded-for=append");
    }
    name = apr_pstrmemdup(cmd->temp_pool, arg, (apr_size_t)(way - arg));
    field = config_option_find(fields, name);
    if (field < 0) {
        return config_option_unknown(cmd, "field", name, fields);
    }
    value = config_option_find(ways, way + 1);
    if (value < 0) {
        return config_option_expected(cmd, arg, "off, on, append or pass");
    }
    s->forward[field] = (signed char)value;
    return NULL;
}

static int is_token(const char *s)
{
    return *s
           && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789"
                           "!#$%&'*+-.^_`|~")];
}

const char *config_settings_hide(cmd_parms *cmd, void *dir, const char *arg)
{
    settings_t *s = dir;
    char *name = apr_pstrdup(cmd->pool, arg);

    ap_str_tolower(name);
    if (!s->hide) {
        s->hide = apr_array_make(cmd->pool, 2, sizeof(const char *));
    }
    if (strcmp(name, "defaults") == 0) {
        s->hide_defaults = 1;
    }
    else if (strcmp(name, "none") == 0) {
        s->hide_defaults = 0;
    }
    else if (!is_token(name)) {
        return config_option_expected(cmd, arg,
                                      "defaults, none or the name of a "
                                      "response field");
    }
    else {
        APR_ARRAY_PUSH(s->hide, const char *) = name;
    }
    return NULL;
}
