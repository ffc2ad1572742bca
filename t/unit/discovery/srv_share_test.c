/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* srv_share_test.c: SRV records as tiers and weights.  RFC 2782. */
#include "unit.h"

#include "discovery/dns_name.c"
#include "discovery/srv_share.c"

enum {
    MOST = 20
};

typedef struct {
    const char *name;
    const char *records; /* "priority/weight/port/target ..." */
    int limit, first_tier;
    const char *expect; /* "target:port=tier/weight ..." */
    srv_odd_t odd;
} share_case_t;

static const share_case_t cases[] = {
    { "one", "10/5/80/a", 9, 0, "a:80=0/5 ", { 0 } },
    { "priorities are tiers in their order",
      "20/1/80/a 5/1/80/b 20/2/80/c",
      9,
      0,
      "b:80=0/1 a:80=1/1 c:80=1/2 ",
      { 0 } },
    { "from a tier on",
      "20/1/80/a 5/1/80/b",
      9,
      3,
      "b:80=3/1 a:80=4/1 ",
      { 0 } },
    { "more priorities than tiers",
      "1/1/80/a 2/1/80/b 3/1/80/c",
      9,
      14,
      "a:80=14/1 b:80=15/1 c:80=15/1 ",
      { .low_tiers = 1 } },
    { "large weights are scaled",
      "1/65535/80/a 1/6553/80/b 1/1/80/c",
      9,
      0,
      "a:80=0/1000 b:80=0/99 c:80=0/1 ",
      { 0 } },
    { "each priority by itself",
      "1/65535/80/a 2/7/80/b",
      9,
      0,
      "a:80=0/1000 b:80=1/7 ",
      { 0 } },
    { "no weight among others",
      "1/0/80/a 1/1/80/b 1/2/80/c",
      9,
      0,
      "a:80=0/1 b:80=0/500 c:80=0/1000 ",
      { 0 } },
    { "no weight at all",
      "1/0/80/a 1/0/80/b",
      9,
      0,
      "a:80=0/1 b:80=0/1 ",
      { 0 } },
    { "no port", "1/1/0/a 1/1/80/b", 9, 0, "b:80=0/1 ", { .no_port = 1 } },
    { "no service", "1/1/80/.", 9, 0, "", { .no_target = 1 } },
    { "no host", "1/1/80/a?b", 9, 0, "", { .no_target = 1 } },
    { "twice: the better one",
      "2/9/80/a 1/1/80/a 1/3/80/a 1/1/81/a",
      9,
      0,
      "a:80=0/3 a:81=0/1 ",
      { .twice = 2 } },
    { "more than asked for",
      "2/1/80/a 1/1/80/b 1/1/80/c 3/1/80/d",
      2,
      0,
      "b:80=0/1 c:80=0/1 ",
      { .beyond = 2 } },
    { "none", "", 9, 0, "", { 0 } },
};

static int read_records(const char *text, dns_record_t *records)
{
    int n = 0, used;
    unsigned priority, weight, port;

    while (n < MOST
           && sscanf(text, "%u/%u/%u/%253s%n", &priority, &weight, &port,
                     records[n].target, &used)
                  == 4) {
        records[n].priority = (uint16_t)priority;
        records[n].weight = (uint16_t)weight;
        records[n].port = (uint16_t)port;
        if (strcmp(records[n].target, ".") == 0) {
            records[n].target[0] = '\0';
        }
        text += used;
        n++;
    }
    return n;
}

static int by_target(const void *a, const void *b)
{
    return srv_share_by_target(((const srv_share_t *)a)->record,
                               ((const srv_share_t *)b)->record);
}

static int by_priority(const void *a, const void *b)
{
    return srv_share_by_priority(((const srv_share_t *)a)->record,
                                 ((const srv_share_t *)b)->record);
}

static void check(void **state)
{
    const share_case_t *row = *state;
    dns_record_t records[MOST];
    srv_share_t shares[MOST];
    unit_text_t seen = { .len = 0 };
    srv_odd_t odd = { 0 };
    int i, n = read_records(row->records, records);

    for (i = 0; i < n; i++) {
        shares[i].record = &records[i];
    }
    qsort(shares, (size_t)n, sizeof(shares[0]), by_target);
    n = srv_share_clean(shares, n, &odd);
    qsort(shares, (size_t)n, sizeof(shares[0]), by_priority);
    n = srv_share_set(shares, n, row->limit, row->first_tier, &odd);
    for (i = 0; i < n; i++) {
        unit_text_add(&seen, "%s:%u=%u/%u ", shares[i].record->target,
                      shares[i].record->port, shares[i].tier, shares[i].weight);
    }
    assert_string_equal(seen.text, row->expect);
    assert_memory_equal(&odd, &row->odd, sizeof(odd));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check, &cases[i]);
    }
    return unit_run("srv_share");
}
