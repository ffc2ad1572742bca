/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* object.c: see object.h.  Layer L1. */
#include "object.h"

static size_t align_8(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* Lengths as they are in the record, so that both ways use one sum. */
static size_t text_at(const store_object_t *o)
{
    return (o->meta.flags & STORE_PARTIAL ? sizeof(store_object_t)
                                          : RECORD_SIZE)
           + o->tag_count * sizeof(uint32_t);
}

static size_t texts_end(const store_object_t *o)
{
    return text_at(o) + o->key_len + o->raw_len + o->quick_len;
}

size_t object_body_at(const store_object_t *o)
{
    size_t end = texts_end(o);

    return o->chained ? align_8(end) + sizeof(chain_t) : end;
}

chain_t *object_chain(const store_object_t *o)
{
    return (chain_t *)((char *)o + align_8(texts_end(o)));
}

ticket_t *object_ticket(const store_object_t *o)
{
    return (ticket_t *)((char *)o + align_8(texts_end(o)));
}

const uint32_t *object_tags(const store_object_t *o)
{
    return (const uint32_t *)((const char *)o + text_at(o)) - o->tag_count;
}

int store_object_tag_count(const store_object_t *o)
{
    return (int)o->tag_count;
}

int store_object_tags(const store_object_t *o, uint64_t *tags)
{
    const uint32_t *kept = object_tags(o);
    uint32_t i;

    for (i = 0; i < o->tag_count; i++) {
        tags[i] = kept[i]; /* purges look at the lower half alone */
    }
    return (int)o->tag_count;
}

size_t object_room(const store_object_t *o)
{
    return (size_t)(o->block >> ARENA_SIZE_SHIFT) * ARENA_GRANULE
           - object_body_at(o);
}

static uint32_t checksum(const store_t *store, const store_object_t *o)
{
    const char *from = (const char *)&o->meta.while_revalidate;
    siphash_key_t key = store->segment->secret;
    uint32_t shape[2];

    memcpy(shape, (const char *)&o->checksum + sizeof(o->checksum),
           sizeof(shape));
    key.low ^= (uint64_t)shape[0] << 32 | shape[1];
    key.high = ~key.high;
    return (uint32_t)siphash(key,
                             slice_make(from, (size_t)((const char *)o
                                                       + texts_end(o) - from)));
}

static void set_shape(store_object_t *o, const object_parts_t *parts)
{
    o->key_len = (uint32_t)parts->key.len & 0x1ffff;
    o->tag_count = (uint32_t)parts->tag_count & 0x7f;
    o->kind = parts->kind & 7;
    o->which = parts->which & 3;
    o->chained = parts->chained ? 1 : 0;
    o->raw_len = (uint16_t)parts->raw_head.len;
    o->quick_len = (uint16_t)parts->quick_head.len;
    o->meta.flags = parts->meta ? parts->meta->flags : 0;
}

size_t object_head_size(const object_parts_t *parts)
{
    store_object_t shape;

    if (parts->key.len > STORE_KEY_MAX || parts->raw_head.len > HEAD_MAX
        || parts->quick_head.len > HEAD_MAX || parts->tag_count < 0
        || parts->tag_count > STORE_TAGS_MAX) {
        return 0;
    }
    set_shape(&shape, parts);
    return object_body_at(&shape);
}

static char *append(char *to, slice_t text)
{
    if (text.len) {
        memcpy(to, text.p, text.len);
    }
    return to + text.len;
}

static void write_meta(store_object_t *o, const store_meta_t *meta)
{
    size_t size = meta->flags & STORE_PARTIAL
                      ? sizeof(*meta)
                      : offsetof(store_meta_t, part_first);

    memcpy(&o->meta, meta, size);
    if (o->meta.etag_at > o->raw_len
        || o->meta.etag_len > o->raw_len - o->meta.etag_at) {
        o->meta.etag_at = o->meta.etag_len = 0;
    }
}

void object_write(store_t *store, uint32_t ref, const object_parts_t *parts,
                  uint32_t clock)
{
    store_object_t *o = object_at(store, ref);
    uint32_t *tag;
    char *to;
    int i;

    memset((char *)o + sizeof(o->block), 0, RECORD_SIZE - sizeof(o->block));
    set_shape(o, parts);
    if (parts->meta) {
        write_meta(o, parts->meta);
    }
    atomic_store_explicit(&o->checked, clock, memory_order_relaxed);
    to = (char *)o + text_at(o);
    tag = (uint32_t *)to - parts->tag_count;
    for (i = 0; i < parts->tag_count; i++) {
        tag[i] = (uint32_t)parts->tags[i];
    }
    to = append(to, parts->key);
    to = append(to, parts->raw_head);
    append(to, parts->quick_head);
    if (o->chained) {
        memset(object_chain(o), 0, sizeof(chain_t));
    }
    o->checksum = checksum(store, o);
}

int object_is_sound(const store_t *store, const store_object_t *o, size_t limit)
{
    return limit >= RECORD_SIZE && object_body_at(o) <= limit
           && o->checksum == checksum(store, o);
}

void object_spoil(store_object_t *o)
{
    o->where = WHERE_FREE;
    o->checksum = ~o->checksum;
}

/* ---- what the caller sees ---- */

store_kind_e store_object_kind(const store_object_t *o)
{
    return (store_kind_e)o->kind;
}

const store_meta_t *store_object_meta(const store_object_t *o)
{
    return &o->meta;
}

slice_t store_object_key(const store_object_t *o)
{
    return slice_make((const char *)o + text_at(o), o->key_len);
}

slice_t store_object_raw_head(const store_object_t *o)
{
    return slice_make((const char *)o + text_at(o) + o->key_len, o->raw_len);
}

slice_t store_object_quick_head(const store_object_t *o)
{
    return slice_make((const char *)o + text_at(o) + o->key_len + o->raw_len,
                      o->quick_len);
}

uint64_t store_object_length(const store_object_t *o)
{
    return o->chained ? atomic_load_explicit(&object_chain(o)->length,
                                             memory_order_acquire)
                      : atomic_load_explicit(&o->body, memory_order_acquire);
}

uint32_t store_object_number(const store_object_t *o)
{
    return o->checksum;
}

typedef struct {
    struct iovec *iov;
    int count, max;
    uint64_t skip, left; /* before the part asked for; of it */
} body_walk_t;

/* @return whether there is more to do */
static int walk_piece(body_walk_t *w, char *data, uint64_t len)
{
    if (w->skip >= len) {
        w->skip -= len;
        return 1;
    }
    data += w->skip;
    len -= w->skip;
    w->skip = 0;
    if (len > w->left) {
        len = w->left;
    }
    w->iov[w->count].iov_base = data;
    w->iov[w->count++].iov_len = (size_t)len;
    w->left -= len;
    return w->left > 0 && w->count < w->max;
}

int store_object_body(const store_t *store, const store_object_t *o,
                      uint64_t offset, uint64_t length, struct iovec *iov,
                      int max)
{
    uint64_t total = store_object_length(o);
    body_walk_t w = { iov, 0, max, offset, 0 };
    uint32_t ref;
    int more;

    if (offset >= total || max <= 0) {
        return 0;
    }
    w.left = length < total - offset ? length : total - offset;
    if (w.left == 0) {
        return 0;
    }
    more = walk_piece(&w, (char *)o + object_body_at(o),
                      atomic_load_explicit(&o->body, memory_order_acquire));
    if (!more || !o->chained) {
        return w.count;
    }
    ref = atomic_load_explicit(&object_chain(o)->first, memory_order_acquire);
    while (ref && more) {
        extent_t *extent = extent_at(store, ref);

        more = walk_piece(&w, extent->data, extent_room(store, ref));
        ref = atomic_load_explicit(&extent->next, memory_order_acquire);
    }
    return w.count;
}
