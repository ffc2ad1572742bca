/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* slow_origin.c: an HTTP/1.1 origin that answers every request a fixed time
 * after its head came in.  A tool of t/bench, apart from the modules.
 *
 * usage: slow_origin PORT DELAY_MS [SLOTS]
 * With SLOTS it serves no more than so many at once and the others wait for
 * their turn, as at an application with so many processes.  One epoll loop; the
 * delay is the same for all, so those who wait stand in one queue in the order
 * of their deadlines.  Requests have no body and are not
 * pipelined.
 *
 * A byte on stdin says how it behaves from then on: "5" answers 500, "g" sends
 * what is no HTTP, "c" closes what it accepts and what has a request, "w" is
 * well again.  Ends when stdin is closed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct conn_t conn_t;
struct conn_t {
    conn_t *next; /* in the queue */
    int64_t due_ms;
    int fd;
    int matched; /* so many bytes of CR LF CR LF seen in a row */
    bool waiting;
};

static const char well[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                           "Content-Length: 3\r\n\r\nok\n";
static const char failure[] = "HTTP/1.1 500 Failed\r\nContent-Type: text/plain"
                              "\r\nContent-Length: 3\r\n\r\nno\n";
static const char garbage[] = "\x7f nothing that anybody knows\n\n";
static const char *answer = well; /* NULL: closes instead */
static conn_t *queue_head, **queue_tail = &queue_head;
static conn_t listener, control; /* stand for these two in epoll */
static int epoll_fd;
static int64_t *slot_free_ms; /* [slots]: when each is free again */
static int slots, next_slot;

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(conn_t *conn)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };

    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) < 0)
        fail("epoll_ctl");
}

static void listen_on(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;

    listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener.fd, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener.fd, 4096) < 0)
        fail("listen");
    watch(&listener);
}

static void accept_all(void)
{
    int fd, one = 1;

    while ((fd = accept4(listener.fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        conn_t *conn = calloc(1, sizeof *conn);

        if (!conn)
            fail("calloc");
        if (!answer) {
            close(fd);
            free(conn);
            continue;
        }
        conn->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(conn);
    }
}

static bool head_complete(conn_t *conn, const char *bytes, ssize_t len)
{
    for (ssize_t i = 0; i < len; i++) {
        if (bytes[i] == "\r\n\r\n"[conn->matched])
            conn->matched++;
        else
            conn->matched = bytes[i] == '\r';
        if (conn->matched == 4) {
            conn->matched = 0;
            return true;
        }
    }
    return false;
}

/* One that waits stays in the queue, without a socket, until it is due. */
static void conn_close(conn_t *conn)
{
    close(conn->fd);
    conn->fd = -1;
    if (!conn->waiting)
        free(conn);
}

/* When a request that comes now will be answered: slots are taken in turn,
 * which is the order in which they become free. */
static int64_t due_at(int64_t now, int64_t delay_ms)
{
    int64_t due = now + delay_ms;

    if (slots) {
        int64_t *free_ms = &slot_free_ms[next_slot++ % slots];

        due = (*free_ms > now ? *free_ms : now) + delay_ms;
        *free_ms = due;
    }
    return due;
}

static void conn_read(conn_t *conn, int64_t delay_ms)
{
    char bytes[4096];
    ssize_t len = recv(conn->fd, bytes, sizeof bytes, 0);

    if (len <= 0 || !answer) {
        conn_close(conn);
        return;
    }
    if (head_complete(conn, bytes, len) && !conn->waiting) {
        conn->waiting = true;
        conn->due_ms = due_at(now_ms(), delay_ms);
        conn->next = NULL;
        *queue_tail = conn;
        queue_tail = &conn->next;
    }
}

/* Requests that wait are answered in the new way, or not at all. */
static void behave(void)
{
    char order;

    if (read(STDIN_FILENO, &order, 1) != 1)
        exit(0);
    answer = order == '5'   ? failure
             : order == 'g' ? garbage
             : order == 'c' ? NULL
                            : well;
}

static void answer_due(int64_t now)
{
    while (queue_head && queue_head->due_ms <= now) {
        conn_t *conn = queue_head;

        queue_head = conn->next;
        if (!queue_head)
            queue_tail = &queue_head;
        conn->waiting = false;
        if (conn->fd < 0)
            free(conn);
        else if (answer)
            send(conn->fd, answer, strlen(answer), MSG_NOSIGNAL);
        else
            shutdown(conn->fd, SHUT_RDWR); /* its end is read, and closed */
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[256];

    if (argc != 3 && argc != 4)
        return 2;
    slots = argc == 4 ? atoi(argv[3]) : 0;
    slot_free_ms = calloc((size_t)slots + 1, sizeof *slot_free_ms);
    if (slots < 0 || !slot_free_ms)
        return 2;
    epoll_fd = epoll_create1(0);
    listen_on(atoi(argv[1]));
    control.fd = STDIN_FILENO;
    watch(&control);
    for (;;) {
        int64_t wait_ms = queue_head ? queue_head->due_ms - now_ms() : -1;
        int count = epoll_wait(epoll_fd, events, 256,
                               queue_head && wait_ms < 0 ? 0 : (int)wait_ms);

        for (int i = 0; i < count; i++) {
            conn_t *conn = events[i].data.ptr;

            if (conn == &control)
                behave();
            else if (conn == &listener)
                accept_all();
            else
                conn_read(conn, atoi(argv[2]));
        }
        answer_due(now_ms());
    }
}
