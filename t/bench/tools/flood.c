/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* flood.c: very many requests a second, each of another client, and those of a
 * few good clients among them.  A tool of t/bench, apart from the modules.
 *
 * usage: flood PORT RATE SECONDS CONNECTIONS ADDRESSES GOOD_FILE
 * RATE requests a second are offered, by the clock, whatever the server does.
 * 99 of 100 are the flood's: pipelined, up to DEPTH on each of CONNECTIONS; the
 * client, field X-Client, is another one each time, of ADDRESSES that lie in as
 * many networks as there are.  One of 100 is of a good client, whose field and
 * cookie are a line of GOOD_FILE; each has a connection to itself while it
 * waits, of GOOD_CONNECTIONS.  What finds no connection is offered, too, and
 * not answered.
 *
 * Counts from WARM_S on, when the server has noticed, and prints a line of
 * JSON.  A good request is answered when a 200 is there after PATIENCE_MS at
 * most. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    DEPTH = 16,
    REQUEST_MAX = 512,
    GOOD_CONNECTIONS = 400,
    GOOD_MAX = 4096, /* clients */
    GOOD_SHARE = 100,
    WARM_S = 4,
    PATIENCE_MS = 2000,
    TIMES_MAX = 1 << 20,
    HEAD_MAX = 2048,
    GOOD_LINE_MAX = 300
};

typedef struct {
    int fd;
    bool is_good, is_dead;
    unsigned waiting; /* requests without a response */
    double asked_ms;  /* a good one's */
    size_t out_len, out_sent;
    long body_left; /* of the response; -1: in the head */
    size_t head_len;
    int status;
    char out[DEPTH * REQUEST_MAX], head[HEAD_MAX];
} connection_t;

typedef struct {
    char address[24], cookie[256];
} good_t;

static struct {
    uint64_t offered, asked, by_status[6], broken;
    uint64_t good_offered, good_late;
} seen;
static double good_ms[TIMES_MAX];
static unsigned good_answered;
static good_t good_client[GOOD_MAX];
static unsigned good_count, good_next, addresses, address_next;
static int epoll_fd;
static bool counts;
static double counts_from_ms;
static struct sockaddr_in server = { .sin_family = AF_INET };

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- connections ---- */

static void connection_open(connection_t *c)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
                                 .data.ptr = c };
    int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0
        || (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0
            && errno != EINPROGRESS)
        || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->waiting = 0;
    c->out_len = c->out_sent = c->head_len = 0;
    c->body_left = -1;
    c->is_dead = false;
}

/* What it waited for does not come. */
static void connection_again(connection_t *c)
{
    if (counts)
        seen.broken += c->waiting;
    close(c->fd);
    connection_open(c);
}

static void connection_send(connection_t *c)
{
    while (c->out_sent < c->out_len) {
        ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent,
                         MSG_NOSIGNAL);

        if (n < 0) {
            if (errno != EAGAIN && errno != ENOTCONN)
                c->is_dead = true;
            return;
        }
        c->out_sent += (size_t)n;
    }
    c->out_len = c->out_sent = 0;
}

/* ---- requests ---- */

static size_t put_request(char *to, const char *client, const char *fields)
{
    return (size_t)snprintf(to, REQUEST_MAX,
                            "GET / HTTP/1.1\r\nHost: localhost\r\n"
                            "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
                            "X-Client: %s\r\n%s\r\n",
                            client, fields);
}

/* The next of them, each /24 once before one comes again. */
static void next_address(char *to, size_t size)
{
    uint64_t n = (uint64_t)address_next * 618033 % addresses;

    address_next = (address_next + 1) % addresses;
    snprintf(to, size, "%u.%u.%u.%u", (unsigned)(11 + n % 100),
             (unsigned)(n / 100 % 256), (unsigned)(n / 25600 % 256),
             (unsigned)(1 + n % 250));
}

