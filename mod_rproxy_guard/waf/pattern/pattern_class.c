/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_class.c: bytes and sets of bytes in expressions.  Layer L1.
 * pcre2pattern(3), "CHARACTER CLASSES", "BACKSLASH". */
#include "pattern_private.h"

#include "waf/transform/char_kind.h"

static void add_range(byte_set_t *set, int first, int last)
{
    for (; first <= last; first++) {
        byte_set_add(set, (unsigned char)first);
    }
}

static void invert(byte_set_t *set)
{
    int i;

    for (i = 0; i < 4; i++) {
        set->word[i] = ~set->word[i];
    }
}

void pattern_add_byte(const pattern_parser_t *parser, byte_set_t *set,
                      unsigned char byte)
{
    byte_set_add(set, byte);
    if (parser->ignore_case && (unsigned char)((byte | 0x20) - 'a') < 26) {
        byte_set_add(set, byte ^ 0x20);
    }
}

int pattern_class_escape(char letter, byte_set_t *set)
{
    byte_set_t found = { { 0 } };

    switch (letter | 0x20) {
    case 'd':
        add_range(&found, '0', '9');
        break;
    case 'w':
        add_range(&found, '0', '9');
        add_range(&found, 'A', 'Z');
        add_range(&found, 'a', 'z');
        byte_set_add(&found, '_');
        break;
    case 's':
        add_range(&found, '\t', '\r');
        byte_set_add(&found, ' ');
        break;
    case 'h':
        byte_set_add(&found, '\t');
        byte_set_add(&found, ' ');
        byte_set_add(&found, NO_BREAK_SPACE);
        break;
    case 'v':
        add_range(&found, '\n', '\r');
        byte_set_add(&found, 0x85);
        break;
    default:
        return 0;
    }
    if (letter < 'a') {
        invert(&found);
    }
    byte_set_join(set, &found);
    return 1;
}

/* \xHH, \xH, \x; \x{...} of a byte. */
static int hex_escape(pattern_parser_t *parser)
{
    unsigned value = 0;
    int digits = 0;
    int braces = parser->p < parser->end && *parser->p == '{';

    parser->p += braces;
    while (parser->p < parser->end && digits < (braces ? 8 : 2)
           && char_hex((unsigned char)*parser->p) >= 0) {
        value = value << 4 | (unsigned)char_hex((unsigned char)*parser->p++);
        digits++;
    }
    if (braces) {
        if (!digits || value > 255 || parser->p == parser->end
            || *parser->p != '}') {
            parser->wrong = 1;
            return 0;
        }
        parser->p++;
    }
    return (int)value;
}

static int octal_escape(pattern_parser_t *parser)
{
    int value = 0, digits = 0;

    while (parser->p < parser->end && digits < 3
           && char_is_octal((unsigned char)*parser->p)) {
        value = value << 3 | (*parser->p++ - '0');
        digits++;
    }
    return value & 255;
}

int pattern_byte_escape(pattern_parser_t *parser)
{
    static const char letters[] = "aefnrt", bytes[] = "\a\033\f\n\r\t";
    unsigned char c;
    const char *at;

    if (parser->p == parser->end) {
        parser->wrong = 1;
        return 0;
    }
    c = (unsigned char)*parser->p;
    if (c == '0') {
        return octal_escape(parser);
    }
    if (c == 'x') {
        parser->p++;
        return hex_escape(parser);
    }
    at = c ? strchr(letters, c) : NULL;
    if (at) {
        parser->p++;
        return bytes[at - letters];
    }
    if (char_is_alnum(c)) {
        return -1;
    }
    parser->p++;
    return c;
}

/* ---- [...] ---- */

