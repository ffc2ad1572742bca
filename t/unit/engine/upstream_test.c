/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* upstream_test.c: members as they are written, every mistake with its text,
 * and the addresses of literals and sockets. */
#include "unit.h"

#include <arpa/inet.h>
#include <sys/un.h>
#include <apr_general.h>

#include "engine/protocol.h"

const protocol_t protocol_http1 = { .scheme = "http", .default_port = 80 };

#include "engine/protocol.c"
#include "engine/upstream.c"

static apr_pool_t *pool;

/* ---- what a URL says ---- */

typedef struct {
    const char *url;
    const char *expect; /* "host port authority socket" */
} good_case_t;

static const good_case_t good_cases[] = {
    { "http://a.example", "a.example 80 a.example -" },
    { "http://a.example:80", "a.example 80 a.example -" },
    { "http://a.example:3000", "a.example 3000 a.example:3000 -" },
    { "HTTP://a.example", "a.example 80 a.example -" },
    { "http://under_score-1", "under_score-1 80 under_score-1 -" },
    { "http://127.0.0.1:1", "127.0.0.1 1 127.0.0.1:1 -" },
    { "http://h:65535", "h 65535 h:65535 -" },
    { "http://[::1]", "::1 80 [::1] -" },
    { "http://[2001:db8::7]:8080", "2001:db8::7 8080 [2001:db8::7]:8080 -" },
    { "http://1.2.3.4.example", "1.2.3.4.example 80 1.2.3.4.example -" },
    { "unix:/run/app.sock", "- 0 localhost /run/app.sock" },
    { "unix:/run/app.sock|http://shop.example",
      "- 0 shop.example /run/app.sock" },
    { "unix:/run/a b|http://shop.example:81", "- 0 shop.example:81 /run/a b" },
};

static void check_good(void **state)
{
    const good_case_t *row = *state;
    member_t *m = NULL;
    const char *error = member_parse(pool, row->url, &m);

    assert_null(error);
    assert_string_equal(apr_psprintf(pool, "%s %u %s %s",
                                     m->host ? m->host : "-", m->port,
                                     m->authority,
                                     m->unix_path ? m->unix_path : "-"),
                        row->expect);
    assert_string_equal(m->url, row->url);
    assert_ptr_equal(m->protocol, &protocol_http1);
}

static void check_defaults(void **state)
{
    member_t *m = NULL;

    assert_null(member_parse(pool, "http://h", &m));
    assert_int_equal(m->id, -1);
    assert_int_equal(m->max_connections, 0);
    assert_int_equal(m->max_idle, 100);
    assert_int_equal(m->idle_timeout, apr_time_from_sec(4));
    assert_int_equal(m->max_requests, 0);
    assert_int_equal(m->max_age, 0);
    assert_int_equal(m->fail_pause, apr_time_from_sec(10));
    assert_int_equal(m->weight, 1);
    assert_int_equal(m->backup, 0);
    assert_null(m->addresses);
}

/* ---- mistakes ---- */

typedef struct {
    const char *url;
    const char *part; /* of the text that tells what is wrong */
} bad_case_t;

#define PATH_100                                                             \
    "0123456789012345678901234567890123456789012345678901234567890123456789" \
    "012345678901234567890123456789"

static const bad_case_t bad_cases[] = {
    { "", "no scheme" },
    { "a.example", "no scheme" },
    { "a.example:3000", "no scheme" },
    { "://a.example", "no scheme" },
    { "gopher://a.example", "unknown scheme 'gopher'" },
    { "https://a.example", "mod_proxy_http (with SSLProxyEngine)" },
    { "HTTPS://a.example", "scheme https is not supported yet" },
    { "fcgi://a.example", "mod_proxy_fcgi" },
    { "ajp://a.example", "mod_proxy_ajp" },
    { "h2://a.example", "mod_proxy_http2" },
    { "h2c://a.example", "mod_proxy_http2" },
    { "ws://a.example", "mod_proxy_wstunnel" },
    { "wss://a.example", "mod_proxy_wstunnel" },
    { "scgi://a.example", "mod_proxy_scgi" },
    { "uwsgi://a.example", "mod_proxy_uwsgi" },
    { "ftp://a.example", "mod_proxy_ftp" },
    { "unix:/s|fcgi://php", "mod_proxy_fcgi" },
    { "http://", "'' is no host name" },
    { "http://:80", "'' is no host name" },
    { "http://a b", "'a b' is no host name" },
    { "http://-a", "'-a' is no host name" },
    { "http://.a", "'.a' is no host name" },
    { "http://a$1", "'a$1' is no host name" },
    { "http://a%41", "'a%41' is no host name" },
    { "http://1.2.3.256", "'1.2.3.256' is no host name" },
    { "http://1.2.3", "'1.2.3' is no host name" },
    { "http://12345", "'12345' is no host name" },
    { "http://::1", "'' is no host name" },
    { "http://[::1", "'[::1' is no host name" },
    { "http://[]", "'[]' is no host name" },
    { "http://[a.example]", "'[a.example]' is no host name" },
    { "http://[::1]x", "port ''" },
    { "http://[::1]:", "port ''" },
    { "http://a:", "port ''" },
    { "http://a:0", "port '0'" },
    { "http://a:65536", "port '65536'" },
    { "http://a:100000000000", "port '100000000000'" },
    { "http://a:-1", "port '-1'" },
    { "http://a:80x", "port '80x'" },
    { "http://a: 80", "port ' 80'" },
    { "http://a:80:80", "port '80:80'" },
    { "http://user@a", "user name" },
    { "http://a@b:80", "user name" },
    { "http://a/", "no path or query" },
    { "http://a/x", "no path or query" },
    { "http://a?q", "no path or query" },
    { "http://a#f", "no path or query" },
    { "unix:", "absolute path" },
    { "unix:/", "absolute path" },
    { "unix:run/app.sock", "absolute path" },
    { "unix:|http://a", "absolute path" },
    { "unix:/" PATH_100 "1234567", "longer than the 107 bytes" },
    { "unix:/s|a", "no scheme" },
    { "unix:/s|http://", "'' is no host name" },
    { "unix:/s|http://a/x", "no path or query" },
};

