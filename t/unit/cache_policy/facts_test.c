/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* facts_test.c: heads in, what was understood as text. */
#include "facts_fixture.h"

typedef struct {
    const char *name, *head, *expected;
} facts_case_t;

/* clang-format off */
static const facts_case_t requests[] = {
    { "request: nothing", NULL, "" },
    { "9111 5.2: Cache-Control", "Cache-Control: no-cache, max-age=5",
      "no-cache max-age=5" },
    { "9111 5.2: on two lines",
      "cache-control: no-cache\nCACHE-CONTROL: a, no-store",
      "no-store no-cache" },
    { "9111 5.4: Pragma: no-cache", "Pragma: no-cache", "no-cache" },
    { "9111 5.4: in any case, in a list", "pragma: foo, No-Cache",
      "no-cache" },
    { "9111 5.4: another Pragma", "Pragma: x-no-cache", "" },
    { "9111 5.4: not with Cache-Control",
      "Pragma: no-cache\nCache-Control: max-age=9",
      "max-age=9" },
    { "9111 5.4: in any order, however empty",
      "Cache-Control:\nPragma: no-cache", "" },
    { "9111 3.5: Authorization", "Authorization: Basic YTpi",
      "authorization" },
    { "9111 3.5: whatever its value", "Authorization: no-store",
      "authorization" },
    { "9110 14.2: Range, whatever its value", "Range: no-cache",
      "has-range range=[no-cache]" },
    { "9111 3.5: Proxy-Authorization is another",
      "Proxy-Authorization: Basic YTpi", "" },
    { "9110 8.6: a length", "Content-Length: 1", "body" },
    { "9110 8.6: length 0", "Content-Length: 0", "" },
    { "9110 8.6: a length nobody can read", "Content-Length: 0, 0", "body" },
    { "9110 8.6: an empty length", "Content-Length:", "body" },
    { "9112 6.1: a transfer coding", "Transfer-Encoding: chunked", "body" },
    { "9110 14.2: Range", "Range: bytes=0-1", "has-range range=[bytes=0-1]" },
    { "9110 14.2: Range twice", "Range: bytes=0-1\nRange: bytes=2-3",
      "has-range lost range=[bytes=0-1]" },
    { "9110 13.1.5: If-Range is no condition by itself", "If-Range: \"a\"",
      "if-range=[\"a\"]" },
    { "9110 13.1.5: If-Range twice", "If-Range: \"a\"\nIf-Range: \"b\"",
      "lost if-range=[\"a\"]" },
    { "9110 13.1.1: If-Match", "If-Match: \"a\"",
      "condition if-match=[\"a\"]" },
    { "9110 13.1.2: If-None-Match", "If-None-Match: \"a\", W/\"b\"",
      "condition inm=[\"a\", W/\"b\"]" },
    { "9110 13.1.2: on two lines", "If-None-Match: \"a\"\nif-none-match: \"b\"",
      "condition lost inm=[\"a\"]" },
    { "9110 13.1.2: empty is there", "If-None-Match:", "condition inm=[]" },
    { "9110 13.1.2: empty, then another", "If-None-Match:\nIf-None-Match: *",
      "condition lost inm=[]" },
    { "9110 13.1.3: If-Modified-Since", "If-Modified-Since: " NOW,
      "condition ims=[" NOW "]" },
    { "9110 13.1.4: If-Unmodified-Since", "If-Unmodified-Since: " NOW,
      "condition ius=[" NOW "]" },
    { "9110 12.5.3: Accept-Encoding",
      "Accept-Encoding: gzip, br\nAccept-Encoding: x",
      "ae=[gzip, br]" },
};

