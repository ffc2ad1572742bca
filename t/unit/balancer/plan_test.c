/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plan_test.c: who is open, in which levels, with which weights.  A member is
 * a word: state u(p) d(rain) x(down) e(jected) t(rial) m(aintenance) -(none),
 * then w<weight> z<zone> t<tier> b(ackup) r<ramp percent>. */
#include "pool.h"

typedef struct {
    const char *name;
    const char *members;
    plan_rules_t rules;
    const char *expect; /* levels: "key:member=weight,..." */
} plan_case_t;

/* clang-format off */
static const plan_case_t plan_cases[] = {
    { "one member", "u", { 0, 0 }, "0:0=100" },
    { "no member", "", { 0, 0 }, "" },
    { "in the order given", "u u u", { 0, 0 }, "0:0=100,1=100,2=100" },
    { "weights", "uw3 uw1", { 0, 0 }, "0:0=300,1=100" },
    { "weight 0 is closed", "uw0 u", { 0, 0 }, "0:1=100" },
    { "all weights 0", "uw0 uw0", { 0, 0 }, "" },
    { "a weight is cut at 1000", "uw60000", { 0, 0 }, "0:0=100000" },
    { "only those that are up", "d x e t m - u", { 0, 0 },
      "0:6=100 trial=3" },
    { "all down", "x x", { 0, 0 }, "" },
    { "tiers in order", "ut2 ut0 ut1", { 0, 0 }, "0:1=100 2:2=100 4:0=100" },
    { "backups last", "ub u ut3", { 0, 0 }, "0:1=100 6:2=100 32:0=100" },
    { "our zone first", "uz1 uz2 u", { 2, 0 }, "0:1=100 1:0=100,2=100" },
    { "no zone of ours: one level", "uz1 uz2 u", { 0, 0 },
      "0:0=100,1=100,2=100" },
    { "tier before zone", "uz1t1 uz2t0", { 1, 0 }, "1:1=100 2:0=100" },
    { "slow start", "ur10 uw2r50 u", { 0, 0 }, "0:0=10,1=100,2=100" },
    { "slow start gives something", "ur0", { 0, 0 }, "0:0=1" },
    { "panic: none up but some ejected", "e e x", { 0, 0 },
      "0:0=100,1=100 panic" },
    { "panic: fewer than half up", "u e e", { 0, 50 },
      "0:0=100,1=100,2=100 panic" },
    { "no panic: half up", "u e u e", { 0, 50 }, "0:0=100,2=100" },
    { "no panic where none is ejected", "u x x x", { 0, 50 }, "0:0=100" },
    { "panic: only one of weight 0 is up", "uw0 e", { 0, 0 }, "0:1=100 panic" },
    { "no panic for members of weight 0", "u ew0 ew0", { 0, 50 }, "0:0=100" },
    { "a backup is better than panic", "e ub", { 0, 0 }, "32:1=100" },
    { "a trial is told of", "u t t", { 0, 0 }, "0:0=100 trial=1" },
};
/* clang-format on */

static const char *read_number(const char *p, unsigned *number)
{
    char *end;

    *number = (unsigned)strtoul(p, &end, 10);
    return end;
}

static const char *read_member(const char *p, uint32_t member)
{
    static const char states[] = "-udxetm";
    member_facts_t *f = &pool.facts[member];
    unsigned number;

    pool_member(member, 1);
    f->state = (uint8_t)(strchr(states, *p++) - states);
    while (*p && *p != ' ') {
        char what = *p++;

        p = read_number(p, &number);
        switch (what) {
        case 'w':
            f->weight = (uint16_t)number;
            break;
        case 'z':
            f->zone = (uint16_t)number;
            break;
        case 't':
            f->tier = (uint8_t)number;
            break;
        case 'b':
            f->backup = 1;
            break;
        default:
            f->ramp_percent = (uint8_t)number;
        }
    }
    return *p ? p + 1 : p;
}

static void read_pool(const char *members)
{
    pool_open(0, NULL);
    while (*members) {
        members = read_member(members, pool.count++);
    }
}

