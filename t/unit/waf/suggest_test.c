/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* suggest_test.c: exceptions made of hits, and what they are worth once they
 * stand before the rules. */
#include "unit.h"

#include "inspect_parts.h"
#include "rule_text.h"

#include "routing/siphash.c"
#include "waf/seen/hit_make.c"
#include "waf/seen/hit_ring.c"
#include "waf/suggest/suggest.c"
#include "waf/suggest/suggest_write.c"

#define RULES                                                              \
    "SecRule REQUEST_HEADERS:User-Agent \"@contains bad\" "                \
    "id:1,phase:1,pass,log,setvar:tx.anomaly_score=+3\n"                   \
    "SecRule ARGS|REQUEST_COOKIES \"@contains select\" "                   \
    "id:2,phase:2,pass,log,setvar:tx.anomaly_score=+5\n"                   \
    "SecRule ARGS \"@contains from\" "                                     \
    "id:3,phase:2,pass,log,setvar:tx.anomaly_score=+5\n"                   \
    "SecRule ARGS_NAMES \"@contains union\" id:4,phase:2,pass,log,chain\n" \
    "SecRule REQUEST_METHOD \"@streq GET\"\n"                              \
    "SecRule &ARGS \"@gt 3\" id:5,phase:2,pass,log\n"                      \
    "SecRule REQUEST_FILENAME \"@contains .bak\" id:6,phase:2,pass,log\n"  \
    "SecRule TX:anomaly_score \"@ge 5\" id:9,phase:2,deny,log\n"

enum {
    HITS_MOST = 100
};

static apr_pool_t *pool;
static hit_t hits[HITS_MOST];
static int count;
static uint64_t requests;

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    *fingerprint = '\0';
    return 0;
}

int detector_script(slice_t value)
{
    return 0;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

/* ---- requests that are looked at ---- */

static const program_t *program_of(const char *exceptions)
{
    const program_t *program;
    rule_text_file_t file;

    rule_text_begin(&file, pool);
    assert_null(rule_text_read(&file, exceptions, "own.conf"));
    assert_null(rule_text_read(&file, RULES, "t.conf"));
    assert_null(program_make(file.list, NULL, 1000, &program, pool));
    return program;
}

static void look(const program_t *program, const char *host, const char *uri,
                 const char *agent, int client)
{
    const inspect_limits_t limits = { .engine = WAF_DETECT };
    inspect_t *inspect = inspect_make(program, &limits, pool);
    request_text_t request;
    int i;

    assert_null(
        request_text_read(slice_str(apr_psprintf(pool,
                                                 "GET %s HTTP/1.1\nHost: "
                                                 "%s\nUser-Agent: %s\n\n",
                                                 uri, host, agent)),
                          &request, pool));
    request_head_values(inspect->values, &request.head);
    inspect_run(inspect, 1);
    request_mapped_values(inspect->values, &request.mapped);
    inspect_run(inspect, 2);
    requests++;
    for (i = 0; i < inspect->detections->nelts && count < HITS_MOST; i++) {
        hits[count] =
            hit_make(inspect,
                     &APR_ARRAY_IDX(inspect->detections, i, detection_t),
                     slice_str(host), request.head.uri_raw, 0);
        hits[count].time_us = (int64_t)requests;
        hits[count].request = requests;
        hits[count++].client = (uint64_t)client;
    }
}

static void forget_hits(void)
{
    memset(hits, 0, sizeof(hits));
    count = 0;
    requests = 0;
}

static suggest_result_t suggest(const char *host, const char *path, int least)
{
    const suggest_options_t options = { .host = host,
                                        .path = path,
                                        .requests_least = least };

    return suggest_make(hits, count, &options, pool);
}

static const suggestion_t *at(const suggest_result_t *result, int i)
{
    assert_true(i < result->list->nelts);
    return &APR_ARRAY_IDX(result->list, i, suggestion_t);
}

/* ---- cases ---- */

static void narrow_ones(void **state)
{
    const program_t *program = program_of("");
    suggest_result_t result;

    (void)state;
    forget_hits();
    look(program, "a", "/post?title=x&text=select+one", "u", 1);
    look(program, "A", "/post?title=x&Text=please+select+two", "u", 2);
    look(program, "a", "/post?text=select+it+from+x", "u", 1);
    look(program, "a", "/other?text=fine", "u", 1);
    result = suggest("a", NULL, 0);
    assert_int_equal(result.list->nelts, 2);
    assert_string_equal(at(&result, 0)->text,
                        "SecRule REQUEST_FILENAME \"@streq /post\" \"id:90000,"
                        "phase:1,pass,nolog,t:none,"
                        "ctl:ruleRemoveTargetById=2;ARGS:text\"");
    assert_int_equal(at(&result, 0)->hits, 3);
    assert_int_equal(at(&result, 0)->requests, 3);
    assert_int_equal(at(&result, 0)->clients, 2);
    assert_int_equal(at(&result, 0)->clears, 2);
    assert_int_equal(at(&result, 0)->score_most, 10);
    assert_true(at(&result, 0)->was_refused);
    assert_int_equal(at(&result, 0)->last_us, 3);
    assert_int_equal(at(&result, 1)->like->rule, 3);
    assert_int_equal(at(&result, 1)->rule->id, 90001);
    assert_int_equal(at(&result, 1)->clears, 0);
    assert_int_equal(result.hits, 7); /* with those of rule 9 */
    assert_int_equal(result.of_values, 4);
    assert_int_equal(result.silenced, 4);
    assert_int_equal(suggest("a", NULL, 2).list->nelts, 1);
    assert_int_equal(suggest("a", NULL, 2).too_few, 1);
    assert_int_equal(suggest("b", NULL, 0).hits, 0);
    assert_int_equal(suggest(NULL, "/other", 0).hits, 0);
    assert_int_equal(suggest(NULL, "/post", 0).list->nelts, 2);
}

/* What they promise comes true when they stand before the rules. */
static void they_help(void **state)
{
    static const char *const uris[] = { "/post?text=select", "/a/b.bak?x=1",
                                        "/list?union=1",
                                        "/x?a[]=select&b.c=from", "/agent" };
    const char *own = "";
    suggest_result_t result;
    int i, before;

    (void)state;
    forget_hits();
    for (i = 0; i < (int)UNIT_COUNT(uris); i++) {
        look(program_of(""), "h", uris[i], i == 4 ? "bad" : "u", 1);
    }
    result = suggest(NULL, NULL, 0);
    assert_int_equal(result.list->nelts, 6);
    assert_int_equal(result.silenced, result.of_values);
    assert_int_equal(result.not_written, 0);
    for (i = 0; i < result.list->nelts; i++) {
        own = apr_pstrcat(pool, own, at(&result, i)->text, "\n", NULL);
    }
    before = count;
    for (i = 0; i < (int)UNIT_COUNT(uris); i++) {
        look(program_of(own), "h", uris[i], i == 4 ? "bad" : "u", 1);
    }
    assert_int_equal(count, before);
    look(program_of(own), "h", "/post?other=select", "u", 1);
    assert_int_equal(count, before + 2);
}

/* Bytes that have a meaning in a configuration. */
static void none_for_odd_bytes(void **state)
{
    static const char *const uris[] = {
        "/a%22?x=select",   "/a\"?x=select",     "/${HOME}?x=select",
        "/a'b?x=select",    "/%{TX.0}?x=select", "/a;b?x=select",
        "/a?x,y=select",    "/a?x%0ay=select",   "/a?x|y=select",
        "/a?/x/=select",    "/a?=select",        "/a?x;y=select",
        "/a?x'=select",     "/a?x%5c=select",    "/a?x%20y=select",
        "/a?$x=select",     "/a?x%00=select",    "/a?x:y=select",
        "/a?x%c3%a4=select"
    };
    suggest_result_t result;
    int i;

    (void)state;
    for (i = 0; i < (int)UNIT_COUNT(uris); i++) {
        forget_hits();
        look(program_of(""), "h", uris[i], "u", 1);
        result = suggest(NULL, NULL, 0);
        assert_int_equal(result.list->nelts, 0);
        assert_int_equal(result.of_values, 1);
        assert_int_equal(result.not_written, 1);
    }
}

static void none_for_what_was_cut(void **state)
{
    suggest_result_t result;
    char uri[400];
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        forget_hits();
        snprintf(uri, sizeof(uri), i ? "/%0200d?x=select" : "/?%0200d=select",
                 1);
        look(program_of(""), "h", uri, "u", 1);
        result = suggest(NULL, NULL, 0);
        assert_int_equal(result.list->nelts, 0);
        assert_int_equal(result.not_written, 1);
    }
}