/* @return false: there is no room for it */
static bool flood_ask(connection_t *c)
{
    char client[24];

    if (c->waiting >= DEPTH || c->out_sent)
        return false;
    next_address(client, sizeof client);
    c->out_len += put_request(c->out + c->out_len, client, "");
    c->waiting++;
    return true;
}

static void good_send(connection_t *c, const good_t *client)
{
    char field[300];

    snprintf(field, sizeof field, "Cookie: %s\r\n", client->cookie);
    c->out_len = put_request(c->out, client->address, field);
    c->waiting = 1;
    c->asked_ms = now_ms();
    connection_send(c);
}

static void good_ask(connection_t *all)
{
    static unsigned at;
    const good_t *client = &good_client[good_next++ % good_count];
    unsigned i;

    seen.good_offered += counts;
    for (i = 0; i < GOOD_CONNECTIONS; i++) {
        connection_t *c = &all[at++ % GOOD_CONNECTIONS];

        if (!c->waiting) {
            good_send(c, client);
            return;
        }
    }
}

/* ---- responses ---- */

static void response_over(connection_t *c)
{
    double ms = c->is_good ? now_ms() - c->asked_ms : 0;

    c->body_left = -1;
    c->waiting--;
    if (!counts || (c->is_good && c->asked_ms < counts_from_ms))
        return;
    if (!c->is_good)
        seen.by_status[c->status / 100 % 6]++;
    else if (c->status != 200 || ms > PATIENCE_MS)
        seen.good_late++;
    else if (good_answered < TIMES_MAX)
        good_ms[good_answered++] = ms;
}

/* @return bytes of the head, or 0: it is not all there */
static size_t take_head(connection_t *c, const char *bytes, size_t len)
{
    static const char field[] = "\r\nContent-Length: ";
    const char *end = memmem(bytes, len, "\r\n\r\n", 4), *length;

    if (!end)
        return 0;
    length = memmem(bytes, (size_t)(end - bytes), field, sizeof field - 1);
    c->status = atoi(bytes + 9);
    c->body_left = length ? atol(length + sizeof field - 1) : 0;
    if (!length || memcmp(bytes, "HTTP/1.1 ", 9) != 0 || !c->waiting)
        c->is_dead = true;
    return (size_t)(end + 4 - bytes);
}

/* @return bytes of a response, or 0: the head is not all there */
static size_t take_some(connection_t *c, const char *bytes, size_t len)
{
    size_t taken;

    if (c->body_left < 0)
        return take_head(c, bytes, len);
    taken = (size_t)c->body_left < len ? (size_t)c->body_left : len;
    c->body_left -= (long)taken;
    return taken;
}

static void take_bytes(connection_t *c, const char *bytes, size_t len)
{
    while (len && !c->is_dead) {
        size_t taken = take_some(c, bytes, len);

        if (!taken) {
            c->is_dead = len > HEAD_MAX;
            c->head_len = c->is_dead ? 0 : len;
            memcpy(c->head, bytes, c->head_len);
            return;
        }
        bytes += taken;
        len -= taken;
        if (c->body_left == 0 && !c->is_dead)
            response_over(c);
    }
}

static void connection_read(connection_t *c)
{
    static char bytes[HEAD_MAX + 262144];

    while (!c->is_dead) {
        size_t begun = c->head_len;
        ssize_t n = recv(c->fd, bytes + begun, sizeof bytes - begun, 0);

        if (n <= 0) {
            if (n == 0 || (errno != EAGAIN && errno != ENOTCONN))
                c->is_dead = true;
            return;
        }
        memcpy(bytes, c->head, begun);
        c->head_len = 0;
        take_bytes(c, bytes, begun + (size_t)n);
    }
}

/* ---- by the clock ---- */

/* So many are due.  Connections take turns, each with all it has room for. */
static void flood(connection_t *all, unsigned connections, unsigned due)
{
    static unsigned at;
    unsigned tried = 0;

    while (due && tried++ < connections) {
        connection_t *c = &all[at++ % connections];
        unsigned before = due;

        while (due && flood_ask(c))
            due--;
        if (before != due) {
            seen.asked += counts ? before - due : 0;
            connection_send(c);
        }
    }
}

