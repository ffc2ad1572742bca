/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* crowd.c: many connections at once, one GET on each, all kept open.
 * A tool of t/bench, apart from the modules.
 *
 * usage: crowd PORT PATH CONNECTIONS AT_ONCE LIMIT_S
 * At most AT_ONCE connections are without an answer at any time.  Prints one
 * line of JSON when all are answered or LIMIT_S is over, then waits until stdin
 * is closed and prints how many connections the server still held open.
 * Times run from the moment before connect(), in milliseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef enum {
    CLIENT_CONNECTING,
    CLIENT_READING,
    CLIENT_DONE
} client_e;

typedef struct {
    double started_ms;
    long body_left; /* -1: head not complete */
    int fd;
    client_e state;
    size_t head_len;
    char head[2048];
} client_t;

static client_t *clients;
static double *answered_ms;
static int started, answered, failed, epoll_fd;
static char request[1024];
static size_t request_len;
static struct sockaddr_in server = { .sin_family = AF_INET };

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void client_failed(client_t *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->state = CLIENT_DONE;
    failed++;
}

static void client_start(client_t *client)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
                                 .data.ptr = client };

    client->started_ms = now_ms();
    client->body_left = -1;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0
        || (connect(client->fd, (struct sockaddr *)&server, sizeof server) < 0
            && errno != EINPROGRESS)
        || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0)
        client_failed(client);
}

static void client_send(client_t *client)
{
    ssize_t sent = send(client->fd, request, request_len, MSG_NOSIGNAL);

    if (sent == (ssize_t)request_len)
        client->state = CLIENT_READING;
    else
        client_failed(client);
}

/* Takes bytes of the head. @return how many bytes of the body were among them,
 * or -1: not complete, or failed */
static long client_head(client_t *client, const char *bytes, size_t len)
{
    const char *end, *field;
    size_t room = sizeof client->head - 1 - client->head_len;
    size_t before = client->head_len, taken = len < room ? len : room;

    memcpy(client->head + before, bytes, taken);
    client->head_len += taken;
    client->head[client->head_len] = '\0';
    end = strstr(client->head, "\r\n\r\n");
    if (!end && taken == len)
        return -1;
    field = strcasestr(client->head, "\r\nContent-Length:");
    if (!end || !field || field > end
        || strncmp(client->head, "HTTP/1.1 200 ", 13)) {
        client_failed(client);
        return -1;
    }
    client->body_left = atol(field + strlen("\r\nContent-Length:"));
    return (long)(before + len) - (end + 4 - client->head);
}

static void client_bytes(client_t *client, const char *bytes, ssize_t len)
{
    long body = len;

    if (client->body_left < 0)
        body = client_head(client, bytes, (size_t)len);
    if (client->body_left < 0 || client->state == CLIENT_DONE)
        return;
    client->body_left -= body;
    if (client->body_left == 0) {
        client->state = CLIENT_DONE;
        answered_ms[answered++] = now_ms() - client->started_ms;
    }
    else if (client->body_left < 0) {
        client_failed(client);
    }
}

static void client_ready(client_t *client)
{
    static char bytes[65536];

    if (client->state == CLIENT_CONNECTING)
        client_send(client);
    while (client->state == CLIENT_READING) {
        ssize_t len = recv(client->fd, bytes, sizeof bytes, 0);

        if (len > 0)
            client_bytes(client, bytes, len);
        else if (len == 0 || errno != EAGAIN)
            client_failed(client);
        else
            break;
    }
}

static void run(int connections, int at_once, double until_ms)
{
    struct epoll_event events[256];

    while (answered + failed < connections && now_ms() < until_ms) {
        int count;

        while (started < connections && started - answered - failed < at_once)
            client_start(&clients[started++]);
        count = epoll_wait(epoll_fd, events, 256, 50);
        for (int i = 0; i < count; i++)
            client_ready(events[i].data.ptr);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double share_ms(double share)
{
    return answered ? answered_ms[(int)(share * (answered - 1))] : 0;
}

static void report(int connections, double all_ms)
{
    qsort(answered_ms, (size_t)answered, sizeof *answered_ms, by_value);
    printf("{\"connections\": %d, \"answered\": %d, \"failed\": %d, "
           "\"fastest_ms\": %.1f, \"median_ms\": %.1f, \"p99_ms\": %.1f, "
           "\"slowest_ms\": %.1f, \"all_ms\": %.1f}\n",
           connections, answered, failed, share_ms(0), share_ms(0.5),
           share_ms(0.99), share_ms(1), all_ms);
    fflush(stdout);
}

static int count_open(void)
{
    int open = 0;
    char byte;

    for (int i = 0; i < started; i++) {
        if (clients[i].fd >= 0 && recv(clients[i].fd, &byte, 1, MSG_PEEK) < 0
            && errno == EAGAIN)
            open++;
    }
    return open;
}

int main(int argc, char **argv)
{
    int connections = argc == 6 ? atoi(argv[3]) : 0;
    double begin_ms;
    char byte;

    if (connections < 1)
        return 2;
    server.sin_port = htons((uint16_t)atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    request_len =
        (size_t)snprintf(request, sizeof request,
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", argv[2]);
    clients = calloc((size_t)connections, sizeof *clients);
    answered_ms = calloc((size_t)connections, sizeof *answered_ms);
    epoll_fd = epoll_create1(0);
    if (!clients || !answered_ms || request_len >= sizeof request)
        return 2;
    begin_ms = now_ms();
    run(connections, atoi(argv[4]), begin_ms + 1e3 * atoi(argv[5]));
    report(connections, now_ms() - begin_ms);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    printf("{\"still_open\": %d}\n", count_open());
    return 0;
}
