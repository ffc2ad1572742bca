/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* acceptor.c: listening sockets on the loops.  Layer L2. */
#include "client_private.h"

#include <stddef.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ap_listen.h>
#include <ap_mpm.h>
#include <apr_portable.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_vhost.h>
#include <mpm_common.h>
#include <scoreboard.h>

#include "../rproxy_config.h"
#include "acceptor.h"

#define ARM_INTERVAL 5000 /* usec between looks whether the MPM is there */
#define REST apr_time_from_msec(100) /* after an error of accept() */
#define ACCEPT_PER_TURN 8
#define MAX_POOLS 256
/* Beyond any number the MPM gives its connections. */
#define CONNECTION_ID 0x40000000L

typedef struct {
    watch_t watch; /* first */
    loop_t *loop;
    apr_socket_t *socket; /* wraps a duplicate of the listening descriptor */
    int fd;
    int armed;
} acceptor_t;

static apr_array_header_t *listeners;   /* of int: duplicated descriptors */
static apr_array_header_t *tls_servers; /* of server_rec * */
static const module *mpm_module;
static long next_id;
static int loops_open; /* that may accept; atomic */

/* ---- which sockets ---- */

static int switches_tls_on(const ap_directive_t *d)
{
    return (strcasecmp(d->directive, "SSLEngine") == 0
            || strcasecmp(d->directive, "GnuTLSEnable") == 0
            || strcasecmp(d->directive, "NSSEngine") == 0)
           && strcasecmp(d->args, "off") != 0;
}

static int section_has_tls(const ap_directive_t *d)
{
    for (; d; d = d->next) {
        if (switches_tls_on(d)
            || (d->first_child && strncasecmp(d->directive, "<If", 3) == 0
                && section_has_tls(d->first_child))) {
            return 1;
        }
    }
    return 0;
}

static server_rec *defined_at(server_rec *s, const ap_directive_t *d)
{
    for (; s; s = s->next) {
        if (s->is_virtual && s->defn_line_number == (unsigned)d->line_num
            && s->defn_name && strcmp(s->defn_name, d->filename) == 0) {
            return s;
        }
    }
    return NULL;
}

void acceptor_configure(apr_pool_t *pool, server_rec *main_server)
{
    const ap_directive_t *d;
    server_rec *s;

    tls_servers = apr_array_make(pool, 4, sizeof(server_rec *));
    if (section_has_tls(ap_conftree)) {
        APR_ARRAY_PUSH(tls_servers, server_rec *) = main_server;
    }
    for (d = ap_conftree; d; d = d->next) {
        if (strcasecmp(d->directive, "<VirtualHost") == 0
            && section_has_tls(d->first_child)
            && (s = defined_at(main_server, d)) != NULL) {
            APR_ARRAY_PUSH(tls_servers, server_rec *) = s;
        }
    }
}

static int has_tls(const server_rec *s)
{
    int i;

    for (i = 0; i < tls_servers->nelts; i++) {
        if (APR_ARRAY_IDX(tls_servers, i, server_rec *) == s) {
            return 1;
        }
    }
    return 0;
}

static int speaks_h2c(const server_rec *s)
{
    const core_server_config *core =
        ap_get_core_module_config(s->module_config);
    int i;

    for (i = 0; core->protocols && i < core->protocols->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(core->protocols, i, const char *), "h2c")
            == 0) {
            return 1;
        }
    }
    return 0;
}

/* Virtual hosts of a port decide for it; the main server only where none is.
 */
static int serves_port(const server_rec *s, apr_port_t port)
{
    const server_addr_rec *a;

    for (a = s->addrs; a; a = a->next) {
        if (a->host_port == port || a->host_port == 0) {
            return 1;
        }
    }
    return !s->is_virtual;
}

static int is_for_loops(const ap_listen_rec *lr, server_rec *main_server)
{
    int wanted = 0;
    server_rec *s;

    if (lr->protocol && strcasecmp(lr->protocol, "http") != 0) {
        return 0;
    }
    for (s = main_server; s; s = s->next) {
        const server_conf_t *conf = rproxy_server_conf(s);
        if (!serves_port(s, lr->bind_addr->port)) {
            continue;
        }
        if (has_tls(s) || speaks_h2c(s) || conf->event_loop == RPROXY_LOOP_OFF
            || conf->event_loop == RPROXY_LOOP_ADOPT) {
            return 0;
        }
        wanted |= conf->has_routes || conf->uses_loop;
    }
    return wanted;
}

/* The listening socket gets a descriptor of ours, and its old number one that
 * is never ready. */
static int take_over(ap_listen_rec *lr)
{
    apr_os_sock_t fd;
    int own, idle;

    apr_os_sock_get(&fd, lr->sd);
    own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    idle = eventfd(0, EFD_CLOEXEC);
    if (own < 0 || idle < 0 || dup3(idle, fd, O_CLOEXEC) < 0) {
        close(own);
        close(idle);
        return -1;
    }
    close(idle);
    fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK);
    return own;
}

