/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_form.c: see cache_form.h.  Layer L2. */
#include "cache_form.h"

#include "policy/accept_encoding.h"
#include "save/cache_variants.h"

static const store_object_t *variant(const store_object_t *o, int which)
{
    return store_object_variant(cache.store, o, which);
}

unsigned cache_form_coding(const store_object_t *o)
{
    unsigned flags = store_object_meta(o)->flags;

    return flags & STORE_GZIP     ? CODING_GZIP
           : flags & STORE_BROTLI ? CODING_BROTLI
                                  : CODING_IDENTITY;
}

const store_object_t *cache_form_find(const cache_request_t *q,
                                      const store_object_t *o, int *wanting)
{
    unsigned accepted = accept_encoding_read(q->facts.accept_encoding);
    unsigned coding = cache_form_coding(o);
    const store_object_t *form = NULL;

    *wanting = 0;
    if ((accepted & CODING_BROTLI)
        && (form = variant(o, STORE_VARIANT_BROTLI)) != NULL) {
        return form;
    }
    if (accepted & coding & ~(unsigned)CODING_IDENTITY) {
        return o;
    }
    if ((accepted & CODING_GZIP)
        && (form = variant(o, STORE_VARIANT_GZIP)) != NULL) {
        return form;
    }
    if (coding == CODING_IDENTITY) {
        *wanting = (store_object_meta(o)->flags & STORE_COMPRESSIBLE)
                   && (accepted & (CODING_GZIP | CODING_BROTLI));
        return o;
    }
    return variant(o, STORE_VARIANT_IDENTITY);
}

const store_object_t *cache_form(const cache_request_t *q,
                                 const store_object_t *o, int *wanting)
{
    const store_object_t *form = cache_form_find(q, o, wanting);

    return form ? form : cache_variants_unpack(o);
}

int cache_form_waits(const cache_request_t *q, request_rec *r,
                     const store_object_t *o)
{
    const store_object_t *form;
    int wanting;

    if (!cache.peers.on_loop || !cache.peers.on_loop(r)) {
        return 0;
    }
    form = cache_form_find(q, o, &wanting);
    return !form || !store_object_is_resident(cache.store, form);
}
