/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_rewind_test.c: a request body that its source can give again from
 * the first byte: nothing of it is kept, and no limit of retries applies. */
#include "exchange_script.h"

#define PUT(to) "PUT / HTTP/1.1\r\nHost: " to "\r\nContent-Length: 6\r\n\r\n"
#define OK_HI "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

static int rewinds;

static void count_rewind(void *ctx)
{
    rewinds++;
}

static script_t *begin(const char *method)
{
    static const source_ops_t source = { fixture_read, count_rewind };
    script_t *s = script_begin(method, BODY_LENGTH, 6);

    s->x->source = &source;
    s->x->policy.retry.replay_limit = 0;
    rewinds = 0;
    return s;
}

static void answer(script_t *s, const char *got)
{
    script_read(s, OK_HI);
    script_end(s, OUTCOME_OK, 0, got);
    assert_int_equal(s->x->bytes_sent, 6);
}

/* On the first connection, so many of its six bytes are read and written. */
typedef struct {
    const char *name;
    const char *first, *second; /* reads; NULL: none */
    size_t written;             /* of the last one */
} part_t;

static const part_t parts[] = {
    { "nothing of it", NULL, NULL, 0 },
    { "read, not sent", "abc", NULL, 0 },
    { "partly sent", "abc", NULL, 2 },
    { "one of two reads", "abc", "def", 0 },
    { "the second partly", "abc", "def", 1 },
    { "all of it", "abc", "def", 3 },
    { "all of it at once", "abcdef", NULL, 6 },
};

static void check_part(void **state)
{
    const part_t *row = *state;
    script_t *s = begin("PUT");

    script_connect(s);
    script_sends(s, PUT("a"));
    if (row->first) {
        script_source(s, row->first, SOURCE_DATA);
    }
    if (row->second) {
        script_sends(s, row->first);
        assert_int_equal(fixture_held(&s->f), 0);
        script_source(s, row->second, SOURCE_DATA);
    }
    if (row->written) {
        script_writes(s, row->written);
    }
    script_closed(s, NULL);
    assert_int_equal(rewinds, 1);
    assert_int_equal(fixture_held(&s->f), 0);
    s->wire_len = 0;
    script_connect(s);
    script_source(s, "abc", SOURCE_DATA);
    script_sends(s, PUT("b") "abc");
    script_source(s, "def", SOURCE_END);
    script_sends(s, "def");
    assert_int_equal(fixture_held(&s->f), 0);
    answer(s, "<200 b>hi");
    assert_int_equal(rewinds, 1);
}

static void check_three_members(void **state)
{
    script_t *s = begin("PUT");

    script_refuse(s);
    script_connect(s);
    script_source(s, "abcdef", SOURCE_DATA);
    script_writes(s, SIZE_MAX);
    script_closed(s, "reset");
    s->wire_len = 0;
    script_connect(s);
    script_source(s, "abcdef", SOURCE_DATA);
    script_sends(s, "PUT / HTTP/1.1\r\nHost: c\r\nContent-Length: 6\r\n\r\n"
                    "abcdef");
    answer(s, "<200 c>hi");
}

/* A body that can be sent again makes no method one that may be. */
static void check_post(void **state)
{
    script_t *s = begin("POST");

    script_connect(s);
    script_source(s, "abcdef", SOURCE_DATA);
    script_writes(s, SIZE_MAX);
    script_closed(s, NULL);
    script_end(s, OUTCOME_RESET, 502, "");
    assert_int_equal(rewinds, 0);
}

static void check_unreadable(void **state)
{
    script_t *s = begin("PUT");

    script_connect(s);
    script_sends(s, PUT("a"));
    script_source(s, "abc", SOURCE_DATA);
    script_sends(s, "abc");
    script_source(s, "", SOURCE_FAILED);
    script_end(s, OUTCOME_REFUSED, 500, "");
}

int main(void)
{
    size_t i;

    apr_initialize();
    for (i = 0; i < UNIT_COUNT(parts); i++) {
        unit_add(parts[i].name, check_part, &parts[i]);
    }
    unit_add("two failures", check_three_members, NULL);
    unit_add("POST is not repeated", check_post, NULL);
    unit_add("cannot be read", check_unreadable, NULL);
    return script_finish(unit_run("exchange_rewind"));
}
