/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reuse_test.c: a stored response, a request's Cache-Control and an age in,
 * the verdict out. */
#include "facts_fixture.h"

#include "policy/reuse.c"

/* All lifetimes are 100 s, initial_age 0 and stored at NOW_S. */
static const reuse_object_t plain = { NOW_S, 0, 100 };
static const reuse_object_t swr = { NOW_S, 0, 100, 30, 0 };
static const reuse_object_t sie = { NOW_S, 0, 100, 0, 40 };
static const reuse_object_t both = { NOW_S, 0, 100, 30, 40 };
static const reuse_object_t must = {
    NOW_S, 0, 100, 30, 40, .must_revalidate = 1
};
static const reuse_object_t no_cache = { NOW_S, 0, 100, 30, 40, .no_cache = 1 };
static const reuse_object_t immutable = { NOW_S, 0, 100, .immutable = 1 };
static const reuse_object_t refused = { NOW_S, 0, 100, .if_error_refused = 1 };
static const reuse_object_t purged = { NOW_S, 0, 100, .soft_purged = 1 };
static const reuse_object_t purged_swr = { NOW_S, 0,  100,
                                           30,    40, .soft_purged = 1 };
static const reuse_object_t purged_must = {
    NOW_S, 0, 100, 30, 40, .must_revalidate = 1, .soft_purged = 1
};
static const reuse_object_t old = { NOW_S, 60, 100 };
static const reuse_object_t zero = { NOW_S, 0, 0 };
static const reuse_object_t zero_swr = { NOW_S, 0, 0, 30, 40 };
static const reuse_object_t endless = { NOW_S, 0, DELTA_MAX };

enum {
    IGNORE = 1,
    FAILED = 2,
    RELOAD = 4,
    KEEP = 8 /* max_serve_stale 50 */
};

typedef struct {
    const char *name;
    const reuse_object_t *object;
    const char *request; /* Cache-Control */
    int flags;
    int64_t age; /* by the clock */
    reuse_e verdict;
} reuse_case_t;

