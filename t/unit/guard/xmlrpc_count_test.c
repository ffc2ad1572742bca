/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* xmlrpc_count_test.c: passwords in a call, faults in an answer. */
#include "unit.h"

#include "login/xmlrpc_count.c"

#define CALL "<struct><member><name>methodName</name></member></struct>"
#define NAME(name) "<methodCall><methodName>" name "</methodName>"

static const struct {
    const char *name, *body;
    unsigned tries;
    int odd;
} calls[] = {
    { "one", NAME("wp.getUsersBlogs") "<params/></methodCall>", 1, 0 },
    { "one with structs", NAME("wp.newPost") CALL CALL, 1, 0 },
    { "without password", NAME("pingback.ping") "<params/>", 0, 0 },
    { "spaces around", NAME("\n wp.a ") CALL CALL, 1, 0 },
    { "a method that is not known", NAME("plugin.login"), 1, 0 },
    { "many", NAME("system.multicall") CALL CALL CALL, 3, 0 },
    { "many, in capitals", NAME("SYSTEM.multicall") CALL CALL, 2, 0 },
    { "many, by an entity", NAME("system&#46;multicall") CALL CALL, 2, 0 },
    { "many, by CDATA", NAME("<![CDATA[system.multicall]]>") CALL CALL, 2, 0 },
    { "many, behind a comment", NAME("<!-- -->system.multicall") CALL CALL, 2,
      0 },
    { "many, with an attribute",
      "<methodName a='>'>system.multicall</methodName>" CALL CALL, 2, 0 },
    { "many, named at the end", CALL CALL NAME("system.multicall"), 2, 0 },
    { "two names", NAME("wp.a") CALL CALL NAME("wp.b"), 2, 0 },
    { "a name in a comment first",
      "<!--" NAME("pingback.ping") "-->" NAME("system.multicall") CALL CALL, 2,
      0 },
    { "structs with spaces and attributes",
      NAME("system.multicall") "<struct >a<struct\na='b'><struct/>", 3, 0 },
    { "other elements", NAME("system.multicall") "<structs><astruct></struct>",
      0, 0 },
    { "no name", CALL CALL, 2, 0 },
    { "nothing", "", 0, 0 },
    { "a document type", "<!DOCTYPE a [<!ENTITY b '<struct>'>]>", 1, 1 },
    { "a comment", "<!-- a --><?xml version='1.0'?>" NAME("wp.a"), 1, 0 },
};

static void check_call(void **state)
{
    size_t i = (size_t)(*state), at, piece;
    slice_t body = slice_str(calls[i].body);

    for (piece = 1; piece <= body.len + 1; piece += piece) {
        xmlrpc_count_t count = { 0 };

        for (at = 0; at < body.len; at += piece) {
            size_t left = body.len - at;

            xmlrpc_count_add(&count, slice_make(body.p + at,
                                                piece < left ? piece : left));
        }
        assert_int_equal(xmlrpc_count_tries(&count), calls[i].tries);
        assert_int_equal(count.odd, calls[i].odd);
    }
}

#define FAULT(code)                                                    \
    "<member><name>faultCode</name><value>" code "</value></member>\n" \
    "<member><name>faultString</name><value><string>Incorrect 1</string>"

static const struct {
    const char *name, *body;
    unsigned wrong;
} answers[] = {
    { "good", "<params><param><value><string>faultCode</string>", 0 },
    { "a wrong password", FAULT("<int>403</int>"), 1 },
    { "as i4", FAULT("<i4>403</i4>"), 1 },
    { "without type", FAULT("403"), 1 },
    { "other faults",
      FAULT("<int>404</int>") FAULT("<int>401</int>")
          FAULT("<int>-32601</int>"),
      0 },
    { "many",
      FAULT("<int>403</int>") FAULT("<int>404</int>") FAULT("<int>403</int>"),
      2 },
    { "a code that is not known", FAULT("<int>17</int>"), 1 },
    { "cut off", "<name>faultCode</name><value><int>", 1 },
};

static void check_answer(void **state)
{
    size_t i = (size_t)(*state), at;
    slice_t body = slice_str(answers[i].body);
    xmlrpc_faults_t whole = { 0 }, pieces = { 0 };

    xmlrpc_faults_add(&whole, body);
    assert_int_equal(whole.wrong, answers[i].wrong);
    for (at = 0; at < body.len; at++) {
        xmlrpc_faults_add(&pieces, slice_make(body.p + at, 1));
    }
    assert_int_equal(pieces.wrong, answers[i].wrong);
}

static void nul(void **state)
{
    xmlrpc_count_t count = { 0 };

    xmlrpc_count_add(&count, slice_make("<\0s\0t\0r\0u\0c\0t\0>\0", 16));
    assert_true(count.odd);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(calls); i++) {
        unit_add(calls[i].name, check_call, (void *)i);
    }
    for (i = 0; i < UNIT_COUNT(answers); i++) {
        unit_add(answers[i].name, check_answer, (void *)i);
    }
    unit_add("UTF-16", nul, NULL);
    return unit_run("xmlrpc_count");
}
