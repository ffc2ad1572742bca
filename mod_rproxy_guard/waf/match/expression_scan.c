/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* expression_scan.c: one run of an expression, bounded as a whole.  Layer L1.
 *
 * PCRE2 counts steps anew for each place of a value where a match may begin,
 * and knows no time.  So a run goes in windows of such places, each with few
 * steps for a place, and the clock is looked at between them.  A window whose
 * answer is "no" is done; one that wants more steps is begun again, place by
 * place, with more of them.  That is never another answer than that of one run:
 * what is behind and before a window is seen as ever. */
#ifdef HAVE_PCRE2

#include "expression_private.h"

enum {
    SCAN_WINDOW = 256,
    SCAN_STEPS = 65536,         /* of the first window */
    SCAN_STEPS_MAX = 4000000,   /* of all places of one */
    SCAN_BYTES_MAX = 32000000,  /* places of one, times bytes of the value */
    SCAN_FAST_NS = 50000,       /* the next window may be larger */
    SCAN_MORE = 4,              /* times the steps for a place */
    SCAN_WORK = 32,             /* of a first window, for work_time_add */
    SCAN_LENGTH_OF_LIMIT = 1024 /* longer values may take more steps */
};

typedef struct {
    size_t from, places;
    uint32_t steps, steps_max; /* for a place */
} scan_window_t;

/* In a value of 100 KB even what is harmless goes a hundred times as far. */
static uint32_t scan_limit(uint32_t limit, size_t length)
{
    uint64_t scaled = (uint64_t)limit * (1 + length / SCAN_LENGTH_OF_LIMIT);

    return scaled < UINT32_MAX ? (uint32_t)scaled : UINT32_MAX;
}

static int scan_run(const expression_t *expression, expression_tools_t *tools,
                    slice_t value, size_t from, uint32_t steps)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(value.p ? value.p : "");

    if (tools->limit != steps) {
        pcre2_set_match_limit(tools->context, steps);
        tools->limit = steps;
    }
    return expression->has_jit
               ? pcre2_jit_match(expression->code, text, value.len, from, 0,
                                 tools->data, tools->context)
               : pcre2_match(expression->code, text, value.len, from, 0,
                             tools->data, tools->context);
}

/* One place more than there are bytes: the end is one, too. */
static int scan_is_last(const expression_t *expression,
                        const scan_window_t *window, slice_t value)
{
    return expression->is_whole || window->places > value.len - window->from;
}

static int scan_window(const expression_t *expression,
                       expression_tools_t *tools, slice_t value,
                       const scan_window_t *window)
{
    int found;

    if (scan_is_last(expression, window, value)) {
        return scan_run(expression, tools, value, window->from, window->steps);
    }
    pcre2_set_offset_limit(tools->context, window->from + window->places - 1);
    found = scan_run(expression, tools, value, window->from, window->steps);
    pcre2_set_offset_limit(tools->context, PCRE2_UNSET);
    return found;
}

static scan_window_t scan_first(const expression_t *expression, slice_t value,
                                const work_time_t *time)
{
    scan_window_t window = { .places =
                                 time->window ? time->window : SCAN_WINDOW };
    size_t places = value.len < window.places ? value.len + 1 : window.places;

    window.steps = (uint32_t)(SCAN_STEPS / places) + 1;
    window.steps_max = scan_limit(expression->limit, value.len);
    if (window.steps > window.steps_max) {
        window.steps = window.steps_max;
    }
    return window;
}

/* @return 0: there are not that many steps, or not the time for them */
static int scan_deepen(scan_window_t *window, const work_time_t *time)
{
    if (window->steps >= window->steps_max
        || time->last_ns * SCAN_MORE > work_time_left_ns(time)) {
        return 0;
    }
    window->steps = window->steps < window->steps_max / SCAN_MORE
                        ? window->steps * SCAN_MORE
                        : window->steps_max;
    window->places = 1;
    return 1;
}

static void scan_advance(scan_window_t *window, size_t length,
                         const work_time_t *time)
{
    size_t twice = window->places * 2;

    window->from += window->places;
    if (time->last_ns < SCAN_FAST_NS && twice < SCAN_BYTES_MAX / length
        && twice < SCAN_STEPS_MAX / window->steps) {
        window->places = twice;
    }
    else if (time->last_ns > 4 * SCAN_FAST_NS && window->places > 1) {
        window->places /= 2;
    }
}

/* Behind a first window that did not say it all. */
static int scan_on(const expression_t *expression, expression_tools_t *tools,
                   slice_t value, scan_window_t *window, int found,
                   work_time_t *time)
{
    for (;;) {
        if (found != PCRE2_ERROR_NOMATCH && found != PCRE2_ERROR_MATCHLIMIT) {
            return found;
        }
        if (found == PCRE2_ERROR_NOMATCH
            && scan_is_last(expression, window, value)) {
            return found;
        }
        if (work_time_look(time)
            || (found == PCRE2_ERROR_MATCHLIMIT
                && !scan_deepen(window, time))) {
            return PCRE2_ERROR_MATCHLIMIT;
        }
        if (found == PCRE2_ERROR_NOMATCH) {
            scan_advance(window, value.len, time);
        }
        found = scan_window(expression, tools, value, window);
    }
}

int expression_scan(const expression_t *expression, expression_tools_t *tools,
                    slice_t value, work_time_t *time)
{
    scan_window_t window;

    if (!time) {
        return scan_run(expression, tools, value, 0,
                        scan_limit(expression->limit, value.len));
    }
    window = scan_first(expression, value, time);
    if (work_time_add(time, SCAN_WORK)) {
        return PCRE2_ERROR_MATCHLIMIT;
    }
    return scan_on(expression, tools, value, &window,
                   scan_window(expression, tools, value, &window), time);
}

#endif