/* clang-format off */
static const reuse_case_t cases[] = {
    { "9111 4.2: fresh", &plain, "", 0, 0, REUSE_HIT },
    { "9111 4.2: its last second", &plain, "", 0, 99, REUSE_HIT },
    { "9111 4.2: lifetime equals age", &plain, "", 0, 100, REUSE_VALIDATE },
    { "9111 4.2: stale", &plain, "", 0, 1000, REUSE_VALIDATE },
    { "9111 4.2.3: age at the start counts", &old, "", 0, 39, REUSE_HIT },
    { "9111 4.2.3: it does", &old, "", 0, 40, REUSE_VALIDATE },
    { "9111 4.2: no lifetime", &zero, "", 0, 0, REUSE_VALIDATE },
    { "clock went back", &plain, "", 0, -1000, REUSE_HIT },
    { "clock went back, some age at the start", &old, "max-age=59", 0, -1000,
      REUSE_REQUEST },
    { "9111 1.2.2: age never passes the longest lifetime by wrapping",
      &endless, "", 0, INT64_C(1) << 60, REUSE_VALIDATE },
    { "9111 1.2.2: longest lifetime", &endless, "", 0, 2147483647,
      REUSE_HIT },

    { "9111 5.2.2.4: no-cache, fresh", &no_cache, "", 0, 0, REUSE_VALIDATE },
    { "9111 5.2.2.4: no-cache, stale", &no_cache, "", 0, 110,
      REUSE_VALIDATE },
    { "9111 5.2.2.4: no-cache and max-stale", &no_cache, "max-stale", 0, 110,
      REUSE_VALIDATE },
    { "9111 5.2.2.4: no-cache after a failure", &no_cache, "", FAILED | KEEP,
      0, REUSE_VALIDATE },
    { "9111 5.2.2.4: no-cache, stale, after a failure", &no_cache, "",
      FAILED | KEEP, 110, REUSE_VALIDATE },

    { "9111 5.2.1.1: max-age", &plain, "max-age=50", 0, 49, REUSE_HIT },
    { "9111 5.2.1.1: age equals it", &plain, "max-age=50", 0, 50, REUSE_HIT },
    { "9111 5.2.1.1: older", &plain, "max-age=50", 0, 51, REUSE_REQUEST },
    { "9111 5.2.1.1: age at the start counts", &old, "max-age=59", 0, 0,
      REUSE_REQUEST },
    { "9111 5.2.1.1: max-age=0 asks", &plain, "max-age=0", 0, 0,
      REUSE_REQUEST },
    { "9111 5.2.1.1: more than the lifetime does not prolong it", &plain,
      "max-age=1000", 0, 100, REUSE_VALIDATE },
    { "9111 5.2.1.1: an unreadable one asks", &plain, "max-age=x", 0, 10,
      REUSE_REQUEST },
    { "9111 5.2.1.1: wants nothing stale", &both, "max-age=1000", 0, 110,
      REUSE_VALIDATE },
    { "9111 5.2.1.1: unless with max-stale", &plain,
      "max-age=1000, max-stale=20", 0, 110, REUSE_STALE },
    { "9111 5.2.1.1: max-stale does not excuse the age", &plain,
      "max-age=105, max-stale=20", 0, 110, REUSE_VALIDATE },
    { "9111 5.2.1.1: max-age=0 with max-stale asks", &zero,
      "max-age=0, max-stale=20", 0, 0, REUSE_VALIDATE },

    { "9111 5.2.1.2: max-stale", &plain, "max-stale=20", 0, 110,
      REUSE_STALE },
    { "9111 5.2.1.2: by no more", &plain, "max-stale=20", 0, 120,
      REUSE_STALE },
    { "9111 5.2.1.2: it is more", &plain, "max-stale=20", 0, 121,
      REUSE_VALIDATE },
    { "9111 5.2.1.2: any", &plain, "max-stale", 0, 100000, REUSE_STALE },
    { "9111 5.2.1.2: unreadable", &plain, "max-stale=x", 0, 110,
      REUSE_VALIDATE },
    { "9111 5.2.1.2: fresh is fresh", &plain, "max-stale=20", 0, 50,
      REUSE_HIT },
    { "9111 5.2.2.2: not with must-revalidate", &must, "max-stale", 0, 110,
      REUSE_VALIDATE },

    { "9111 5.2.1.3: min-fresh", &plain, "min-fresh=50", 0, 49, REUSE_HIT },
    { "9111 5.2.1.3: just that", &plain, "min-fresh=50", 0, 50, REUSE_HIT },
    { "9111 5.2.1.3: less", &plain, "min-fresh=50", 0, 51, REUSE_REQUEST },
    { "9111 5.2.1.3: more than any lifetime", &plain, "min-fresh=1000", 0, 0,
      REUSE_REQUEST },
    { "9111 5.2.1.3: wants nothing stale", &swr, "min-fresh=1", 0, 110,
      REUSE_VALIDATE },
    { "9111 5.2.1.3: not even with max-stale", &plain,
      "min-fresh=1, max-stale", 0, 110, REUSE_VALIDATE },

    { "9111 5.2.1.4: no-cache", &plain, "no-cache", 0, 0, REUSE_REQUEST },
    { "9111 5.2.1.4: no-cache, stale", &plain, "no-cache", 0, 110,
      REUSE_VALIDATE },
    { "9111 5.2.1.4: no-cache and max-stale", &plain, "no-cache, max-stale",
      0, 110, REUSE_VALIDATE },
    { "9111 5.2.1.4: no-cache within stale-while-revalidate", &swr,
      "no-cache", 0, 110, REUSE_VALIDATE },
    { "9111 5.2.1.5: no-store is about storing", &plain, "no-store", 0, 0,
      REUSE_HIT },

    { "9111 5.2.1.7: only-if-cached, fresh", &plain, "only-if-cached", 0, 0,
      REUSE_HIT },
    { "9111 5.2.1.7: stale", &plain, "only-if-cached", 0, 110,
      REUSE_GATEWAY_TIMEOUT },
    { "9111 5.2.1.7: with max-stale", &plain, "only-if-cached, max-stale", 0,
      110, REUSE_STALE },
    { "9111 5.2.1.7: with a smaller max-stale", &plain,
      "only-if-cached, max-stale=5", 0, 110, REUSE_GATEWAY_TIMEOUT },
    { "9111 5.2.1.7: with max-age", &plain, "only-if-cached, max-age=5", 0,
      10, REUSE_GATEWAY_TIMEOUT },
    { "9111 5.2.1.7: with no-cache", &plain, "only-if-cached, no-cache", 0,
      10, REUSE_GATEWAY_TIMEOUT },
    { "9111 5.2.1.7: while revalidating", &swr, "only-if-cached", 0, 110,
      REUSE_STALE_REVALIDATE },
    { "9111 5.2.1.7: response's no-cache", &no_cache, "only-if-cached", 0, 0,
      REUSE_GATEWAY_TIMEOUT },
    { "9111 5.2.1.7: must-revalidate, stale", &must, "only-if-cached", 0,
      110, REUSE_GATEWAY_TIMEOUT },

    { "9111 5.2.2.2: must-revalidate, fresh", &must, "", 0, 99, REUSE_HIT },
    { "9111 5.2.2.2: must-revalidate, stale", &must, "", 0, 100,
      REUSE_VALIDATE },
    { "9111 5.2.2.2: after a failure", &must, "", FAILED | KEEP, 100,
      REUSE_VALIDATE },
    { "9111 5.2.2.2: after a failure, still fresh", &must, "no-cache",
      FAILED | KEEP, 99, REUSE_HIT },

    { "5861 3: at its end", &swr, "", 0, 100, REUSE_STALE_REVALIDATE },
    { "5861 3: up to its time", &swr, "", 0, 130, REUSE_STALE_REVALIDATE },
    { "5861 3: not beyond", &swr, "", 0, 131, REUSE_VALIDATE },
    { "5861 3: before its end", &swr, "", 0, 99, REUSE_HIT },
    { "5861 3: a lifetime of 0", &zero_swr, "", 0, 0, REUSE_STALE_REVALIDATE },
    { "5861 3: the client's max-stale is shorter", &swr, "max-stale=5", 0,
      110, REUSE_VALIDATE },
    { "5861 3: the client's max-stale is longer", &swr, "max-stale=50", 0,
      110, REUSE_STALE_REVALIDATE },
    { "5861 3: the client's goes on where it ends", &swr, "max-stale=50", 0,
      140, REUSE_STALE },
    { "5861 3: stale-if-error does not count without an error", &sie, "", 0,
      110, REUSE_VALIDATE },

    { "5861 4: at its end", &sie, "", FAILED, 100, REUSE_STALE_ERROR },
    { "5861 4: up to its time", &sie, "", FAILED, 140, REUSE_STALE_ERROR },
    { "5861 4: not beyond", &sie, "", FAILED, 141, REUSE_VALIDATE },
    { "5861 4: silent", &plain, "", FAILED, 100, REUSE_VALIDATE },
    { "5861 4: stale-while-revalidate is another matter", &swr, "", FAILED,
      110, REUSE_VALIDATE },
    { "5861 4: the client allows it", &plain, "stale-if-error=20", FAILED,
      120, REUSE_STALE_ERROR },
    { "5861 4: not beyond", &plain, "stale-if-error=20", FAILED, 121,
      REUSE_VALIDATE },
    { "5861 4: both: the shorter, the client's", &sie, "stale-if-error=20",
      FAILED, 121, REUSE_VALIDATE },
    { "5861 4: both: the shorter, the origin's", &sie, "stale-if-error=90",
      FAILED, 141, REUSE_VALIDATE },
    { "5861 4: both allow it", &sie, "stale-if-error=20", FAILED, 120,
      REUSE_STALE_ERROR },
    { "5861 4: the client refuses", &sie, "stale-if-error=0", FAILED, 101,
      REUSE_VALIDATE },
    { "5861 4: the client refuses, the second it ends", &plain,
      "stale-if-error=0", FAILED, 100, REUSE_VALIDATE },
    { "5861 4: the client refuses the configuration's", &plain,
      "stale-if-error=0", FAILED | KEEP, 101, REUSE_VALIDATE },
    { "5861 4: the client's own does not pass must-revalidate", &must,
      "stale-if-error=90", FAILED, 101, REUSE_VALIDATE },
    { "9111 4.2.4: the configuration allows it", &plain, "", FAILED | KEEP,
      150, REUSE_STALE_ERROR },
    { "9111 4.2.4: not beyond", &plain, "", FAILED | KEEP, 151,
      REUSE_VALIDATE },
    { "9111 4.2.4: only where the origin is silent", &sie, "", FAILED | KEEP,
      145, REUSE_VALIDATE },
    { "9111 4.2.4: not against stale-if-error=0", &refused, "",
      FAILED | KEEP, 110, REUSE_VALIDATE },
    { "9111 4.2.4: nor does the client's word help", &refused,
      "stale-if-error=90", FAILED | KEEP, 110, REUSE_VALIDATE },
    { "9111 4.3.3: fresh, the client had asked for more", &plain, "no-cache",
      FAILED, 50, REUSE_HIT },
    { "9111 4.3.3: stale, the client had asked for more", &sie, "no-cache",
      FAILED, 110, REUSE_STALE_ERROR },

    { "8246 2: a reload of what is immutable", &immutable, "max-age=0",
      RELOAD, 50, REUSE_HIT },
    { "8246 2: an application's max-age=0", &immutable, "max-age=0", 0, 50,
      REUSE_REQUEST },
    { "8246 2: a reload of other things", &plain, "max-age=0", RELOAD, 50,
      REUSE_REQUEST },
    { "8246 2: a forced reload", &immutable, "no-cache", RELOAD, 50,
      REUSE_REQUEST },
    { "8246 2: both", &immutable, "max-age=0, no-cache", RELOAD, 50,
      REUSE_REQUEST },
    { "8246 2: another max-age is no reload", &immutable, "max-age=5",
      RELOAD, 50, REUSE_REQUEST },
    { "8246 2: stale is stale", &immutable, "max-age=0", RELOAD, 100,
      REUSE_VALIDATE },
    { "8246 2: min-fresh holds", &immutable, "max-age=0, min-fresh=60",
      RELOAD, 50, REUSE_REQUEST },

    { "purge: soft is stale", &purged, "", 0, 10, REUSE_VALIDATE },
    { "purge: soft, served while fetched anew", &purged_swr, "", 0, 10,
      REUSE_STALE_REVALIDATE },
    { "purge: soft, its time runs from the lifetime's end", &purged_swr, "",
      0, 131, REUSE_VALIDATE },
    { "purge: soft, after a failure", &purged_swr, "", FAILED, 10,
      REUSE_STALE_ERROR },
    { "purge: soft, after a failure, by the configuration", &purged, "",
      FAILED | KEEP, 10, REUSE_STALE_ERROR },
    { "purge: soft, after a failure, silent", &purged, "", FAILED, 10,
      REUSE_VALIDATE },
    { "purge: soft and must-revalidate", &purged_must, "", 0, 10,
      REUSE_VALIDATE },
    { "purge: soft, must-revalidate, after a failure", &purged_must, "",
      FAILED | KEEP, 10, REUSE_VALIDATE },
    { "purge: soft and max-stale", &purged, "max-stale=5", 0, 10,
      REUSE_STALE },

    { "ignored: no-cache", &plain, "no-cache", IGNORE, 0, REUSE_HIT },
    { "ignored: max-age", &plain, "max-age=0, min-fresh=200", IGNORE, 0,
      REUSE_HIT },
    { "ignored: max-stale", &plain, "max-stale", IGNORE, 110,
      REUSE_VALIDATE },
    { "ignored: only-if-cached", &plain, "only-if-cached", IGNORE, 110,
      REUSE_VALIDATE },
    { "ignored: stale-if-error", &plain, "stale-if-error=90",
      IGNORE | FAILED, 110, REUSE_VALIDATE },
    { "no request directives at hand", &plain, NULL, 0, 0, REUSE_HIT },
};
/* clang-format on */