static const facts_case_t responses[] = {
    { "response: nothing", NULL, "" },
    { "9111 5.2: Cache-Control", "Cache-Control: max-age=5, public",
      "public max-age=5 has-cc" },
    { "9111 5.2: on two lines",
      "Cache-Control: max-age=9\nCache-Control: max-age=5",
      "max-age=5 has-cc" },
    { "9111 5.2: an empty one", "Cache-Control:", "has-cc" },
    { "9111 5.3: Expires", "Expires: " LATER, "expires=+3600" },
    { "9111 5.3: in the past", "Expires: " EARLIER, "expires=-3600" },
    { "9111 5.3: 0 is the past", "Expires: 0", "expires=never" },
    { "9111 5.3: -1 is the past", "Expires: -1", "expires=never" },
    { "9111 5.3: empty is the past", "Expires:", "expires=never" },
    { "9111 5.3: junk is the past", "Expires: now", "expires=never" },
    { "9111 5.3: before 1970", "Expires: Wed, 31 Dec 1969 23:59:59 GMT",
      "expires=never" },
    { "9111 4.2.1: Expires twice: the earlier",
      "Expires: " LATER "\nExpires: " NOW,
      "expires=+0" },
    { "9111 4.2.1: in any order", "Expires: " NOW "\nExpires: " LATER,
      "expires=+0" },
    { "9111 4.2.1: or the unreadable one", "Expires: " LATER "\nExpires: 0",
      "expires=never" },
    { "9111 5.3: a list is no date", "Expires: " LATER ", " LATER,
      "expires=never" },
    { "9110 6.6.1: Date", "Date: " NOW, "date=+0" },
    { "9110 6.6.1: unreadable", "Date: now", "" },
    { "9110 6.6.1: the epoch", "Date: Thu, 01 Jan 1970 00:00:00 GMT",
      "date=never" },
    { "9110 6.6.1: no directives in it", "Date: no-store", "" },
    { "9110 6.6.1: before 1970", "Date: Wed, 31 Dec 1969 23:59:59 GMT", "" },
    { "9110 6.6.1: the first of two", "Date: " EARLIER "\nDate: " NOW,
      "date=-3600" },
    { "9110 8.8.2: Last-Modified", "Last-Modified: " EARLIER,
      "modified=-3600 modified=[" EARLIER "]" },
    { "9110 8.8.2: unreadable, but there", "Last-Modified: x",
      "modified=[x]" },
    { "9110 8.8.2: the first of two",
      "Last-Modified: " EARLIER "\nLast-Modified: " NOW,
      "modified=-3600 modified=[" EARLIER "]" },
    { "9111 5.1: Age", "Age: 60", "age=60" },
    { "9111 5.1: zero", "Age: 0", "" },
    { "9111 5.1: 2^31 and more", "Age: 99999999999", "age=2147483648" },
    { "9111 5.1: negative is ignored", "Age: -60", "" },
    { "9111 5.1: a word is ignored", "Age: abc", "" },
    { "9111 5.1: a date is ignored", "Age: " NOW, "" },
    { "9111 5.1: a fraction is ignored", "Age: 60.0", "" },
    { "9111 5.1: with a parameter is ignored", "Age: 60;a=1", "" },
    { "9111 5.1: empty is ignored", "Age:", "" },
    { "9111 5.1: the first member of a list", "Age: 60, 0", "age=60" },
    { "9111 5.1: the first member is 0", "Age: 0, 60", "" },
    { "9111 5.1: the first line", "Age: 60\nAge: 0", "age=60" },
    { "9111 5.1: the first line is 0", "Age: 0\nAge: 60", "" },
    { "9111 5.1: no second try", "Age: x, 60\nAge: 60", "" },
    { "9110 12.5.5: Vary", "Vary: Accept-Encoding", "vary" },
    { "9110 12.5.5: *", "Vary: *", "vary vary-any" },
    { "9110 12.5.5: * in a list", "Vary: a, *, b", "vary vary-any" },
    { "9110 12.5.5: * on another line", "Vary: a\nVary: *", "vary vary-any" },
    { "9110 12.5.5: a name with a star", "Vary: *a", "vary" },
    { "6265 4.1: Set-Cookie", "Set-Cookie: a=b", "set-cookie" },
    { "2965 3.2: Set-Cookie2", "Set-Cookie2: a=b", "set-cookie" },
    { "9110 14.4: Content-Range", "Content-Range: bytes 0-1/2",
      "has-content-range content-range=[bytes 0-1/2]" },
    { "9111 5.4: Pragma", "Pragma: no-cache", "pragma" },
    { "9111 5.5: Warning 110", "Warning: 199 a \"b\", 110 - \"x\"", "110" },
    { "9111 5.5: Warning 110 alone", "Warning: 110", "110" },
    { "9111 5.5: Warning 199", "Warning: 199 - \"x\"", "" },
    { "9110 12.5.5: a number is a name", "Vary: 110", "vary" },
    { "9111 5.5: another warning", "Warning: 1100 a \"b, 110 c\"", "" },
    { "texts",
      "ETag: W/\"a\"\nContent-Type: text/html\nContent-Encoding: gzip\n"
      "Content-Length: 5\nContent-Location: /a\nLocation: /b",
      "etag=[W/\"a\"] type=[text/html] encoding=[gzip] length=[5]"
      " content-location=[/a] location=[/b]" },
    { "the first of each text", "ETag: \"a\"\nETag: \"b\"", "etag=[\"a\"]" },

    { "9213 2.2: instead of Cache-Control",
      "Cache-Control: no-store\nCDN-Cache-Control: max-age=60",
      "max-age=60 has-cc targeted" },
    { "9213 2.2: without Cache-Control", "cdn-cache-control: max-age=60",
      "max-age=60 targeted" },
    { "9213 2.2: the first of the list counts",
      "CDN-Cache-Control: max-age=60\nRProxy-Cache-Control: max-age=5",
      "max-age=5 targeted" },
    { "9213 2.1: an invalid one is not there",
      "Cache-Control: no-store\nCDN-Cache-Control: max-age=60, &",
      "no-store has-cc" },
    { "9213 2.1: nor an empty one",
      "Cache-Control: no-store\nCDN-Cache-Control:", "no-store has-cc" },
    { "9213 2.2: the next of the list instead",
      "RProxy-Cache-Control: x=\nCDN-Cache-Control: max-age=60",
      "max-age=60 targeted" },
    { "9213 2.2: only unknown directives count",
      "Cache-Control: no-store\nCDN-Cache-Control: foo", "has-cc targeted" },
    { "9213 2.1: several lines",
      "CDN-Cache-Control: max-age=60\nCDN-Cache-Control: private",
      "private max-age=60 targeted" },
    { "9213 2.1: an empty line, then another",
      "CDN-Cache-Control:\nCDN-Cache-Control: max-age=60",
      "max-age=60 targeted" },
    { "9213 2.1: one bad line is enough",
      "CDN-Cache-Control: max-age=60\nCDN-Cache-Control: &", "" },
    { "9213 2.2: names not on the list", "Foo-Cache-Control: no-store", "" },
};
/* clang-format on */

