/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* xml_values_test.c: text and attributes of XML documents. */
#include "unit.h"

#include "waf/body/xml_values.c"

typedef struct {
    const char *text, *expect;
    xml_values_e status;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "<a>x<b c='1' d=\"&lt;2\">y</b>z</a>", "c=1|d=<2|xyz", XML_VALUES_GOOD },
    { "<?xml version='1.0'?><a/>", "", XML_VALUES_GOOD },
    { "<a><![CDATA[<x>]]>&#65;<!-- no --></a>", "<x>A", XML_VALUES_GOOD },
    { "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>", "\xc3\xa4", XML_VALUES_GOOD },
    { "<a><b><c>1</c></b></a>", "1", XML_VALUES_GOOD },
    { "<a><b><c><d>1</d></c></b></a>", "", XML_VALUES_DEEP },
    { "<a>x", "x", XML_VALUES_BAD },
    { "", "", XML_VALUES_BAD },
    { "<a>&x;</a>", "", XML_VALUES_BAD },
    { "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "", XML_VALUES_ENTITY },
    { "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "", XML_VALUES_ENTITY },
    { "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1/'> %x;]><a/>", "", XML_VALUES_ENTITY },
    { "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><a>1</a>", "1", XML_VALUES_GOOD },
    { "<a b='1'/>stop", "b=1|", XML_VALUES_BAD },
    { "<a stop='1' b='2'>x</a>", "stop=1|", XML_VALUES_STOPPED },
};
/* clang-format on */

static int note(void *ctx, slice_t name, slice_t value)
{
    unit_text_add(ctx, "%.*s=%.*s|", (int)name.len, name.p, (int)value.len,
                  value.p);
    return !slice_eq(name, SLICE_LIT("stop"));
}

static void check_case(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };
    size_t length = strlen(c->text);
    char *room = malloc(length * 3 + 1);
    slice_t text;

    assert_int_equal(xml_values(slice_make(c->text, length), 3, room, &text,
                                note, &out),
                     c->status);
    unit_text_add(&out, "%.*s", (int)text.len, text.p);
    assert_string_equal(out.text, c->expect);
    free(room);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_case, &cases[i]);
    }
    return unit_run("xml_values");
}
