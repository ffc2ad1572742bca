/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* loopback.h: listeners on 127.0.0.1 and members that point to them, for tests
 * with real sockets.  Ports are the kernel's choice. */
#ifndef T_UNIT_ENGINE_LOOPBACK_H
#define T_UNIT_ENGINE_LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/upstream.h"

typedef struct {
    int fd;
    struct sockaddr_in address;
} loopback_t;

static inline loopback_t loopback_listen(void)
{
    loopback_t l = { .address = { .sin_family = AF_INET } };
    socklen_t len = sizeof(l.address);

    l.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l.fd < 0
        || bind(l.fd, (struct sockaddr *)&l.address, sizeof(l.address)) != 0
        || listen(l.fd, 64) != 0
        || getsockname(l.fd, (struct sockaddr *)&l.address, &len) != 0) {
        abort();
    }
    return l;
}

/* A port that refuses: bound, but nobody listens. */
static inline loopback_t loopback_refuse(void)
{
    loopback_t l = { .address = { .sin_family = AF_INET } };
    socklen_t len = sizeof(l.address);

    l.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l.fd < 0
        || bind(l.fd, (struct sockaddr *)&l.address, sizeof(l.address)) != 0
        || getsockname(l.fd, (struct sockaddr *)&l.address, &len) != 0) {
        abort();
    }
    return l;
}

static inline void loopback_add(address_list_t *list, const loopback_t *l)
{
    memcpy(&list->item[list->count].sockaddr, &l->address, sizeof(l->address));
    list->item[list->count++].len = sizeof(l->address);
}

/* Waits for it, since on loopback it comes for certain.
 * @return what poll found, 0 after two seconds without */
static inline short loopback_await(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };

    return poll(&p, 1, 2000) == 1 ? p.revents : 0;
}

/* The member's side of the connection that was begun last. */
static inline int loopback_accept(const loopback_t *l)
{
    int fd = loopback_await(l->fd, POLLIN)
                 ? accept4(l->fd, NULL, NULL, SOCK_CLOEXEC)
                 : -1;

    if (fd < 0) {
        abort();
    }
    return fd;
}

/* Closes with a reset instead of a FIN. */
static inline void loopback_reset(int fd)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(fd);
}

#endif
