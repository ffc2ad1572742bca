/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* htaccess_scan.c: an .htaccess file, line by line.  Layer L0.
 *
 * A condition on the client counts only for the rule behind it: the well-known
 *     RewriteCond %{HTTP:Authorization} .
 *     RewriteRule ^ - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]
 * shows the application what it could see anyway, and changes nothing else. */
#include "htaccess_scan.h"

typedef struct {
    htaccess_verdict_t *verdict;
    htaccess_module_fn *has_module;
    void *context;
    unsigned line;
    unsigned depth;             /* open sections */
    unsigned skipped;           /* above 0: the depth not to be read */
    htaccess_verdict_t pending; /* of a RewriteCond; waits for its rule */
} scan_t;

static void say(scan_t *s, directive_reason_e reason, slice_t directive)
{
    if (s->verdict->reason == DIRECTIVE_FINE) {
        s->verdict->reason = reason;
        s->verdict->line = s->line;
        s->verdict->directive = directive;
    }
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static slice_t trim(slice_t s)
{
    while (s.len && is_blank(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len && is_blank(s.p[s.len - 1])) {
        s.len--;
    }
    return s;
}

/* Does httpd read what is inside?  LiteSpeed is never there. */
static int module_is_there(const scan_t *s, slice_t args)
{
    int wanted = 1, there = 1;
    slice_t name;

    if (directive_word_next(&args, &name) != 1) {
        return 1;
    }
    if (name.len && name.p[0] == '!') {
        wanted = 0;
        name = slice_make(name.p + 1, name.len - 1);
    }
    if (name.len == 0 || memchr(name.p, '$', name.len)) {
        return 1;
    }
    if (slice_eq_nocase(name, SLICE_LIT("LiteSpeed"))) {
        there = 0;
    }
    else if (s->has_module) {
        there = s->has_module(s->context, name) != 0;
    }
    else {
        return 1;
    }
    return there == wanted;
}

static void read_rule(scan_t *s, const directive_t *directive)
{
    if (s->pending.reason != DIRECTIVE_FINE && !directive->only_sets_env
        && s->verdict->reason == DIRECTIVE_FINE) {
        *s->verdict = s->pending;
    }
    s->pending.reason = DIRECTIVE_FINE;
}

static void read_section(scan_t *s, slice_t name, slice_t args)
{
    directive_t directive;

    s->depth++;
    if (s->skipped) {
        return;
    }
    directive_read(&directive, name, args);
    if (directive.reason != DIRECTIVE_FINE) {
        say(s, directive.reason, name);
    }
    if (directive.is_module_test && !module_is_there(s, args)) {
        s->skipped = s->depth;
    }
}

static void close_section(scan_t *s, slice_t name)
{
    if (s->depth == 0) {
        say(s, DIRECTIVE_UNREADABLE, name);
        return;
    }
    if (s->skipped == s->depth) {
        s->skipped = 0;
    }
    s->depth--;
}

static void read_directive(scan_t *s, slice_t name, slice_t args)
{
    directive_t directive;

    if (s->skipped) {
        return;
    }
    directive_read(&directive, name, args);
    if (directive.is_rule) {
        read_rule(s, &directive);
    }
    if (directive.reason == DIRECTIVE_FINE) {
        return;
    }
    if (directive.is_condition && directive.reason != DIRECTIVE_UNREADABLE) {
        if (s->pending.reason == DIRECTIVE_FINE) {
            s->pending =
                (htaccess_verdict_t){ directive.reason, s->line, name };
        }
        return;
    }
    say(s, directive.reason, name);
}

static void read_line(scan_t *s, slice_t line)
{
    slice_t text = trim(line), args = text, name;
    size_t i;

    if (memchr(line.p, 0, line.len)
        || (text.len && text.p[text.len - 1] == '\\')) {
        say(s, DIRECTIVE_UNREADABLE, slice_make(NULL, 0));
        return;
    }
    if (!text.len || text.p[0] == '#') {
        return;
    }
    for (i = 0; i < text.len && !is_blank(text.p[i]); i++) {
    }
    name = slice_make(text.p, i);
    args = trim(slice_make(text.p + i, text.len - i));
    if (name.p[0] != '<') {
        read_directive(s, name, args);
        return;
    }
    if (text.p[text.len - 1] != '>') {
        say(s, DIRECTIVE_UNREADABLE, name);
        return;
    }
    if (args.len) {
        args.len--;
    }
    else {
        name.len--;
    }
    if (name.len > 1 && name.p[1] == '/') {
        close_section(s, name);
    }
    else {
        read_section(s, name, args);
    }
}

int htaccess_scan(htaccess_verdict_t *verdict, slice_t text,
                  htaccess_module_fn *has_module, void *context)
{
    scan_t s = { verdict, has_module, context, 0, 0, 0, { 0 } };

    *verdict = (htaccess_verdict_t){ DIRECTIVE_FINE, 0, { NULL, 0 } };
    while (text.len && verdict->reason == DIRECTIVE_FINE) {
        const char *end = memchr(text.p, '\n', text.len);
        size_t len = end ? (size_t)(end - text.p) : text.len;

        s.line++;
        read_line(&s, slice_make(text.p, len));
        len += end != NULL;
        text.p += len;
        text.len -= len;
    }
    if (verdict->reason == DIRECTIVE_FINE) {
        s.line++;
        if (s.pending.reason != DIRECTIVE_FINE) {
            *verdict = s.pending;
        }
        else if (s.depth) {
            say(&s, DIRECTIVE_UNREADABLE, slice_make(NULL, 0));
        }
    }
    return verdict->reason == DIRECTIVE_FINE;
}
