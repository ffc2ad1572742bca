/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_url_test.c: where a Redis is, as people write it. */
#include "unit.h"

#include "fleet/redis_url.c"

typedef struct {
    const char *text;
    const char *host, *path; /* both NULL: it is wrong */
    int port, database;
} url_case_t;

/* clang-format off */
static const url_case_t cases[] = {
    { "redis://127.0.0.1:6380/3", "127.0.0.1", "", 6380, 3 },
    { "redis://cache.example", "cache.example", "", 6379, 0 },
    { "redis://cache.example/", "cache.example", "", 6379, 0 },
    { "redis://[::1]:7000", "::1", "", 7000, 0 },
    { "redis://[fe80::1%eth0]/2", "fe80::1%eth0", "", 6379, 2 },
    { "redis://a:65535/9999", "a", "", 65535, 9999 },
    { "unix:///run/redis/redis.sock", "", "/run/redis/redis.sock", 6379, 0 },
    { "unix:///run/redis.sock?db=7", "", "/run/redis.sock", 6379, 7 },
    { "unix:/run/redis.sock", "", "/run/redis.sock", 6379, 0 },
    { "", NULL, NULL, 0, 0 },
    { "redis://", NULL, NULL, 0, 0 },
    { "redis:///0", NULL, NULL, 0, 0 },
    { "redis://:6379", NULL, NULL, 0, 0 },
    { "redis://a:", NULL, NULL, 0, 0 },
    { "redis://a:0", NULL, NULL, 0, 0 },
    { "redis://a:65536", NULL, NULL, 0, 0 },
    { "redis://a:6379/x", NULL, NULL, 0, 0 },
    { "redis://a/10000", NULL, NULL, 0, 0 },
    { "redis://a/0/1", NULL, NULL, 0, 0 },
    { "redis://a/-1", NULL, NULL, 0, 0 },
    { "redis://[::1", NULL, NULL, 0, 0 },
    { "redis://[]", NULL, NULL, 0, 0 },
    { "redis://[::1]x", NULL, NULL, 0, 0 },
    { "redis://a b", NULL, NULL, 0, 0 },
    { "redis://me:secret@a:6379", NULL, NULL, 0, 0 },
    { "rediss://a", NULL, NULL, 0, 0 },
    { "127.0.0.1:6379", NULL, NULL, 0, 0 },
    { "http://a", NULL, NULL, 0, 0 },
    { "unix:", NULL, NULL, 0, 0 },
    { "unix://run/redis.sock", NULL, NULL, 0, 0 },
    { "unix:///a?db=", NULL, NULL, 0, 0 },
    { "unix:///a?x=1", NULL, NULL, 0, 0 },
};
/* clang-format on */

static void check_slice(slice_t slice, const char *text)
{
    assert_int_equal(slice.len, strlen(text));
    assert_memory_equal(slice.p ? slice.p : "", text, slice.len);
}

/* Each in memory of its own length. */
static void check_url(void **state)
{
    const url_case_t *row = *state;
    size_t len = strlen(row->text);
    char *copy = malloc(len ? len : 1);
    redis_url_t url;
    const char *wrong;

    memcpy(copy, row->text, len);
    wrong = redis_url_parse(&url, slice_make(copy, len));
    if (row->host) {
        assert_null(wrong);
        check_slice(url.host, row->host);
        check_slice(url.path, row->path);
        assert_int_equal(url.port, row->port);
        assert_int_equal(url.database, row->database);
    }
    else {
        assert_non_null(wrong);
    }
    free(copy);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_url, &cases[i]);
    }
    return unit_run("redis url");
}
