/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_access.c: see admin_access.h.  Layer L2. */
#include "admin_access.h"

#include <sys/stat.h>

#include <apr_lib.h>
#include <apr_network_io.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_vhost.h>

#include "../config/config_option.h"
#include "../rproxy_config.h"

#define TOKEN_LEAST 16
#define TOKEN_LINE 512

struct admin_rights_t {
    apr_array_header_t *tokens;   /* of const char * */
    apr_array_header_t *networks; /* of apr_ipsubnet_t * */
    int says_from;                /* any from=: local is not implied */
    int local;                    /* from=local */
};

/* ---- the directive ---- */

static const char *add_token(cmd_parms *cmd, admin_rights_t *rights,
                             const char *file, const char *line)
{
    if (strlen(line) < TOKEN_LEAST) {
        return apr_psprintf(cmd->pool,
                            "%s: a token in %s has less than %d characters: "
                            "\"openssl rand -hex 32\" makes a good one",
                            cmd->cmd->name, file, TOKEN_LEAST);
    }
    APR_ARRAY_PUSH(rights->tokens, const char *) = apr_pstrdup(cmd->pool, line);
    return NULL;
}

/* One on each line; "#" begins a comment. */
static const char *read_tokens(cmd_parms *cmd, admin_rights_t *rights,
                               const char *file, ap_configfile_t *in)
{
    const char *error = NULL;
    char line[TOKEN_LINE];
    int before = rights->tokens->nelts;

    while (!error && ap_cfg_getline(line, sizeof(line), in) == APR_SUCCESS) {
        if (*line && *line != '#') {
            error = add_token(cmd, rights, file, line);
        }
    }
    if (!error && rights->tokens->nelts == before) {
        return apr_psprintf(cmd->pool, "%s: there is no token in %s",
                            cmd->cmd->name, file);
    }
    return error;
}

static const char *add_token_file(cmd_parms *cmd, admin_rights_t *rights,
                                  const char *name)
{
    const char *file = ap_server_root_relative(cmd->pool, name);
    ap_configfile_t *in;
    const char *error;
    apr_status_t rv;
    struct stat info;

    rv = file ? ap_pcfg_openfile(&in, cmd->temp_pool, file) : APR_EBADPATH;
    if (rv != APR_SUCCESS) {
        char text[128];
        return apr_psprintf(cmd->pool, "%s: cannot read token file %s: %s",
                            cmd->cmd->name, file ? file : name,
                            apr_strerror(rv, text, sizeof(text)));
    }
    error = read_tokens(cmd, rights, file, in);
    ap_cfg_closefile(in);
    if (!error && stat(file, &info) == 0 && (info.st_mode & S_IROTH)) {
        error = apr_psprintf(cmd->pool,
                             "%s: everybody on this machine can read %s: "
                             "chmod 600 it",
                             cmd->cmd->name, file);
    }
    return error;
}

static const char *add_network(cmd_parms *cmd, admin_rights_t *rights,
                               const char *text)
{
    char *address = apr_pstrdup(cmd->pool, text);
    char *bits = strchr(address, '/');
    apr_ipsubnet_t *network;

    rights->says_from = 1;
    if (strcmp(text, "none") == 0) {
        return NULL;
    }
    if (strcmp(text, "local") == 0) {
        rights->local = 1;
        return NULL;
    }
    if (bits) {
        *bits++ = '\0';
    }
    if (apr_ipsubnet_create(&network, address, bits, cmd->pool)
        != APR_SUCCESS) {
        return config_option_expected(cmd, text,
                                      "local, none, or an address or network, "
                                      "as 192.0.2.7 or 10.0.0.0/8");
    }
    APR_ARRAY_PUSH(rights->networks, apr_ipsubnet_t *) = network;
    return NULL;
}

static admin_rights_t *rights_make(apr_pool_t *pool)
{
    admin_rights_t *rights = apr_pcalloc(pool, sizeof(*rights));

    rights->tokens = apr_array_make(pool, 1, sizeof(const char *));
    rights->networks = apr_array_make(pool, 2, sizeof(apr_ipsubnet_t *));
    return rights;
}

const char *admin_access_directive(cmd_parms *cmd, void *dir, const char *word)
{
    static const char *const keys[] = { "token", "from", NULL };
    settings_t *settings = dir;
    const char *key, *value;

    if (!config_option_split(cmd->pool, word, &key, &value) || !*value) {
        return config_option_expected(cmd, word, "token=FILE or from=ADDRESS");
    }
    if (!settings->admin) {
        settings->admin = rights_make(cmd->pool);
    }
    if (strcmp(key, "token") == 0) {
        return add_token_file(cmd, settings->admin, value);
    }
    if (strcmp(key, "from") == 0) {
        return add_network(cmd, settings->admin, value);
    }
    return config_option_unknown(cmd, "key", key, keys);
}

/* ---- by address ---- */

