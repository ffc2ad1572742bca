/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fill.h: fetches under way.  Layer L1.
 *
 * A ticket in the index stands for the fetch of a key.  Its owner has it in
 * the shard's list "under way", with the number of its child, and pins it.
 * Followers pin it too and leave a bit for their child: who changes something
 * takes the bits and wakes those children.  Once the head is known the ticket
 * names the object that grows (build.h), and followers pin that as well; it
 * becomes part of the index, in place of an older one, when it is complete. */
#ifndef RPROXY_STORE_FILL_H
#define RPROXY_STORE_FILL_H

#include "build.h"

struct store_fill_t {
    build_t build;
    store_key_t key; /* its text is a copy of its own */
    uint32_t clock;
    uint32_t ticket, ticket_pin; /* 0: none */
};


/* Takes the object in place of what is under the key. */
apr_status_t fill_publish_locked(store_t *store, shard_t *shard,
                                 const store_key_t *key, uint32_t object);

#endif
