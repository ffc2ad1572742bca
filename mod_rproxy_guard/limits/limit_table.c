/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_table.c: finding, taking, displacing.  Layer L0. */
#include "limit_table.h"

/* Who loses so many races in a row is let through: it was allowed by all that
 * could be seen, and those who won are counted. */
enum {
    RACES_MAX = 64
};

uint32_t limit_table_sets(uint64_t keys)
{
    uint64_t sets = 1;

    while (sets * LIMIT_TABLE_SET < keys && sets < UINT64_C(1) << 31) {
        sets *= 2;
    }
    return (uint32_t)sets;
}

static uint64_t *set_of(const limit_table_t *table, uint64_t hash)
{
    return &table->entry[(hash & (table->sets - 1)) * LIMIT_TABLE_SET];
}

/* In its place in an entry; never all 0, which a free one is. */
static uint64_t mark_of(uint64_t hash)
{
    uint64_t mark = hash & ~RATE_TIME_MASK;

    return mark ? mark : UINT64_C(1) << RATE_TIME_BITS;
}

static uint64_t load(const uint64_t *entry)
{
    return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

/* An entry, and what was in it when it was looked at. */
typedef struct {
    uint64_t *entry;
    uint64_t seen;
    int known;     /* it is this key's */
    int displaced; /* it is another's, which is not forgotten */
} place_t;

/* The key's entry, or the one it would take.  (Two processes that meet a new
 * key at the very moment when another entry of its set is forgotten may choose
 * two entries; the second one is then forgotten unused.) */
static place_t find(const limit_table_t *table, const rate_rule_t *rule,
                    uint64_t hash, uint64_t now)
{
    uint64_t *set = set_of(table, hash), mark = mark_of(hash);
    uint64_t least = UINT64_MAX;
    place_t best = { set, 0, 0, 0 };
    int i;

    for (i = 0; i < LIMIT_TABLE_SET; i++) {
        uint64_t seen = load(&set[i]), ahead;

        if ((seen & ~RATE_TIME_MASK) == mark) {
            return (place_t){ &set[i], seen, 1, 0 };
        }
        ahead = seen ? 1 + rate_ahead(rule, seen & RATE_TIME_MASK, now) : 0;
        if (ahead < least) {
            least = ahead;
            best = (place_t){ &set[i], seen, 0, ahead > 1 };
        }
    }
    return best;
}

static uint64_t until_of(const place_t *place, uint64_t now)
{
    return place->known ? place->seen & RATE_TIME_MASK : now;
}

/* @return 0: somebody else was faster */
static int replace(uint64_t *entry, uint64_t seen, uint64_t hash,
                   uint64_t until)
{
    return __atomic_compare_exchange_n(entry, &seen, mark_of(hash) | until, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static int put(const place_t *place, uint64_t hash, uint64_t until)
{
    return replace(place->entry, place->seen, hash, until);
}

static limit_table_result_t look(const limit_table_t *table,
                                 const rate_rule_t *rule, uint64_t hash,
                                 uint64_t now, uint32_t cost)
{
    place_t place = find(table, rule, hash, now);
    limit_table_result_t out = { .entry = place.entry, .seen = place.seen };

    out.rate = rate_decide(rule, until_of(&place, now), now, cost);
    out.displaced = out.rate.allowed && place.displaced;
    return out;
}

limit_table_result_t limit_table_look(const limit_table_t *table,
                                      const rate_rule_t *rule, uint64_t hash,
                                      int64_t now_us, uint32_t cost)
{
    return look(table, rule, hash, rate_now(rule, now_us), cost);
}

/* One that was not known then may stand elsewhere by now. */
int limit_table_settle(const limit_table_result_t *looked, uint64_t hash)
{
    return (looked->seen & ~RATE_TIME_MASK) == mark_of(hash)
           && replace(looked->entry, looked->seen, hash, looked->rate.until);
}

limit_table_result_t limit_table_take(const limit_table_t *table,
                                      const rate_rule_t *rule, uint64_t hash,
                                      int64_t now_us, uint32_t cost)
{
    uint64_t now = rate_now(rule, now_us);
    int races = 0;

    for (;;) {
        limit_table_result_t out = look(table, rule, hash, now, cost);

        if (!out.rate.allowed
            || replace(out.entry, out.seen, hash, out.rate.until)
            || ++races == RACES_MAX) {
            return out;
        }
    }
}

void limit_table_give_back(const limit_table_t *table, const rate_rule_t *rule,
                           uint64_t hash, int64_t now_us, uint32_t cost)
{
    uint64_t now = rate_now(rule, now_us);
    int races;

    for (races = 0; races < RACES_MAX; races++) {
        place_t place = find(table, rule, hash, now);
        uint64_t back = (uint64_t)cost * RATE_UNITS;
        uint64_t ahead;

        if (!place.known) {
            return;
        }
        ahead = rate_ahead(rule, until_of(&place, now), now);
        ahead = ahead > back ? ahead - back : 0;
        if (put(&place, hash, (now + ahead) & RATE_TIME_MASK)) {
            return;
        }
    }
}

int limit_table_raise(const limit_table_t *table, const rate_rule_t *rule,
                      uint64_t hash, int64_t now_us, uint64_t ahead,
                      int64_t age_us)
{
    uint64_t now = rate_now(rule, now_us);
    int races;

    ahead = rate_left(rule, ahead, age_us);
    for (races = 0; races < RACES_MAX; races++) {
        place_t place = find(table, rule, hash, now);

        if (ahead <= rate_ahead(rule, until_of(&place, now), now)) {
            return 0;
        }
        if (put(&place, hash, (now + ahead) & RATE_TIME_MASK)) {
            return place.displaced;
        }
    }
    return 0;
}

int limit_table_forget(const limit_table_t *table, uint64_t hash)
{
    uint64_t *set = set_of(table, hash), mark = mark_of(hash);
    int i, found = 0;

    for (i = 0; i < LIMIT_TABLE_SET; i++) {
        uint64_t seen = load(&set[i]);

        while ((seen & ~RATE_TIME_MASK) == mark && !found) {
            found =
                __atomic_compare_exchange_n(&set[i], &seen, 0, 0,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        }
    }
    return found;
}

uint64_t limit_table_known(const limit_table_t *table, const rate_rule_t *rule,
                           int64_t now_us, uint32_t sample_sets)
{
    uint64_t now = rate_now(rule, now_us), known = 0;
    uint32_t sets = sample_sets < table->sets ? sample_sets : table->sets;
    uint32_t i;

    for (i = 0; i < sets * LIMIT_TABLE_SET; i++) {
        uint64_t seen = load(&table->entry[i]);

        known += seen && !rate_is_forgotten(rule, seen & RATE_TIME_MASK, now);
    }
    return sets ? known * table->sets / sets : 0;
}