int acceptor_take_listeners(apr_pool_t *pchild, server_rec *main_server)
{
    ap_listen_rec *lr;

    listeners = apr_array_make(pchild, 4, sizeof(int));
    mpm_module = ap_find_linked_module("event.c");
    if (!mpm_module || ap_num_listen_buckets > 1) {
        return 0;
    }
    for (lr = ap_listeners; lr; lr = lr->next) {
        int fd = is_for_loops(lr, main_server) ? take_over(lr) : -1;
        if (fd >= 0) {
            APR_ARRAY_PUSH(listeners, int) = fd;
        }
    }
    return listeners->nelts;
}

/* ---- connections ---- */

/* All connections of a loop share one allocator: the blocks that one request
 * frees are still in the processor's cache when the next one takes them.  It
 * has a mutex for the requests that worker threads run. */
static apr_status_t make_pool(loop_t *loop, apr_pool_t *pchild)
{
    apr_thread_mutex_t *mutex;
    apr_allocator_t *allocator;
    apr_status_t rv = apr_allocator_create(&allocator);

    if (rv == APR_SUCCESS) {
        apr_allocator_max_free_set(allocator, ap_max_mem_free);
        rv = apr_pool_create_ex(&loop->pool, pchild, NULL, allocator);
    }
    if (rv == APR_SUCCESS) {
        apr_allocator_owner_set(allocator, loop->pool);
        apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, loop->pool);
        apr_allocator_mutex_set(allocator, mutex);
        loop->allocator = allocator;
    }
    return rv;
}

static apr_pool_t *pool_get(loop_t *loop)
{
    apr_pool_t *pool;

    if (loop->free_pool_count) {
        return loop->free_pools[--loop->free_pool_count];
    }
    if (apr_pool_create_ex(&pool, loop->pool, NULL, loop->allocator)
        != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_tag(pool, "transaction");
    return pool;
}

void acceptor_recycle(loop_t *loop, apr_pool_t *pool)
{
    if (loop->free_pool_count == MAX_POOLS) {
        apr_pool_destroy(pool);
        return;
    }
    apr_pool_clear(pool);
    loop->free_pools[loop->free_pool_count++] = pool;
}

/* The MPM's request hooks note the request and its server's queues in a state
 * of their own that hangs at the connection.  Nobody reads what they note of a
 * connection that is not the MPM's; it only has to be there. */
#define MPM_STATE_SIZE 512

/* What process_socket of the MPM does for a connection. */
static conn_rec *create_connection(loop_t *loop, apr_pool_t *pool,
                                   apr_socket_t *csd)
{
    long id = CONNECTION_ID + __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    conn_rec *c = ap_run_create_connection(pool, ap_server_conf, csd, id, NULL,
                                           apr_bucket_alloc_create(pool));
    int rc;

    if (!c) {
        return NULL;
    }
    c->current_thread = loop->thread;
    c->cs = apr_pcalloc(pool, sizeof(*c->cs));
    ap_set_module_config(c->conn_config, mpm_module,
                         apr_pcalloc(pool, MPM_STATE_SIZE));
    ap_update_vhost_given_ip(c);
    rc = ap_run_pre_connection(c, csd);
    if (rc != OK && rc != DONE) {
        c->aborted = 1;
    }
    return c->aborted ? NULL : c;
}

/* @return 0 when there is no more to accept now */
static int accept_one(acceptor_t *a)
{
    loop_t *loop = a->loop;
    apr_pool_t *pool = pool_get(loop);
    apr_socket_t *csd = NULL;
    conn_rec *c;
    apr_status_t rv;

    if (!pool) {
        return 0;
    }
    rv = apr_socket_accept(&csd, a->socket, pool);
    if (rv != APR_SUCCESS) {
        acceptor_recycle(loop, pool);
        if (APR_STATUS_IS_EAGAIN(rv) || APR_STATUS_IS_EINTR(rv)) {
            return 0;
        }
        if (rv != ECONNABORTED && rv != EPROTO) {
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, ap_server_conf,
                         RPLOGNO(1310) "accept: resting for 100 ms (too many "
                                       "open files: raise the limit, or lower "
                                       "RProxyMaxConnections)");
            acceptor_stop(loop);
            timer_set(&loop->reactor->timers, &loop->arm_timer,
                      loop->reactor->now + REST);
            return 0;
        }
        return 1;
    }
    c = create_connection(loop, pool, csd);
    if (!c || client_accepted(c, loop) != APR_SUCCESS) {
        acceptor_recycle(loop, pool);
    }
    return 1;
}

static int has_idle_thread(int child, int threads)
{
    const process_score *ps = ap_get_scoreboard_process(child);
    int i;

    if (!ps || !ps->pid || ps->quiescing || ps->not_accepting) {
        return 0;
    }
    for (i = 0; i < threads; i++) {
        const worker_score *ws =
            ap_get_scoreboard_worker_from_indexes(child, i);

        if (ws && ws->status == SERVER_READY) {
            return 1;
        }
    }
    return 0;
}

/* Has another child a worker thread to spare? */
static int others_have_threads(void)
{
    int children = 0, threads = 0, i;

    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children);
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    for (i = 0; i < children; i++) {
        if (i != client_scoreboard_child() && has_idle_thread(i, threads)) {
            return 1;
        }
    }
    return 0;
}