static void handle(connection_t *c)
{
    connection_read(c);
    connection_send(c);
    if (c->is_dead)
        connection_again(c);
}

/* What has become due of so many a second, beyond what was. */
static unsigned due_of(double rate, double ms, uint64_t *before)
{
    uint64_t now = (uint64_t)(rate * ms / 1e3), due = now - *before;

    *before = now;
    return (unsigned)due;
}

static void run(connection_t *all, unsigned connections, double rate,
                double seconds)
{
    double begun = now_ms(), ms;
    uint64_t good = 0, bad = 0;

    counts_from_ms = begun + 1e3 * WARM_S;
    while ((ms = now_ms() - begun) < 1e3 * seconds) {
        struct epoll_event event[256];
        unsigned due;
        int n, i;

        counts = ms >= 1e3 * WARM_S;
        for (due = due_of(rate / GOOD_SHARE, ms, &good); due; due--)
            good_ask(all + connections);
        due = due_of(rate - rate / GOOD_SHARE, ms, &bad);
        seen.offered += counts ? due : 0;
        flood(all, connections, due);
        n = epoll_wait(epoll_fd, event, 256, 1);
        for (i = 0; i < n; i++)
            handle(event[i].data.ptr);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double share_ms(double share)
{
    return good_answered ? good_ms[(unsigned)(share * (good_answered - 1))] : 0;
}

static void tell(double seconds)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    qsort(good_ms, good_answered, sizeof good_ms[0], compare);
    printf("{\"seconds\": %.1f, \"offered\": %llu, \"asked\": %llu, "
           "\"answered\": {\"2xx\": %llu, \"4xx\": %llu, \"5xx\": %llu}, "
           "\"broken\": %llu, \"good_offered\": %llu, \"good_answered\": %u, "
           "\"good_refused_or_late\": %llu, \"good_p50_ms\": %.2f, "
           "\"good_p99_ms\": %.2f, \"good_max_ms\": %.2f, \"cpu_s\": %.2f}\n",
           seconds - WARM_S, (unsigned long long)seen.offered,
           (unsigned long long)seen.asked,
           (unsigned long long)seen.by_status[2],
           (unsigned long long)seen.by_status[4],
           (unsigned long long)seen.by_status[5],
           (unsigned long long)seen.broken,
           (unsigned long long)seen.good_offered, good_answered,
           (unsigned long long)seen.good_late, share_ms(0.5), share_ms(0.99),
           share_ms(1),
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
               + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
}

static void read_good(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[GOOD_LINE_MAX];

    if (!file)
        die(path);
    while (good_count < GOOD_MAX && fgets(line, sizeof line, file)) {
        good_t *one = &good_client[good_count];

        if (sscanf(line, "%23s %255[^\n]", one->address, one->cookie) == 2)
            good_count++;
    }
    fclose(file);
    if (!good_count)
        die("no good clients");
}

int main(int argc, char **argv)
{
    unsigned connections, i;
    connection_t *all;

    if (argc != 7) {
        fprintf(stderr, "usage: flood PORT RATE SECONDS CONNECTIONS ADDRESSES "
                        "GOOD_FILE\n");
        return 2;
    }
    server.sin_port = htons((uint16_t)atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connections = (unsigned)atoi(argv[4]);
    addresses = (unsigned)atoi(argv[5]);
    read_good(argv[6]);
    epoll_fd = epoll_create1(0);
    all = calloc(connections + GOOD_CONNECTIONS, sizeof *all);
    if (epoll_fd < 0 || !all || !connections || !addresses)
        die("flood");
    for (i = 0; i < connections + GOOD_CONNECTIONS; i++) {
        all[i].is_good = i >= connections;
        connection_open(&all[i]);
    }
    run(all, connections, atof(argv[2]), atof(argv[3]));
    tell(atof(argv[3]));
    return 0;
}
