/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* network_list.c: laying networks flat, and searching.  Layer L0. */
#include "network_list.h"

enum {
    NESTED_MAX = 130 /* networks that hold one another */
};

/* The list while it is made. */
typedef struct {
    uint32_t *v4_index, *v4_start, *v4_value;
    uint32_t *v6_index, *v6_value;
    address_t *v6_start;
    uint32_t v4_count, v6_count;
    unsigned v6_shift;
} making_t;

static int is_v4(network_t n)
{
    return n.bits >= 96 && address_is_v4(n.first);
}

/* ---- order: by first address, the wider one before those in it ---- */

static int comes_before(const network_entry_t *a, const network_entry_t *b)
{
    const network_t *x = &a->network, *y = &b->network;

    if (!address_equal(x->first, y->first)) {
        return address_less(x->first, y->first);
    }
    return x->bits != y->bits ? x->bits < y->bits : a->value < b->value;
}

static void sift(network_entry_t *heap, uint32_t at, uint32_t count)
{
    network_entry_t moved = heap[at];
    uint32_t child;

    while ((child = 2 * at + 1) < count) {
        if (child + 1 < count && comes_before(&heap[child], &heap[child + 1])) {
            child++;
        }
        if (!comes_before(&moved, &heap[child])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

static int in_order(const network_entry_t *entries, uint32_t count)
{
    uint32_t i;

    for (i = 1; i < count && !comes_before(&entries[i], &entries[i - 1]); i++) {
    }
    return i >= count;
}

/* In place, and never slow: files may be in any order, or made to hurt. */
static void sort(network_entry_t *entries, uint32_t count)
{
    uint32_t i;

    if (in_order(entries, count)) {
        return;
    }
    for (i = count / 2; i-- > 0;) {
        sift(entries, i, count);
    }
    for (i = count; i-- > 1;) {
        network_entry_t first = entries[0];

        entries[0] = entries[i];
        entries[i] = first;
        sift(entries, 0, i);
    }
}

/* ---- laying flat ---- */

static void change_v4(making_t *m, uint32_t start, uint32_t value)
{
    uint32_t n = m->v4_count;

    if (n && m->v4_start[n - 1] == start) {
        n--;
    }
    if ((n ? m->v4_value[n - 1] : NETWORK_LIST_NONE) != value) {
        m->v4_start[n] = start;
        m->v4_value[n] = value;
        n++;
    }
    m->v4_count = n;
}

static void change_v6(making_t *m, address_t start, uint32_t value)
{
    uint32_t n = m->v6_count;

    if (n && address_equal(m->v6_start[n - 1], start)) {
        n--;
    }
    if ((n ? m->v6_value[n - 1] : NETWORK_LIST_NONE) != value) {
        m->v6_start[n] = start;
        m->v6_value[n] = value;
        n++;
    }
    m->v6_count = n;
}

static void change(making_t *m, int v4, address_t start, uint32_t value)
{
    if (v4) {
        change_v4(m, (uint32_t)start.low, value);
    }
    else {
        change_v6(m, start, value);
    }
}

/* Behind the innermost network the one around it holds again. */
static void leave(making_t *m, const network_entry_t *const *nested,
                  uint32_t depth)
{
    const network_t *n = &nested[depth]->network;
    address_t after = network_last(*n);
    int v4 = is_v4(*n);

    after.low++;
    after.high += after.low == 0;
    if (v4 ? address_is_v4(after) : after.high || after.low) {
        change(m, v4, after,
               depth ? nested[depth - 1]->value : NETWORK_LIST_NONE);
    }
}

/* entries: of one family, in order */
static void lay_flat(making_t *m, const network_entry_t *entries,
                     uint32_t count, int v4)
{
    const network_entry_t *nested[NESTED_MAX];
    uint32_t depth = 0, i;

    for (i = 0; i < count; i++) {
        const network_entry_t *e = &entries[i];

        if (is_v4(e->network) != v4) {
            continue;
        }
        while (depth
               && address_less(network_last(nested[depth - 1]->network),
                               e->network.first)) {
            leave(m, nested, --depth);
        }
        if (depth && nested[depth - 1]->network.bits == e->network.bits) {
            depth--; /* the same network again */
        }
        nested[depth++] = e;
        change(m, v4, e->network.first, e->value);
    }
    while (depth) {
        leave(m, nested, --depth);
    }
}

static void make_v4_index(making_t *m)
{
    uint32_t i, n = 0;

    for (i = 0; i <= NETWORK_LIST_PARTS; i++) {
        while (n < m->v4_count && m->v4_start[n] >> 16 < i) {
            n++;
        }
        m->v4_index[i] = n;
    }
}

static void make_v6_index(making_t *m)
{
    uint64_t first = m->v6_count ? m->v6_start[0].high : 0;
    uint64_t last = m->v6_count ? m->v6_start[m->v6_count - 1].high : 0;
    uint32_t i, n = 0;

    while ((last - first) >> m->v6_shift >= NETWORK_LIST_PARTS) {
        m->v6_shift++;
    }
    for (i = 0; i <= NETWORK_LIST_PARTS; i++) {
        while (n < m->v6_count
               && (m->v6_start[n].high - first) >> m->v6_shift < i) {
            n++;
        }
        m->v6_index[i] = n;
    }
}

/* ---- memory: changes are at most two for each network ---- */

static void count_families(const network_entry_t *entries, uint32_t count,
                           size_t *v4, size_t *v6)
{
    uint32_t i;

    *v4 = *v6 = 0;
    for (i = 0; i < count; i++) {
        if (is_v4(entries[i].network)) {
            *v4 += 2;
        }
        else {
            *v6 += 2;
        }
    }
}

size_t network_list_room(const network_entry_t *entries, uint32_t count)
{
    size_t v4, v6;

    count_families(entries, count, &v4, &v6);
    return sizeof(network_list_t) + sizeof(address_t) * v6
           + sizeof(uint32_t) * (2 * (NETWORK_LIST_PARTS + 1) + 2 * v4 + v6);
}

const network_list_t *network_list_make(void *memory, network_entry_t *entries,
                                        uint32_t count)
{
    network_list_t *list = memory;
    making_t m = { 0 };
    size_t v4, v6;

    count_families(entries, count, &v4, &v6);
    m.v6_start = (address_t *)(list + 1);
    m.v4_index = (uint32_t *)(m.v6_start + v6);
    m.v6_index = m.v4_index + NETWORK_LIST_PARTS + 1;
    m.v4_start = m.v6_index + NETWORK_LIST_PARTS + 1;
    m.v4_value = m.v4_start + v4;
    m.v6_value = m.v4_value + v4;
    sort(entries, count);
    lay_flat(&m, entries, count, 1);
    lay_flat(&m, entries, count, 0);
    make_v4_index(&m);
    make_v6_index(&m);
    *list =
        (network_list_t){ .v4_index = m.v4_index,
                          .v6_index = m.v6_index,
                          .v4_start = m.v4_start,
                          .v4_value = m.v4_value,
                          .v6_start = m.v6_start,
                          .v6_value = m.v6_value,
                          .v4_count = m.v4_count,
                          .v6_count = m.v6_count,
                          .v6_first = m.v6_count ? m.v6_start[0].high : 0,
                          .v6_last =
                              m.v6_count ? m.v6_start[m.v6_count - 1].high : 0,
                          .v6_shift = m.v6_shift };
    return list;
}

/* ---- searching ---- */

static uint32_t find_v4(const network_list_t *list, uint32_t a)
{
    uint32_t low = list->v4_index[a >> 16];
    uint32_t high = list->v4_index[(a >> 16) + 1];

    while (low < high) { /* the first change behind a */
        uint32_t middle = low + (high - low) / 2;

        if (list->v4_start[middle] <= a) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low ? list->v4_value[low - 1] : NETWORK_LIST_NONE;
}

static uint32_t find_v6(const network_list_t *list, address_t a)
{
    uint64_t high = a.high < list->v6_last ? a.high : list->v6_last;
    uint64_t part = (high - list->v6_first) >> list->v6_shift;
    uint32_t from, to;

    if (a.high < list->v6_first) {
        return NETWORK_LIST_NONE;
    }
    from = list->v6_index[part];
    to = list->v6_index[part + 1];
    while (from < to) { /* the first change behind a */
        uint32_t middle = from + (to - from) / 2;

        if (address_less(a, list->v6_start[middle])) {
            to = middle;
        }
        else {
            from = middle + 1;
        }
    }
    return from ? list->v6_value[from - 1] : NETWORK_LIST_NONE;
}

uint32_t network_list_find(const network_list_t *list, address_t a)
{
    return address_is_v4(a) ? find_v4(list, (uint32_t)a.low) : find_v6(list, a);
}
