/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* residency.c: which bodies of a file lie in memory.  Layer L1.
 *
 * mincore tells the truth only to who may open the file, and a child may not.
 * A read that must not wait tells it to whoever has the descriptor.  Where the
 * file system does not know such reads all counts as resident. */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "object.h"
#include "store_private.h"

/* A page that is not there is asked for, on the way. */
static int is_there(const store_t *store, const char *at)
{
    char byte;
    struct iovec iov = { &byte, 1 };

    return preadv2(store->file, &iov, 1, at - store->base, RWF_NOWAIT) >= 0
           || errno != EAGAIN;
}

static int ends_are_there(const store_t *store, const char *from, uint64_t len)
{
    return !len
           || (is_there(store, from)
               && (len <= LAYOUT_PAGE || is_there(store, from + len - 1)));
}

int store_object_is_resident(const store_t *store, const store_object_t *o)
{
    const char *body = (const char *)o + object_body_at(o);
    uint32_t ref;

    if (store->file < 0) {
        return 1;
    }
    if (!ends_are_there(store, body, atomic_load(&o->body))) {
        return 0;
    }
    ref = o->chained ? atomic_load(&object_chain(o)->first) : 0;
    while (ref) { /* an extent is asked for before it is read */
        const extent_t *extent = extent_at(store, ref);

        if (!is_there(store, (const char *)extent)
            || !ends_are_there(store, extent->data, extent_room(store, ref))) {
            return 0;
        }
        ref = atomic_load(&extent->next);
    }
    return 1;
}

void store_object_touch(const store_t *store, const store_object_t *o)
{
    uint64_t at, length = store_object_length(o);
    struct iovec piece;

    for (at = 0; store->file >= 0 && at < length; at += piece.iov_len) {
        const volatile char *byte;
        size_t i;

        if (store_object_body(store, o, at, length - at, &piece, 1) != 1) {
            return;
        }
        byte = piece.iov_base;
        for (i = 0; i < piece.iov_len; i += LAYOUT_PAGE) {
            (void)byte[i];
        }
        (void)byte[piece.iov_len - 1];
    }
}