static void check_bad(void **state)
{
    const bad_case_t *row = *state;
    member_t *m = NULL;
    const char *error = member_parse(pool, row->url, &m);

    assert_non_null(error);
    assert_null(m);
    if (!strstr(error, row->part)
        || !strstr(error, apr_pstrcat(pool, "'", row->url, "'", NULL))) {
        fail_msg("\"%s\" says neither value nor \"%s\"", error, row->part);
    }
}

static void check_longest_socket(void **state)
{
    member_t *m = NULL;

    assert_null(member_parse(pool, "unix:/" PATH_100 "123456", &m));
    assert_int_equal(strlen(m->unix_path), 107);
    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    assert_int_equal(m->addresses->count, 0); /* its path is enough */
}

static void check_longest_host(void **state)
{
    char url[300] = "http://";
    member_t *m = NULL;

    memset(url + 7, 'a', 253);
    assert_null(member_parse(pool, url, &m));
    memset(url + 7, 'a', 254);
    m = NULL;
    assert_non_null(member_parse(pool, url, &m));
    assert_null(m);
}

/* ---- addresses ---- */

static member_t *member_of(const char *url)
{
    member_t *m = NULL;

    assert_null(member_parse(pool, url, &m));
    return m;
}

static void check_ipv4(void **state)
{
    member_t *m = member_of("http://127.0.0.9:81");
    const struct sockaddr_in *in;

    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    assert_int_equal(m->addresses->count, 1);
    in = (const struct sockaddr_in *)&m->addresses->item[0].sockaddr;
    assert_int_equal(m->addresses->item[0].len, sizeof(*in));
    assert_int_equal(in->sin_family, AF_INET);
    assert_int_equal(ntohs(in->sin_port), 81);
    assert_int_equal(ntohl(in->sin_addr.s_addr), 0x7f000009);
}

static void check_ipv6(void **state)
{
    member_t *m = member_of("http://[::9]:82");
    const struct sockaddr_in6 *in;

    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    assert_int_equal(m->addresses->count, 1);
    in = (const struct sockaddr_in6 *)&m->addresses->item[0].sockaddr;
    assert_int_equal(in->sin6_family, AF_INET6);
    assert_int_equal(ntohs(in->sin6_port), 82);
    assert_int_equal(in->sin6_addr.s6_addr[15], 9);
}

/* Nothing that a thread could be reading is exchanged for its like. */
static void check_same_again(void **state)
{
    member_t *m = member_of("http://127.0.0.1:81");
    const address_list_t *first;

    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    first = m->addresses;
    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    assert_ptr_equal(m->addresses, first);
    m->port = 82;
    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    assert_ptr_not_equal(m->addresses, first);
}

/* A name whose addresses change for ever costs no more than a few lists, and
 * those published lately are left alone. */
static void check_changes(void **state)
{
    member_t *m = member_of("http://127.0.0.1:81");
    const address_list_t *seen[3 * MEMBER_LISTS];
    const int last = 3 * MEMBER_LISTS - 1;
    int i;

    for (i = 0; i <= last; i++) {
        m->port = (uint16_t)(1000 + i);
        assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
        seen[i] = m->addresses;
        if (i >= MEMBER_LISTS) {
            assert_ptr_equal(seen[i], seen[i - MEMBER_LISTS]);
        }
    }
    for (i = last; i > last - MEMBER_LISTS; i--) {
        const struct sockaddr_in *in =
            (const struct sockaddr_in *)&seen[i]->item[0].sockaddr;
        assert_int_equal(ntohs(in->sin_port), 1000 + i);
    }
}

/* RFC 2606 section 2: .invalid has no addresses; the old ones stay. */
static void check_no_address(void **state)
{
    member_t *m = member_of("http://127.0.0.1:81");
    const address_list_t *first;

    assert_int_equal(member_resolve(m, pool), APR_SUCCESS);
    first = m->addresses;
    m->host = "no-such-host.invalid";
    assert_int_not_equal(member_resolve(m, pool), APR_SUCCESS);
    assert_ptr_equal(m->addresses, first);
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(good_cases); i++) {
        unit_add(good_cases[i].url, check_good, &good_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(bad_cases); i++) {
        unit_add(bad_cases[i].url, check_bad, &bad_cases[i]);
    }
    unit_add("defaults", check_defaults, NULL);
    unit_add("the longest socket path", check_longest_socket, NULL);
    unit_add("the longest host name", check_longest_host, NULL);
    unit_add("an IPv4 literal's address", check_ipv4, NULL);
    unit_add("an IPv6 literal's address", check_ipv6, NULL);
    unit_add("the same addresses again", check_same_again, NULL);
    unit_add("addresses that change", check_changes, NULL);
    unit_add("a name without an address", check_no_address, NULL);
    failed = unit_run("upstream");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
