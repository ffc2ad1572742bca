/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_table.c: a hash table at most half full; marks are hashes already.
 * Layer L0. */
#include "sticky_table.h"

uint64_t sticky_mark(siphash_key_t secret, slice_t name)
{
    uint64_t mark = siphash(secret, name);

    return mark ? mark : 1;
}

static uint64_t entries_for(uint32_t count)
{
    uint64_t entries = 2;

    while (entries < 2 * (uint64_t)count) {
        entries *= 2;
    }
    return entries;
}

size_t sticky_table_room(uint32_t count)
{
    return sizeof(sticky_table_t) + entries_for(count) * sizeof(sticky_entry_t);
}

sticky_table_t *sticky_table_make(void *memory, uint32_t count)
{
    sticky_table_t *table = memory;

    memset(table, 0, sticky_table_room(count));
    table->mask = entries_for(count) - 1;
    return table;
}

/* The mark's entry, or the free one where it would be. */
static uint64_t slot_of(const sticky_table_t *table, uint64_t mark)
{
    uint64_t slot = mark & table->mask;

    while (table->entry[slot].mark && table->entry[slot].mark != mark) {
        slot = (slot + 1) & table->mask;
    }
    return slot;
}

void sticky_table_add(sticky_table_t *table, uint64_t mark, uint32_t member)
{
    sticky_entry_t *entry = &table->entry[slot_of(table, mark)];

    if (!entry->mark) {
        entry->mark = mark;
        entry->member = member;
    }
}

uint32_t sticky_table_find(const sticky_table_t *table, uint64_t mark)
{
    const sticky_entry_t *entry = &table->entry[slot_of(table, mark)];

    return mark && entry->mark ? entry->member : PLAN_NONE;
}

void sticky_cookie_write(char value[STICKY_COOKIE_LEN], uint64_t mark)
{
    size_t i;

    for (i = 0; i < STICKY_COOKIE_LEN; i++) {
        value[i] = "0123456789abcdef"[mark >> (60 - 4 * i) & 15];
    }
}

uint64_t sticky_cookie_read(slice_t value)
{
    uint64_t mark = 0;
    size_t i;

    if (value.len != STICKY_COOKIE_LEN) {
        return 0;
    }
    for (i = 0; i < value.len; i++) {
        char c = value.p[i];

        if (c >= '0' && c <= '9') {
            mark = mark << 4 | (uint64_t)(c - '0');
        }
        else if (c >= 'a' && c <= 'f') {
            mark = mark << 4 | (uint64_t)(c - 'a' + 10);
        }
        else {
            return 0;
        }
    }
    return mark;
}

sticky_verdict_e sticky_admit(const plan_t *plan, const member_load_t *load,
                              uint32_t member)
{
    if (member >= plan->members || plan->session_limit[member] == 0) {
        return STICKY_CLOSED;
    }
    return __atomic_load_n(&load->in_flight[member], __ATOMIC_RELAXED)
                   < plan->session_limit[member]
               ? STICKY_TAKES
               : STICKY_FULL;
}