static int is_loopback(const apr_sockaddr_t *address)
{
    const unsigned char *ip = address->ipaddr_ptr;
    static const unsigned char v6[16] = { [15] = 1 };
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

    switch (address->family) {
#if APR_HAVE_SOCKADDR_UN
    case APR_UNIX:
        return 1;
#endif
    case APR_INET:
        return ip[0] == 127;
#if APR_HAVE_IPV6
    case APR_INET6:
        return memcmp(ip, v6, sizeof(v6)) == 0
               || (memcmp(ip, mapped, sizeof(mapped)) == 0 && ip[12] == 127);
#endif
    default:
        return 0;
    }
}

/* A proxy on this machine makes every client a local one, unless mod_remoteip
 * knows of it. */
static const char *forwarded_by(const request_rec *r)
{
    static const char *const fields[] = { "X-Forwarded-For", "Forwarded",
                                          "X-Real-IP", "Via", NULL };
    int i = 0;

    while (fields[i] && !apr_table_get(r->headers_in, fields[i])) {
        i++;
    }
    return fields[i];
}

/* A page whose site's name was made to mean this machine asks for that name;
 * who means us asks for a name or an address of ours. */
static int is_own_name(request_rec *r)
{
    const char *host = r->hostname;
    apr_ipsubnet_t *address;

    return !host || !*host || strcasecmp(host, "localhost") == 0
           || apr_ipsubnet_create(&address, host, NULL, r->pool) == APR_SUCCESS
           || ap_matches_request_vhost(r, host, r->server->port);
}

static const char *local_refused(request_rec *r)
{
    const char *field = forwarded_by(r);

    if (!is_loopback(r->connection->client_addr)
        || !is_loopback(r->useragent_addr)) {
        return "this handler answers requests from this machine alone; "
               "RProxyAdmin from=ADDRESS or token=FILE lets others in";
    }
    if (field) {
        return apr_psprintf(r->pool,
                            "the request came through a proxy on this machine "
                            "(it has the field %s), so it is not known to be "
                            "local; use a token (RProxyAdmin token=FILE)",
                            field);
    }
    if (!is_own_name(r)) {
        return "the Host field is neither an address nor a name of this "
               "virtual host";
    }
    return NULL;
}

static int is_from(const admin_rights_t *rights, const request_rec *r)
{
    int i;

    for (i = 0; i < rights->networks->nelts; i++) {
        if (apr_ipsubnet_test(APR_ARRAY_IDX(rights->networks, i,
                                            apr_ipsubnet_t *),
                              r->useragent_addr)) {
            return 1;
        }
    }
    return 0;
}

/* ---- by token ---- */

/* In a time that does not tell where the first difference is. */
static int same_text(const char *secret, const char *given)
{
    size_t i, len = strlen(secret), given_len = strlen(given);
    unsigned difference = len != given_len;

    for (i = 0; i < given_len; i++) {
        difference |= (unsigned char)(secret[i % len] ^ given[i]);
    }
    return !difference;
}

/* @return NULL when the request has none, "" for a wrong scheme */
static const char *token_of(const request_rec *r)
{
    const char *field = apr_table_get(r->headers_in, "Authorization");

    if (!field) {
        return NULL;
    }
    if (strncasecmp(field, "Bearer ", 7) != 0) {
        return "";
    }
    field += 7;
    while (*field == ' ') {
        field++;
    }
    return field;
}

static int is_right_token(const admin_rights_t *rights, const char *token)
{
    int i, right = 0;

    for (i = 0; i < rights->tokens->nelts; i++) {
        right |=
            same_text(APR_ARRAY_IDX(rights->tokens, i, const char *), token);
    }
    return right;
}

/* A token that is given must be right, wherever the request comes from. */
static const char *token_refused(const admin_rights_t *rights, request_rec *r,
                                 const char *token, int *status)
{
    if (is_right_token(rights, token)) {
        return NULL;
    }
    *status = HTTP_UNAUTHORIZED;
    apr_table_setn(r->err_headers_out, "WWW-Authenticate",
                   "Bearer realm=\"rproxy-admin\"");
    return *token ? "this token is not in the file of RProxyAdmin token="
                  : "the field Authorization must be \"Bearer TOKEN\"";
}

const char *admin_access_refused(const admin_rights_t *rights, request_rec *r,
                                 int *status)
{
    const char *token = token_of(r), *why = NULL;

    *status = HTTP_FORBIDDEN;
    if (rights && rights->tokens->nelts && token) {
        return token_refused(rights, r, token, status);
    }
    if (rights && is_from(rights, r)) {
        return NULL;
    }
    if (!rights || !rights->says_from || rights->local) {
        why = local_refused(r);
        if (!why) {
            return NULL;
        }
    }
    if (rights && rights->tokens->nelts) {
        return token_refused(rights, r, "", status);
    }
    return why ? why : "this address is not one of RProxyAdmin from=";
}

/* ---- browsers ---- */

const char *admin_access_browser(request_rec *r, int *status)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");

    if (!site || strcmp(site, "same-origin") == 0
        || strcmp(site, "none") == 0) {
        return NULL;
    }
    *status = HTTP_FORBIDDEN;
    return "a page of another site asked for this (Sec-Fetch-Site)";
}
