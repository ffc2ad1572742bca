/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agent_lines.c: see agent_lines.h.  Layer L0. */
#include "agent_lines.h"

enum {
    FAULT_TEXT = 64,
    WORD_MIN = 2,
    WORD_MAX = 128
};

uint32_t agent_lines_count(slice_t text)
{
    const char *p = text.p, *end = text.len ? text.p + text.len : text.p;
    uint32_t n = 1;

    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        p++;
        n++;
    }
    return n;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static slice_t without_blanks(slice_t text)
{
    while (text.len && is_blank(text.p[0])) {
        text = slice_make(text.p + 1, text.len - 1);
    }
    return text;
}

static slice_t take(slice_t *rest, size_t len)
{
    slice_t taken = slice_make(rest->p, len);

    *rest = slice_make(rest->p + len, rest->len - len);
    return taken;
}

/* The next one, up to a blank, or within quotes.
 * @return 0: there is none before a comment; -1: a quote is missing */
static int next_word(slice_t *rest, slice_t *word)
{
    size_t len = 0;

    *rest = without_blanks(*rest);
    if (!rest->len || rest->p[0] == '#') {
        return 0;
    }
    if (rest->p[0] == '"') {
        const char *end = memchr(rest->p + 1, '"', rest->len - 1);

        if (!end) {
            return -1;
        }
        take(rest, 1);
        *word = take(rest, (size_t)(end - rest->p));
        take(rest, 1);
        return 1;
    }
    while (len < rest->len && !is_blank(rest->p[len])) {
        len++;
    }
    *word = take(rest, len);
    return 1;
}

static int has_key(slice_t word, slice_t key, slice_t *value)
{
    if (word.len < key.len || !slice_eq(slice_make(word.p, key.len), key)) {
        return 0;
    }
    *value = slice_make(word.p + key.len, word.len - key.len);
    return 1;
}

static const char *read_proofs(slice_t rest, agent_line_t *line)
{
    slice_t word = { NULL, 0 };
    int found;

    while ((found = next_word(&rest, &word)) > 0) {
        if (!has_key(word, SLICE_LIT("domains="), &line->domains)
            && !has_key(word, SLICE_LIT("list="), &line->list)) {
            return "expected domains= or list= behind the word (or quotes "
                   "around it)";
        }
        if (line->class != BOT_SEARCH) {
            return "only lines of search have domains= and list=";
        }
    }
    return found < 0 ? "the second quote is missing"
           : line->domains.len >= AGENT_DOMAINS_MAX
                   || line->list.len >= AGENT_LIST_MAX
               ? "domains= has 255 letters at most, list= 63"
               : NULL;
}

/* @return NULL, or what is wrong; an empty line has no word */
static const char *read_line(slice_t rest, agent_line_t *line)
{
    slice_t name = { NULL, 0 };
    int found = next_word(&rest, &name);

    *line = (agent_line_t){ .class = BOT_CLASS_COUNT };
    if (found == 0) {
        return NULL;
    }
    line->class = bot_class_named(name);
    if (line->class != BOT_SEARCH && line->class != BOT_BOT
        && line->class != BOT_AI && line->class != BOT_TOOL) {
        return "expected search, bot, ai or tool first";
    }
    found = next_word(&rest, &line->word);
    if (found < 0) {
        return "the second quote is missing";
    }
    if (found == 0 || line->word.len < WORD_MIN || line->word.len > WORD_MAX) {
        return "expected 2 to 128 letters of the user agent behind the class";
    }
    return read_proofs(rest, line);
}

uint32_t agent_lines_read(slice_t text, agent_line_t *lines,
                          agent_fault_t *fault)
{
    const char *at = text.p, *end = text.len ? text.p + text.len : text.p;
    uint32_t number = 0, n = 0;

    *fault = (agent_fault_t){ 0 };
    while (at < end) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        slice_t line = slice_make(at, (size_t)((next ? next : end) - at));

        number++;
        fault->reason = read_line(line, &lines[n]);
        if (!fault->reason && lines[n].word.len && n == AGENT_LINES_MAX) {
            fault->reason = "expected 10000 lines at most";
        }
        if (fault->reason) {
            fault->line = number;
            fault->text =
                slice_make(line.p,
                           line.len < FAULT_TEXT ? line.len : FAULT_TEXT);
            return n;
        }
        n += lines[n].word.len > 0;
        at = next ? next + 1 : end;
    }
    return n;
}
