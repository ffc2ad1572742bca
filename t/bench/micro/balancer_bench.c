/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_bench.c: what choosing a member costs, by each method, among 16 to
 * 10,000 members that all have requests in flight (an idle member would end the
 * search early), with equal and with different weights.  The request is put on
 * the member that was chosen and an older one taken off another, as under load.
 * Lines beginning with # tell sizes. */
#include "micro.h"

#include <stdlib.h>

#include "members/plan.c"
#include "members/response_time.c"
#include "methods/consistent_hash.c"
#include "methods/hash_ring.c"
#include "methods/least_conn.c"
#include "methods/least_time.c"
#include "methods/method.c"
#include "methods/random_two.c"
#include "methods/round_robin.c"
#include "routing/siphash.c"
#include "sticky/sticky_learned.c"
#include "sticky/sticky_table.c"

enum {
    OLDER = 65536, /* requests in flight at most; a power of two */
    IN_FLIGHT_EACH = 6
};

static member_facts_t facts[MEMBERS_MAX];
static uint32_t in_flight[MEMBERS_MAX], first_byte_us[MEMBERS_MAX], total;
static uint32_t older[OLDER], placed;
static uint64_t turn, random_state;
static void *plan_memory, *ring_memory;
static uint32_t member_count;
static const method_t *method;
static const member_load_t live = { in_flight, first_byte_us, &total, &turn };
static method_in_t in = { .load = &live, .bound_percent = 125 };
static sticky_table_t *marks;
static sticky_learned_t learned;

static uint64_t next_random(void)
{
    return method_scatter(random_state += 0x9e3779b97f4a7c15u);
}

static uint32_t in_flight_goal(void)
{
    return member_count * IN_FLIGHT_EACH;
}

static void move_request(uint32_t member)
{
    uint32_t *oldest = &older[placed++ % in_flight_goal()];

    in_flight[*oldest]--;
    in_flight[member]++;
    *oldest = member;
}

static void choose(void)
{
    int member;

    in.random = in.hash = next_random();
    member = method_pick(method, &in);
    if (member < 0) {
        abort();
    }
    move_request((uint32_t)member);
    micro_use((size_t)member);
}

static void make_plan(void)
{
    plan_rules_t rules = { 0 };

    in.plan = plan_make(plan_memory, facts, member_count, &rules);
    micro_use(in.plan->level_count);
}

static void make_ring(void)
{
    in.ring = hash_ring_make(ring_memory, facts, member_count, 0);
    micro_use(in.ring->first[1]);
}

static void find_mark(void)
{
    micro_use(sticky_table_find(marks, facts[next_random() % member_count].id));
}

static void find_learned(void)
{
    uint64_t key = method_scatter(next_random() % OLDER);

    micro_use(sticky_learned_find(&learned, key, 1000));
}

static void note_learned(void)
{
    uint64_t key = method_scatter(next_random() % OLDER);

    sticky_learned_note(&learned, key, (uint32_t)key % member_count, 1000);
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory) {
        abort();
    }
    return memory;
}

static void make_members(uint32_t count, int equal)
{
    uint32_t i;

    random_state = 1;
    member_count = count;
    for (i = 0; i < count; i++) {
        member_facts_t f = { .id = next_random(),
                             .weight = equal ? 1 : 1 + next_random() % 10,
                             .state = MEMBER_UP,
                             .max_connections = 1000,
                             .ramp_percent = 100 };

        facts[i] = f;
        first_byte_us[i] = 1000 + (uint32_t)(next_random() % 9000);
        in_flight[i] = 0;
    }
    total = in_flight_goal();
    for (i = 0; i < total; i++) {
        older[i] = i % count;
        in_flight[i % count]++;
    }
}

static void bench_methods(uint32_t count, int equal)
{
    char name[80];
    size_t i;

    make_members(count, equal);
    make_plan();
    make_ring();
    for (i = 0; (method = method_at(i)) != NULL; i++) {
        snprintf(name, sizeof(name), "%s, %u members, %s weights", method->name,
                 count, equal ? "equal" : "different");
        micro_run(name, choose);
    }
}

static void bench_making(uint32_t count)
{
    char name[80];

    make_members(count, 0);
    snprintf(name, sizeof(name), "plan made, %u members", count);
    micro_run(name, make_plan);
    snprintf(name, sizeof(name), "ring made, %u members", count);
    micro_run(name, make_ring);
    printf("# bytes a member: plan %zu, ring %zu\n", plan_room(count) / count,
           hash_ring_room(count) / count);
}

static void bench_sticky(void)
{
    uint32_t i;

    make_members(1000, 1);
    marks = sticky_table_make(allocate(sticky_table_room(1000)), 1000);
    for (i = 0; i < member_count; i++) {
        sticky_table_add(marks, facts[i].id, i);
    }
    learned.sets = OLDER / STICKY_LEARNED_SET * 2;
    learned.entry = allocate(learned.sets * STICKY_LEARNED_SET * (size_t)8);
    learned.timeout_s = 3600;
    micro_run("sticky mark found, 1000 members", find_mark);
    micro_run("learned session noted, 65536 sessions", note_learned);
    micro_run("learned session found, 65536 sessions", find_learned);
}

int main(void)
{
    static const uint32_t counts[] = { 16, 1000, MEMBERS_MAX };
    size_t i;

    plan_memory = allocate(plan_room(MEMBERS_MAX));
    ring_memory = allocate(hash_ring_room(MEMBERS_MAX));
    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        bench_methods(counts[i], 1);
        bench_methods(counts[i], 0);
        bench_making(counts[i]);
    }
    bench_sticky();
    return 0;
}
