/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* upstream.c: reads a member's URL and finds the addresses of its name.
 * Layer L1.  member_parse runs while the configuration is read, on one thread;
 * member_resolve also later, on the resolver's thread only: readers of
 * member->addresses load it once, with acquire order. */
#include "upstream.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <apr_network_io.h>
#include <apr_strings.h>

#include "protocol.h"

#define DEFAULT_MAX_IDLE 100 /* more than a loop is likely to need */
/* Below the 5 s after which Node.js, Apache httpd and others close a kept
 * connection, so that we are the ones who close and no request meets a
 * connection that goes away. */
#define DEFAULT_IDLE_TIMEOUT apr_time_from_sec(4)
#define DEFAULT_FAIL_PAUSE apr_time_from_sec(10)

#define EXPECTED                                                      \
    "expected http://host[:port], http://[IPv6]:port, unix:/path or " \
    "unix:/path|http://name"

/* Schemes that httpd itself can proxy while we cannot. */
static const struct {
    const char *scheme;
    const char *module;
} stock_modules[] = {
    { "https", "mod_proxy_http (with SSLProxyEngine)" },
    { "fcgi", "mod_proxy_fcgi" },
    { "ajp", "mod_proxy_ajp" },
    { "h2", "mod_proxy_http2" },
    { "h2c", "mod_proxy_http2" },
    { "ws", "mod_proxy_wstunnel" },
    { "wss", "mod_proxy_wstunnel" },
    { "scgi", "mod_proxy_scgi" },
    { "uwsgi", "mod_proxy_uwsgi" },
    { "ftp", "mod_proxy_ftp" },
};

static const char *unknown_scheme(apr_pool_t *pool, const char *url,
                                  const char *scheme)
{
    size_t i;

    for (i = 0; i < sizeof(stock_modules) / sizeof(stock_modules[0]); i++) {
        if (strcmp(stock_modules[i].scheme, scheme) == 0) {
            return apr_psprintf(pool,
                                "'%s': scheme %s is not supported yet; use "
                                "ProxyPass of %s for it, it works beside "
                                "RProxyPass",
                                url, scheme, stock_modules[i].module);
        }
    }
    return apr_psprintf(pool, "'%s': unknown scheme '%s'; " EXPECTED, url,
                        scheme);
}

