/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_lookup.c: see dns_lookup.h.  Layer L1.
 *
 *   the name's SRV records -> the addresses of their targets   or
 *   the name's addresses
 *
 * Callbacks of c-ares only note what has come; it may call them from within a
 * question.  dns_lookup_step asks what is to be asked next. */
#include "dns_lookup.h"

#ifdef HAVE_CARES

/* Its callbacks with whole messages, which all versions have. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <apr_strings.h>

enum {
    CLASS_INTERNET = 1,
    AT_ONCE = 32, /* hosts that are asked for */
};

#define TIME_LIMIT apr_time_from_sec(30)

/* A host and what is still to be asked of it. */
typedef struct {
    dns_host_t *host;
    dns_lookup_t *of;
    unsigned types; /* 1 << 0: A, 1 << 1: AAAA */
    int asked;      /* the type that is under way, or 0 */
} question_t;

enum {
    ASK_A = 1,
    ASK_AAAA = 2
};

struct dns_lookup_t {
    const dns_rules_t *rules;
    const apr_array_header_t *before;
    apr_pool_t *pool;
    ares_channel channel; /* NULL: it is over */
    int64_t until;
    dns_found_t found;
    apr_array_header_t *records; /* of dns_record_t; NULL: no SRV */
    int services_wait;           /* for the answer to SRV */
    apr_array_header_t *hosts;   /* of dns_host_t; NULL: not known yet */
    question_t *question;        /* [host] */
};

const char *dns_lookup_missing(void)
{
    return NULL;
}

/* ---- the channel ---- */

static int open_channel(dns_lookup_t *l, const char *servers)
{
    struct ares_options options = {
        .timeout = (int)apr_time_as_msec(l->rules->timeout),
        .tries = l->rules->tries,
    };
    int status = ares_init_options(&l->channel, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);

    if (status != ARES_SUCCESS) {
        l->channel = NULL;
        return status;
    }
    return servers ? ares_set_servers_ports_csv(l->channel, servers)
                   : ARES_SUCCESS;
}

const char *dns_lookup_check_servers(const char *servers)
{
    const dns_rules_t rules = { .timeout = 1000000, .tries = 1 };
    dns_lookup_t trial = { .rules = &rules };
    int status = open_channel(&trial, servers);

    dns_lookup_end(&trial);
    return status == ARES_SUCCESS ? NULL : ares_strerror(status);
}

void dns_lookup_end(dns_lookup_t *l)
{
    if (l->channel) {
        ares_channel channel = l->channel;

        l->channel = NULL;
        ares_destroy(channel);
    }
}

/* ---- answers ---- */

static const char *fault_text(int status)
{
    if (status == ARES_ECONNREFUSED) {
        return "no DNS server could be asked, or none could answer";
    }
    return status == ARES_ECANCELLED ? "it took too long"
                                     : ares_strerror(status);
}

/* @param fault  set where nothing was received that says it better */
static dns_answer_e read_answer(int status, const unsigned char *message,
                                int len, int type, dns_take_fn *take, void *ctx,
                                uint32_t *ttl_s, const char **fault)
{
    if (message && len > 0) {
        return dns_answer_read(message, (size_t)len, (uint16_t)type, take, ctx,
                               ttl_s);
    }
    *fault = fault_text(status);
    return status == ARES_ENOTFOUND ? DNS_NO_NAME
           : status == ARES_ENODATA ? DNS_EMPTY
                                    : DNS_REFUSED;
}

static void services_came(void *ctx, int status, int timeouts,
                          unsigned char *message, int len)
{
    dns_lookup_t *l = ctx;

    (void)timeouts;
    if (l->channel) {
        l->services_wait = 0;
        l->found.verdict =
            read_answer(status, message, len, DNS_TYPE_SRV, dns_found_service,
                        l->records, &l->found.ttl_s, &l->found.fault);
    }
}

static void mark_v6(apr_array_header_t *addresses, int from)
{
    for (; from < addresses->nelts; from++) {
        APR_ARRAY_IDX(addresses, from, dns_address_t).is_v6 = 1;
    }
}

/* A failure of one type is one of the host; no addresses of the second type are
 * no news when there are some of the first. */
static void addresses_came(void *ctx, int status, int timeouts,
                           unsigned char *message, int len)
{
    question_t *q = ctx;
    dns_host_t *host = q->host;
    int first = host->addresses->nelts;
    const char *fault = NULL;
    dns_answer_e verdict;

    (void)timeouts;
    if (!q->of->channel) {
        return;
    }
    verdict = read_answer(status, message, len, q->asked, dns_found_address,
                          host, &q->of->found.ttl_s, &fault);
    if (dns_found_is_failure(verdict)) {
        host->addresses->nelts = first; /* what came before it went wrong */
    }
    if (q->asked == DNS_TYPE_AAAA) {
        mark_v6(host->addresses, first);
    }
    q->asked = 0;
    if (verdict != DNS_EMPTY
        && !(verdict == DNS_FOUND && q->of->rules->want == DNS_WANT_BOTH)) {
        q->types = 0;
    }
    if (verdict == DNS_FOUND || dns_found_is_failure(verdict)
        || !host->addresses->nelts) {
        host->verdict = verdict;
        host->fault = fault;
    }
}

/* ---- questions ---- */

static unsigned types_of(dns_want_e want)
{
    return want == DNS_WANT_A      ? ASK_A
           : want == DNS_WANT_AAAA ? ASK_AAAA
                                   : ASK_A | ASK_AAAA;
}