/* To take one value from the first rule of the chain would not help. */
static void none_for_one_of_several(void **state)
{
    suggest_result_t result;

    (void)state;
    forget_hits();
    look(program_of(""), "h", "/?union=1&unions=2", "u", 1);
    assert_int_equal(count, 1);
    result = suggest(NULL, NULL, 0);
    assert_int_equal(result.list->nelts, 0);
    assert_int_equal(result.not_written, 1);
}

/* Scores and numbers of values are nobody's to take away. */
static void none_for_counters(void **state)
{
    suggest_result_t result;

    (void)state;
    forget_hits();
    look(program_of(""), "h", "/?a=1&b=2&c=3&d=4", "u", 1);
    assert_int_equal(count, 1);
    result = suggest(NULL, NULL, 0);
    assert_int_equal(result.list->nelts, 0);
    assert_int_equal(result.hits, 1);
    assert_int_equal(result.of_values, 0);
}

static void ids_in_use(void **state)
{
    static const uint64_t used[] = { 700, 701 };
    suggest_options_t options = { .first_id = 700 };
    apr_hash_t *set = apr_hash_make(pool);
    suggest_result_t result;

    (void)state;
    apr_hash_set(set, &used[0], sizeof(used[0]), "");
    apr_hash_set(set, &used[1], sizeof(used[1]), "");
    options.id_set = set;
    forget_hits();
    look(program_of(""), "h", "/?a=select+from", "u", 1);
    result = suggest_make(hits, count, &options, pool);
    assert_int_equal(at(&result, 0)->rule->id, 702);
    assert_int_equal(at(&result, 1)->rule->id, 703);
}

static int set_up(void **state)
{
    apr_initialize();
    return apr_pool_create(&pool, NULL) != APR_SUCCESS;
}

static int tear_down(void **state)
{
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_ones),
        cmocka_unit_test(they_help),
        cmocka_unit_test(none_for_odd_bytes),
        cmocka_unit_test(none_for_what_was_cut),
        cmocka_unit_test(none_for_one_of_several),
        cmocka_unit_test(none_for_counters),
        cmocka_unit_test(ids_in_use),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
