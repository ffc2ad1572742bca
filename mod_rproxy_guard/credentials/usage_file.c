/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_file.c: see usage_file.h.  Layer L0. */
#include "usage_file.h"

enum {
    LINE_MAX_BYTES = USAGE_LABEL + 4 * 21,
    ENDS_MAX_BYTES = 64,
    MORE_LABELS = 8,
    DAY_MAX = 65535
};

/* ---- writing ---- */

size_t usage_file_room(const usage_table_t *table)
{
    size_t labels = MORE_LABELS;
    uint32_t i;

    for (i = 0; i < table->rows; i++) {
        labels += __atomic_load_n(&table->row[i].id, __ATOMIC_RELAXED) != 0;
    }
    return labels * USAGE_DAYS * LINE_MAX_BYTES + ENDS_MAX_BYTES;
}

static char *put_text(char *at, slice_t text)
{
    memcpy(at, text.p, text.len);
    return at + text.len;
}

static char *put_number(char *at, uint64_t n)
{
    char digits[20];
    size_t len = 0;

    do {
        digits[sizeof(digits) - ++len] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    return put_text(at, slice_make(digits + sizeof(digits) - len, len));
}

/* @return at, if nothing was used on that day */
static char *put_day(char *at, const usage_row_t *row, uint32_t day)
{
    uint64_t n[USAGE_COUNTS], any = 0;
    int what;

    for (what = 0; what < USAGE_COUNTS; what++) {
        n[what] = usage_get(row, day, (usage_count_e)what);
        any |= n[what];
    }
    if (!any || !row->label[0]) {
        return at;
    }
    at = put_text(at, slice_make(row->label, strnlen(row->label, USAGE_LABEL)));
    *at++ = ' ';
    at = put_number(at, day);
    for (what = 0; what < USAGE_COUNTS; what++) {
        *at++ = ' ';
        at = put_number(at, n[what]);
    }
    *at++ = '\n';
    return at;
}

size_t usage_file_write(char *out, size_t room, const usage_table_t *table,
                        uint32_t day)
{
    char *at = put_text(out, SLICE_LIT(USAGE_FILE_FIRST)), *before;
    const char *full = out + room - LINE_MAX_BYTES - ENDS_MAX_BYTES / 2;
    uint32_t i, k;
    uint64_t lines = 0;

    for (i = 0; i < table->rows; i++) {
        for (k = 0; k < USAGE_DAYS && k <= day && at < full; k++) {
            before = at;
            at = put_day(at, &table->row[i], day - k);
            lines += at > before;
        }
    }
    at = put_text(at, SLICE_LIT("end "));
    at = put_number(at, lines);
    *at++ = '\n';
    return (size_t)(at - out);
}

/* ---- reading ---- */

/* A line that ends; the last one too. */
static int next_line(slice_t *rest, slice_t *line)
{
    const char *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;

    if (!end) {
        return 0;
    }
    *line = slice_make(rest->p, (size_t)(end - rest->p));
    *rest = slice_make(end + 1, rest->len - line->len - 1);
    return 1;
}

static slice_t next_word(slice_t *line)
{
    const char *blank = line->len ? memchr(line->p, ' ', line->len) : NULL;
    slice_t word = *line;

    if (blank) {
        word.len = (size_t)(blank - line->p);
        *line = slice_make(blank + 1, line->len - word.len - 1);
    }
    else {
        *line = slice_make(NULL, 0);
    }
    return word;
}

static int read_number(slice_t word, uint64_t most, uint64_t *n)
{
    size_t i;

    for (*n = 0, i = 0; i < word.len; i++) {
        if (word.p[i] < '0' || word.p[i] > '9') {
            return 0;
        }
        *n = *n * 10 + (uint64_t)(word.p[i] - '0');
        if (*n > most) {
            return 0;
        }
    }
    return word.len > 0;
}

static int is_label(slice_t word)
{
    size_t i;

    for (i = 0; i < word.len; i++) {
        if ((unsigned char)word.p[i] <= ' '
            || (unsigned char)word.p[i] >= 0x7f) {
            return 0;
        }
    }
    return word.len > 0 && word.len < USAGE_LABEL;
}

static int read_line(slice_t line, const usage_table_t *table)
{
    slice_t label = next_word(&line);
    uint64_t day, n[USAGE_COUNTS];
    usage_row_t *row;
    int what;

    if (!is_label(label) || !read_number(next_word(&line), DAY_MAX, &day)) {
        return 0;
    }
    for (what = 0; what < USAGE_COUNTS; what++) {
        if (!read_number(next_word(&line),
                         (UINT64_C(1) << USAGE_COUNT_BITS) - 1, &n[what])) {
            return 0;
        }
    }
    row = table ? usage_table_row(table, label) : NULL;
    for (what = 0; row && what < USAGE_COUNTS; what++) {
        usage_add(row, (uint32_t)day, (usage_count_e)what, n[what]);
    }
    return line.len == 0;
}

uint32_t usage_file_read(slice_t text, const usage_table_t *table)
{
    uint32_t number = 1, lines = 0;
    slice_t line, word;
    uint64_t count;

    if (!next_line(&text, &line)
        || !slice_eq(slice_make(line.p, line.len + 1),
                     SLICE_LIT(USAGE_FILE_FIRST))) {
        return number;
    }
    for (number = 2; next_line(&text, &line); number++, lines++) {
        word = line;
        if (slice_eq(next_word(&word), SLICE_LIT("end"))
            && read_number(word, UINT32_MAX, &count)) {
            return count == lines && text.len == 0 ? 0 : number;
        }
        if (!read_line(line, table)) {
            return number;
        }
    }
    return number;
}
