/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cross_site_script_test.c: values that make a script run, and values that look
 * like it. */
#include "unit.h"

#include "waf/detect/html_tokens.c"
#include "waf/detect/html_names.c"
#include "waf/detect/html_url.c"
#include "waf/detect/cross_site_script.c"

/* clang-format off */
static const slice_t attacks[] = {
    /* tags */
    SLICE_LIT("<script>alert(1)</script>"), SLICE_LIT("<ScRiPt/x>"),
    SLICE_LIT("<script"), SLICE_LIT("x<iframe src=x>"),
    SLICE_LIT("<scr\0ipt>"), SLICE_LIT("<\0script>"), SLICE_LIT("<svgfoo>"), SLICE_LIT("<base href=x>"),
    SLICE_LIT("<meta charset=x>"), SLICE_LIT("<object>"),
    /* attributes */
    SLICE_LIT("<img src=x onerror=alert(1)>"), SLICE_LIT("<img onerror = x>"),
    SLICE_LIT("<img/src=\"x\"onerror=x>"), SLICE_LIT("<x:y onclick=z>"),
    SLICE_LIT("<img src=`x`onerror=x>"), SLICE_LIT("</x onclick=y>"),
    SLICE_LIT("<div style=\"x:y\">"), SLICE_LIT("<a xlink:href=\"x\">"),
    SLICE_LIT("<animate attributeName=onclick to=x>"),
    /* URLs */
    SLICE_LIT("<a href=\"javascript:x\">"), SLICE_LIT("<a href=javascript:"),
    SLICE_LIT("<a href=\" \1javascript:x\">"),
    SLICE_LIT("<a href=\"java\tscr\nipt:x\">"),
    SLICE_LIT("<a href=\"java&#115;cript:x\">"),
    SLICE_LIT("<a href=\"&#x6a;avascript:x\">"),
    SLICE_LIT("<a href=\"&#0000106avascript&colon;x\">"),
    SLICE_LIT("<a href=\"java&NewLine;script:x\">"),
    SLICE_LIT("<a href=\"data:text/html,x\">"),
    SLICE_LIT("<button formaction=vbscript:x>"),
    /* out of an attribute */
    SLICE_LIT("onclick=x"), SLICE_LIT("x onclick=y"),
    SLICE_LIT(" href=javascript:x"), SLICE_LIT("\" onclick=\"x"),
    SLICE_LIT("' onclick='x"), SLICE_LIT("` onclick=`x"),
    SLICE_LIT("x\" x=y onclick=z"), SLICE_LIT("\"><script>"),
    SLICE_LIT("'><img src=x onerror=1>"), SLICE_LIT("\"/onclick=x"),
    /* comments, declarations */
    SLICE_LIT("<!--[if IE]>"), SLICE_LIT("<!--`x` -->"),
    SLICE_LIT("<!DOCTYPE html>"), SLICE_LIT("<?xml version=\"1.0\"?>"),
    SLICE_LIT("<?import x>"), SLICE_LIT("<!ENTITY x>"),
    SLICE_LIT("<math><![CDATA[a>b<!--]]><script>"),
    SLICE_LIT("<![CDATA[x]]><script>"), SLICE_LIT("<![CDATA[><script>"),
    SLICE_LIT("<!--><script>alert(1)</script>"), SLICE_LIT("<!---><script>"),
    SLICE_LIT("<!--x--!><script>"), SLICE_LIT("<!----!><script>"),
    SLICE_LIT("<!----><script>"), SLICE_LIT("<!--x--><script>"),
    SLICE_LIT("<!--x--!y--><script>"), SLICE_LIT("<!--x---!><script>"),
    SLICE_LIT("<!--x--->x<script>"),
    /* in a tag whose attribute was not quoted */
    SLICE_LIT("x><script>alert(1)</script>"), SLICE_LIT("><script>"),
};

static const slice_t benign[] = {
    SLICE_LIT(""), SLICE_LIT("<"), SLICE_LIT("<!"), SLICE_LIT("<!--"),
    SLICE_LIT("</"), SLICE_LIT("<a"), SLICE_LIT("<a b="), SLICE_LIT("=\""),
    SLICE_LIT("<3"), SLICE_LIT("1<2 and 3>2"), SLICE_LIT("< script>"),
    SLICE_LIT("<b>bold</b> & <i class=\"x\">more</i>"),
    SLICE_LIT("<a href=\"https://example.com/?a=1&b=2\">x</a>"),
    SLICE_LIT("<a href=\"java-guide.html\">x</a>"),
    SLICE_LIT("<a href=\"data.html\">x</a>"),
    SLICE_LIT("<img src=\"/a.png\" alt=\"on=off\">"),
    SLICE_LIT("<img onerror"), SLICE_LIT("<a onclick>"),
    SLICE_LIT("<img/src=x/onerror=x>"), SLICE_LIT("<p on=x once=y>"),
    SLICE_LIT("<!-- wp:paragraph --><p>it's \"me\"</p>"),
    SLICE_LIT("<![CDATA[<script>]]>"), SLICE_LIT("<![CDATA["),
    SLICE_LIT("<!--<script>-->"), SLICE_LIT("<!--x--!<script>-->"),

    SLICE_LIT("<!--x--"), SLICE_LIT("<!--x--!"), SLICE_LIT("<!--->"),
    SLICE_LIT("<!-->"), SLICE_LIT("<?php echo 1 ?>"),
    SLICE_LIT("javascript:alert(1)"), SLICE_LIT("a=1&b=2"),
    SLICE_LIT("&lt;script&gt;"), SLICE_LIT("x = \"on\" y = 'off'"),
    SLICE_LIT("<a href=\"&#\">"), SLICE_LIT("<a href=\"&#x\">"),
    SLICE_LIT("<a href=\"x&#99999999999999999999;javascript:x\">"),
};
/* clang-format on */

/* Where reading too far is seen. */
static int found(slice_t value)
{
    char *copy = malloc(value.len ? value.len : 1);
    int is_found;

    memcpy(copy, value.p, value.len);
    is_found = cross_site_script_found(slice_make(copy, value.len));
    free(copy);
    return is_found;
}

static void check_attacks(void **state)
{
    size_t i, len;

    for (i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
        if (!found(attacks[i])) {
            fail_msg("%s", attacks[i].p);
        }
        for (len = 0; len < attacks[i].len; len++) {
            found(slice_make(attacks[i].p, len));
        }
    }
}

static void check_benign(void **state)
{
    size_t i;

    for (i = 0; i < sizeof(benign) / sizeof(*benign); i++) {
        if (found(benign[i])) {
            fail_msg("%s", benign[i].p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_attacks),
        cmocka_unit_test(check_benign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
