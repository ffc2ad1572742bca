/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* xmlrpc_count.c: see xmlrpc_count.h.  Layer L0. */
#include "xmlrpc_count.h"

enum {
    AT_TEXT,
    AT_TAG, /* its name */
    AT_ATTRIBUTES /* of <methodName */,
    AT_METHOD /* the method's name */
};

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void put(xmlrpc_count_t *x, char c)
{
    if (x->len < XMLRPC_NAME_MAX) {
        x->text[x->len++] = c;
    }
}

static int is_text(const xmlrpc_count_t *x, slice_t word)
{
    return slice_eq(slice_make(x->text, x->len), word);
}

/* ---- methods ---- */

static int is_plain(slice_t name)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        unsigned char c = slice_lower((unsigned char)name.p[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.'
              || c == '_' || c == '-' || c == ':' || c == '/')) {
            return 0;
        }
    }
    return name.len > 0 && name.len < XMLRPC_NAME_MAX;
}

static int takes_no_password(slice_t name)
{
    static const slice_t names[] = {
        SLICE_LIT("pingback.ping"),
        SLICE_LIT("pingback.extensions.getPingbacks"),
        SLICE_LIT("demo.sayHello"),
        SLICE_LIT("demo.addTwoNumbers"),
        SLICE_LIT("mt.supportedMethods"),
        SLICE_LIT("mt.supportedTextFilters"),
        SLICE_LIT("mt.getTrackbackPings"),
        SLICE_LIT("system.listMethods"),
        SLICE_LIT("system.getCapabilities"),
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (slice_eq(name, names[i])) {
            return 1;
        }
    }
    return 0;
}

/* A second name is one too many. */
static void end_method(xmlrpc_count_t *x)
{
    slice_t name;

    while (x->len && is_space(x->text[x->len - 1])) {
        x->len--;
    }
    name = slice_make(x->text, x->len);
    if (x->kind != XMLRPC_UNNAMED || !is_plain(name)
        || slice_eq_nocase(name, SLICE_LIT("system.multicall"))) {
        x->kind = XMLRPC_MANY;
    }
    else {
        x->kind = takes_no_password(name) ? XMLRPC_HARMLESS : XMLRPC_SINGLE;
    }
}

/* ---- elements ---- */

static void begin_tag(xmlrpc_count_t *x)
{
    x->state = AT_TAG;
    x->len = 0;
}

static void end_tag(xmlrpc_count_t *x, char c)
{
    x->state = AT_TEXT;
    if (is_text(x, SLICE_LIT("struct"))) {
        x->structs += x->structs < UINT32_MAX;
    }
    else if (is_text(x, SLICE_LIT("methodName"))) {
        x->state = c == '>' ? AT_METHOD : AT_ATTRIBUTES;
    }
    else if (x->len > 1 && x->text[0] == '!' && x->text[1] != '-'
             && x->text[1] != '[') {
        x->odd = 1;
    }
    x->len = 0;
}

static void eat(xmlrpc_count_t *x, char c)
{
    if (c == '\0') {
        x->odd = 1;
    }
    if (c == '<') {
        if (x->state == AT_METHOD) {
            end_method(x);
        }
        begin_tag(x);
        return;
    }
    switch (x->state) {
    case AT_TAG:
        if (c == '>' || c == '/' ? x->len > 0 : is_space(c)) {
            end_tag(x, c);
        }
        else {
            put(x, c);
        }
        break;
    case AT_ATTRIBUTES:
        if (c == '>') {
            x->state = AT_METHOD;
        }
        break;
    case AT_METHOD:
        if (x->len || !is_space(c)) {
            put(x, c);
        }
        break;
    default:
        break;
    }
}

void xmlrpc_count_add(xmlrpc_count_t *x, slice_t bytes)
{
    size_t i;

    for (i = 0; i < bytes.len; i++) {
        eat(x, bytes.p[i]);
    }
}

uint32_t xmlrpc_count_tries(const xmlrpc_count_t *x)
{
    switch (x->kind) {
    case XMLRPC_SINGLE:
        return 1;
    case XMLRPC_HARMLESS:
        return 0;
    default:
        return x->structs;
    }
}

/* ---- answers ---- */

enum {
    AT_WORD, /* faultCode</name> */
    AT_CODE
};

/* Said of a call whose password was right, or was not looked at. */
static int is_other(uint32_t code)
{
    return code == 400 || code == 401 || code == 404 || code == 500
           || (code >= 32000 && code <= 32768);
}

static void eat_word(xmlrpc_faults_t *f, char c)
{
    static const char word[] = "faultCode</name>";

    f->at = c == word[f->at] ? f->at + 1 : c == word[0];
    if (word[f->at] == '\0') {
        *f = (xmlrpc_faults_t){ .wrong = f->wrong + 1, .state = AT_CODE };
    }
}

/* What is not read to its end counts as wrong. */
static void eat_code(xmlrpc_faults_t *f, char c)
{
    int digit = c >= '0' && c <= '9';

    if (!f->in_tag && digit && f->digits < 6) {
        f->code = f->code * 10 + (uint32_t)(c - '0');
        f->digits++;
    }
    else if (f->digits) {
        f->wrong -= (uint32_t)is_other(f->code);
        f->state = AT_WORD;
        f->at = 0;
    }
    f->in_tag = c == '<' || (f->in_tag && c != '>');
}

void xmlrpc_faults_add(xmlrpc_faults_t *f, slice_t bytes)
{
    size_t i;

    for (i = 0; i < bytes.len; i++) {
        if (f->state == AT_WORD) {
            eat_word(f, bytes.p[i]);
        }
        else {
            eat_code(f, bytes.p[i]);
        }
    }
}
