/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_dns.c: see bot_dns.h.  Layer L1. */
#include "bot_dns.h"

#ifdef HAVE_CARES

#define CARES_NO_DEPRECATED
#include <ares.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <arpa/inet.h>

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

enum {
    CLASS_INTERNET = 1,
    TYPE_PTR = 12,
    REVERSE_MAX = 80,
    SOCKETS = ARES_GETSOCK_MAXNUM - 1, /* its macros overflow at the last */
    WAITING_MAX = 256,
    AT_ONCE = 32,
    TIMEOUT_MS = 1500,
    TRIES = 2,
    LOOK_MS = 50 /* for new questions, while others are under way */
};

static struct {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *more;
    apr_thread_t *thread;
    int ends;
    /* a ring */
    bot_question_t waiting[WAITING_MAX];
    unsigned first, count;
    /* of the thread alone */
    ares_channel channel;
    int under_way;
    bot_answer_fn *answer;
} dns;

const char *bot_dns_missing(void)
{
    return NULL;
}

static int open_channel(ares_channel *channel, const char *servers)
{
    struct ares_options options = { .timeout = TIMEOUT_MS,
                                    .tries = TRIES,
                                    .lookups = (char *)"b" };
    int status = ares_init_options(channel, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES
                                       | ARES_OPT_LOOKUPS);

    if (status == ARES_SUCCESS && servers) {
        status = ares_set_servers_ports_csv(*channel, servers);
        if (status != ARES_SUCCESS) {
            ares_destroy(*channel);
        }
    }
    return status;
}

const char *bot_dns_check_servers(const char *servers)
{
    ares_channel channel;
    int status = open_channel(&channel, servers);

    if (status != ARES_SUCCESS) {
        return ares_strerror(status);
    }
    ares_destroy(channel);
    return NULL;
}

/* ---- one question ---- */

static void tell(bot_question_t *question, bot_proof_e proof)
{
    dns.under_way--;
    dns.answer(question, proof);
    free(question);
}

/* No such name, and a name without what was asked for, are answers. */
static bot_proof_e proof_of(int status)
{
    return status == ARES_ENOTFOUND || status == ARES_ENODATA ? BOT_UNREAL
                                                              : BOT_UNKNOWN;
}

static int is_address(const struct hostent *host, const char *bytes,
                      address_t address)
{
    uint32_t v4;

    if (host->h_addrtype == AF_INET) {
        memcpy(&v4, bytes, sizeof(v4));
        return address_equal(address_of_v4(ntohl(v4)), address);
    }
    return address_equal(address_of_v6((const unsigned char *)bytes), address);
}

static void addresses_came(void *ctx, int status, int timeouts,
                           struct hostent *host)
{
    bot_question_t *question = ctx;
    bot_proof_e proof = BOT_UNREAL;
    int i;

    (void)timeouts;
    if (status != ARES_SUCCESS) {
        tell(question, proof_of(status));
        return;
    }
    for (i = 0; host->h_addr_list[i]; i++) {
        if (is_address(host, host->h_addr_list[i], question->address)) {
            proof = BOT_REAL;
        }
    }
    tell(question, proof);
}

/* The first of its names that is in a domain of those that prove it. */
static const char *name_of(const struct hostent *host, slice_t domains)
{
    char **alias = host->h_aliases;

    if (host->h_name && bot_proofs_is_of(domains, slice_str(host->h_name))) {
        return host->h_name;
    }
    while (*alias && !bot_proofs_is_of(domains, slice_str(*alias))) {
        alias++;
    }
    return *alias;
}

static size_t put_bytes(unsigned char *out, address_t a)
{
    uint32_t v4 = htonl((uint32_t)a.low);
    int i;

    if (address_is_v4(a)) {
        memcpy(out, &v4, sizeof(v4));
        return sizeof(v4);
    }
    for (i = 0; i < 8; i++) {
        out[i] = (unsigned char)(a.high >> (56 - 8 * i));
        out[8 + i] = (unsigned char)(a.low >> (56 - 8 * i));
    }
    return ADDRESS_BYTES;
}

static void check_names(bot_question_t *question, const struct hostent *host)
{
    const char *name = name_of(host, slice_str(question->domains));

    if (!name) {
        tell(question, BOT_UNREAL);
        return;
    }
    ares_gethostbyname(dns.channel, name,
                       address_is_v4(question->address) ? AF_INET : AF_INET6,
                       addresses_came, question);
}

static void names_came(void *ctx, int status, int timeouts,
                       unsigned char *message, int len)
{
    bot_question_t *question = ctx;
    unsigned char bytes[ADDRESS_BYTES];
    size_t size = put_bytes(bytes, question->address);
    struct hostent *host = NULL;

    (void)timeouts;
    if (status == ARES_SUCCESS) {
        status = ares_parse_ptr_reply(message, len, bytes, (int)size,
                                      size == 4 ? AF_INET : AF_INET6, &host);
    }
    if (status == ARES_SUCCESS) {
        check_names(question, host);
    }
    else {
        tell(question, proof_of(status));
    }
    if (host) {
        ares_free_hostent(host);
    }
}

