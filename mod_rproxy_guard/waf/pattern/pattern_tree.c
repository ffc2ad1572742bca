/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_tree.c: see pattern_tree.h.  Layer L1.  pcre2pattern(3). */
#include "pattern_private.h"

#include "waf/transform/char_kind.h"

enum {
    DEPTH_MAX = 100,
    REPEAT_MAX = 65535,
    NEXT_LINE = 0x85 /* a space of Unicode that PCRE2 skips without UTF, too */
};

static pattern_node_t *node(pattern_parser_t *parser, pattern_kind_e kind)
{
    pattern_node_t *made = apr_pcalloc(parser->pool, sizeof(*made));

    made->kind = kind;
    return made;
}

static pattern_node_t *alternatives(pattern_parser_t *parser);

static int at_end(const pattern_parser_t *parser)
{
    return parser->p == parser->end;
}

static int takes(pattern_parser_t *parser, const char *text)
{
    size_t length = strlen(text);

    if ((size_t)(parser->end - parser->p) < length
        || memcmp(parser->p, text, length) != 0) {
        return 0;
    }
    parser->p += length;
    return 1;
}

static void skip_behind(pattern_parser_t *parser, char c)
{
    while (!at_end(parser) && *parser->p != c) {
        parser->p++;
    }
    if (at_end(parser)) {
        parser->wrong = 1;
        return;
    }
    parser->p++;
}

/* ---- groups ---- */

/* The rest of a group, whose "(" and prefix are read. */
static pattern_node_t *group(pattern_parser_t *parser)
{
    int ignore_case = parser->ignore_case, extended = parser->extended;
    pattern_node_t *inner;

    if (++parser->depth > DEPTH_MAX) {
        parser->wrong = 1;
        return node(parser, PATTERN_UNKNOWN);
    }
    inner = alternatives(parser);
    parser->depth--;
    parser->wrong |= !takes(parser, ")");
    parser->ignore_case = ignore_case;
    parser->extended = extended;
    return inner;
}

static int set_option(pattern_parser_t *parser, char letter, int on)
{
    switch (letter) {
    case 'i':
        parser->ignore_case = on;
        return 1;
    case 'x':
        parser->extended = on;
        return parser->p[-1] != 'x'; /* (?xx): blanks in [...], too */
    case 's':
    case 'm':
    case 'U':
    case 'J':
        return 1; /* says nothing of what bytes there must be */
    default:
        return 0;
    }
}

/* Behind "(?": options for the rest of this group, or of one of their own. */
static pattern_node_t *options(pattern_parser_t *parser)
{
    int ignore_case = parser->ignore_case, extended = parser->extended;
    int on = 1;
    pattern_node_t *inner;

    for (; !at_end(parser); parser->p++) {
        if (*parser->p == '-') {
            on = 0;
        }
        else if (!set_option(parser, *parser->p, on)) {
            break;
        }
    }
    if (takes(parser, ")")) {
        return node(parser, PATTERN_NOTHING);
    }
    parser->wrong |= !takes(parser, ":");
    if (parser->wrong) {
        return node(parser, PATTERN_UNKNOWN);
    }
    inner = group(parser);
    parser->ignore_case = ignore_case;
    parser->extended = extended;
    return inner;
}

/* Behind "(". */
static pattern_node_t *any_group(pattern_parser_t *parser)
{
    if (!takes(parser, "?")) {
        parser->wrong |= !at_end(parser) && *parser->p == '*';
        return group(parser);
    }
    if (takes(parser, "=") || takes(parser, "!") || takes(parser, "<=")
        || takes(parser, "<!")) {
        group(parser);
        return node(parser, PATTERN_NOTHING);
    }
    if (takes(parser, ":") || takes(parser, ">")) {
        return group(parser);
    }
    if (takes(parser, "<") || takes(parser, "P<")) {
        skip_behind(parser, '>');
        return group(parser);
    }
    return options(parser);
}

/* ---- single things ---- */

static pattern_node_t *of_set(pattern_parser_t *parser, byte_set_t set)
{
    pattern_node_t *made = node(parser, PATTERN_BYTE);

    made->set = set;
    return made;
}

static pattern_node_t *of_byte(pattern_parser_t *parser, unsigned char byte)
{
    byte_set_t set = { { 0 } };

    pattern_add_byte(parser, &set, byte);
    return of_set(parser, set);
}

static pattern_node_t *escape(pattern_parser_t *parser)
{
    byte_set_t set = { { 0 } };
    int byte;

    if (at_end(parser)) {
        parser->wrong = 1;
        return node(parser, PATTERN_UNKNOWN);
    }
    if (pattern_class_escape(*parser->p, &set)) {
        parser->p++;
        return of_set(parser, set);
    }
    if (strchr("bBAzZG", *parser->p) && *parser->p) {
        parser->p++;
        return node(parser, PATTERN_NOTHING);
    }
    if (*parser->p >= '1' && *parser->p <= '9') {
        parser->p++;
        /* Two digits may be a byte. */
        parser->wrong |=
            !at_end(parser) && char_is_digit((unsigned char)*parser->p);
        return node(parser, PATTERN_UNKNOWN);
    }
    byte = pattern_byte_escape(parser);
    if (byte < 0) {
        parser->wrong = 1;
        return node(parser, PATTERN_UNKNOWN);
    }
    return of_byte(parser, (unsigned char)byte);
}

