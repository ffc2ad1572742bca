/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* form_find.c: three machines that eat a byte each time.  Layer L0. */
#include "form_find.h"

enum {
    AT_NAME, /* urlencoded: before "=" */
    AT_VALUE,
    AT_GIVEN, /* behind a value that was given out */
    AT_REST,  /* the value of another field */

    AT_TEXT, /* multipart: looking for "name=" */
    AT_PARAMETER,
    AT_HEAD, /* behind the name, before the empty line */
    AT_LINE, /* the value */

    AT_TOKEN, /* JSON: outside of strings */
    AT_STRING,
    AT_COLON, /* behind a string */
    AT_MEMBER,
    AT_NUMBER
};

static int is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int hex_of(unsigned char c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : slice_lower(c) >= 'a' && slice_lower(c) <= 'f'
               ? slice_lower(c) - 'a' + 10
               : -1;
}

static void put(form_find_t *f, unsigned char c)
{
    if (f->len < FORM_TEXT_MAX) {
        f->text[f->len++] = (char)c;
    }
}

static void enter(form_find_t *f, int state)
{
    f->state = state;
    f->len = 0;
    f->escape = f->digits = 0;
}

/* ---- names ---- */

/* As PHP names its variables: without spaces in front, no more than the first
 * NUL lets through, and "_" for what a variable cannot have. */
static unsigned char of_variable(unsigned char c)
{
    return c == ' ' || c == '.' ? '_' : c;
}

static int is_name(const form_find_t *f)
{
    size_t from = 0, i;

    while (from < f->len && f->text[from] == ' ') {
        from++;
    }
    for (i = 0; i < f->name.len; i++) {
        if (from + i >= f->len
            || of_variable((unsigned char)f->text[from + i])
                   != of_variable((unsigned char)f->name.p[i])) {
            return 0;
        }
    }
    return from + i == f->len || f->text[from + i] == '\0';
}

/* ---- application/x-www-form-urlencoded ---- */

/* What was thought to be encoded and is not stays as it is. */
static void put_encoded(form_find_t *f, unsigned char c)
{
    int digit = hex_of(c);

    if (f->digits && digit >= 0) {
        f->code = f->code << 4 | (unsigned)digit;
        if (f->digits++ == 2) {
            f->digits = 0;
            put(f, (unsigned char)f->code);
        }
        else {
            f->last = c;
        }
        return;
    }
    if (f->digits) {
        put(f, '%');
        if (f->digits == 2) {
            put(f, f->last);
        }
        f->digits = 0;
    }
    if (c == '%') {
        f->digits = 1;
        f->code = 0;
    }
    else {
        put(f, c == '+' ? ' ' : c);
    }
}

static int eat_urlencoded(form_find_t *f, unsigned char c)
{
    if (f->state == AT_GIVEN) {
        enter(f, AT_NAME);
    }
    if (c == '&') {
        if (f->state == AT_VALUE) {
            f->state = AT_GIVEN;
            return 1;
        }
        enter(f, AT_NAME);
        return 0;
    }
    if (f->state == AT_NAME && c == '=') {
        enter(f, is_name(f) ? AT_VALUE : AT_REST);
    }
    else if (f->state != AT_REST) {
        put_encoded(f, c);
    }
    return 0;
}

/* ---- multipart/form-data ---- */

/* "name=", not "filename="; text holds the last letters. */
static void look_for_name(form_find_t *f, unsigned char c)
{
    static const char word[] = "name=";

    c = slice_lower(c);
    if (f->digits == 0 && f->last >= 'a' && f->last <= 'z') {
        f->last = c;
        return;
    }
    f->last = c;
    f->digits = c == (unsigned char)word[f->digits] ? f->digits + 1 : 0;
    if (word[f->digits] == '\0') {
        enter(f, AT_PARAMETER);
        f->quote = 0;
    }
}

static void end_parameter(form_find_t *f, unsigned char c)
{
    int matched = is_name(f);

    enter(f, matched ? AT_HEAD : AT_TEXT);
    f->last = c;
    f->matched = c == '\n';
}

static void eat_parameter(form_find_t *f, unsigned char c)
{
    if (f->escape) {
        f->escape = 0;
        put(f, c);
    }
    else if (c == '\\') {
        f->escape = 1;
    }
    else if (!f->quote && !f->len && (c == ' ' || c == '\t')) {
        return;
    }
    else if (!f->quote && !f->len && (c == '"' || c == '\'')) {
        f->quote = c;
    }
    else if (f->quote ? c == f->quote || c == '\n' : c == ';' || is_space(c)) {
        end_parameter(f, c);
    }
    else {
        put(f, c);
    }
}

static int eat_multipart(form_find_t *f, unsigned char c)
{
    switch (f->state) {
    case AT_PARAMETER:
        eat_parameter(f, c);
        return 0;
    case AT_HEAD: /* matched: an end of line was the last but CR */
        if (c == '\n' && f->matched) {
            enter(f, AT_LINE);
        }
        else if (c != '\r') {
            f->matched = c == '\n';
        }
        return 0;
    case AT_LINE:
        if (is_space(c) && !f->len) {
            return 0;
        }
        if (c == '\r' || c == '\n') {
            f->state = AT_TEXT;
            f->digits = 0;
            f->last = c;
            return 1;
        }
        put(f, c);
        return 0;
    default:
        look_for_name(f, c);
        return 0;
    }
}