/* Takes "scheme://" off *rest and selects the protocol. */
static const char *parse_scheme(apr_pool_t *pool, const char **rest,
                                member_t *m)
{
    const char *end = strstr(*rest, "://");
    char *scheme, *c;

    if (!end || end == *rest) {
        return apr_psprintf(pool, "'%s': no scheme; " EXPECTED, m->url);
    }
    scheme = apr_pstrmemdup(pool, *rest, (apr_size_t)(end - *rest));
    for (c = scheme; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    m->protocol = protocol_find(scheme);
    if (!m->protocol) {
        return unknown_scheme(pool, m->url, scheme);
    }
    *rest = end + 3;
    return NULL;
}

/* A name as DNS and hosts files know it, or an IPv4 address. */
static int is_host(const char *s)
{
    struct in_addr ignored;

    if (!*s || *s == '.' || *s == '-' || strlen(s) > 253) {
        return 0;
    }
    if (s[strspn(s, "0123456789.")] == '\0') {
        return inet_pton(AF_INET, s, &ignored) == 1;
    }
    for (; *s; s++) {
        if (!isalnum((unsigned char)*s) && !strchr("-._", *s)) {
            return 0;
        }
    }
    return 1;
}

static int is_ipv6(const char *s)
{
    struct in6_addr ignored;

    return inet_pton(AF_INET6, s, &ignored) == 1;
}

static const char *parse_port(apr_pool_t *pool, const char *s, member_t *m)
{
    long port = 0;
    const char *c;

    for (c = s; isdigit((unsigned char)*c) && c - s < 5; c++) {
        port = port * 10 + (*c - '0');
    }
    if (c == s || *c || port < 1 || port > 65535) {
        return apr_psprintf(pool, "'%s': port '%s' is not in 1-65535", m->url,
                            s);
    }
    m->port = (uint16_t)port;
    return NULL;
}

/* Splits "[v6]:port" or "host:port"; *host is a copy without brackets.
 * @return the port's digits, NULL when there is none, or "" when what follows
 *         the host is no port */
static const char *split_authority(apr_pool_t *pool, const char *authority,
                                   const char **host, int *bracketed)
{
    const char *end;

    *bracketed = authority[0] == '[';
    if (*bracketed) {
        end = strchr(authority, ']');
        if (!end) {
            *host = "";
            return NULL;
        }
        *host = apr_pstrmemdup(pool, authority + 1,
                               (apr_size_t)(end - authority - 1));
        return end[1] == ':' ? end + 2 : end[1] ? "" : NULL;
    }
    end = strchr(authority, ':');
    if (!end) {
        *host = apr_pstrdup(pool, authority);
        return NULL;
    }
    *host = apr_pstrmemdup(pool, authority, (apr_size_t)(end - authority));
    return end + 1;
}

static const char *parse_authority(apr_pool_t *pool, const char *authority,
                                   member_t *m)
{
    const char *host, *port, *error = NULL;
    int bracketed;

    if (strchr(authority, '@')) {
        return apr_psprintf(pool,
                            "'%s': a user name does not belong into "
                            "the URL; " EXPECTED,
                            m->url);
    }
    if (strpbrk(authority, "/?#")) {
        return apr_psprintf(pool,
                            "'%s': a member has no path or query; the "
                            "path stands in RProxyPass",
                            m->url);
    }
    port = split_authority(pool, authority, &host, &bracketed);
    if (bracketed ? !is_ipv6(host) : !is_host(host)) {
        return apr_psprintf(pool,
                            "'%s': '%s' is no host name or address; " EXPECTED,
                            m->url, bracketed ? authority : host);
    }
    m->host = host;
    m->port = m->protocol->default_port;
    if (port) {
        error = parse_port(pool, port, m);
    }
    m->authority = apr_psprintf(pool, bracketed ? "[%s]" : "%s", host);
    if (m->port != m->protocol->default_port) {
        m->authority = apr_psprintf(pool, "%s:%u", m->authority, m->port);
    }
    return error;
}

/* "unix:/path[|http://name]" */
static const char *parse_unix(apr_pool_t *pool, const char *rest, member_t *m)
{
    const char *bar = strchr(rest, '|');
    const char *error;

    m->unix_path = bar ? apr_pstrmemdup(pool, rest, (apr_size_t)(bar - rest))
                       : apr_pstrdup(pool, rest);
    if (m->unix_path[0] != '/' || !m->unix_path[1]) {
        return apr_psprintf(
            pool, "'%s': the socket needs an absolute path; " EXPECTED, m->url);
    }
    if (strlen(m->unix_path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        return apr_psprintf(pool,
                            "'%s': the socket's path is longer than "
                            "the %u bytes a unix socket may have",
                            m->url,
                            (unsigned)sizeof(
                                ((struct sockaddr_un *)0)->sun_path)
                                - 1);
    }
    if (!bar) {
        m->protocol = protocol_find("http");
        m->authority = "localhost";
        return NULL;
    }
    rest = bar + 1;
    error = parse_scheme(pool, &rest, m);
    if (!error) {
        error = parse_authority(pool, rest, m);
    }
    m->host = NULL;
    m->port = 0;
    return error;
}

const char *member_parse(apr_pool_t *pool, const char *url, member_t **member)
{
    member_t *m = apr_pcalloc(pool, sizeof(*m));
    const char *rest = url;
    const char *error;

    m->url = apr_pstrdup(pool, url);
    m->id = -1;
    m->max_idle = DEFAULT_MAX_IDLE;
    m->idle_timeout = DEFAULT_IDLE_TIMEOUT;
    m->fail_pause = DEFAULT_FAIL_PAUSE;
    m->weight = 1;

    if (strncmp(url, "unix:", 5) == 0) {
        error = parse_unix(pool, url + 5, m);
    }
    else {
        error = parse_scheme(pool, &rest, m);
        if (!error) {
            error = parse_authority(pool, rest, m);
        }
    }
    if (!error) {
        *member = m;
    }
    return error;
}

static void add_address(address_list_t *list, const void *address,
                        socklen_t len)
{
    if (list->count < MEMBER_MAX_ADDRESSES
        && len <= sizeof(list->item[0].sockaddr)) {
        memcpy(&list->item[list->count].sockaddr, address, len);
        list->item[list->count].len = len;
        list->count++;
    }
}

/* Fills list, which is all zero. */
static apr_status_t look_up(const member_t *m, address_list_t *list,
                            apr_pool_t *pool)
{
    apr_sockaddr_t *found;
    apr_status_t rv;

    if (m->unix_path) {
        return APR_SUCCESS;
    }
    rv = apr_sockaddr_info_get(&found, m->host, APR_UNSPEC, m->port, 0, pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    for (; found; found = found->next) {
        add_address(list, &found->sa, found->salen);
    }
    return list->count ? APR_SUCCESS : APR_ENOENT;
}

/* The list published least lately.  Nobody reads it any more: a reader looks at
 * a list for as long as it takes to copy one address. */
static address_list_t *oldest_list(member_t *member, apr_pool_t *pool)
{
    address_list_t **list = &member->lists[member->changes++ % MEMBER_LISTS];

    if (!*list) {
        *list = member->at_run_time ? malloc(sizeof(**list))
                                    : apr_palloc(pool, sizeof(**list));
    }
    return *list;
}

apr_status_t member_resolve(member_t *member, apr_pool_t *pool)
{
    const address_list_t *now =
        __atomic_load_n(&member->addresses, __ATOMIC_RELAXED);
    address_list_t found, *list;
    apr_pool_t *scratch;
    apr_status_t rv;

    memset(&found, 0, sizeof(found));
    apr_pool_create(&scratch, pool);
    rv = look_up(member, &found, scratch);
    apr_pool_destroy(scratch);
    if (rv == APR_SUCCESS
        && (!now || memcmp(now, &found, sizeof(found)) != 0)) {
        list = oldest_list(member, pool);
        if (!list) {
            return APR_ENOMEM;
        }
        memcpy(list, &found, sizeof(found));
        __atomic_store_n(&member->addresses, list, __ATOMIC_RELEASE);
    }
    return rv;
}

int member_has_name(const member_t *member)
{
    unsigned char address[16];

    return member->host && inet_pton(AF_INET, member->host, address) != 1
           && inet_pton(AF_INET6, member->host, address) != 1;
}
