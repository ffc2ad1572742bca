/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* credential_directives.h: directives of credentials.  Layer L2. */
#ifndef RPROXY_GUARD_CREDENTIAL_DIRECTIVES_H
#define RPROXY_GUARD_CREDENTIAL_DIRECTIVES_H

#include <http_config.h>

const char *credential_set_require(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[]);
const char *credential_set_keys(cmd_parms *cmd, void *dir, int argc,
                                char *const argv[]);
const char *credential_set_jwt(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[]);
const char *credential_set_url(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[]);
const char *credential_set_forward_auth(cmd_parms *cmd, void *dir, int argc,
                                        char *const argv[]);
const char *credential_set_usage(cmd_parms *cmd, void *dir, const char *text);

/* Of the table in guard_directives.c. */
/* clang-format off */
#define CREDENTIAL_DIRECTIVES                                                  \
    AP_INIT_TAKE_ARGV("RProxyGuardRequire", credential_set_require, NULL,      \
        RSRC_CONF | ACCESS_CONF,                                               \
        "Kinds of credentials (key, jwt, signed-url, forward-auth), one of "   \
        "which a request must have, or none: [scope=] [realm=] [action=]"),    \
    AP_INIT_TAKE_ARGV("RProxyGuardKeys", credential_set_keys, NULL,            \
        RSRC_CONF | ACCESS_CONF,                                               \
        "A file of hashes of API keys: [header=] [query=] [tell=] [hide=]"),   \
    AP_INIT_TAKE_ARGV("RProxyGuardJwt", credential_set_jwt, NULL,              \
        RSRC_CONF | ACCESS_CONF,                                               \
        "Signed tokens: keys=FILE [issuer=] [audience=] [leeway=] [header=] "  \
        "[cookie=] [claim:NAME=FIELD] [hide=]"),                               \
    AP_INIT_TAKE_ARGV("RProxyGuardSignedUrl", credential_set_url, NULL,        \
        RSRC_CONF | ACCESS_CONF,                                               \
        "Signed addresses: key=ID:FILE ... [param=] [unsigned=]"),             \
    AP_INIT_TAKE_ARGV("RProxyGuardForwardAuth", credential_set_forward_auth,   \
        NULL, RSRC_CONF | ACCESS_CONF,                                         \
        "The URL of a service that says who may: [headers=] [cache=] [by=] "   \
        "[timeout=]"),                                                         \
    AP_INIT_TAKE1("RProxyGuardUsage", credential_set_usage, NULL, RSRC_CONF,   \
        "labels=NUMBER: how many labels of credentials are counted")
/* clang-format on */

#endif
