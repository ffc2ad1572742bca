/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* head_sanity.c: the checks, in the order of the table.  Layer L0. */
#include "head_sanity.h"

enum {
    NAME_MAX_KEPT = 64 /* of a path's segment, decoded: its end tells enough */
};

/* ---- lists ---- */

static slice_t without_parameters(slice_t type)
{
    const char *end = type.len ? memchr(type.p, ';', type.len) : NULL;
    size_t len = end ? (size_t)(end - type.p) : type.len;

    while (len && (type.p[len - 1] == ' ' || type.p[len - 1] == '\t')) {
        len--;
    }
    return slice_make(type.p, len);
}

static int in_list(const slice_t *list, slice_t word)
{
    for (; list->len; list++) {
        if (slice_eq(*list, word)) {
            return 1;
        }
    }
    return 0;
}

/* "*.example.com" is all names below, not the name itself. */
static int is_host(slice_t pattern, slice_t host)
{
    slice_t end;

    if (pattern.p[0] != '*') {
        return slice_eq_nocase(pattern, host);
    }
    end = slice_make(pattern.p + 1, pattern.len - 1);
    return host.len > end.len
           && slice_eq_nocase(end,
                              slice_make(host.p + host.len - end.len, end.len));
}

static int is_type(slice_t pattern, slice_t type)
{
    if (pattern.p[pattern.len - 1] != '*') {
        return slice_eq_nocase(pattern, type);
    }
    return type.len >= pattern.len
           && slice_eq_nocase(slice_make(pattern.p, pattern.len - 1),
                              slice_make(type.p, pattern.len - 1));
}

static int any_fits(const slice_t *list, slice_t word,
                    int (*fits)(slice_t pattern, slice_t word))
{
    for (; list->len; list++) {
        if (fits(*list, word)) {
            return 1;
        }
    }
    return 0;
}

/* ---- the path ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static int is_encoded(slice_t path, size_t i)
{
    return i + 2 < path.len && path.p[i] == '%' && hex(path.p[i + 1]) >= 0
           && hex(path.p[i + 2]) >= 0;
}

/* The byte at *i, decoded once; moves *i behind it. */
static unsigned char next_byte(slice_t path, size_t *i)
{
    unsigned char c = (unsigned char)path.p[*i];

    if (is_encoded(path, *i)) {
        c = (unsigned char)(hex(path.p[*i + 1]) << 4 | hex(path.p[*i + 2]));
        *i += 2;
    }
    (*i)++;
    return c;
}

/* %25 followed by two digits: decoding once leaves something encoded. */
static int is_double(slice_t path)
{
    const char *first = path.len ? memchr(path.p, '%', path.len) : NULL;
    size_t i = first ? (size_t)(first - path.p) : path.len;

    for (; i + 4 < path.len; i++) {
        if (path.p[i] == '%' && path.p[i + 1] == '2' && path.p[i + 2] == '5'
            && hex(path.p[i + 3]) >= 0 && hex(path.p[i + 4]) >= 0) {
            return 1;
        }
    }
    return 0;
}

/* A segment of the path, decoded; of a long one the end. */
typedef struct {
    char first; /* its first byte; 0: empty */
    size_t len;
    char end[NAME_MAX_KEPT];
    size_t end_len;
} segment_t;

static void add(segment_t *segment, unsigned char c)
{
    if (segment->end_len == NAME_MAX_KEPT) {
        memmove(segment->end, segment->end + NAME_MAX_KEPT / 2,
                NAME_MAX_KEPT / 2);
        segment->end_len = NAME_MAX_KEPT / 2;
    }
    segment->end[segment->end_len++] = (char)slice_lower(c);
    if (segment->len++ == 0) {
        segment->first = (char)c;
    }
}

static slice_t end_of(const segment_t *segment)
{
    return slice_make(segment->end, segment->end_len);
}

static int is_hidden(const segment_t *segment)
{
    return segment->first == '.' && segment->len > 1
           && !slice_eq(end_of(segment), SLICE_LIT(".well-known"));
}

static int ends_with(slice_t name, slice_t end)
{
    return name.len > end.len && name.p[name.len - 1] == end.p[end.len - 1]
           && slice_eq(slice_make(name.p + name.len - end.len, end.len), end);
}

/* wp-config.php.anything, .php~, .sql.gz ...: what editors, people and backup
 * plugins leave behind. */
static int is_backup(const segment_t *segment)
{
    static const slice_t ends[] = {
        SLICE_LIT("~"),        SLICE_LIT(".bak"),     SLICE_LIT(".old"),
        SLICE_LIT(".orig"),    SLICE_LIT(".save"),    SLICE_LIT(".swp"),
        SLICE_LIT(".swo"),     SLICE_LIT(".sql"),     SLICE_LIT(".sql.gz"),
        SLICE_LIT(".sql.zip"), SLICE_LIT(".php_"),    SLICE_LIT(".php.txt"),
        SLICE_LIT(".php.1"),   SLICE_LIT(".inc.php~")
    };
    static const slice_t config = SLICE_LIT("wp-config.php.");
    slice_t name = end_of(segment);
    size_t i;

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (ends_with(name, ends[i])) {
            return 1;
        }
    }
    return segment->len == name.len && name.len >= config.len
           && slice_eq(slice_make(name.p, config.len), config);
}

