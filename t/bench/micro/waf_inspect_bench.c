/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_inspect_bench.c: all that the Core Rule Set costs of a request, without
 * httpd: reading its text, values, phases 1, 2 and 5, at paranoia level 1, with
 * the project's own detectors.  Where the rules are: see rule_text.h.  Lines
 * beginning with # tell more. */
#include "micro.h"

#include "../../unit/waf/crs_request.h"

#define is_blank detect_is_blank
#define number detect_number
#define push detect_push
#define finish detect_finish
#define take detect_take
#define takes detect_takes
#define digits detect_digits
#define take_number detect_take_number
#define PLAIN DETECT_PLAIN
#define head_of detect_head_of
#include "waf/detect/cross_site_script.c"
#include "waf/detect/html_names.c"
#include "waf/detect/html_tokens.c"
#include "waf/detect/html_url.c"
#include "waf/detect/sql_fold.c"
#include "waf/detect/sql_injection.c"
#include "waf/detect/sql_tokens.c"
#include "waf/detect/sql_words.c"

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    return sql_injection_found(value, fingerprint);
}

int detector_script(slice_t value)
{
    return cross_site_script_found(value);
}

int detector_bytes(int is_script, byte_set_t *any)
{
    *any = is_script ? cross_site_script_bytes() : sql_injection_bytes();
    return 1;
}

/* ---- requests ---- */

#define FIELDS                                                         \
    "Host: www.example.com\r\n"                                        \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) "           \
    "Gecko/20100101 Firefox/115.0\r\n"                                 \
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"   \
    "image/avif,image/webp,*/*;q=0.8\r\n"                              \
    "Accept-Language: en-US,en;q=0.5\r\n"                              \
    "Accept-Encoding: gzip, deflate\r\n"                               \
    "Connection: keep-alive\r\n"                                       \
    "Referer: https://www.example.com/shop/\r\n"                       \
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n" \
    "Upgrade-Insecure-Requests: 1\r\n"                                 \
    "Sec-Fetch-Dest: document\r\n"                                     \
    "Sec-Fetch-Mode: navigate\r\n"                                     \
    "Sec-Fetch-Site: same-origin\r\n"

static const char get[] =
    "GET /shop/list?page=2&sort=price&q=red+shoes HTTP/1.1\r\n" FIELDS "\r\n";
static const char attack[] =
    "GET /shop/list?page=2&sort=price&q=1+union+select+1,2,3+from+users "
    "HTTP/1.1\r\n" FIELDS "\r\n";
static const char form_head[] =
    "name=Ann+Lee&mail=ann.lee%40example.com&topic=delivery&text=";
static const char form_words[] = "We+would+like+to+have+the+parcel+on+Friday+";

static apr_pool_t *pool, *each;
static const program_t *program;
static const char *form, *json;
static int found;

static const char *with_body(const char *type, const char *body)
{
    return apr_psprintf(pool,
                        "POST /shop/contact HTTP/1.1\r\n" FIELDS
                        "Content-Type: %s\r\nContent-Length: %lu\r\n\r\n%s",
                        type, (unsigned long)strlen(body), body);
}

static void make_bodies(void)
{
    const char *text = form_head, *list = "{\"name\":\"Ann\"";
    int i;

    while (strlen(text) < 870) {
        text = apr_pstrcat(pool, text, form_words, NULL);
    }
    for (i = 0; strlen(list) < 3900; i++) {
        list =
            apr_psprintf(pool, "%s,\"item%d\":{\"id\":%d,\"label\":\"red %d\"}",
                         list, i, i * 7, i);
    }
    form = with_body("application/x-www-form-urlencoded", text);
    json = with_body("application/json", apr_pstrcat(pool, list, "}", NULL));
}

/* ---- one of each ---- */

static void inspect_text(const char *text)
{
    inspect_verdict_t verdict;
    inspect_t *inspect;

    apr_pool_clear(each);
    inspect = crs_inspect(program, WAF_DETECT, slice_str(text), &verdict, each);
    found = inspect->detections->nelts;
    micro_use((size_t)found);
}

static void inspect_get(void)
{
    inspect_text(get);
}

static void inspect_form(void)
{
    inspect_text(form);
}

static void inspect_json(void)
{
    inspect_text(json);
}

static void inspect_attack(void)
{
    inspect_text(attack);
}

static void measure(const char *name, void (*call)(void))
{
    micro_run(name, call);
    printf("# %s: %d detections\n", name, found);
}

int main(void)
{
    const char *folder, *wrong;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    apr_pool_create(&each, pool);
    folder = rule_text_crs();
    if (!folder) {
        printf("# no Core Rule Set: t/waf/packages fetches it\n");
        return 0;
    }
    wrong = crs_program(folder, 1, &program, pool);
    if (wrong) {
        printf("# %s\n", wrong);
        return 1;
    }
    make_bodies();
    measure("inspect_get", inspect_get);
    measure("inspect_attack_get", inspect_attack);
    measure("inspect_form_900", inspect_form);
    measure("inspect_json_3900", inspect_json);
    apr_terminate();
    return 0;
}
