/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_purge_rights.c: see cache_purge_rights.h.  Layer L2. */
#include "cache_purge_rights.h"

#include <apr_network_io.h>
#include <apr_strings.h>

#include "config/config_option.h"

struct cache_purge_rights_t {
    apr_array_header_t *networks; /* of apr_ipsubnet_t * */
    const char *secret;           /* or NULL */
};

static const char *add_network(cmd_parms *cmd, cache_purge_rights_t *rights,
                               const char *text)
{
    char *address = apr_pstrdup(cmd->pool, text);
    char *bits = strchr(address, '/');
    apr_ipsubnet_t *network;

    if (bits) {
        *bits++ = '\0';
    }
    if (apr_ipsubnet_create(&network, address, bits, cmd->pool)
        != APR_SUCCESS) {
        return config_option_expected(cmd, text,
                                      "an address or network, as 192.0.2.7 "
                                      "or 10.0.0.0/8");
    }
    APR_ARRAY_PUSH(rights->networks, apr_ipsubnet_t *) = network;
    return NULL;
}

const char *cache_purge_rights_parse(cmd_parms *cmd,
                                     cache_purge_rights_t **rights,
                                     const char *word)
{
    static const char *const keys[] = { "from", "secret", NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, word, &key, &value) || !*value) {
        return config_option_expected(cmd, word, "from=ADDRESS or secret=TEXT");
    }
    if (!*rights) {
        *rights = apr_pcalloc(cmd->pool, sizeof(**rights));
        (*rights)->networks =
            apr_array_make(cmd->pool, 2, sizeof(apr_ipsubnet_t *));
    }
    if (strcmp(key, "from") == 0) {
        return add_network(cmd, *rights, value);
    }
    if (strcmp(key, "secret") != 0) {
        return config_option_unknown(cmd, "key", key, keys);
    }
    if (strlen(value) < 16) {
        return config_option_expected(cmd, "(secret)",
                                      "a secret of 16 characters or more");
    }
    (*rights)->secret = value;
    return NULL;
}

/* In a time that does not tell where the first difference is. */
static int same_text(const char *secret, const char *given)
{
    size_t i, len = strlen(secret);
    unsigned difference = 0;

    if (strlen(given) != len) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        difference |= (unsigned char)(secret[i] ^ given[i]);
    }
    return !difference;
}

int cache_purge_allowed(const cache_purge_rights_t *rights, request_rec *r)
{
    const char *secret = apr_table_get(r->headers_in, "X-Purge-Secret");
    int i, from = 0;

    if (!rights) {
        return 0;
    }
    if (rights->secret && (!secret || !same_text(rights->secret, secret))) {
        return 0;
    }
    for (i = 0; i < rights->networks->nelts; i++) {
        from |= apr_ipsubnet_test(APR_ARRAY_IDX(rights->networks, i,
                                                apr_ipsubnet_t *),
                                  r->useragent_addr);
    }
    return from || (rights->secret && !rights->networks->nelts);
}
