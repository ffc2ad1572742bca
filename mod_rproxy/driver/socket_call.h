/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* socket_call.h: system calls on sockets that never wait.  Layer L1 (no APR).
 *
 * The C library makes recv, send and sendmsg points where a thread may be
 * cancelled, which costs two atomic operations a call in a process with
 * threads.  Ours are never cancelled, and with MSG_DONTWAIT they do not block.
 */
#ifndef RPROXY_SOCKET_CALL_H
#define RPROXY_SOCKET_CALL_H

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline ssize_t socket_recv(int fd, void *buf, size_t len)
{
#ifdef SYS_recvfrom
    return syscall(SYS_recvfrom, fd, buf, len, MSG_DONTWAIT, NULL, NULL);
#else
    return recv(fd, buf, len, MSG_DONTWAIT);
#endif
}

static inline ssize_t socket_send(int fd, const void *buf, size_t len)
{
#ifdef SYS_sendto
    return syscall(SYS_sendto, fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL, NULL,
                   0);
#else
    return send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
#endif
}

static inline ssize_t socket_sendmsg(int fd, const struct msghdr *message)
{
#ifdef SYS_sendmsg
    return syscall(SYS_sendmsg, fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
#else
    return sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
#endif
}

#endif