static void check_request(void **state)
{
    const facts_case_t *c = *state;
    request_facts_t f = request_of("GET", c->head);
    unit_text_t text = { .len = 0 };

    cc_text(&text, &f.cc);
    add_flag(&text, f.has_authorization, "authorization");
    add_flag(&text, f.has_body, "body");
    add_flag(&text, f.has_range, "has-range");
    add_flag(&text, f.has_condition, "condition");
    add_flag(&text, f.conditions_lost, "lost");
    add_slice(&text, f.range, "range");
    add_slice(&text, f.if_range, "if-range");
    add_slice(&text, f.if_match, "if-match");
    add_slice(&text, f.if_none_match, "inm");
    add_slice(&text, f.if_modified_since, "ims");
    add_slice(&text, f.if_unmodified_since, "ius");
    add_slice(&text, f.accept_encoding, "ae");
    assert_string_equal(text.text, c->expected);
}

static void add_date(unit_text_t *t, unsigned has, const char *name,
                     int64_t unix_s)
{
    if (has && unix_s == 0) {
        unit_text_add(t, "%s%s=never", t->len ? " " : "", name);
    }
    else if (has) {
        unit_text_add(t, "%s%s=%+lld", t->len ? " " : "", name,
                      (long long)(unix_s - NOW_S));
    }
}

