/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* vary_test.c: names of Vary, and the keys of variants. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/vary.c"

#define FIELDS_MAX 16

static const char *const ignored[] = { "user-agent", "origin", NULL };

/* clang-format off */
static const struct {
    const char *name, *fields;
    const char *const *ignore;
    int result; /* below 0, or as long as names */
    const char *names;
    int on_encoding;
} lists[] = {
    { "9111 4.1: no Vary", "Server: a", NULL, 0, "", 0 },
    { "9111 4.1: empty Vary", "Vary:", NULL, 0, "", 0 },
    { "9111 4.1: one", "Vary: Cookie", NULL, 6, "cookie", 0 },
    { "9111 4.1: sorted", "vary: cookie, accept", NULL, 13, "accept,cookie",
      0 },
    { "9111 4.1: several lines", "VARY: b\nServer: x\nVary: c,a", NULL, 5,
      "a,b,c", 0 },
    { "9111 4.1: once each, without case", "Vary: A, b, a\nVary: B", NULL, 3,
      "a,b", 0 },
    { "9111 4.1: a name that begins another", "Vary: abc, ab, abcd, a", NULL,
      13, "a,ab,abc,abcd", 0 },
    { "9111 4.1: star", "Vary: *", NULL, -1, "", 0 },
    { "9111 4.1: star among others", "Vary: a, *, b", NULL, -1, "", 0 },
    { "9111 4.1: star in the last line", "Vary: a\nVary: b\nVary: *", NULL, -1,
      "", 0 },
    { "9111 4.1: star of another field", "Allow: *\nVary: a", NULL, 1, "a", 0 },
    { "9110 5.6.1.2: empty elements", "Vary: , a,, b,", NULL, 3, "a,b", 0 },
    { "no field name: as star", "Vary: a b", NULL, -1, "", 0 },
    { "no field name: quoted", "Vary: \"a\"", NULL, -1, "", 0 },
    { "Accept-Encoding is the cache's own", "Vary: Accept-encoding", NULL, 0,
      "", 1 },
    { "Accept-Encoding among others", "Vary: b, ACCEPT-ENCODING, a", NULL, 3,
      "a,b", 1 },
    { "ignored", "Vary: User-Agent, Origin", ignored, 0, "", 0 },
    { "some ignored", "Vary: User-Agent, Cookie, accept-encoding", ignored, 6,
      "cookie", 1 },
    { "ignored with star", "Vary: User-Agent, *", ignored, -1, "", 0 },
};

static const struct {
    const char *name, *names, *fields, *key;
} keys[] = {
    { "9111 4.1: no names", "", "A: 1", "" },
    { "9111 4.1: one", "cookie", "Cookie: a=1", "cookie=a=1\n" },
    { "9111 4.1: name without case", "x-a", "X-A: 1\nX-B: 2", "x-a=1\n" },
    { "9111 4.1: absent", "a", "B: 1", "a\n" },
    { "9111 4.1: empty is not absent", "a", "A:", "a=\n" },
    { "9111 4.1: several names", "a,b,c", "C: 3\nA: 1", "a=1\nb\nc=3\n" },
    { "9111 4.1: blanks around", "a", "A: \t 1 \t", "a=1\n" },
    { "9111 4.1: blanks inside", "a", "A: 1  2", "a=1  2\n" },
    { "two lines are not one with a comma", "a", "A: 1\nB: x\nA: 2",
      "a=1\na=2\n" },
    { "one with a comma", "a", "A: 1, 2", "a=1, 2\n" },
    { "order of the lines", "a", "A: 2\nA: 1", "a=2\na=1\n" },
    { "a backslash", "a", "A: \\n", "a=\\\\n\n" },
    { "case counts", "a", "A: Xy", "a=Xy\n" },

    { "9110 12.5.1: Accept", "accept",
      "Accept: Text/HTML , application/XML ; Q=0.9,*/* ;q=0.8",
      "accept=text/html,application/xml;q=0.9,*/*;q=0.8\n" },
    { "9110 12.5.4: Accept-Language", "accept-language",
      "Accept-Language: de-DE, de;q=0.9, EN;q=0.8",
      "accept-language=de-de,de;q=0.9,en;q=0.8\n" },
    { "Accept: parameters' values keep their case", "accept",
      "Accept: A/B;Profile=X/Y;c=D, E/F", "accept=a/b;profile=X/Y;c=D,e/f\n" },
    { "Accept: quoted strings stay as they are", "accept",
      "Accept: A/B;p=\"X , Y\\\" ; Z\" ; C",
      "accept=a/b;p=\"X , Y\\\\\" ; Z\";c\n" },
    { "Accept: a quoted string without end", "accept",
      "Accept: A/B;p=\"X , Y", "accept=a/b;p=\"X , Y\n" },
    { "Accept: a backslash at the end", "accept",
      "Accept: A;p=\"X\\", "accept=a;p=\"X\\\\\n" },
    { "Accept: two words are not one", "accept", "Accept: A \t B",
      "accept=a b\n" },
    { "Accept: absent", "accept", "B: 1", "accept\n" },
    { "Accept: empty", "accept", "Accept:", "accept=\n" },
    { "Accept: separators alone", "accept", "Accept: , ; ,", "accept=,;,\n" },
    { "not the fields that are called alike", "accept-x", "Accept-X: A , B",
      "accept-x=A , B\n" },
};
/* clang-format on */

