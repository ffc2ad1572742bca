/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_detect_bench.c: what the detectors of SQL injection and scripts cost per
 * value, in nanoseconds: an identifier, a browser's name, prose with quotes, a
 * post of an editor, attacks. */
#include <stdio.h>
#include "micro.h"

#include "waf/detect/sql_words.c"
#include "waf/detect/sql_tokens.c"
#include "waf/detect/sql_fold.c"
#include "waf/detect/sql_injection.c"
#include "waf/detect/html_tokens.c"
#include "waf/detect/html_names.c"
#include "waf/detect/html_url.c"
#include "waf/detect/cross_site_script.c"

static const slice_t values[] = {
    SLICE_LIT("550e8400-e29b-41d4-a716-446655440000"),
    SLICE_LIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like"
              " Gecko) Chrome/120.0.0.0 Safari/537.36"),
    SLICE_LIT("It's a lovely day, isn't it? I don't think we'll go; they're"
              " late, and \"the best\" of us won't wait."),
    SLICE_LIT("<!-- wp:paragraph --><p>It's <b>bold</b>, <a href=\"https://exam"
              "ple.com/?a=1&b=2\" class=\"x\">isn't it</a></p><!-- /wp:paragra"
              "ph -->"),
    SLICE_LIT("-1' union/**/select 1,concat(user,0x3a,pass) from users-- -"),
    SLICE_LIT("\"><img src=x onerror=alert(1)>"),
};
static const char *const names[] = { "identifier", "browser", "prose",
                                     "editor",     "sql",     "script" };
static slice_t value;

static void find_sql(void)
{
    char fingerprint[8];

    micro_use((size_t)sql_injection_found(value, fingerprint));
}

static void find_script(void)
{
    micro_use((size_t)cross_site_script_found(value));
}

int main(void)
{
    char name[64];
    size_t i;

    for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
        value = values[i];
        snprintf(name, sizeof(name), "sql_injection, %s", names[i]);
        micro_run(name, find_sql);
        snprintf(name, sizeof(name), "cross_site_script, %s", names[i]);
        micro_run(name, find_script);
    }
    return 0;
}
