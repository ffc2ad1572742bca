/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_crs_test.c: requests under the whole Core Rule Set: which rules say
 * something, in their order, and what they add up to.  Expected is what
 * mod_security2 2.9.7 says with Debian's 3.3.4, but for the rules of
 * libinjection, which have no detector here. */
#include "unit.h"

#include "crs_request.h"

static apr_pool_t *pool;
static const program_t *programs[5]; /* by paranoia level; NULL: no rules */

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

#define FIELDS                                 \
    "Host: www.example.com\r\n"                \
    "User-Agent: Mozilla/5.0 (X11; Linux)\r\n" \
    "Accept: */*\r\n"
#define GET(uri) "GET " uri " HTTP/1.1\r\n" FIELDS "\r\n"
#define POST(type, length, body)                        \
    "POST /f HTTP/1.1\r\n" FIELDS "Content-Type: " type \
    "\r\nContent-Length: " length "\r\n\r\n" body

typedef struct {
    const char *name;
    int paranoia;
    const char *request, *expect;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "a page", 1, GET("/shop/list?page=2&sort=price&q=red+shoes"), "" },
    { "a form", 1, POST("application/x-www-form-urlencoded", "39", "name=Ann+Lee&text=It+is+a+nice+day"), "" },
    { "JSON", 1, POST("application/json", "29", "{\"name\":\"Ann\",\"list\":[1,2]}"), "" },
    { "union select", 1, GET("/?q=union%20select%201%2C2%2C3%20from%20users"),
      "942190 942270 949110 980130 = 10" },
    { "a script", 1, GET("/?q=%3Cscript%3Ealert%281%29%3C/script%3E"),
      "941110 941160 949110 980130 = 10" },
    { "a script in a form", 1, POST("application/x-www-form-urlencoded", "42", "c=%3Cscript%3Ealert%281%29%3C/script%3E"),
      "941110 941160 949110 980130 = 10" },
    { "up the folders", 1, GET("/?q=../../../etc/passwd"),
      "930100 930100 930110 930110 930110 930110 930120 932160 949110 980130 = 40" },
    { "a path name up the folders", 1, GET("/p?../../../etc/passwd=1"),
      "930100 930110 930110 930120 932160 949110 980130 = 25" },
    { "a number for a host", 1, "GET / HTTP/1.1\r\nHost: 1.2.3.4\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n",
      "920350 = 3" },
    { "level 4", 4, GET("/?q=%26%23x3c%3Bscript%26%23x3e%3B"),
      "920273 941110 941160 942431 942432 949110 980130 = 21" },
};
/* clang-format on */

static void show(unit_text_t *out, const inspect_t *inspect)
{
    slice_t score = inspect_tx(inspect, SLICE_LIT("anomaly_score"));
    int i;

    for (i = 0; i < inspect->detections->nelts; i++) {
        unit_text_add(out, "%d ",
                      (int)APR_ARRAY_IDX(inspect->detections, i, detection_t)
                          .rule->id);
    }
    if (i) {
        unit_text_add(out, "= %.*s", (int)score.len, score.p);
    }
}

static void check_program(const case_t *c, const program_t *program)
{
    unit_text_t out = { .len = 0 };
    inspect_verdict_t verdict;
    inspect_t *inspect =
        crs_inspect(program, WAF_DETECT, slice_str(c->request), &verdict, pool);

    assert_non_null(inspect);
    assert_int_equal(inspect->over, INSPECT_OVER_NONE);
    show(&out, inspect);
    assert_string_equal(out.text, c->expect);
}

static void check_case(void **state)
{
    const case_t *c = *state;
    const program_t *program = programs[c->paranoia];

    if (!program) {
        print_message("# no Core Rule Set: t/waf/packages fetches it\n");
        return;
    }
    check_program(c, program_without_gates(program, pool));
    check_program(c, program);
}

int main(void)
{
    const char *folder, *wrong;
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    folder = rule_text_crs();
    for (i = 1; folder && i <= 4; i += 3) {
        wrong = crs_program(folder, (int)i, &programs[i], pool);
        if (wrong) {
            fprintf(stderr, "%s\n", wrong);
            return 1;
        }
    }
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    failed = unit_run("inspect_crs");
    apr_terminate();
    return failed;
}