static void check_names(void **state)
{
    const size_t i = (size_t)*state;
    h1_field_t fields[FIELDS_MAX];
    size_t count = guarded_fields(0, lists[i].fields, fields, FIELDS_MAX);
    size_t len = strlen(lists[i].names);
    char *out = guarded_room(1, len);
    int on_encoding = 7;

    assert_int_equal(vary_names(out, len, fields, count, lists[i].ignore,
                                &on_encoding),
                     lists[i].result);
    if (lists[i].result >= 0) {
        assert_memory_equal(out, lists[i].names, len);
        assert_int_equal(on_encoding, lists[i].on_encoding);
    }
    if (len) {
        assert_int_equal(vary_names(out, len - 1, fields, count,
                                    lists[i].ignore, &on_encoding),
                         -2);
    }
}

static void check_key(void **state)
{
    const size_t i = (size_t)*state;
    h1_field_t fields[FIELDS_MAX];
    size_t count = guarded_fields(0, keys[i].fields, fields, FIELDS_MAX);
    size_t len = strlen(keys[i].key), room;
    slice_t names = guarded(1, keys[i].names);

    for (room = 0; room < len; room++) {
        assert_int_equal(vary_key(guarded_room(2, room), room, names, fields,
                                  count),
                         -1);
    }
    assert_int_equal(vary_key(guarded_room(2, len), len, names, fields, count),
                     len);
    assert_memory_equal(guarded_pages[2].start + guarded_pages[2].cap - len,
                        keys[i].key, len);
}

/* Bytes that field values do not have; should they come, they end no line. */
static void check_line_ends(void **state)
{
    static const char value[] = "1\nb=2\r\0";
    h1_field_t field = { SLICE_LIT("a"), { value, sizeof(value) - 1 } };
    char out[64];
    int len = vary_key(out, sizeof(out), SLICE_LIT("a,b"), &field, 1);

    assert_int_equal(len, 15);
    assert_memory_equal(out, "a=1\\nb=2\\r\\0\nb\n", 15);
}

/* Up to two fields called "a" or "b", with all values of up to three of these
 * letters. */
#define LETTERS "\\\nn=a"
#define VALUES (1 + 5 + 25 + 125)
#define FIELDS (1 + 2 * VALUES)

typedef struct {
    char text[2][3]; /* the values */
    h1_field_t field[2];
    size_t count;
    char key[64];
    int len;
} variant_t;

static void make_variant(variant_t *v, size_t number)
{
    size_t i, which[2] = { number % FIELDS, number / FIELDS };

    v->count = 0;
    for (i = 0; i < 2; i++) {
        if (which[i]) {
            size_t value = (which[i] - 1) % VALUES;
            int len = guarded_text(value, LETTERS, 3, v->text[v->count]);
            h1_field_t *field = &v->field[v->count];

            field->name = which[i] > VALUES ? SLICE_LIT("b") : SLICE_LIT("a");
            field->value = slice_make(v->text[v->count++], (size_t)len);
        }
    }
    v->len =
        vary_key(v->key, sizeof(v->key), SLICE_LIT("a,b"), v->field, v->count);
}

static slice_t nth_value(const variant_t *v, char name, size_t n)
{
    size_t i;

    for (i = 0; i < v->count; i++) {
        if (v->field[i].name.p[0] == name && n-- == 0) {
            return v->field[i].value;
        }
    }
    return slice_make(NULL, 0);
}

/* RFC 9111 section 4.1: the same values in the same order for each name. */
static int selects_same(const variant_t *a, const variant_t *b)
{
    size_t n;

    for (n = 0; n < 4; n++) {
        slice_t x = nth_value(a, "ab"[n / 2], n % 2);
        slice_t y = nth_value(b, "ab"[n / 2], n % 2);

        if (!x.p != !y.p || !slice_eq(x, y)) {
            return 0;
        }
    }
    return 1;
}

static int compare_keys(const void *a, const void *b)
{
    const variant_t *one = *(variant_t *const *)a;
    const variant_t *other = *(variant_t *const *)b;

    if (one->len != other->len) {
        return one->len - other->len;
    }
    return memcmp(one->key, other->key, (size_t)one->len);
}

static void check_all_variants(void **state)
{
    static variant_t all[FIELDS * FIELDS], *sorted[FIELDS * FIELDS];
    size_t i;

    for (i = 0; i < FIELDS * FIELDS; i++) {
        make_variant(&all[i], i);
        assert_true(all[i].len > 0);
        sorted[i] = &all[i];
    }
    qsort(sorted, FIELDS * FIELDS, sizeof(*sorted), compare_keys);
    for (i = 1; i < FIELDS * FIELDS; i++) {
        if (compare_keys(&sorted[i - 1], &sorted[i]) == 0
            && !selects_same(sorted[i - 1], sorted[i])) {
            fail_msg("of two: %.*s", sorted[i]->len, sorted[i]->key);
        }
    }
}

static void check_many_names(void **state)
{
    static char lines[40000], out[40000];
    static h1_field_t fields[3000];
    int i, on_encoding, last = 3000;
    size_t at = 0;

    for (i = 0; i < last; i++) {
        char *name = lines + at;

        at += (size_t)sprintf(name, "n%04d", (i * 7919) % last);
        fields[i].name = SLICE_LIT("Vary");
        fields[i].value = slice_make(name, 5);
    }
    assert_int_equal(vary_names(out, sizeof(out), fields, 3000, NULL,
                                &on_encoding),
                     3000 * 6 - 1);
    for (i = 0; i < last; i++) {
        char name[16];

        sprintf(name, "n%04d", i);
        assert_memory_equal(out + i * 6, name, 5);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(lists); i++) {
        unit_add(lists[i].name, check_names, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(keys); i++) {
        unit_add(keys[i].name, check_key, (const void *)i);
    }
    unit_add("line ends are escaped", check_line_ends, NULL);
    unit_add("9111 4.1: no two variants have one key", check_all_variants,
             NULL);
    unit_add("3000 names are sorted", check_many_names, NULL);
    return unit_run("vary");
}