static void acceptor_ready(watch_t *watch, unsigned events)
{
    acceptor_t *a = (acceptor_t *)watch;
    loop_t *loop = a->loop;
    int i;

    (void)events;
    if (loop->waiting.first && !loop->deferred && others_have_threads()) {
        /* Requests wait for a worker thread here: another child gets a moment's
         * start. */
        loop->deferred = 1;
        acceptor_stop(loop);
        timer_set(&loop->reactor->timers, &loop->arm_timer,
                  loop->reactor->now + ARM_INTERVAL);
        return;
    }
    loop->deferred = 0;
    for (i = 0; i < ACCEPT_PER_TURN && a->armed; i++) {
        if (loop->client_count >= loop->client_limit) {
            acceptor_stop(loop);
            timer_set(&loop->reactor->timers, &loop->arm_timer,
                      loop->reactor->now + ARM_INTERVAL);
            client_shed(loop);
            return;
        }
        if (!accept_one(a)) {
            return;
        }
    }
}

/* ---- beginning and end ---- */

static void arm(loop_t *loop)
{
    int i;

    for (i = 0; i < loop->acceptors->nelts; i++) {
        acceptor_t *a = &APR_ARRAY_IDX(loop->acceptors, i, acceptor_t);
        struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE,
                                     .data.ptr = &a->watch };
        if (!a->armed
            && epoll_ctl(loop->reactor->epoll_fd, EPOLL_CTL_ADD, a->fd, &event)
                   == 0) {
            a->armed = 1;
        }
    }
}

void acceptor_stop(loop_t *loop)
{
    int i;

    for (i = 0; loop->acceptors && i < loop->acceptors->nelts; i++) {
        acceptor_t *a = &APR_ARRAY_IDX(loop->acceptors, i, acceptor_t);
        if (a->armed) {
            epoll_ctl(loop->reactor->epoll_fd, EPOLL_CTL_DEL, a->fd, NULL);
            a->armed = 0;
        }
    }
    timer_set(&loop->reactor->timers, &loop->arm_timer, 0);
}

void acceptor_close(loop_t *loop)
{
    int i;

    acceptor_stop(loop);
    if (loop->acceptors
        && __atomic_sub_fetch(&loops_open, 1, __ATOMIC_ACQ_REL) == 0) {
        for (i = 0; i < listeners->nelts; i++) {
            close(APR_ARRAY_IDX(listeners, i, int));
        }
    }
}

/* Requests may be handed to the MPM's threads: accept once they are there. */
static void try_to_arm(timer_entry_t *entry, int64_t now)
{
    loop_t *loop = (loop_t *)((char *)entry - offsetof(loop_t, arm_timer));

    if (loop->stopping) {
        return;
    }
    if (!client_mpm_is_ready() || loop->client_count >= loop->client_limit) {
        timer_set(&loop->reactor->timers, entry, now + ARM_INTERVAL);
        return;
    }
    arm(loop);
}

/* Each client may need a descriptor of its own and one to an upstream. */
static int client_limit(int loops)
{
    struct rlimit limit;
    int n = rproxy_global->max_connections;

    if (n <= 0) {
        getrlimit(RLIMIT_NOFILE, &limit);
        n = limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > 2000000
                ? 1000000
                : ((int)limit.rlim_cur - 100) / 2;
    }
    n /= loops;
    return n > 16 ? n : 16;
}

void acceptor_start(loop_t *loop, apr_pool_t *pchild)
{
    int i;

    if (make_pool(loop, pchild) != APR_SUCCESS) {
        return;
    }
    loop->free_pools = apr_palloc(pchild, MAX_POOLS * sizeof(apr_pool_t *));
    loop->client_limit = client_limit(loop->loops);
    loop->acceptors =
        apr_array_make(pchild, listeners->nelts, sizeof(acceptor_t));
    for (i = 0; i < listeners->nelts; i++) {
        acceptor_t *a = apr_array_push(loop->acceptors);
        apr_os_sock_t fd = APR_ARRAY_IDX(listeners, i, int);
        struct sockaddr_storage local;
        apr_os_sock_info_t info = { .os_sock = &fd, .type = SOCK_STREAM };
        socklen_t len = sizeof(local);

        memset(a, 0, sizeof(*a));
        getsockname(fd, (struct sockaddr *)&local, &len);
        info.local = (struct sockaddr *)&local;
        info.family = local.ss_family;
        a->fd = fd;
        a->loop = loop;
        a->watch.ready = acceptor_ready;
        apr_os_sock_make(&a->socket, &info, pchild);
        apr_socket_opt_set(a->socket, APR_TCP_NODELAY, 1); /* inherited */
    }
    __atomic_add_fetch(&loops_open, 1, __ATOMIC_RELAXED);
    loop->arm_timer.fire = try_to_arm;
    if (listeners->nelts) {
        timer_set(&loop->reactor->timers, &loop->arm_timer,
                  loop->reactor->now + ARM_INTERVAL);
    }
}
