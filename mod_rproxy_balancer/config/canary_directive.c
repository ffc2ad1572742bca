/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_directive.c: RProxyCanary.  Layer L2. */
#include <apr_lib.h>
#include <apr_strings.h>

#include "balancer_parts.h"
#include "config/config_option.h"
#include "http1/h1_chars.h"
#include "http1/h1_fields.h"

#define COOKIE "cookie:rproxy_canary"

/* As options write them; read by the functions below. */
typedef struct {
    const char *steps, *tolerance, *latency, *sticky, *start;
    apr_interval_time_t step_time;
    int min_requests, min_failed;
} words_t;

/* "5", "5%".  @return the number in thousandths, or -1 */
static int permille_of(const char *text, int most)
{
    char *end;
    double n = strtod(text, &end);

    if (end == text || !apr_isdigit(*text) || (*end == '%' ? end[1] : *end)
        || n > most) {
        return -1;
    }
    return (int)(n * 10 + 0.5);
}

static const char *set_steps(cmd_parms *cmd, const char *list,
                             canary_rules_t *rules)
{
    const char *rest = list;
    int before = 0;

    while (*rest && rules->steps < CANARY_STEPS_MAX) {
        const char *word = ap_getword(cmd->temp_pool, &rest, ',');
        int permille = permille_of(word, 100);

        if (permille <= before || permille % 10) {
            before = -1;
            break;
        }
        before = permille;
        rules->percent[rules->steps++] = (uint8_t)(permille / 10);
    }
    return before > 0 && !*rest
               ? NULL
               : config_option_expected(cmd, list,
                                        "steps= of whole percentages that go "
                                        "up, 16 at most, like 1,5,25,50,100");
}

static const char *set_limits(cmd_parms *cmd, const words_t *words,
                              canary_rules_t *rules)
{
    int tolerance = permille_of(words->tolerance, 100);
    int latency = ap_cstr_casecmp(words->latency, "off") == 0
                      ? 0
                      : permille_of(words->latency, 10000);

    if (tolerance < 0) {
        return config_option_expected(cmd, words->tolerance,
                                      "tolerance= from 0% to 100%, like 0.5%");
    }
    if (latency && (latency < 1000 || latency % 10)) {
        return config_option_expected(cmd, words->latency,
                                      "latency=off, or whole percents of the "
                                      "other's from 100% on, like 150%");
    }
    rules->tolerance_permille = (uint16_t)tolerance;
    rules->latency_percent = (uint16_t)(latency / 10);
    return NULL;
}

static const char *set_sticky(cmd_parms *cmd, const char *value,
                              canary_conf_t *conf)
{
    const char *name = strchr(value, ':');

    if (strcmp(value, "none") == 0) {
        conf->sticky = NULL;
    }
    else if (strcmp(value, "cookie") == 0) {
        conf->sticky = COOKIE;
    }
    else if (strcmp(value, "address") == 0
             || ((strncmp(value, "cookie:", 7) == 0
                  || strncmp(value, "header:", 7) == 0)
                 && h1_is_token(slice_str(name + 1)))) {
        conf->sticky = value;
    }
    else {
        return config_option_expected(cmd, value,
                                      "sticky=cookie, cookie:NAME, address, "
                                      "header:NAME or none");
    }
    return NULL;
}

static const char *set_start(cmd_parms *cmd, const char *value,
                             canary_conf_t *conf)
{
    static const char *const words[] = { "manual", "auto", NULL };

    conf->start = config_option_find(words, value);
    return conf->start < 0
               ? config_option_expected(cmd, value, "start=auto or manual")
               : NULL;
}

static const char *set_all(cmd_parms *cmd, const words_t *words,
                           canary_conf_t *conf)
{
    canary_rules_t *rules = &conf->rules;
    const char *error = set_steps(cmd, words->steps, rules);

    rules->step_ms = (uint32_t)apr_time_as_msec(words->step_time);
    rules->min_requests = (uint32_t)words->min_requests;
    rules->min_failed = (uint32_t)words->min_failed;
    error = error ? error : set_limits(cmd, words, rules);
    error = error ? error : set_sticky(cmd, words->sticky, conf);
    return error ? error : set_start(cmd, words->start, conf);
}

static const char *read_words(cmd_parms *cmd, int argc, char *const argv[],
                              words_t *words)
{
    static const option_t options[] = {
        { "steps", OPTION_TEXT, offsetof(words_t, steps), 0, 0 },
        { "step-time", OPTION_TIME, offsetof(words_t, step_time), 0, 864000 },
        { "min-requests", OPTION_INT, offsetof(words_t, min_requests), 1,
          1000000 },
        { "min-failed", OPTION_INT, offsetof(words_t, min_failed), 1, 1000000 },
        { "tolerance", OPTION_TEXT, offsetof(words_t, tolerance), 0, 0 },
        { "latency", OPTION_TEXT, offsetof(words_t, latency), 0, 0 },
        { "sticky", OPTION_TEXT, offsetof(words_t, sticky), 0, 0 },
        { "start", OPTION_TEXT, offsetof(words_t, start), 0, 0 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *error = NULL;
    int i;

    for (i = 1; i < argc && !error; i++) {
        error = config_option_set(cmd, options, words, argv[i]);
    }
    return error;
}

const char *canary_directive(cmd_parms *cmd, void *dir, int argc,
                             char *const argv[])
{
    words_t words = { .steps = "1,5,25,50,100",
                      .tolerance = "0.5%",
                      .latency = "150%",
                      .sticky = "cookie",
                      .start = "auto",
                      .step_time = apr_time_from_sec(300),
                      .min_requests = 100,
                      .min_failed = 5 };
    APR_OPTIONAL_FN_TYPE(rproxy_upstream_named) *named =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_upstream_named);
    APR_OPTIONAL_FN_TYPE(rproxy_upstream_around) *around =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_upstream_around);
    canary_conf_t *conf = apr_pcalloc(cmd->pool, sizeof(*conf));
    const char *error;

    if (!around || !named || !around(cmd)) {
        return "RProxyCanary: expected in <RProxyUpstream>, that of the "
               "version that serves now";
    }
    if (argc < 1 || strchr(argv[0], '=')) {
        return "RProxyCanary: expected the name of the <RProxyUpstream> with "
               "the new version first";
    }
    conf->upstream = argv[0];
    error = read_words(cmd, argc, argv, &words);
    error = error ? error : set_all(cmd, &words, conf);
    if (!error) {
        named(cmd, conf->upstream);
        balancer_config_around(cmd)->canary = conf;
    }
    return error;
}