/* ---- JSON ---- */

static void put_code(form_find_t *f, unsigned code)
{
    if (code >= 0x800) {
        put(f, (unsigned char)(0xe0 | code >> 12));
        put(f, (unsigned char)(0x80 | (code >> 6 & 0x3f)));
        put(f, (unsigned char)(0x80 | (code & 0x3f)));
    }
    else if (code >= 0x80) {
        put(f, (unsigned char)(0xc0 | code >> 6));
        put(f, (unsigned char)(0x80 | (code & 0x3f)));
    }
    else {
        put(f, (unsigned char)code);
    }
}

static void eat_escape(form_find_t *f, unsigned char c)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char *at;

    if (f->digits) {
        f->code = f->code << 4 | (unsigned)(hex_of(c) & 15);
        if (--f->digits == 0) {
            f->escape = 0;
            put_code(f, f->code);
        }
        return;
    }
    if (c == 'u') {
        f->digits = 4;
        f->code = 0;
        return;
    }
    at = c ? strchr(letters, c) : NULL;
    put(f, at ? (unsigned char)meant[at - letters] : c);
    f->escape = 0;
}

/* @return 1: the string's end, and it is the field's */
static int eat_string(form_find_t *f, unsigned char c)
{
    if (f->escape) {
        eat_escape(f, c);
    }
    else if (c == '\\') {
        f->escape = 1;
    }
    else if (c != '"') {
        put(f, c);
    }
    else if (f->matched) {
        f->matched = 0;
        f->state = AT_TOKEN;
        return 1;
    }
    else {
        f->matched =
            f->len == f->name.len && memcmp(f->text, f->name.p, f->len) == 0;
        f->state = AT_COLON;
    }
    return 0;
}

static int eat_json(form_find_t *f, unsigned char c)
{
    switch (f->state) {
    case AT_STRING:
        return eat_string(f, c);
    case AT_COLON:
        if (is_space(c)) {
            return 0;
        }
        if (c == ':' && f->matched) {
            f->state = AT_MEMBER;
            return 0;
        }
        f->state = AT_TOKEN;
        break;
    case AT_MEMBER:
        if (is_space(c)) {
            return 0;
        }
        if (c != '"') {
            enter(f, AT_NUMBER);
            put(f, c);
            return 0;
        }
        enter(f, AT_STRING);
        return 0;
    case AT_NUMBER:
        if (c != ',' && c != '}' && c != ']' && !is_space(c)) {
            put(f, c);
            return 0;
        }
        f->state = AT_TOKEN;
        f->matched = 0;
        return 1;
    default:
        break;
    }
    f->matched = 0;
    if (c == '"') {
        enter(f, AT_STRING);
    }
    return 0;
}

/* ---- all ---- */

static int begins(slice_t text, slice_t word)
{
    return text.len >= word.len
           && slice_eq_nocase(slice_make(text.p, word.len), word);
}

form_kind_e form_kind_of(slice_t type)
{
    type = slice_trim(type);
    return begins(type, SLICE_LIT("application/x-www-form-urlencoded"))
               ? FORM_URLENCODED
           : begins(type, SLICE_LIT("multipart/form-data")) ? FORM_MULTIPART
           : begins(type, SLICE_LIT("application/json"))    ? FORM_JSON
                                                            : FORM_UNKNOWN;
}

static int first_state(form_kind_e kind)
{
    return kind == FORM_MULTIPART ? AT_TEXT
           : kind == FORM_JSON    ? AT_TOKEN
                                  : AT_NAME;
}

void form_find_init(form_find_t *f, form_kind_e kind, slice_t name)
{
    memset(f, 0, sizeof(*f));
    f->kind = kind;
    f->name = name;
    f->state = first_state(kind);
}

static void guess_kind(form_find_t *f, unsigned char c)
{
    if (!is_space(c)) {
        f->kind = c == '{' || c == '[' ? FORM_JSON : FORM_URLENCODED;
        f->state = first_state(f->kind);
    }
}

static int eat(form_find_t *f, unsigned char c)
{
    if (f->kind == FORM_UNKNOWN) {
        guess_kind(f, c);
    }
    switch (f->kind) {
    case FORM_URLENCODED:
        return eat_urlencoded(f, c);
    case FORM_MULTIPART:
        return eat_multipart(f, c);
    case FORM_JSON:
        return eat_json(f, c);
    default:
        return 0;
    }
}

int form_find_add(form_find_t *f, slice_t bytes, size_t *used)
{
    size_t i;

    for (i = 0; i < bytes.len; i++) {
        if (eat(f, (unsigned char)bytes.p[i])) {
            *used = i + 1;
            return 1;
        }
    }
    *used = bytes.len;
    return 0;
}

int form_find_end(form_find_t *f)
{
    int found = f->state == AT_VALUE || (f->state == AT_LINE && f->len)
                || f->state == AT_NUMBER
                || (f->state == AT_STRING && f->matched);

    f->state = AT_REST;
    return found;
}