static void check_response(void **state)
{
    const facts_case_t *c = *state;
    response_facts_t f = response_of(200, c->head);
    unit_text_t text = { .len = 0 };

    assert_int_equal(f.status, 200);
    cc_text(&text, &f.cc);
    add_flag(&text, f.has_cache_control, "has-cc");
    add_flag(&text, f.is_targeted, "targeted");
    add_date(&text, f.has_expires, "expires", f.expires);
    add_date(&text, f.date != -1, "date", f.date);
    add_date(&text, f.last_modified != -1, "modified", f.last_modified);
    add_time(&text, f.age != 0, "age", f.age);
    add_flag(&text, f.has_vary, "vary");
    add_flag(&text, f.vary_any, "vary-any");
    add_flag(&text, f.has_set_cookie, "set-cookie");
    add_flag(&text, f.has_content_range, "has-content-range");
    add_flag(&text, f.has_pragma_no_cache, "pragma");
    add_flag(&text, f.has_warning_110, "110");
    add_slice(&text, f.etag, "etag");
    add_slice(&text, f.last_modified_text, "modified");
    add_slice(&text, f.content_type, "type");
    add_slice(&text, f.content_encoding, "encoding");
    add_slice(&text, f.content_length, "length");
    add_slice(&text, f.content_range, "content-range");
    add_slice(&text, f.content_location, "content-location");
    add_slice(&text, f.location, "location");
    assert_string_equal(text.text, c->expected);
}

static void check_methods(void **state)
{
    static const struct {
        const char *method;
        method_kind_e kind;
    } methods[] = {
        { "GET", METHOD_IS_GET },          { "HEAD", METHOD_IS_HEAD },
        { "POST", METHOD_IS_POST },        { "OPTIONS", METHOD_IS_SAFE },
        { "TRACE", METHOD_IS_SAFE },       { "PROPFIND", METHOD_IS_SAFE },
        { "REPORT", METHOD_IS_SAFE },      { "SEARCH", METHOD_IS_SAFE },
        { "PUT", METHOD_IS_UNSAFE },       { "DELETE", METHOD_IS_UNSAFE },
        { "PATCH", METHOD_IS_UNSAFE },     { "CONNECT", METHOD_IS_UNSAFE },
        { "PROPPATCH", METHOD_IS_UNSAFE }, { "get", METHOD_IS_UNSAFE },
        { "GETX", METHOD_IS_UNSAFE },      { "", METHOD_IS_UNSAFE },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(methods); i++) {
        assert_int_equal(method_kind(slice_str(methods[i].method)),
                         methods[i].kind);
    }
}

/* Values of no length come with and without a pointer. */
static void check_no_pointer(void **state)
{
    h1_field_t field = { SLICE_LIT("If-None-Match"), { NULL, 0 } };
    request_facts_t f;

    request_facts_read(&f, SLICE_LIT("GET"), &field, 1);
    assert_non_null(f.if_none_match.p);
    assert_int_equal(f.if_none_match.len, 0);
}

static void check_no_targets(void **state)
{
    head_t head = head_of("Cache-Control: no-store\n"
                          "CDN-Cache-Control: max-age=60");
    response_facts_t f;

    response_facts_read(&f, 200, head.fields, head.count, NULL, NOW_S);
    assert_true(f.cc.no_store && !f.is_targeted && !f.cc.has_max_age);
}

/* What stands behind the last field is not looked at. */
static void check_count(void **state)
{
    head_t head = head_of("CDN-Cache-Control: max-age=1\n"
                          "Cache-Control: no-store\n"
                          "CDN-Cache-Control: private");
    response_facts_t response;
    request_facts_t request;

    response_facts_read(&response, 200, head.fields, 1, cdn_targets, NOW_S);
    assert_false(response.has_cache_control);
    response_facts_read(&response, 200, head.fields, 2, cdn_targets, NOW_S);
    assert_true(response.is_targeted && !response.cc.is_private);
    request_facts_read(&request, SLICE_LIT("GET"), head.fields, 1);
    assert_false(request.cc.no_store);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(requests); i++) {
        unit_add(requests[i].name, check_request, &requests[i]);
    }
    for (i = 0; i < UNIT_COUNT(responses); i++) {
        unit_add(responses[i].name, check_response, &responses[i]);
    }
    unit_add("9110 9.2.1: methods", check_methods, NULL);
    unit_add("no more fields than there are", check_count, NULL);
    unit_add("empty values", check_no_pointer, NULL);
    unit_add("9213 2.2: no target list", check_no_targets, NULL);
    return unit_run("facts");
}