static int is_up(const segment_t *segment)
{
    return segment->len == 2 && segment->end[0] == '.'
           && segment->end[1] == '.';
}

/* What is wrong with a segment; is_last: nothing follows it. */
static head_check_e check_segment(const segment_t *segment, int is_last,
                                  uint32_t off)
{
    if (is_up(segment)) {
        return off & 1u << HEAD_TRAVERSAL ? HEAD_GOOD : HEAD_TRAVERSAL;
    }
    if (is_hidden(segment) && !(off & 1u << HEAD_HIDDEN)) {
        return HEAD_HIDDEN;
    }
    return is_last && is_backup(segment) && !(off & 1u << HEAD_BACKUP)
               ? HEAD_BACKUP
               : HEAD_GOOD;
}

/* Where the segment begins that is the first of which more can be said than
 * that it is a plain word; of words with "." or "~" in them that is only the
 * last one, which may be a backup.  @return path.len: there is none */
static size_t plain_end(slice_t path)
{
    size_t i, begin = 0;
    int may_be_backup = 0;

    for (i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.p[i];

        if (c > '/' && c < '~' && c != '\\') {
            continue;
        }
        if (c == '/') {
            begin = i;
            may_be_backup = 0;
        }
        else if (c <= ' ' || c == '%' || c == '\\' || c == 127
                 || (c == '.' && i <= begin + 1)) {
            return begin;
        }
        else {
            may_be_backup |= c == '.' || c == '~';
        }
    }
    return may_be_backup ? begin : path.len;
}

/* Windows applications take "\" for "/". */
static head_check_e check_segments(slice_t path, uint32_t off)
{
    head_check_e found = HEAD_GOOD;
    size_t i = plain_end(path);
    segment_t segment;

    if (i == path.len) {
        return HEAD_GOOD;
    }
    segment.len = segment.end_len = 0;
    segment.first = 0;
    while (i < path.len && found == HEAD_GOOD) {
        unsigned char c = next_byte(path, &i);

        if (c == '/' || c == '\\') {
            found = check_segment(&segment, 0, off);
            segment.len = segment.end_len = 0;
            segment.first = 0;
        }
        else if ((c < ' ' || c == 127) && !(off & 1u << HEAD_CONTROL)) {
            found = HEAD_CONTROL;
        }
        else {
            add(&segment, c);
        }
    }
    return found != HEAD_GOOD ? found : check_segment(&segment, 1, off);
}

/* ---- all ---- */

head_check_e head_sanity(const head_rules_t *rules, const head_facts_t *head)
{
    const uint32_t off = rules->off;

    if (rules->methods && !in_list(rules->methods, head->method)
        && !(off & 1u << HEAD_METHOD)) {
        return HEAD_METHOD;
    }
    if (rules->hosts && !any_fits(rules->hosts, head->host, is_host)
        && !(off & 1u << HEAD_HOST)) {
        return HEAD_HOST;
    }
    if (rules->types && head->type.len
        && !any_fits(rules->types, without_parameters(head->type), is_type)
        && !(off & 1u << HEAD_TYPE)) {
        return HEAD_TYPE;
    }
    if (head->path.len > rules->path_max && !(off & 1u << HEAD_PATH)) {
        return HEAD_PATH;
    }
    if (head->query.len > rules->query_max && !(off & 1u << HEAD_QUERY)) {
        return HEAD_QUERY;
    }
    if (head->field_longest > rules->field_max && !(off & 1u << HEAD_FIELD)) {
        return HEAD_FIELD;
    }
    if (is_double(head->path) && !(off & 1u << HEAD_DOUBLE)) {
        return HEAD_DOUBLE;
    }
    return check_segments(head->path, off);
}

/* clang-format off */
static const struct {
    slice_t name;
    const char *text;
} checks[HEAD_CHECK_COUNT] = {
    { SLICE_LIT("good"), "nothing is wrong" },
#define X(id, name, text) { SLICE_LIT(name), text },
    HEAD_CHECKS(X)
#undef X
};
/* clang-format on */

const char *head_check_name(head_check_e check)
{
    return checks[check].name.p;
}

const char *head_check_text(head_check_e check)
{
    return checks[check].text;
}

head_check_e head_check_named(slice_t name)
{
    int i;

    for (i = 1; i < HEAD_CHECK_COUNT; i++) {
        if (slice_eq(checks[i].name, name)) {
            return (head_check_e)i;
        }
    }
    return HEAD_GOOD;
}