/* [:alpha:]; p at its "[".  With (?i), PCRE2 takes both cases for letters. */
static int posix_class(pattern_parser_t *parser, byte_set_t *set)
{
    static const struct {
        slice_t name;
        const char *ranges; /* pairs */
    } classes[] = {
        { SLICE_LIT("alnum"), "09AZaz" },  { SLICE_LIT("alpha"), "AZaz" },
        { SLICE_LIT("blank"), "\t\t  " },  { SLICE_LIT("digit"), "09" },
        { SLICE_LIT("lower"), "az" },      { SLICE_LIT("punct"), "!/:@[`{~" },
        { SLICE_LIT("space"), "\t\r  " },  { SLICE_LIT("upper"), "AZ" },
        { SLICE_LIT("word"), "09AZaz__" }, { SLICE_LIT("xdigit"), "09AFaf" }
    };
    slice_t rest = slice_make(parser->p, (size_t)(parser->end - parser->p));
    size_t i;

    for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        slice_t name = classes[i].name;
        const char *pair = classes[i].ranges;

        if (rest.len >= name.len + 4 && memcmp(rest.p, "[:", 2) == 0
            && memcmp(rest.p + 2, name.p, name.len) == 0
            && memcmp(rest.p + 2 + name.len, ":]", 2) == 0) {
            if (parser->ignore_case
                && (!strcmp(pair, "az") || !strcmp(pair, "AZ"))) {
                pair = "AZaz";
            }
            for (; *pair; pair += 2) {
                add_range(set, pair[0], pair[1]);
            }
            parser->p += name.len + 4;
            return 1;
        }
    }
    return 0;
}

/* "[:", "[." or "[=", and later ":]" and so on. */
static int is_posix(const pattern_parser_t *parser)
{
    const char *p = parser->p;
    char mark;

    if (parser->end - p < 4 || *p != '[' || !p[1] || !strchr(":.=", p[1])) {
        return 0;
    }
    mark = p[1];
    for (p += 2; p + 1 < parser->end; p++) {
        if (p[0] == mark && p[1] == ']') {
            return 1;
        }
    }
    return 0;
}

/* A single byte, or -1 and a whole class was added. */
static int class_item(pattern_parser_t *parser, byte_set_t *set)
{
    char c = *parser->p;
    int byte;

    if (is_posix(parser)) {
        parser->wrong |= !posix_class(parser, set);
        return -1;
    }
    parser->p++;
    if (c != '\\') {
        return (unsigned char)c;
    }
    if (parser->p < parser->end && *parser->p == 'b') {
        parser->p++;
        return '\b';
    }
    if (parser->p < parser->end && pattern_class_escape(*parser->p, set)) {
        parser->p++;
        return -1;
    }
    byte = pattern_byte_escape(parser);
    parser->wrong |= byte < 0;
    return byte;
}

static void add_bytes(const pattern_parser_t *parser, byte_set_t *set,
                      int first, int last)
{
    for (; first <= last; first++) {
        pattern_add_byte(parser, set, (unsigned char)first);
    }
}

/* An item, or a range of two. */
static void class_part(pattern_parser_t *parser, byte_set_t *set)
{
    int first = class_item(parser, set), last = first;

    if (first >= 0 && parser->end - parser->p > 1 && *parser->p == '-'
        && parser->p[1] != ']') {
        parser->p++;
        last = class_item(parser, set);
        if (last < first) {
            parser->wrong = 1;
        }
    }
    if (first >= 0) {
        add_bytes(parser, set, first, last);
    }
}

byte_set_t pattern_class(pattern_parser_t *parser)
{
    byte_set_t set = { { 0 } };
    int inverted = parser->p < parser->end && *parser->p == '^';
    const char *from;

    parser->p += inverted;
    from = parser->p;
    while (parser->p < parser->end && !parser->wrong
           && (*parser->p != ']' || parser->p == from)) {
        class_part(parser, &set);
    }
    if (parser->p == parser->end) {
        parser->wrong = 1;
        return set;
    }
    parser->p++;
    if (inverted) {
        invert(&set);
    }
    return set;
}
