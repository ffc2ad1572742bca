/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pace.c: responses that go out no faster than another module says.  Layer L2.
 *
 * Before bytes are sent the module is asked for a piece and for the time at
 * which it may go; until then the connection's bytes stay where they are, and
 * back-pressure does the rest.  On the loop a timer ends the wait, on a worker
 * thread a sleep. */
#include "client_private.h"

#include <stddef.h>

#include "../driver/clock.h"
#include "../mod_rproxy.h"

#define SLEEP_MAX apr_time_from_msec(100)
#define ASK_AGAIN apr_time_from_msec(1)

struct pace_t {
    client_t *client;
    const rproxy_pace_t *by;
    void *ctx;
    apr_size_t piece; /* that may be sent from then on */
    apr_time_t then;  /* of the monotonic clock */
    timer_entry_t timer;
};

static void over(timer_entry_t *entry, int64_t now)
{
    pace_t *pace = (pace_t *)((char *)entry - offsetof(pace_t, timer));

    (void)now;
    client_write_later(pace->client);
}

static apr_status_t end(void *data)
{
    pace_t *pace = data;

    timer_remove(&pace->client->loop->reactor->timers, &pace->timer);
    pace->client->pace = NULL;
    pace->by->give_back(pace->ctx, pace->piece);
    return APR_SUCCESS;
}

static int rproxy_pace(request_rec *r, const rproxy_pace_t *by, void *ctx)
{
    client_t *client = client_of(r->connection);
    pace_t *pace;

    if (!client || client->pace) {
        return 0;
    }
    pace = apr_pcalloc(r->pool, sizeof(*pace));
    pace->client = client;
    pace->by = by;
    pace->ctx = ctx;
    pace->timer.fire = over;
    client->pace = pace;
    apr_pool_cleanup_register(r->pool, pace, end, apr_pool_cleanup_null);
    return 1;
}

int pace_waits(const client_t *client)
{
    return client->pace && client->pace->then > clock_now();
}

size_t pace_room(client_t *client)
{
    pace_t *pace = client->pace;

    if (!pace) {
        return (size_t)-1;
    }
    if (pace->piece == 0 && !pace_waits(client)) {
        apr_interval_time_t wait = pace->by->take(pace->ctx, &pace->piece);

        if (!pace->piece && wait < ASK_AGAIN) {
            wait = ASK_AGAIN;
        }
        pace->then = wait > 0 ? clock_now() + wait : 0;
    }
    if (!pace_waits(client)) {
        return pace->piece;
    }
    if (!client->on_worker) {
        timer_set(&client->loop->reactor->timers, &pace->timer, pace->then);
    }
    return 0;
}

void pace_sent(client_t *client, size_t len)
{
    if (client->pace) {
        client->pace->piece -=
            len < client->pace->piece ? len : client->pace->piece;
    }
}

void pace_sleep(const client_t *client)
{
    apr_interval_time_t left = client->pace->then - clock_now();

    if (left > 0) {
        apr_sleep(left < SLEEP_MAX ? left : SLEEP_MAX);
    }
}

void pace_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_pace);
}
