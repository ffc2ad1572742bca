/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_file.c: see ban_file.h.  Layer L1. */
#include "ban_file.h"

#include <apr_strings.h>

#define FIRST "mod_rproxy_guard bans 1 "
#define LAST "end "

/* ---- writing ---- */

size_t ban_file_first(char *line, int64_t unix_time)
{
    return (size_t)apr_snprintf(line, BAN_FILE_LINE_MAX,
                                FIRST "%" APR_INT64_T_FMT "\n", unix_time);
}

static uint32_t until(uint32_t time, uint32_t now)
{
    return time > now ? time - now : 0;
}

size_t ban_file_line(char *line, const ban_t *ban, uint32_t now)
{
    char network[ADDRESS_TEXT_MAX + 4];

    network_format(network, ban->network);
    return (size_t)apr_snprintf(line, BAN_FILE_LINE_MAX,
                                "%s\t%u\t%u\t%u\t%u\t%u\t%s\t%s\t%s\n", network,
                                until(now, ban->since), until(ban->until, now),
                                until(ban->forget, now), ban->times,
                                ban->refused, ban->by_hand ? "order" : "rule",
                                ban->rule, ban->why);
}

size_t ban_file_last(char *line, uint32_t bans)
{
    return (size_t)apr_snprintf(line, BAN_FILE_LINE_MAX, LAST "%u\n", bans);
}

/* ---- reading ---- */

/* Up to the separator, which is taken too; all of it without one. */
static slice_t take(slice_t *text, char separator)
{
    const char *end = text->len ? memchr(text->p, separator, text->len) : NULL;
    size_t len = end ? (size_t)(end - text->p) : text->len;
    slice_t part = slice_make(text->p, len);

    len += end != NULL;
    *text = slice_make(text->p + len, text->len - len);
    return part;
}

/* All of text, decimal digits.  @return 0: it is none, or more than max */
static int number_of(slice_t text, int64_t max, int64_t *n)
{
    size_t i;

    *n = 0;
    for (i = 0; i < text.len; i++) {
        int digit = text.p[i] - '0';

        if (digit < 0 || digit > 9 || *n > (max - digit) / 10) {
            return 0;
        }
        *n = *n * 10 + digit;
    }
    return text.len > 0;
}

static int take_number(slice_t *line, int64_t max, uint32_t *n)
{
    int64_t value;

    if (!number_of(take(line, '\t'), max, &value)) {
        return 0;
    }
    *n = (uint32_t)value;
    return 1;
}

static int take_text(slice_t *line, char *out, size_t size)
{
    slice_t text = take(line, '\t');
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (text.p[i] < ' ' || text.p[i] > '~') {
            return 0;
        }
    }
    if (text.len >= size) {
        return 0;
    }
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return 1;
}

/* What follows a word at the line's beginning.  @return 0: it is another */
static int after_word(slice_t line, const char *word, int64_t max, int64_t *n)
{
    size_t len = strlen(word);

    return line.len > len && memcmp(line.p, word, len) == 0
           && number_of(slice_make(line.p + len, line.len - len), max, n);
}

const char *ban_file_open(ban_file_t *file, slice_t text)
{
    *file = (ban_file_t){ .rest = text, .line = 1 };
    if (!text.len || memchr(text.p, '\0', text.len)
        || text.p[text.len - 1] != '\n'
        || !after_word(take(&file->rest, '\n'), FIRST, INT64_C(253402300799),
                       &file->written)) {
        file->fault = "it is no list of bans of this version";
    }
    return file->fault;
}

/* ago, left, forget: seconds, as in the file. */
typedef struct {
    uint32_t ago, left, forget;
} times_t;

static const char *read_line(slice_t line, ban_t *ban, times_t *times)
{
    static const slice_t order = SLICE_LIT("order"), rule = SLICE_LIT("rule");
    const char *wrong = network_parse(&ban->network, take(&line, '\t'));
    slice_t kind;

    if (wrong) {
        return wrong;
    }
    if (!take_number(&line, UINT32_MAX, &times->ago)
        || !take_number(&line, UINT32_MAX, &times->left)
        || !take_number(&line, UINT32_MAX, &times->forget)
        || !take_number(&line, BAN_TIMES_MAX, &ban->times)
        || !take_number(&line, UINT32_MAX, &ban->refused)) {
        return "a number is wrong";
    }
    kind = take(&line, '\t');
    ban->by_hand = slice_eq(kind, order);
    if (!ban->by_hand && !slice_eq(kind, rule)) {
        return "neither rule nor order";
    }
    if (!take_text(&line, ban->rule, sizeof(ban->rule))
        || !take_text(&line, ban->why, sizeof(ban->why)) || line.len) {
        return "a text is wrong";
    }
    return times->forget < times->left ? "forgotten before its end" : NULL;
}

static uint32_t later(uint32_t now, uint32_t seconds)
{
    return now > UINT32_MAX - seconds ? UINT32_MAX : now + seconds;
}

/* @return 0: it is forgotten */
static int set_times(ban_t *ban, const times_t *times, uint32_t passed,
                     uint32_t now)
{
    ban->since = until(now, later(times->ago, passed));
    ban->until = times->left > passed ? later(now, times->left - passed) : now;
    ban->forget = later(now, until(times->forget, passed));
    return times->forget > passed;
}

/* @return 0: the last line, or file->fault */
static int next_line(ban_file_t *file, slice_t *line)
{
    int64_t bans;

    file->line++;
    *line = take(&file->rest, '\n');
    if (!after_word(*line, LAST, UINT32_MAX, &bans)) {
        return 1;
    }
    if (bans != file->bans || file->rest.len) {
        file->fault = "the number of bans is another";
    }
    return 0;
}

int ban_file_next(ban_file_t *file, uint32_t passed, uint32_t now, ban_t *ban)
{
    slice_t line;
    times_t times;

    while (!file->fault && next_line(file, &line)) {
        memset(ban, 0, sizeof(*ban));
        file->fault = read_line(line, ban, &times);
        file->bans++;
        if (!file->fault && set_times(ban, &times, passed, now)) {
            return 1;
        }
    }
    return 0;
}