static void check_case(void **state)
{
    const reuse_case_t *c = *state;
    cache_control_t cc = { 0 };
    reuse_request_t r = { .cc = c->request ? &cc : NULL,
                          .max_serve_stale = c->flags & KEEP ? 50 : -1 };

    cache_control_read(&cc, slice_str(c->request));
    r.ignore_request_cc = (c->flags & IGNORE) != 0;
    r.origin_failed = (c->flags & FAILED) != 0;
    r.is_reload = (c->flags & RELOAD) != 0;
    assert_int_equal(reuse_decide(c->object, &r, NOW_S + c->age), c->verdict);
}

static void check_age(void **state)
{
    reuse_object_t o = { .stored_at = 1000, .initial_age = 5 };

    assert_int_equal(reuse_age(&o, 1000), 5);
    assert_int_equal(reuse_age(&o, 1010), 15);
    assert_int_equal(reuse_age(&o, 10), 5);
    assert_int_equal(reuse_age(&o, INT64_MAX), DELTA_MAX);
    o.initial_age = -5;
    assert_int_equal(reuse_age(&o, 1010), 10);
    o.initial_age = INT64_MAX;
    assert_int_equal(reuse_age(&o, 1010), DELTA_MAX);
    o.initial_age = DELTA_MAX;
    assert_int_equal(reuse_age(&o, 1010), DELTA_MAX);
}

static void check_names(void **state)
{
    assert_string_equal(reuse_name(REUSE_HIT), "hit");
    assert_string_equal(reuse_name(REUSE_VALIDATE), "stale");
    assert_string_equal(reuse_name(REUSE_GATEWAY_TIMEOUT), "only-if-cached");
    assert_string_equal(reuse_name((reuse_e)(REUSE_GATEWAY_TIMEOUT + 1)), "?");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("9111 5.1: age", check_age, NULL);
    unit_add("names of verdicts", check_names, NULL);
    return unit_run("reuse");
}
