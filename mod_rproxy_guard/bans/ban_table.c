/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_table.c: see ban_table.h.  Layer L0. */
#include "ban_table.h"

#include "ban_filter.h"

#include <stddef.h>

/* A detail as its words are read and written. */
typedef union {
    ban_t ban;
    uint64_t word[BAN_DETAIL_WORDS];
} detail_t;

_Static_assert(sizeof(ban_t) <= sizeof(ban_detail_t), "a ban fits");

static uint64_t get(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void put(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void count(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* ---- the memory ---- */

uint32_t ban_table_sets(uint32_t bans)
{
    uint64_t places = (uint64_t)bans + bans / 2, sets = 1;

    while (sets * BAN_TABLE_SET < places) {
        sets *= 2;
    }
    return (uint32_t)sets;
}

static size_t head_room(void)
{
    return (sizeof(ban_head_t) + 63) & ~(size_t)63;
}

size_t ban_table_room(uint32_t sets)
{
    return head_room()
           + (size_t)sets * BAN_TABLE_SET
                 * (sizeof(uint64_t) + sizeof(ban_detail_t))
           + 2 * (size_t)sets * BAN_FILTER_WORDS * sizeof(uint64_t);
}

ban_table_t ban_table_at(void *memory, uint32_t sets, siphash_key_t secret)
{
    ban_table_t table = { .head = memory, .sets = sets, .secret = secret };

    table.mark = (uint64_t *)((char *)memory + head_room());
    table.detail = (ban_detail_t *)(table.mark + (size_t)sets * BAN_TABLE_SET);
    table.filter[0] = (uint64_t *)(table.detail + (size_t)sets * BAN_TABLE_SET);
    table.filter[1] = table.filter[0] + (size_t)sets * BAN_FILTER_WORDS;
    return table;
}

/* ---- where a network stands ---- */

/* The mark without its time, and the first place of its set. */
typedef struct {
    uint64_t hash;
    uint32_t first;
} spot_t;

static spot_t spot_of(const ban_table_t *table, network_t n)
{
    unsigned char bytes[2 * sizeof(uint64_t) + 1];
    uint64_t hash;

    memcpy(bytes, &n.first.high, sizeof(uint64_t));
    memcpy(bytes + sizeof(uint64_t), &n.first.low, sizeof(uint64_t));
    bytes[2 * sizeof(uint64_t)] = n.bits;
    hash =
        siphash(table->secret, slice_make((const char *)bytes, sizeof(bytes)));
    return (spot_t){ hash & ~(uint64_t)UINT32_MAX,
                     (uint32_t)(hash & (table->sets - 1)) * BAN_TABLE_SET };
}

static int is_same(network_t a, network_t b)
{
    return a.bits == b.bits && address_equal(a.first, b.first);
}

int ban_table_read(const ban_table_t *table, uint32_t place, ban_t *out)
{
    const ban_detail_t *detail = &table->detail[place];
    uint64_t before = get(&table->mark[place]), after;
    detail_t copy;
    int i;

    if (!before) {
        return 0;
    }
    for (i = 0; i < BAN_DETAIL_WORDS; i++) {
        copy.word[i] = get(&detail->word[i]);
    }
    after = get(&table->mark[place]);
    if (before >> 32 != after >> 32) {
        return 0; /* it went meanwhile */
    }
    *out = copy.ban;
    out->until = (uint32_t)after;
    out->place = place;
    out->rule[BAN_RULE_MAX - 1] = '\0';
    out->why[BAN_WHY_MAX - 1] = '\0';
    return 1;
}

/* @return 0: nothing is known of it */
static int find_network(const ban_table_t *table, network_t network,
                        uint32_t after, ban_t *out)
{
    spot_t spot = spot_of(table, network);
    uint32_t i;

    for (i = spot.first; i < spot.first + BAN_TABLE_SET; i++) {
        uint64_t mark = get(&table->mark[i]);

        if (((mark ^ spot.hash) >> 32) == 0 && (uint32_t)mark > after
            && ban_table_read(table, i, out)
            && is_same(out->network, network)) {
            return 1;
        }
    }
    return 0;
}

/* ---- the filter ---- */

static ban_filter_t filter_of(const ban_table_t *table, uint64_t which)
{
    return (ban_filter_t){ table->filter[which & 1],
                           table->sets * BAN_FILTER_WORDS, table->secret };
}

static int is_of_v4(network_t n)
{
    return address_is_v4(n.first) && n.bits >= 96;
}

/* To the one that holds, and the one to come. */
static void filter_network(const ban_table_t *table, network_t n)
{
    ban_filter_t one = filter_of(table, 0), other = filter_of(table, 1);

    ban_filter_add(&one, n, is_of_v4(n));
    ban_filter_add(&other, n, is_of_v4(n));
}

/* ---- looking ---- */

/* The highest bit of a word that is not 0. */
static unsigned last_bit(uint64_t word)
{
    return 63u - (unsigned)__builtin_clzll(word);
}

static int find_of_length(const ban_table_t *table, address_t client,
                          unsigned bits, uint32_t now, ban_t *out)
{
    network_t network = { address_masked(client, bits), (uint8_t)bits };

    return find_network(table, network, now, out);
}

static int find_within(const ban_table_t *table, address_t client,
                       uint64_t used, unsigned first, uint32_t now, ban_t *out)
{
    while (used) {
        unsigned bit = last_bit(used);

        if (find_of_length(table, client, first + bit, now, out)) {
            return 1;
        }
        used &= ~(UINT64_C(1) << bit);
    }
    return 0;
}

/* Words of the prefix lengths that may be in use. */
static const uint64_t *used_of(const ban_table_t *table, int is_v4)
{
    return is_v4 ? &table->head->v4_used : table->head->v6_used;
}

int ban_table_find(const ban_table_t *table, address_t client, uint32_t now,
                   ban_t *out)
{
    int is_v4 = address_is_v4(client), i;
    ban_filter_t filter = filter_of(table, get(&table->head->filter));
    ban_family_t family = ban_filter_family(is_v4);

    for (i = 0; i < family.count; i++) {
        const ban_class_t *class = &family.class[i];
        uint64_t used =
            get(&used_of(table, is_v4)[class->word]) & class->lengths;

        if (used && ban_filter_has(&filter, client, class)
            && find_within(table, client, used, class->before, now, out)) {
            return 1;
        }
    }
    return 0;
}

/* The word of a detail that a field is part of would be read and written as a
 * whole; this one field is an atomic of its own. */
static uint32_t *refused_of(const ban_table_t *table, uint32_t place)
{
    return (uint32_t *)((char *)&table->detail[place]
                        + offsetof(ban_t, refused));
}

void ban_table_refused(const ban_table_t *table, const ban_t *ban)
{
    count(&table->head->refused);
    if ((uint32_t)get(&table->mark[ban->place]) == ban->until) {
        __atomic_fetch_add(refused_of(table, ban->place), 1, __ATOMIC_RELAXED);
    }
}

uint32_t ban_table_count(const ban_table_t *table, uint32_t now)
{
    uint32_t i, n = 0;

    for (i = 0; i < ban_table_places(table); i++) {
        n += (uint32_t)get(&table->mark[i]) > now;
    }
    return n;
}

uint64_t ban_table_version(const ban_table_t *table)
{
    return get(&table->head->version);
}

/* ---- changing ---- */

void ban_table_changed(const ban_table_t *table)
{
    put(&table->head->version, get(&table->head->version) + 1);
}

/* From now on looks ask for networks of this length. */
static void use_length(const ban_table_t *table, network_t n, uint32_t until)
{
    ban_head_t *head = table->head;
    int is_v4 = is_of_v4(n);
    unsigned bits = is_v4 ? n.bits - 96u : n.bits;
    uint32_t *last = is_v4 ? &head->v4_last[bits] : &head->v6_last[bits];
    uint64_t *used = is_v4 ? &head->v4_used : &head->v6_used[bits / 64];

    if (*last < until) {
        *last = until;
    }
    put(used, get(used) | UINT64_C(1) << bits % 64);
}

static void write_ban(const ban_table_t *table, const ban_t *ban,
                      uint32_t place)
{
    uint64_t hash = spot_of(table, ban->network).hash;
    detail_t detail;
    int i;

    memset(&detail, 0, sizeof(detail));
    detail.ban = *ban;
    use_length(table, ban->network, ban->until);
    filter_network(table, ban->network);
    for (i = 0; i < BAN_DETAIL_WORDS; i++) {
        put(&table->detail[place].word[i], detail.word[i]);
    }
    put(&table->mark[place], hash | ban->until);
    ban_table_changed(table);
}

/* What one must hold on to, the greater the more. */
static uint64_t worth_of(const ban_t *ban, uint32_t now)
{
    return ban->until <= now ? ban->until
           : ban->by_hand    ? UINT64_C(2) << 32 | ban->until
                             : UINT64_C(1) << 32 | ban->until;
}

/* A place for a new one.  @return or -1 */
static int64_t make_room(const ban_table_t *table, const ban_t *ban,
                         uint32_t now)
{
    uint32_t first = spot_of(table, ban->network).first, i;
    uint64_t least = worth_of(ban, now);
    int64_t at = -1;

    for (i = first; i < first + BAN_TABLE_SET; i++) {
        ban_t other;
        uint64_t worth;

        if (!ban_table_read(table, i, &other)) {
            return i;
        }
        worth = worth_of(&other, now);
        if (worth < least) {
            least = worth;
            at = i;
        }
    }
    if (at < 0) {
        count(&table->head->lost);
        return -1;
    }
    if (least >> 32) {
        count(&table->head->displaced);
    }
    put(&table->mark[at], 0);
    return at;
}

static int enter(const ban_table_t *table, const ban_t *ban, uint32_t now)
{
    int64_t at = make_room(table, ban, now);

    if (at < 0) {
        return 0;
    }
    write_ban(table, ban, (uint32_t)at);
    return 1;
}

/* Plain characters only: it is shown in logs and pages, and may be a peer's. */
static void copy_text(char *to, size_t size, const char *text)
{
    size_t i;

    memset(to, 0, size);
    for (i = 0; text && text[i] && i + 1 < size; i++) {
        to[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    }
}

/* Twice as long each time. */
static uint32_t grown(const ban_order_t *order, uint32_t times_before)
{
    uint64_t seconds = order->seconds;

    while (times_before-- && seconds < order->longest) {
        seconds *= 2;
    }
    return seconds < order->longest ? (uint32_t)seconds : order->longest;
}

static uint32_t later(uint32_t time, uint32_t seconds)
{
    return time > UINT32_MAX - seconds ? UINT32_MAX : time + seconds;
}

/* What a ban of this network becomes. */
static ban_t next_of(const ban_t *before, const ban_order_t *order,
                     uint32_t now)
{
    ban_t ban = *before;
    int goes_on = before->until > now;
    uint32_t seconds = order->by_hand
                           ? order->seconds
                           : grown(order, before->times - (goes_on != 0));

    ban.network = order->network;
    ban.by_hand = (uint32_t)order->by_hand;
    if (!goes_on) {
        ban.since = now;
        ban.times += ban.times < BAN_TIMES_MAX;
        ban.refused = 0;
    }
    ban.until = later(now, seconds);
    if (goes_on && !order->by_hand && ban.until < before->until) {
        ban.until = before->until;
    }
    ban.forget = later(ban.until, order->longest);
    copy_text(ban.rule, sizeof(ban.rule), order->rule);
    copy_text(ban.why, sizeof(ban.why), order->why);
    return ban;
}

int ban_table_add(const ban_table_t *table, const ban_order_t *order,
                  uint32_t now)
{
    ban_t before = { .times = 0 }, ban;

    if (!find_network(table, order->network, 0, &before)) {
        ban = next_of(&before, order, now);
        return enter(table, &ban, now);
    }
    if (before.by_hand && before.until > now && !order->by_hand) {
        return 1; /* who gave the order knows better than a rule */
    }
    if (before.forget <= now) {
        before.times = 0;
    }
    ban = next_of(&before, order, now);
    write_ban(table, &ban, before.place);
    return 1;
}

int ban_table_restore(const ban_table_t *table, const ban_t *ban, uint32_t now)
{
    ban_t before, copy = *ban;

    copy_text(copy.rule, sizeof(copy.rule), ban->rule);
    copy_text(copy.why, sizeof(copy.why), ban->why);
    if (find_network(table, ban->network, 0, &before)) {
        write_ban(table, &copy, before.place);
        return 1;
    }
    return enter(table, &copy, now);
}

int ban_table_remove(const ban_table_t *table, network_t network, uint32_t now)
{
    ban_t ban;

    if (!find_network(table, network, 0, &ban)) {
        return 0;
    }
    put(&table->mark[ban.place], 0);
    ban_table_changed(table);
    return ban.until > now;
}

static uint64_t still_used(const uint32_t *last, unsigned lengths,
                           uint64_t used, uint32_t now)
{
    unsigned i;

    for (i = 0; i < lengths; i++) {
        if (last[i] <= now) {
            used &= ~(UINT64_C(1) << i);
        }
    }
    return used;
}

/* ---- tidying ---- */

static void tidy_lengths(ban_head_t *head, uint32_t now)
{
    unsigned i;

    put(&head->v4_used, still_used(head->v4_last, 33, head->v4_used, now));
    for (i = 0; i < 3; i++) {
        put(&head->v6_used[i],
            still_used(head->v6_last + 64 * i, i < 2 ? 64 : 1, head->v6_used[i],
                       now));
    }
}

static void tidy_place(const ban_table_t *table, uint32_t place, uint32_t now)
{
    ban_filter_t to_come = filter_of(table, table->head->filter + 1);
    ban_t ban;

    if (!ban_table_read(table, place, &ban)) {
        return;
    }
    if (ban.until > now) {
        ban_filter_add(&to_come, ban.network, is_of_v4(ban.network));
    }
    else if (ban.forget <= now) {
        put(&table->mark[place], 0);
    }
}

void ban_table_tidy(const ban_table_t *table, uint32_t now, uint32_t from,
                    uint32_t to)
{
    ban_head_t *head = table->head;
    uint32_t i;

    tidy_lengths(head, now);
    if (from == 0) {
        head->filtered = 0;
        memset(table->filter[(head->filter + 1) & 1], 0,
               table->sets * BAN_FILTER_WORDS * sizeof(uint64_t));
    }
    for (i = from; i < to; i++) {
        tidy_place(table, i, now);
    }
    if (head->filtered == from) {
        head->filtered = to;
        if (to == ban_table_places(table)) {
            put(&head->filter, head->filter + 1);
        }
    }
}