/* RFC 1035 3.5, RFC 3596 2.5.  out: [REVERSE_MAX] */
static void reverse_name(char *out, address_t a)
{
    unsigned char bytes[ADDRESS_BYTES];
    size_t i = put_bytes(bytes, a);
    int is_v4 = i == 4;

    while (i-- > 0) {
        out += is_v4 ? sprintf(out, "%d.", bytes[i])
                     : sprintf(out, "%x.%x.", bytes[i] & 15, bytes[i] >> 4);
    }
    strcpy(out, is_v4 ? "in-addr.arpa" : "ip6.arpa");
}

/* (ares_gethostbyaddr does not tell "no such name" from "no answer".) */
static void ask(const bot_question_t *of)
{
    bot_question_t *question = malloc(sizeof(*question));
    char name[REVERSE_MAX];

    if (!question) {
        return; /* it is asked again by its next request */
    }
    *question = *of;
    dns.under_way++;
    reverse_name(name, of->address);
    ares_query(dns.channel, name, CLASS_INTERNET, TYPE_PTR, names_came,
               question);
}

/* ---- the thread ---- */

/* @return 0: the end */
static int take_waiting(void)
{
    bot_question_t question;
    int some, ends;

    do {
        apr_thread_mutex_lock(dns.mutex);
        while (!dns.ends && !dns.count && !dns.under_way) {
            apr_thread_cond_wait(dns.more, dns.mutex);
        }
        ends = dns.ends;
        some = !ends && dns.count && dns.under_way < AT_ONCE;
        if (some) {
            question = dns.waiting[dns.first];
            dns.first = (dns.first + 1) % WAITING_MAX;
            dns.count--;
        }
        apr_thread_mutex_unlock(dns.mutex);
        if (some) {
            ask(&question);
        }
    } while (some);
    return !ends;
}

static void wait_for_answers(void)
{
    ares_socket_t sockets[SOCKETS];
    int bits = ares_getsock(dns.channel, sockets, SOCKETS);
    struct pollfd fds[SOCKETS];
    int i, n = 0;

    for (i = 0; i < SOCKETS; i++) {
        short events =
            (short)((ARES_GETSOCK_READABLE(bits, i) ? POLLIN : 0)
                    | (ARES_GETSOCK_WRITABLE(bits, i) ? POLLOUT : 0));

        if (events) {
            fds[n++] = (struct pollfd){ .fd = sockets[i], .events = events };
        }
    }
    poll(fds, (nfds_t)n, LOOK_MS);
    ares_process_fd(dns.channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    for (i = 0; i < n; i++) {
        ares_process_fd(dns.channel,
                        fds[i].revents & (POLLIN | POLLERR | POLLHUP)
                            ? fds[i].fd
                            : ARES_SOCKET_BAD,
                        fds[i].revents & POLLOUT ? fds[i].fd : ARES_SOCKET_BAD);
    }
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *unused)
{
    while (take_waiting()) {
        if (dns.under_way) {
            wait_for_answers();
        }
    }
    ares_destroy(dns.channel);
    return NULL;
}

static apr_status_t end(void *unused)
{
    apr_status_t rv;

    apr_thread_mutex_lock(dns.mutex);
    dns.ends = 1;
    apr_thread_cond_signal(dns.more);
    apr_thread_mutex_unlock(dns.mutex);
    apr_thread_join(&rv, dns.thread);
    dns.thread = NULL;
    return APR_SUCCESS;
}

apr_status_t bot_dns_start(const char *servers, bot_answer_fn *answer,
                           apr_pool_t *pool)
{
    apr_status_t rv;

    dns.answer = answer;
    if (open_channel(&dns.channel, servers) != ARES_SUCCESS) {
        return APR_EGENERAL;
    }
    rv = apr_thread_mutex_create(&dns.mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    if (rv == APR_SUCCESS) {
        rv = apr_thread_cond_create(&dns.more, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_thread_create(&dns.thread, NULL, run, NULL, pool);
    }
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pool, NULL, end);
    }
    else {
        ares_destroy(dns.channel);
    }
    return rv;
}

int bot_dns_ask(const bot_question_t *question)
{
    int room;

    if (!dns.thread) {
        return 0;
    }
    apr_thread_mutex_lock(dns.mutex);
    room = dns.count < WAITING_MAX;
    if (room) {
        dns.waiting[(dns.first + dns.count) % WAITING_MAX] = *question;
        dns.count++;
        apr_thread_cond_signal(dns.more);
    }
    apr_thread_mutex_unlock(dns.mutex);
    return room;
}

#else

const char *bot_dns_missing(void)
{
    return "this build is without c-ares: verify=list looks at lists alone";
}

const char *bot_dns_check_servers(const char *servers)
{
    return bot_dns_missing();
}

apr_status_t bot_dns_start(const char *servers, bot_answer_fn *answer,
                           apr_pool_t *pool)
{
    return APR_ENOTIMPL;
}

int bot_dns_ask(const bot_question_t *question)
{
    return 0;
}

#endif
