/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_bench.c: making a program of the Core Rule Set, and the matching of its
 * rules of paranoia level 1 on the strings of four requests: a GET with three
 * arguments, a form of 0.9 KB, JSON of 4 KB, an attack.  Matching alone:
 * transformations, search for words, expressions; no chains, actions, logs.
 * Where the rules are: see rule_text.h.  Lines beginning with # tell more. */
#include "micro.h"

#include <stdlib.h>

#include "../../unit/waf/program_parts.h"
#include "../../unit/waf/rule_text.h"

#include "waf/detect/detector.h"
#define find find_value
#include "waf/value/values.c"
#undef find

enum {
    JSON_PAIRS = 120,
    BYTES_MAX = 1024 * 1024
};

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    *fingerprint = (char)value.len;
    return 0;
}

int detector_script(slice_t value)
{
    (void)value;
    return 0;
}

/* ---- requests ---- */

typedef struct {
    rule_variable_e variable;
    const char *name, *text;
} part_t;

/* clang-format off */
static const part_t head[] = {
    { VARIABLE_REQUEST_METHOD, "", "GET" },
    { VARIABLE_REQUEST_PROTOCOL, "", "HTTP/1.1" },
    { VARIABLE_REQUEST_HEADERS, "Host", "shop.example.com" },
    { VARIABLE_REQUEST_HEADERS, "User-Agent",
      "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" },
    { VARIABLE_REQUEST_HEADERS, "Accept",
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" },
    { VARIABLE_REQUEST_HEADERS, "Accept-Language", "en-US,en;q=0.5" },
    { VARIABLE_REQUEST_HEADERS, "Accept-Encoding", "gzip, deflate, br" },
    { VARIABLE_REQUEST_HEADERS, "Referer",
      "https://shop.example.com/category/shoes?page=2" },
    { VARIABLE_REQUEST_HEADERS, "Connection", "keep-alive" },
    { VARIABLE_REQUEST_COOKIES, "session", "8f14e45fceea167a5a36dedd4bea2543" },
    { VARIABLE_REQUEST_COOKIES, "currency", "EUR" },
    { VARIABLE_COUNT, NULL, NULL }
};

static const part_t get[] = {
    { VARIABLE_REQUEST_URI, "", "/search?q=red+running+shoes&page=3&sort=price" },
    { VARIABLE_REQUEST_LINE, "",
      "GET /search?q=red+running+shoes&page=3&sort=price HTTP/1.1" },
    { VARIABLE_REQUEST_FILENAME, "", "/search" },
    { VARIABLE_QUERY_STRING, "", "q=red+running+shoes&page=3&sort=price" },
    { VARIABLE_ARGS, "q", "red running shoes" },
    { VARIABLE_ARGS, "page", "3" },
    { VARIABLE_ARGS, "sort", "price" },
    { VARIABLE_COUNT, NULL, NULL }
};

static const part_t form[] = {
    { VARIABLE_REQUEST_URI, "", "/contact" },
    { VARIABLE_REQUEST_LINE, "", "POST /contact HTTP/1.1" },
    { VARIABLE_REQUEST_FILENAME, "", "/contact" },
    { VARIABLE_REQUEST_HEADERS, "Content-Type", "application/x-www-form-urlencoded" },
    { VARIABLE_REQUEST_HEADERS, "Content-Length", "913" },
    { VARIABLE_ARGS, "name", "Maria Example" },
    { VARIABLE_ARGS, "email", "maria@example.com" },
    { VARIABLE_ARGS, "subject", "A question about my order" },
    { VARIABLE_ARGS, "comment",
      "Hello, I ordered two pairs of shoes last week and they have not arrived "
      "yet. The order is 100482, and the parcel service says that it was handed "
      "over on Tuesday; since then nothing has moved. Could you please find out "
      "where it is? If it is lost I would like the same pair in a size 42, or "
      "else my money back.\n\nAlso, is the blue one (the one with the white "
      "sole) going to be there again in spring? My sister wants it & asked me "
      "to tell her. You can write to this address, or call me after 5 pm: the "
      "number is in my account. Thanks a lot for your help, and have a nice "
      "week!\nMaria" },
    { VARIABLE_COUNT, NULL, NULL }
};

static const part_t attack[] = {
    { VARIABLE_REQUEST_URI, "",
      "/search?q=1%27+UNION+SELECT+user,password+FROM+users--+&x=<script>alert(1)</script>" },
    { VARIABLE_REQUEST_LINE, "",
      "GET /search?q=1%27+UNION+SELECT+user,password+FROM+users--+&x=<script>alert(1)</script> HTTP/1.1" },
    { VARIABLE_REQUEST_FILENAME, "", "/search" },
    { VARIABLE_ARGS, "q", "1' UNION SELECT user,password FROM users-- " },
    { VARIABLE_ARGS, "x", "<script>alert(1)</script>" },
    { VARIABLE_ARGS, "f", "../../../../etc/passwd" },
    { VARIABLE_COUNT, NULL, NULL }
};
/* clang-format on */

static apr_pool_t *pool, *request_pool;
static const program_t *program;
static const part_t *parts;
static int json_pairs, pairs_run, matched;

static void add_parts(values_t *values, const part_t *from)
{
    for (; from->text; from++) {
        values_add(values, from->variable, slice_str(from->name),
                   slice_str(from->text));
        if (from->variable == VARIABLE_ARGS) {
            values_add(values, VARIABLE_ARGS_NAMES, slice_str(from->name),
                       slice_str(from->name));
        }
        else if (from->variable == VARIABLE_REQUEST_COOKIES) {
            values_add(values, VARIABLE_REQUEST_COOKIES_NAMES,
                       slice_str(from->name), slice_str(from->name));
        }
    }
}

static void add_json(values_t *values)
{
    static char text[JSON_PAIRS][2][40];
    int i;

    for (i = 0; i < json_pairs; i++) {
        snprintf(text[i][0], sizeof(text[i][0]), "json.items.%s",
                 i % 4 == 0   ? "id"
                 : i % 4 == 1 ? "title"
                 : i % 4 == 2 ? "price"
                              : "size");
        snprintf(text[i][1], sizeof(text[i][1]),
                 i % 4 == 1 ? "Shoe no. %d" : "%d", i / 2 * 7);
        values_add(values, VARIABLE_ARGS, slice_str(text[i][0]),
                   slice_str(text[i][1]));
        values_add(values, VARIABLE_ARGS_NAMES, slice_str(text[i][0]),
                   slice_str(text[i][0]));
    }
}

/* ---- running ---- */

static void run_value(const program_rule_t *rule, strings_t *strings,
                      const value_t *value)
{
    int number = strings_transformed(strings, value->text, rule->chain);

    pairs_run++;
    matched += number >= 0
               && matcher_run(rule->matcher, strings, number,
                              slice_make(NULL, 0), NULL)
                      == MATCH_YES;
}

static void run_target(const program_rule_t *rule, const rule_target_t *target,
                       values_t *values)
{
    int i, count = values_count(values, target->variable);

    for (i = 0; i < count; i++) {
        const value_t *value = values_at(values, target->variable, i);

        if (!target->selector.len
            || slice_eq_nocase(target->selector, value->name)) {
            run_value(rule, values->strings, value);
        }
    }
}

/* Known before the clock runs. */
static char *wanted;

static int find_wanted(const program_rule_t *rule)
{
    static const slice_t level = SLICE_LIT("paranoia-level/1");
    int i;

    for (i = 0; i < rule->rule->tag_count; i++) {
        if (slice_eq(rule->rule->tag[i], level)) {
            return rule->matcher && !matcher_argument(rule->matcher);
        }
    }
    return 0;
}

static void find_all_wanted(void)
{
    int phase, i;

    wanted = apr_pcalloc(pool, program->rule_count);
    for (phase = 0; phase < 2; phase++) {
        for (i = 0; i < program->phase_count[phase]; i++) {
            const program_rule_t *rule = program->phase[phase][i];

            wanted[rule->number] = (char)find_wanted(rule);
        }
    }
}

static void run_phase(int phase, values_t *values)
{
    int i, k;

    for (i = 0; i < program->phase_count[phase]; i++) {
        const program_rule_t *rule = program->phase[phase][i];

        for (k = 0; wanted[rule->number] && k < rule->rule->target_count; k++) {
            if (!rule->rule->target[k].counts
                && !rule->rule->target[k].excludes) {
                run_target(rule, &rule->rule->target[k], values);
            }
        }
    }
}

static void run_request(void)
{
    strings_t *strings = strings_make(&program->plan, BYTES_MAX, request_pool);
    values_t *values = values_make(strings, 10000, request_pool);

    pairs_run = matched = 0;
    add_parts(values, head);
    add_parts(values, parts);
    add_json(values);
    run_phase(0, values);
    run_phase(1, values);
    apr_pool_clear(request_pool);
}

static void measure(const char *name, const part_t *of, int pairs)
{
    parts = of;
    json_pairs = pairs;
    micro_run(name, run_request);
    printf("# %d pairs of rule and value, %d match\n", pairs_run, matched);
}

static int make_program(const char *folder)
{
    const char *wrong;
    rule_text_file_t file;
    double start = micro_cpu_ns(), read;

    rule_text_begin(&file, pool);
    wrong = rule_text_folder(&file, folder);
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
    const char *folder;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    apr_pool_create(&request_pool, NULL);
    folder = rule_text_crs();
    if (!folder) {
        printf("# no Core Rule Set: t/waf/packages fetches it\n");
        return 0;
    }
    if (!make_program(folder)) {
        return 1;
    }
    find_all_wanted();
    measure("match a GET", get, 0);
    measure("match a form", form, 0);
    measure("match JSON", form + 5, JSON_PAIRS);
    measure("match an attack", attack, 0);
    return 0;
}