/* The system's search list is for names that people write. */
static void ask(question_t *q)
{
    dns_lookup_t *l = q->of;
    int type = q->types & ASK_A ? DNS_TYPE_A : DNS_TYPE_AAAA;

    q->types &= type == DNS_TYPE_A ? ~(unsigned)ASK_A : ~(unsigned)ASK_AAAA;
    q->asked = type;
    if (l->records) {
        ares_query(l->channel, q->host->name, CLASS_INTERNET, type,
                   addresses_came, q);
    }
    else {
        ares_search(l->channel, q->host->name, CLASS_INTERNET, type,
                    addresses_came, q);
    }
}

static void have_hosts(dns_lookup_t *l, apr_array_header_t *hosts)
{
    int i;

    l->hosts = hosts;
    l->question =
        apr_pcalloc(l->pool, sizeof(question_t) * (size_t)(hosts->nelts + 1));
    for (i = 0; i < hosts->nelts; i++) {
        l->question[i].host = &APR_ARRAY_IDX(hosts, i, dns_host_t);
        l->question[i].of = l;
        l->question[i].types = types_of(l->rules->want);
    }
}

/* Asks for what may be asked now.  @return 1: nothing is under way */
static int ask_more(dns_lookup_t *l)
{
    int i, pending = 0;

    if (l->services_wait) {
        return 0;
    }
    if (!l->hosts) {
        have_hosts(l, dns_found_targets(l->records, l->rules, &l->found.odd,
                                        l->pool));
    }
    for (i = 0; i < l->hosts->nelts && pending < AT_ONCE; i++) {
        question_t *q = &l->question[i];

        while (q->types && !q->asked) {
            ask(q); /* the answer may be here already */
        }
        pending += q->asked != 0;
    }
    return pending == 0;
}

/* ---- its course ---- */

dns_lookup_t *dns_lookup_start(const dns_rules_t *rules,
                               const apr_array_header_t *before, int64_t now_us,
                               apr_pool_t *pool)
{
    dns_lookup_t *l = apr_pcalloc(pool, sizeof(*l));
    int status;

    l->rules = rules;
    l->before = before;
    l->pool = pool;
    l->until = now_us + TIME_LIMIT;
    l->found.ttl_s = UINT32_MAX;
    status = open_channel(l, rules->servers);
    if (status != ARES_SUCCESS) {
        dns_lookup_end(l);
        l->found.verdict = DNS_REFUSED;
        l->found.fault = ares_strerror(status);
        return l;
    }
    if (rules->want != DNS_WANT_SRV) {
        have_hosts(l, dns_found_host(rules, pool));
        return l;
    }
    l->records = apr_array_make(pool, 4, sizeof(dns_record_t));
    l->services_wait = 1;
    ares_search(l->channel, rules->name, CLASS_INTERNET, DNS_TYPE_SRV,
                services_came, l);
    return l;
}

int dns_lookup_poll(dns_lookup_t *l, struct pollfd *fds)
{
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    unsigned bits; /* readable, and from ARES_GETSOCK_MAXNUM on writable */
    int i, n = 0;

    if (!l->channel) {
        return 0;
    }
    bits = (unsigned)ares_getsock(l->channel, sockets, DNS_LOOKUP_SOCKETS);
    for (i = 0; i < DNS_LOOKUP_SOCKETS; i++) {
        short events = 0;

        events |= bits >> i & 1 ? POLLIN : 0;
        events |= bits >> (i + ARES_GETSOCK_MAXNUM) & 1 ? POLLOUT : 0;
        if (events) {
            fds[n].fd = sockets[i];
            fds[n].events = events;
            fds[n++].revents = 0;
        }
    }
    return n;
}

int64_t dns_lookup_due(dns_lookup_t *l, int64_t now_us)
{
    struct timeval rest;

    if (!l->channel || !ares_timeout(l->channel, NULL, &rest)) {
        return now_us;
    }
    return now_us + apr_time_make(rest.tv_sec, rest.tv_usec);
}

static void process(dns_lookup_t *l, const struct pollfd *fds, int count)
{
    int i;

    ares_process_fd(l->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    for (i = 0; i < count; i++) {
        short events = fds[i].revents;

        if (events) {
            ares_process_fd(l->channel,
                            events & ~POLLOUT ? fds[i].fd : ARES_SOCKET_BAD,
                            events & ~POLLIN ? fds[i].fd : ARES_SOCKET_BAD);
        }
    }
}

/* Services that could not be had leave nothing to look up. */
static void finish(dns_lookup_t *l)
{
    if (l->hosts && (!l->records || l->found.verdict == DNS_FOUND)) {
        dns_found_finish(&l->found, l->hosts, l->before, l->rules, l->pool);
    }
    else {
        l->found.fault =
            apr_psprintf(l->pool, "%s: %s", l->rules->name,
                         l->found.fault ? l->found.fault
                                        : dns_answer_text(l->found.verdict));
    }
    dns_lookup_end(l);
}

/* What was not asked yet has failed, too. */
static void give_up(dns_lookup_t *l)
{
    int i;

    ares_cancel(l->channel);
    for (i = 0; l->hosts && i < l->hosts->nelts; i++) {
        question_t *q = &l->question[i];

        if (q->types) {
            q->types = 0;
            q->host->verdict = DNS_REFUSED;
            q->host->fault = fault_text(ARES_ECANCELLED);
        }
    }
}

const dns_found_t *dns_lookup_step(dns_lookup_t *l, const struct pollfd *fds,
                                   int count, int64_t now_us)
{
    if (!l->channel) {
        return &l->found;
    }
    process(l, fds, count);
    if (now_us >= l->until) {
        give_up(l);
    }
    if (!ask_more(l)) {
        return NULL;
    }
    finish(l);
    return &l->found;
}

#endif