static pattern_node_t *atom(pattern_parser_t *parser)
{
    static const byte_set_t all = { { ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
                                      ~UINT64_C(0) } };
    char c = *parser->p++;

    switch (c) {
    case '(':
        return any_group(parser);
    case '[':
        return of_set(parser, pattern_class(parser));
    case '\\':
        return escape(parser);
    case '.':
        return of_set(parser, all);
    case '^':
    case '$':
        return node(parser, PATTERN_NOTHING);
    case '*':
    case '+':
    case '?':
        parser->wrong = 1;
        return node(parser, PATTERN_UNKNOWN);
    default:
        return of_byte(parser, (unsigned char)c);
    }
}

/* ---- how often ---- */

static int number(const char **p, const char *end)
{
    int value = -1;

    while (*p < end && char_is_digit((unsigned char)**p)
           && value <= REPEAT_MAX) {
        value = (value < 0 ? 0 : value) * 10 + (*(*p)++ - '0');
    }
    return value;
}

/* {2} {2,} {2,3}; anything else stands for itself, but {,3} and { 2, 3 }: they
 * do so before PCRE2 10.43 alone. */
static int braces(pattern_parser_t *parser, int *min, int *max)
{
    const char *p = parser->p + 1;

    *min = number(&p, parser->end);
    *max = *min;
    if (*min >= 0 && p < parser->end && *p == ',') {
        p++;
        *max = number(&p, parser->end);
    }
    if (p == parser->end || *p != '}' || *min < 0 || *min > REPEAT_MAX) {
        parser->wrong |=
            p < parser->end && (*p == ',' || *p == ' ' || *p == '\t');
        return 0;
    }
    parser->p = p + 1;
    return 1;
}

static int repeats(pattern_parser_t *parser, int *min, int *max)
{
    if (at_end(parser)) {
        return 0;
    }
    if (*parser->p == '{') {
        return braces(parser, min, max);
    }
    if (!*parser->p || !strchr("*+?", *parser->p)) {
        return 0;
    }
    *min = *parser->p == '+';
    *max = *parser->p == '?' ? 1 : -1;
    parser->p++;
    return 1;
}

/* What means nothing between things, even between one and how often it comes:
 * comments, and with (?x) spaces and the rest of a line behind "#". */
static void skip_space(pattern_parser_t *parser)
{
    while (!at_end(parser)) {
        if (takes(parser, "(?#")) {
            skip_behind(parser, ')');
        }
        else if (!parser->extended) {
            return;
        }
        else if (char_is_space((unsigned char)*parser->p)
                 || (unsigned char)*parser->p == NEXT_LINE) {
            parser->p++;
        }
        else if (*parser->p == '#') {
            while (!at_end(parser) && *parser->p != '\n') {
                parser->p++;
            }
        }
        else {
            return;
        }
    }
}

static pattern_node_t *repeated(pattern_parser_t *parser)
{
    pattern_node_t *inner = atom(parser), *outer;
    int min, max;

    skip_space(parser);
    while (!parser->wrong && repeats(parser, &min, &max)) {
        if (!takes(parser, "?")) {
            takes(parser, "+");
        }
        outer = node(parser, PATTERN_REPEAT);
        outer->min = min;
        outer->max = max;
        outer->child = inner;
        inner = outer;
        skip_space(parser);
    }
    return inner;
}

/* ---- sequences ---- */

static int ends_sequence(const pattern_parser_t *parser)
{
    return parser->wrong || at_end(parser) || *parser->p == '|'
           || *parser->p == ')';
}

static pattern_node_t *sequence(pattern_parser_t *parser)
{
    pattern_node_t *all = node(parser, PATTERN_ALL), **next = &all->child;

    skip_space(parser);
    while (!ends_sequence(parser)) {
        *next = repeated(parser);
        next = &(*next)->next;
        skip_space(parser);
    }
    return all;
}

static pattern_node_t *alternatives(pattern_parser_t *parser)
{
    pattern_node_t *any = node(parser, PATTERN_ANY), **next = &any->child;

    do {
        *next = sequence(parser);
        next = &(*next)->next;
    } while (!parser->wrong && takes(parser, "|"));
    return any;
}

pattern_node_t *pattern_tree(slice_t text, apr_pool_t *pool)
{
    pattern_parser_t parser = { .p = text.p,
                                .end = text.p + text.len,
                                .pool = pool };
    pattern_node_t *tree = alternatives(&parser);

    return parser.wrong || !at_end(&parser) ? NULL : tree;
}