static void print_level(unit_text_t *text, const plan_t *plan,
                        const plan_level_t *level)
{
    uint32_t i, before = 0;

    unit_text_add(text, "%s%u:", text->len ? " " : "", level->key);
    for (i = level->first; i < level->first + level->count; i++) {
        unit_text_add(text, "%s%u=%u", i > level->first ? "," : "",
                      plan->member[i], plan->until[i] - before);
        before = plan->until[i];
        assert_int_equal(plan->position[plan->member[i]], i);
    }
    assert_int_equal(level->weight_sum, before);
    assert_int_equal(level->turns * level->unit, before);
}

static void check_plan(void **state)
{
    const plan_case_t *row = *state;
    unit_text_t got = { .len = 0 };
    uint32_t i;

    read_pool(row->members);
    pool.rules = row->rules;
    pool_plan();
    for (i = 0; i < pool.in.plan->level_count; i++) {
        print_level(&got, pool.in.plan, &pool.in.plan->level[i]);
    }
    if (pool.in.plan->panic) {
        unit_text_add(&got, " panic");
    }
    if (pool.in.plan->trial != PLAN_NONE) {
        unit_text_add(&got, " trial=%u", pool.in.plan->trial);
    }
    got.text[got.len] = '\0';
    assert_string_equal(got.text, row->expect);
}

static void check_sessions(void **state)
{
    static const uint32_t expect[] = { UINT32_MAX, UINT32_MAX, 0,          0, 0,
                                       0,          0,          UINT32_MAX, 7 };
    uint32_t i;

    (void)state;
    read_pool("u d x e t m - uw0 d");
    pool.facts[8].max_connections = 7;
    pool_plan();
    for (i = 0; i < pool.count; i++) {
        assert_int_equal(pool.in.plan->session_limit[i], expect[i]);
    }
}

static void check_find(void **state)
{
    static const uint16_t weights[] = { 3, 1, 2, 5 };
    static const uint32_t expect[] = { 0, 0, 0, 1, 2, 2, 3, 3, 3, 3, 3 };
    const plan_level_t *level;
    uint32_t point;

    (void)state;
    pool_open(4, weights);
    level = &pool.in.plan->level[0];
    for (point = 0; point < level->weight_sum; point++) {
        assert_int_equal(plan_find(pool.in.plan, level, point),
                         expect[point / 100]);
    }
    assert_int_equal(plan_draw(pool.in.plan, level, UINT32_MAX), 3);
}

static void check_costs(void **state)
{
    static const uint16_t weights[] = { 1000, 500, 1 };

    (void)state;
    pool_open(3, weights);
    assert_int_equal(pool.in.plan->cost[0], PLAN_COST_UNIT);
    assert_int_equal(pool.in.plan->cost[1], 2 * PLAN_COST_UNIT);
    assert_int_equal(pool.in.plan->cost[2], 1000 * PLAN_COST_UNIT);
    pool.facts[2].ramp_percent = 1;
    pool_plan();
    assert_int_equal(pool.in.plan->cost[2], PLAN_COST_MAX);
}

static void check_largest(void **state)
{
    uint32_t i;

    (void)state;
    pool_open(MEMBERS_MAX, NULL);
    for (i = 0; i < MEMBERS_MAX; i++) {
        pool.facts[i].weight = MEMBER_WEIGHT_MAX;
    }
    pool.facts[0].ramp_percent = 99;
    pool_plan();
    assert_int_equal(pool.in.plan->level[0].weight_sum,
                     MEMBERS_MAX * MEMBER_WEIGHT_MAX * 100u - 1000);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(plan_cases); i++) {
        unit_add(plan_cases[i].name, check_plan, &plan_cases[i]);
    }
    unit_add("who takes its own sessions", check_sessions, NULL);
    unit_add("a point belongs to the share it is in", check_find, NULL);
    unit_add("a request costs the inverse of the weight", check_costs, NULL);
    unit_add("10,000 members of the largest weight", check_largest, NULL);
    return unit_run("plan");
}
