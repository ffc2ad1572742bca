/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_bench.c: making a program of the Core Rule Set, and four requests under
 * it, phases 1 and 2, at paranoia levels 1 and 4: a GET with three arguments, a
 * form of 0.9 KB, JSON of 3.5 KB, an attack.  Reading, transformations, rules,
 * the texts of log lines; without httpd.  Where the rules are: see rule_text.h.
 * Lines beginning with # tell more. */
#include "micro.h"

#include <stdlib.h>

#include "../../unit/waf/inspect_parts.h"
#include "../../unit/waf/rule_text.h"

#define digits detect_digits
#define finish detect_finish
#define forget detect_forget
#define is_blank detect_is_blank
#define number detect_number
#define push detect_push
#define take detect_take
#define takes detect_takes
#define PLAIN DETECT_PLAIN
#define head_of detect_head_of
#define take_number detect_take_number
#include "waf/detect/cross_site_script.c"
#include "waf/detect/detector.c"
#include "waf/detect/html_names.c"
#include "waf/detect/html_tokens.c"
#include "waf/detect/html_url.c"
#include "waf/detect/sql_fold.c"
#include "waf/detect/sql_injection.c"
#include "waf/detect/sql_tokens.c"
#include "waf/detect/sql_words.c"

enum {
    JSON_ITEMS = 60
};

static apr_pool_t *pool, *request_pool;
static const program_t *program;
static const char *request_text;
static int detections;

/* ---- requests ---- */

#define HEAD                                                                \
    "Host: shop.example.com\r\n"                                            \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 " \
    "Firefox/128.0\r\n"                                                     \
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;"    \
    "q=0.8\r\n"                                                             \
    "Accept-Language: en-US,en;q=0.5\r\n"                                   \
    "Accept-Encoding: gzip, deflate, br\r\n"                                \
    "Referer: https://shop.example.com/category/shoes?page=2\r\n"           \
    "Connection: keep-alive\r\n"                                            \
    "Cookie: session=8f14e45fceea167a5a36dedd4bea2543; currency=EUR\r\n"

static const char get[] = "GET /search?q=red+running+shoes&page=3&sort=price "
                          "HTTP/1.1\r\n" HEAD "\r\n";

static const char attack[] =
    "GET /search?q=1%27+UNION+SELECT+user,password+FROM+users--+"
    "&x=%3Cscript%3Ealert(1)%3C/script%3E&f=../../../etc/passwd "
    "HTTP/1.1\r\n" HEAD "\r\n";

static const char form_body[] =
    "name=Maria+Example&email=maria%40example.com&subject=A+question+about+my+"
    "order&comment=Hello%2C+I+ordered+two+pairs+of+shoes+last+week+and+they+"
    "have+not+arrived+yet.+The+order+is+100482%2C+and+the+parcel+service+says+"
    "that+it+was+handed+over+on+Tuesday%3B+since+then+nothing+has+moved.+Could+"
    "you+please+find+out+where+it+is%3F+If+it+is+lost+I+would+like+the+same+"
    "pair+in+a+size+42%2C+or+else+my+money+back.%0A%0AAlso%2C+is+the+blue+one+"
    "(the+one+with+the+white+sole)+going+to+be+there+again+in+spring%3F+My+"
    "sister+wants+it+%26+asked+me+to+tell+her.+You+can+write+to+this+address"
    "%2C+or+call+me+after+5+pm%3A+the+number+is+in+my+account.+Thanks+a+lot+"
    "for+your+help%2C+and+have+a+nice+week!%0AMaria";

static const char *post(const char *type, const char *body)
{
    return apr_psprintf(pool,
                        "POST /contact HTTP/1.1\r\n" HEAD
                        "Content-Type: %s\r\nContent-Length: %lu\r\n\r\n%s",
                        type, (unsigned long)strlen(body), body);
}

static const char *json_body(void)
{
    char *text = apr_palloc(pool, JSON_ITEMS * 100), *p = text;
    int i;

    p += sprintf(p, "{\"items\":[");
    for (i = 0; i < JSON_ITEMS; i++) {
        p += sprintf(p,
                     "%s{\"id\":%d,\"title\":\"Shoe no. %d\","
                     "\"price\":\"%d.95\",\"size\":%d}",
                     i ? "," : "", i * 7, i, i * 3, 36 + i % 9);
    }
    strcpy(p, "]}");
    return text;
}

/* ---- running ---- */

static void run_request(void)
{
    inspect_limits_t limits = { .engine = WAF_ON };
    body_limits_t body_limits = { 0 };
    inspect_t *inspect = inspect_make(program, &limits, request_pool);
    request_text_t request;
    const char *processor;

    request_text_read(slice_str(request_text), &request, request_pool);
    request_head_values(inspect->values, &request.head);
    inspect_run(inspect, 1);
    processor = inspect->ctl.processor.p
                    ? "JSON"
                    : body_processor_of(request.content_type);
    body_values(inspect->values, processor, request.body, request.content_type,
                &body_limits);
    inspect_run(inspect, 2);
    detections = inspect->detections->nelts;
    apr_pool_clear(request_pool);
}

static void measure(const char *name, int level, const char *text)
{
    request_text = text;
    micro_run(apr_psprintf(pool, "%s, level %d", name, level), run_request);
    printf("# %d detections\n", detections);
}

static int make_program(const char *folder, int level)
{
    const char *wrong;
    rule_text_file_t file;
    double start = micro_cpu_ns(), read;

    rule_text_begin(&file, pool);
    wrong =
        rule_text_read(&file,
                       apr_psprintf(pool,
                                    "SecAction id:900990,phase:1,nolog,pass,"
                                    "setvar:tx.crs_setup_version=334,"
                                    "setvar:tx.paranoia_level=%d\n"
                                    "SecRule REQUEST_HEADERS:Content-Type json "
                                    "id:1,phase:1,pass,nolog,ctl:"
                                    "requestBodyProcessor=JSON\n",
                                    level),
                       "setup");
    wrong = wrong ? wrong : rule_text_folder(&file, folder);
    read = micro_cpu_ns();
    wrong = wrong ? wrong : program_make(file.list, NULL, 0, &program, pool);
    if (wrong) {
        printf("# %s\n", wrong);
        return 0;
    }
    printf("# %u rules read in %.1f ms, made a program in %.1f ms; %u words\n",
           program->rule_count, (read - start) / 1e6,
           (micro_cpu_ns() - read) / 1e6, program->plan.words->count);
    return 1;
}

int main(void)
{
    const char *folder, *form, *json;
    int level;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    apr_pool_create(&request_pool, NULL);
    folder = rule_text_crs();
    if (!folder) {
        printf("# no Core Rule Set: t/waf/packages fetches it\n");
        return 0;
    }
    form = post("application/x-www-form-urlencoded", form_body);
    json = post("application/json", json_body());
    for (level = 1; level <= 4; level += 3) {
        if (!make_program(folder, level)) {
            return 1;
        }
        measure("inspect a GET", level, get);
        measure("inspect a form", level, form);
        measure("inspect JSON", level, json);
        measure("inspect an attack", level, attack);
    }
    return 0;
}
