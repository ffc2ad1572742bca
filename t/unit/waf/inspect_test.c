/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_test.c: requests under rules: order, chains, counters, exceptions,
 * limits. */
#include "unit.h"

#include "inspect_parts.h"
#include "rule_text.h"

static apr_pool_t *pool;

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    strcpy(fingerprint, "s&1");
    return value.len == 4 && memcmp(value.p, "sqli", 4) == 0;
}

int detector_script(slice_t value)
{
    return 0;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

/* ---- one request ---- */

static const program_t *program_of(const char *text)
{
    const program_t *program;
    rule_text_file_t file;
    const char *wrong;

    rule_text_begin(&file, pool);
    wrong = rule_text_read(&file, text, "t.conf");
    if (!wrong) {
        wrong = program_make(file.list, NULL, 1000, &program, pool);
    }
    if (wrong) {
        fail_msg("%s", wrong);
    }
    return program;
}

/* Up to phase 2. */
static inspect_verdict_t inspect_request(inspect_t *inspect, const char *text)
{
    body_limits_t limits = { 0 };
    inspect_verdict_t verdict;
    request_text_t request;

    assert_null(request_text_read(slice_str(text), &request, pool));
    assert_true(request_head_values(inspect->values, &request.head));
    verdict = inspect_run(inspect, 1);
    if (verdict.kind != RULE_PASS && inspect->engine == WAF_ON) {
        return verdict;
    }
    assert_true(body_values(inspect->values,
                            body_processor_of(request.content_type),
                            request.body, request.content_type, &limits));
    return inspect_run(inspect, 2);
}

static void show_detections(unit_text_t *out, const inspect_t *inspect)
{
    int i;

    for (i = 0; i < inspect->detections->nelts; i++) {
        const detection_t *detection =
            &APR_ARRAY_IDX(inspect->detections, i, detection_t);

        unit_text_add(out, "%s%d", i ? " " : "", (int)detection->rule->id);
        if (detection->verdict != RULE_PASS) {
            unit_text_add(out, "!");
        }
        if (detection->data.len) {
            unit_text_add(out, "(%.*s)", (int)detection->data.len,
                          detection->data.p);
        }
    }
}

static void show_verdict(unit_text_t *out, inspect_verdict_t verdict)
{
    static const char *const kinds[] = {
        "pass", "block", "deny", "drop", "redirect", "allow", "allow", "allow"
    };

    if (verdict.kind != RULE_PASS) {
        unit_text_add(out, " %s %d", kinds[verdict.kind], verdict.status);
    }
    if (verdict.redirect.len) {
        unit_text_add(out, " %.*s", (int)verdict.redirect.len,
                      verdict.redirect.p);
    }
}

typedef struct {
    const char *name, *rules, *request, *expect;
} case_t;

#define GET(uri) "GET " uri " HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\n\r\n"
#define SHOWS(id, more) \
    " \"id:" #id more ",logdata:'%{MATCHED_VAR_NAME}=%{MATCHED_VAR}'\"\n"

#define MANY(word) word word word word word

#define LONG "a_name_that_is_longer_than_what_is_kept_of_a_name_to_find_it_by_"

/* clang-format off */
static const case_t cases[] = {
    { "a value each", "SecRule ARGS x" SHOWS(1, ""),
      GET("/?a=x&b=y&c=axb"),
      "1(ARGS:a=x) 1(ARGS:c=axb)" },
    { "up to one that refuses", "SecRule ARGS x" SHOWS(1, ",deny"),
      GET("/?a=x&b=x"), "1!(ARGS:a=x) deny 403" },
    { "transformed", "SecRule ARGS ^x" SHOWS(1, ",t:lowercase,t:trim"),
      GET("/?a=%20X"), "1(ARGS:a=x)" },
    { "no match wanted", "SecRule ARGS !x" SHOWS(1, ""),
      GET("/?a=x&b=y"), "1(ARGS:b=y)" },
    { "selected", "SecRule ARGS:B|ARGS:/^C/ @unconditionalMatch" SHOWS(1, ""),
      GET("/?a=1&b=2&cd=3"), "1(ARGS:b=2) 1(ARGS:cd=3)" },
    { "excluded", "SecRule ARGS|!ARGS:a|!ARGS:/^c/ @unconditionalMatch" SHOWS(1, ""),
      GET("/?A=1&b=2&cd=3"), "1(ARGS:b=2)" },
    { "excluded before it is there", "SecRule !ARGS:a|ARGS @unconditionalMatch" SHOWS(1, ""),
      GET("/?a=1"), "1(ARGS:a=1)" },
    { "counted", "SecRule &ARGS|&ARGS:a|&ARGS:no \"@ge 0\"" SHOWS(1, ""),
      GET("/?a=1&a=2&b=3"), "1(ARGS=3) 1(ARGS=2) 1(ARGS=0)" },
    { "what is counted is not excluded", "SecRule &ARGS|!ARGS \"@eq 1\"" SHOWS(1, ""),
      GET("/?a=1"), "1(ARGS=1)" },
    { "names", "SecRule ARGS_NAMES|REQUEST_METHOD @unconditionalMatch" SHOWS(1, ""),
      GET("/?a=1"), "1(ARGS_NAMES:a=a) 1(REQUEST_METHOD=GET)" },
    { "a chain", "SecRule ARGS x \"id:1,deny,chain,logdata:'%{MATCHED_VAR}'\"\n"
                 "SecRule REQUEST_METHOD POST \"chain\"\n"
                 "SecRule ARGS y\n"
                 "SecRule ARGS x \"id:2,deny,status:406,chain,logdata:'%{MATCHED_VAR}'\"\n"
                 "SecRule REQUEST_METHOD GET\n",
      GET("/?a=x"), "2!(GET) deny 406" },
    { "links set what they match", "SecRule ARGS x \"id:1,pass,nolog,chain,setvar:tx.a=+1\"\n"
                                   "SecRule ARGS y \"setvar:tx.b=+1\"\n"
                                   "SecRule TX:a|TX:b @unconditionalMatch" SHOWS(2, ""),
      GET("/?a=x&b=xx"), "2(TX:a=2)" },
    { "set by each value", "SecRule ARGS x \"id:1,nolog,setvar:tx.n=+2,setvar:'tx.n_%{MATCHED_VAR_NAME}=1'\"\n"
                           "SecRule TX @unconditionalMatch" SHOWS(2, ""),
      GET("/?a=x&b=x"), "2(TX:n=4) 2(TX:n_ARGS:a=1) 2(TX:n_ARGS:b=1)" },
    { "numbers", "SecAction \"id:1,nolog,setvar:tx.a=5,setvar:tx.b=-3,setvar:tx.a=-7,setvar:tx.c=+%{tx.d},setvar:tx.c=+4,setvar:tx.c=+-3\"\n"
                 "SecRule TX @unconditionalMatch" SHOWS(2, ""),
      GET("/"), "2(TX:a=0) 2(TX:b=0) 2(TX:c=4)" },
    { "taken away", "SecAction \"id:1,nolog,setvar:tx.a=5,setvar:tx.b=6,setvar:tx.c=7,setvar:!tx.a\"\n"
                    "SecRule TX:A|TX:b|TX:C @unconditionalMatch" SHOWS(2, ""),
      GET("/"), "2(TX:b=6) 2(TX:c=7)" },
    { "names of all lengths", "SecAction \"id:1,nolog,setvar:tx.A=1,setvar:tx.seven77=2,setvar:tx.eight888=3,setvar:tx.nine99999=4,setvar:tx." LONG "a=5,setvar:tx." LONG "b=6,setvar:tx.Seven77=+5\"\n"
                              "SecRule TX:a|TX:SEVEN77|TX:eighT888|TX:nine99990|TX:NINE99999|TX:" LONG "A|TX:" LONG "B|TX:" LONG "C @unconditionalMatch" SHOWS(2, ""),
      GET("/"), "2(TX:A=1) 2(TX:seven77=7) 2(TX:eight888=3) 2(TX:nine99999=4) 2(TX:" LONG "a=5) 2(TX:" LONG "b=6)" },
    { "a list with no one", "SecRule TX:no|&TX:no \"@eq 0\"" SHOWS(1, ""),
      GET("/"), "1(TX=0)" },
    { "captures", "SecRule ARGS \"^(a)(x)?(b)\" \"id:1,nolog,capture\"\n"
                  "SecRule TX @unconditionalMatch" SHOWS(2, ""),
      GET("/?q=abc"), "2(TX:0=ab) 2(TX:1=a) 2(TX:2=) 2(TX:3=b)" },
    { "captures of before go", "SecRule ARGS \"^(a)(x)?(b)\" \"id:1,nolog,capture\"\n"
                               "SecRule ARGS \"c\" \"id:2,nolog,capture\"\n"
                               "SecRule TX @unconditionalMatch" SHOWS(3, ""),
      GET("/?q=abc"), "3(TX:0=c)" },
    { "not kept without capture", "SecRule ARGS \"^(a)\" \"id:1,nolog\"\n"
                                  "SecRule &TX \"@eq 0\"" SHOWS(2, ""),
      GET("/?q=abc"), "2(TX=0)" },
    { "a fingerprint", "SecRule ARGS @detectSQLi \"id:1,capture,logdata:'%{TX.0}'\"\n",
      GET("/?q=sqli"), "1(s&1)" },
    { "what matched", "SecRule ARGS:a|ARGS:b x \"id:1,nolog,chain\"\n"
                      "SecRule ARGS:c @unconditionalMatch \"chain\"\n"
                      "SecRule MATCHED_VARS|MATCHED_VARS_NAMES @unconditionalMatch" " \"setvar:'tx.%{MATCHED_VAR_NAME}+%{MATCHED_VAR}=1'\"\n"
                      "SecRule TX @unconditionalMatch" SHOWS(2, ""),
      GET("/?a=x&b=xx&c=3"),
      "2(TX:ARGS:a+x=1) 2(TX:ARGS:b+xx=1) 2(TX:ARGS:c+3=1) 2(TX:ARGS:a+ARGS:a=1) 2(TX:ARGS:b+ARGS:b=1) 2(TX:ARGS:c+ARGS:c=1)" },
    { "a rule of its own", "SecRule ARGS x \"id:1,nolog,severity:CRITICAL,msg:'m',setvar:'tx.a=%{rule.id} %{rule.msg} %{RULE.severity}'\"\n"
                           "SecRule TX:a|RULE:id m" SHOWS(2, "")
                           "SecAction \"id:3,logdata:'%{rule.id}%{HIGHEST_SEVERITY}'\"\n",
      GET("/?a=x"), "2(TX:a=1 m 2) 3(2)" },
    { "unknown ones are empty", "SecAction \"id:1,logdata:'[%{tx.no}%{ARGS.no}]%{no}'\"\n",
      GET("/"), "1([])" },
    { "of many parts", "SecAction \"id:1,logdata:'" MANY(MANY("%{ARGS.a}-")) "'\"\n",
      GET("/?a=x"), "1(" MANY(MANY("x-")) ")" },
    { "skips behind", "SecRule ARGS x \"id:1,nolog,skipAfter:END\"\n"
                      "SecAction id:2\nSecMarker END\nSecAction id:3\n",
      GET("/?a=x"), "3" },
    { "skips nothing", "SecRule ARGS x \"id:1,nolog,skipAfter:END\"\n"
                       "SecAction id:2\nSecMarker END\nSecAction id:3\n",
      GET("/?a=y"), "2 3" },
    { "skips some", "SecAction \"id:1,nolog,skip:1\"\nSecAction id:2,chain\nSecRule ARGS x\nSecAction id:3\n",
      GET("/?a=x"), "3" },
    { "numbers of TX", "SecAction \"id:1,nolog,setvar:tx.a=2\"\n"
                       "SecRule TX:A \"@lt 2\"" SHOWS(2, "") "SecRule TX:a \"@le 2\"" SHOWS(3, "")
                       "SecRule TX:a \"@ge 3\"" SHOWS(4, "") "SecRule TX:a \"!@gt 2\"" SHOWS(5, "")
                       "SecRule TX:a \"@eq 2\"" SHOWS(6, ",t:sha1,t:hexEncode") "SecRule TX:no \"!@eq 1\"" SHOWS(7, "")
                       "SecRule TX:a|!TX:a \"@eq 2\"" SHOWS(8, "") "SecRule TX:a|TX:1 \"@eq 2\"" SHOWS(9, ""),
      GET("/"), "3(TX:a=2) 5(TX:a=2) 9(TX:a=2)" },
    { "counts of TX", "SecAction \"id:1,nolog,setvar:tx.a=5\"\n"
                      "SecRule &TX:a \"@eq 1\"" SHOWS(2, "") "SecRule &TX:no \"!@eq 1\"" SHOWS(3, "")
                      "SecRule &TX:a|TX:a \"@ge 1\"" SHOWS(4, "") "SecRule &TX:no|TX:no \"@gt 0\"" SHOWS(5, "")
                      "SecRule &TX:a|!TX:a \"@eq 1\"" SHOWS(6, ""),
      GET("/"), "2(TX=1) 3(TX=0) 4(TX=1) 4(TX:a=5) 6(TX=1)" },
    { "levels", "SecAction \"id:1,nolog,setvar:tx.level=1\"\n"
                "SecRule TX:LEVEL \"@lt 1\" \"id:2,nolog,skipAfter:END\"\nSecAction id:3\n"
                "SecRule TX:LEVEL \"@lt 2\" \"id:4,nolog,skipAfter:END\"\nSecAction id:5\n"
                "SecMarker END\nSecAction id:6\n",
      GET("/"), "3 6" },
    { "a skip without its target", "SecAction \"id:1,nolog,setvar:tx.level=1,ctl:ruleRemoveTargetById=2;TX:level\"\n"
                                   "SecRule TX:LEVEL \"@lt 2\" \"id:2,nolog,skipAfter:END\"\nSecAction id:3\nSecMarker END\n",
      GET("/"), "3" },
    { "a skip is a match to those behind", "SecAction \"id:1,nolog,setvar:tx.level=1\"\n"
                                           "SecRule TX:LEVEL \"@lt 2\" \"id:2,nolog,noauditlog,skipAfter:END\"\nSecMarker END\n"
                                           "SecRule MATCHED_VAR_NAME @unconditionalMatch" SHOWS(3, "")
                                           "SecRule TX:LEVEL \"@eq 1\" \"id:4,nolog,noauditlog,skipAfter:END4\"\nSecMarker END4\n"
                                           "SecRule REQUEST_METHOD \"!@streq %{MATCHED_VAR}\" id:5,logdata:'%{TX.level}'\n",
      GET("/"), "3(MATCHED_VAR_NAME=TX:level) 5(1)" },
    { "set without a word", "SecAction \"id:1,nolog,noauditlog,setvar:tx.a=1,setvar:'tx.b_%{tx.a}=%{tx.a}x'\"\n"
                            "SecRule &TX:no \"@eq 0\" \"id:2,nolog,noauditlog,setvar:tx.no=4,skipAfter:END\"\nSecAction id:3\nSecMarker END\n"
                            "SecRule &TX:no \"@eq 0\" \"id:4,nolog,noauditlog,setvar:tx.no=5\"\n"
                            "SecRule TX @unconditionalMatch" SHOWS(5, ""),
      GET("/"), "5(TX:a=1) 5(TX:b_1=1x) 5(TX:no=4)" },
    { "set for each of two", "SecAction \"id:1,nolog,noauditlog,setvar:tx.a=5\"\n"
                             "SecRule &TX:a|TX:a \"@ge 1\" \"id:2,nolog,noauditlog,setvar:tx.n=+1\"\n"
                             "SecRule TX:n @unconditionalMatch" SHOWS(3, ""),
      GET("/"), "3(TX:n=2)" },
    { "set to what matched", "SecAction \"id:1,nolog,noauditlog,setvar:tx.a=5\"\n"
                             "SecRule TX:a \"@ge 1\" \"id:2,nolog,noauditlog,setvar:tx.b=%{MATCHED_VAR},setvar:'tx.%{MATCHED_VAR_NAME}=1'\"\n"
                             "SecAction \"id:3,nolog,noauditlog,setvar:tx.c=%{MATCHED_VAR_NAME},setvar:tx.d=%{rule.id}\"\n"
                             "SecRule TX @unconditionalMatch" SHOWS(4, ""),
      GET("/"), "4(TX:a=5) 4(TX:b=5) 4(TX:TX:a=1) 4(TX:c=REMOTE_ADDR) 4(TX:d=3)" },
    { "set but for a target taken away", "SecAction \"id:1,nolog,noauditlog,setvar:tx.a=5\"\n"
                                         "SecAction \"id:2,nolog,ctl:ruleRemoveTargetById=3;TX:a\"\n"
                                         "SecRule TX:a \"@ge 1\" \"id:3,nolog,noauditlog,setvar:tx.b=1\"\n"
                                         "SecRule &TX:b \"@eq 0\"" SHOWS(4, ""),
      GET("/"), "4(TX=0)" },
    { "set, and how grave", "SecAction \"id:1,nolog,noauditlog,severity:3,setvar:tx.a=5\"\n"
                            "SecAction \"id:2,logdata:'%{HIGHEST_SEVERITY}'\"\n",
      GET("/"), "2(3)" },
    { "the same values, other words", "SecRule ARGS|REQUEST_HEADERS:User-Agent abc" SHOWS(1, "")
                                      "SecRule ARGS|REQUEST_HEADERS:User-Agent abd" SHOWS(2, "")
                                      "SecRule ARGS|REQUEST_HEADERS:Host abc" SHOWS(3, "")
                                      "SecRule ARGS|!ARGS:b \"@pm abc x\"" SHOWS(4, "")
                                      "SecRule REQUEST_HEADERS:user-agent \"@validateByteRange 97-98\"" SHOWS(5, ",t:lowercase")
                                      "SecRule REQUEST_HEADERS|!REQUEST_HEADERS:user-agent abc" SHOWS(6, "")
                                      "SecRule ARGS|!ARGS:b !abc" SHOWS(7, ""),
      "GET /?a=ABC&b=xabc HTTP/1.1\r\nHost: h\r\nUser-Agent: abc\r\n\r\n",
      "1(ARGS:b=xabc) 1(REQUEST_HEADERS:User-Agent=abc) 3(ARGS:b=xabc) 4(ARGS:a=ABC) 5(REQUEST_HEADERS:User-Agent=abc) 7(ARGS:a=ABC)" },
    { "values that come with a phase", "SecRule ARGS|REQUEST_BODY abc" SHOWS(1, ",phase:1") "SecRule ARGS|REQUEST_BODY abc" SHOWS(2, ""),
      "POST /?a=b HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nd=abc",
      "2(ARGS:d=abc) 2(REQUEST_BODY=d=abc)" },
    { "values that rules set", "SecRule TX:a|REQBODY_PROCESSOR|MATCHED_VAR xml" SHOWS(1, ",phase:1,t:lowercase")
                               "SecAction \"id:2,phase:1,nolog,setvar:tx.a=xml,ctl:requestBodyProcessor=XML\"\n"
                               "SecRule TX:a|REQBODY_PROCESSOR xml" SHOWS(3, ",phase:1,t:lowercase")
                               "SecRule MATCHED_VAR xml" SHOWS(4, ",phase:1,t:lowercase"),
      GET("/"), "3(TX:a=xml) 3(REQBODY_PROCESSOR=xml) 4(MATCHED_VAR=xml)" },
    { "names made of values", "SecRule ARGS x \"id:1,nolog,setvar:'tx.%{MATCHED_VAR}=1',setvar:'tx.m_%{MATCHED_VAR_NAME}=2',setvar:tx.z=3\"\n"
                              "SecRule ARGS x \"id:2,nolog,setvar:'!tx.m_%{MATCHED_VAR_NAME}',setvar:'!tx.xb'\"\n"
                              "SecAction \"id:3,nolog,setvar:tx.z=+1,setvar:'tx.M_%{REQUEST_METHOD}=5'\"\n"
                              "SecRule TX:XA|&TX:xb|TX:m_get|TX:/./ @unconditionalMatch" SHOWS(4, ""),
      GET("/?a=xa&b=xb"), "4(TX:xa=1) 4(TX=0) 4(TX:M_GET=5) 4(TX:xa=1) 4(TX:z=4) 4(TX:M_GET=5)" },
    { "names by a pattern, in the order they came", "SecRule ARGS x \"id:1,nolog,setvar:'tx.n_%{MATCHED_VAR}=1',setvar:tx.n_z=2\"\n"
                                                    "SecAction \"id:2,nolog,setvar:tx.n_b=3,setvar:'!tx.n_xa',setvar:tx.other=4,setvar:tx.N_c=5\"\n"
                                                    "SecRule TX:/^n_/|&TX:/N_[zc]/|!TX:/b$/ @unconditionalMatch" SHOWS(3, "")
                                                    "SecRule TX:/(?-i:N_)/ @unconditionalMatch" SHOWS(4, "")
                                                    "SecRule &TX:/her/ \"@eq 1\"" SHOWS(5, ""),
      GET("/?a=xa&b=xb"), "3(TX:n_z=2) 3(TX:N_c=5) 3(TX=2) 4(TX:N_c=5) 5(TX=1)" },
    { "what nobody asks for", "SecAction id:1,nolog,noauditlog,setvar:tx.a=1,setvar:ip.x=1\n"
                              "SecRule ARGS x \"id:2,nolog,noauditlog,capture,setvar:tx.b=1\"\n"
                              "SecRule TX:0 @unconditionalMatch" SHOWS(3, "")
                              "SecAction id:4,nolog,noauditlog,setvar:tx.c=1,setvar:tx.d=2,setvar:tx.e_score=3\n"
                              "SecAction \"id:5,logdata:'%{tx.D}'\"\n"
                              "SecRule &TX:/^c/ \"@eq 1\"" SHOWS(6, ""),
      GET("/?a=x"), "3(TX:0=x) 5(2) 6(TX=1)" },
    { "what nobody asks for, but what has matched", "SecRule ARGS x \"id:1,nolog,noauditlog,setvar:tx.a=1\"\n"
                                                    "SecRule MATCHED_VAR_NAME @unconditionalMatch" SHOWS(2, ""),
      GET("/?a=x"), "2(MATCHED_VAR_NAME=ARGS:a)" },
    { "texts of a rule ask what has matched", "SecRule ARGS x \"id:1,nolog,noauditlog,setvar:tx.a=1\"\n"
                                              "SecRule RULE:logdata \"@contains ARGS:a\" \"id:2,logdata:'%{MATCHED_VAR_NAME}'\"\n",
      GET("/?a=x"), "2(RULE)" },
    { "texts of a rule that name themselves", "SecAction \"id:1,nolog,noauditlog,msg:'a %{rule.msg}',logdata:'%{rule.msg} %{rule.logdata}',setvar:'tx.a=%{rule.msg}b%{rule.logdata}'\"\n"
                                              "SecRule TX:a @unconditionalMatch" SHOWS(2, ""),
      GET("/"), "2(TX:a=a b )" },
    { "patterns that tell cases apart", "SecRule TX:limit \"@eq 5\" id:1,nolog,noauditlog\n"
                                        "SecAction id:2,nolog,noauditlog,setvar:'tx.Limit=9'\n"
                                        "SecRule TX:/^\\p{Lu}/ \"@eq 9\"" SHOWS(3, "")
                                        "SecRule TX:/(*UCP)^[[:upper:]]/ \"@eq 9\"" SHOWS(4, "")
                                        "SecRule TX:/(?-i)^L/ \"@eq 9\"" SHOWS(5, ""),
      GET("/"), "3(TX:Limit=9) 4(TX:Limit=9) 5(TX:Limit=9)" },
    { "excluded by a pattern with a part that may be none", "SecRule ARGS|!ARGS:/^fo\\E*$/ @unconditionalMatch" SHOWS(1, "")
                                                            "SecRule ARGS|!ARGS:/^fo(?#c)*$/ @unconditionalMatch" SHOWS(2, ""),
      GET("/?a=x&f=1&fo=2"), "1(ARGS:a=x) 2(ARGS:a=x)" },
    { "variables that only texts name", "SecRule ARGS \"@streq %{REQUEST_METHOD}\" \"id:1,setvar:'tx.a=%{REQUEST_PROTOCOL}',setvar:'tx.b_%{REQUEST_BASENAME}=1',logdata:'%{REQUEST_URI} %{TX.a}'\"\n"
                                       "SecRule TX:b_x @unconditionalMatch \"id:2,redirect:http://e/%{QUERY_STRING}\"\n",
      GET("/x?a=GET"), "1(/x?a=GET HTTP/1.1) 2! redirect 302 http://e/a=GET" },
    { "after each step", "SecRule ARGS x" SHOWS(1, ",multiMatch,t:lowercase,t:urlDecode,t:trim"),
      GET("/?a=X%2520x"), "1(ARGS:a=X%20x) 1(ARGS:a=x%20x) 1(ARGS:a=x x)" },
    { "behind a last step that does", "SecRule ARGS x" SHOWS(1, ",multiMatch,t:lowercase,t:trim,t:urlDecode"),
      GET("/?a=X%2520x"), "1(ARGS:a=X%20x) 1(ARGS:a=x%20x) 1(ARGS:a=x x)" },
    { "a step that says it does", "SecRule ARGS x" SHOWS(1, ",multiMatch,t:lowercase,t:cmdLine"),
      GET("/?a=x"), "1(ARGS:a=x) 1(ARGS:a=x)" },
    { "words that a step takes away", "SecRule ARGS \"@rx abc%2ed\"" SHOWS(1, ",multiMatch,t:lowercase,t:urlDecode,t:trim")
                                      "SecRule ARGS \"@rx ABC%2Ed\"" SHOWS(2, ",multiMatch,t:lowercase,t:urlDecode"),
      GET("/?a=ABC%252Ed"), "1(ARGS:a=abc%2ed) 2(ARGS:a=ABC%2Ed)" },
    { "no step changes it", "SecRule ARGS x" SHOWS(1, ",multiMatch,t:lowercase,t:trim"),
      GET("/?a=x"), "1(ARGS:a=x)" },
    { "many steps of none", "SecRule ARGS x" SHOWS(1, ",multiMatch"),
      GET("/?a=x"), "" },
    { "phases", "SecRule ARGS x id:1,phase:2\nSecRule ARGS x id:2,phase:1\nSecRule ARGS x id:3,phase:3\n",
      GET("/?a=x"), "2 1" },
    { "refused in phase 1", "SecRule ARGS x id:1,phase:2\nSecRule ARGS x id:2,phase:1,drop\n",
      GET("/?a=x"), "2! drop 403" },
    { "sent elsewhere", "SecRule ARGS x id:1,redirect:http://e/%{ARGS.a}\n",
      GET("/?a=x"), "1! redirect 302 http://e/x" },
    { "allowed", "SecAction id:1,phase:1,allow\nSecAction id:2,phase:1\nSecAction id:3,phase:2\n",
      GET("/"), "1!" },
    { "the phase allowed", "SecAction id:1,phase:1,allow:phase\nSecAction id:2,phase:1\nSecAction id:3,phase:2\n",
      GET("/"), "1! 3" },
    { "refused quietly", "SecAction id:1,deny,nolog\n", GET("/"), " deny 403" },
    { "rules removed", "SecAction \"id:1,nolog,ctl:ruleRemoveById=2,ctl:ruleRemoveById=4-5,ctl:ruleRemoveByTag=^t/,ctl:ruleRemoveByMsg=no\"\n"
                       "SecAction id:2\nSecAction id:3\nSecAction id:4,chain\nSecRule ARGS x\nSecAction id:5\nSecAction id:6,tag:t/x\nSecAction id:7,tag:xt/\n"
                       "SecAction \"id:8,msg:'no no'\"\n",
      GET("/"), "3 7" },
    { "targets removed", "SecAction \"id:1,nolog,ctl:ruleRemoveTargetById=2;ARGS:A,ctl:ruleRemoveTargetById=3-4;ARGS,ctl:ruleRemoveTargetByTag=^t$;ARGS:/^a/\"\n"
                         "SecRule ARGS|ARGS_NAMES a" SHOWS(2, "")
                         "SecRule ARGS|ARGS_NAMES a" SHOWS(3, "")
                         "SecRule &ARGS \"@gt 0\"" SHOWS(4, "")
                         "SecRule ARGS a" SHOWS(5, ",tag:t"),
      GET("/?a=a&b=a"), "2(ARGS:b=a) 2(ARGS_NAMES:a=a) 3(ARGS_NAMES:a=a) 5(ARGS:b=a)" },
    { "links keep their targets", "SecAction \"id:1,nolog,ctl:ruleRemoveTargetById=2;ARGS:a\"\n"
                                  "SecRule ARGS:b a id:2,chain\nSecRule ARGS:a a\n",
      GET("/?a=a&b=a"), "2" },
    { "the engine off", "SecRule ARGS x \"id:1,nolog,ctl:ruleEngine=Off\"\nSecAction id:2,deny\n",
      GET("/?a=x"), "" },
    { "nothing refused", "SecRule ARGS x \"id:1,nolog,ctl:ruleEngine=DetectionOnly\"\nSecAction id:2,deny\nSecAction id:3,drop\nSecAction id:4,allow\nSecAction id:5\n",
      GET("/?a=x"), "2 3 4 5 deny 403" },
    { "an argument with variables", "SecAction \"id:1,nolog,setvar:'tx.a=GET POST'\"\n"
                                    "SecRule REQUEST_METHOD \"@within %{tx.a}\" id:2\n"
                                    "SecRule REQUEST_METHOD \"!@within %{tx.no}\" id:3\n"
                                    "SecRule ARGS:a \"@rx ^%{ARGS.b}$\" id:4\n",
      GET("/?a=b&b=b"), "2 3 4" },
    { "a body", "SecRule ARGS_POST x" SHOWS(1, ""),
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=x",
      "1(ARGS_POST:a=x)" },
    { "collections that are kept are not there", "SecAction \"id:1,nolog,setvar:ip.a=1\"\nSecRule &IP:a \"@eq 0\" id:2\n",
      GET("/"), "2" },
    { "words and none of them", "SecRule ARGS \"@pm select insert\"" SHOWS(1, "")
                                "SecRule ARGS \"!@pm select insert\"" SHOWS(2, ""),
      GET("/?a=an%20Insert&b=c"), "1(ARGS:a=an Insert) 2(ARGS:b=c)" },
};
/* clang-format on */

static void check_program(const case_t *c, const program_t *program)
{
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect = inspect_make(program, &limits, pool);
    inspect_verdict_t verdict = inspect_request(inspect, c->request);
    unit_text_t out = { .len = 0 };

    show_detections(&out, inspect);
    show_verdict(&out, verdict);
    assert_string_equal(out.text, c->expect);
    assert_int_equal(inspect->over, INSPECT_OVER_NONE);
}

static void check_case(void **state)
{
    const case_t *c = *state;
    const program_t *program = program_of(c->rules);

    check_program(c, program_without_gates(program, pool));
    check_program(c, program);
}

/* ---- what is told ---- */

static void check_messages(void **state)
{
    static const char *const expect[] = {
        "Pattern match \"^x\" at ARGS:a\\\"b.",
        "Operator EQ matched 1 at ARGS.",
        "Match of \"rx ^y\" against \"REQUEST_METHOD\" required.",
        "Unconditional match in SecAction.",
    };
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect =
        inspect_make(program_of(
                         "SecRule ARGS ^x id:1\nSecRule &ARGS \"@eq 1\" id:2\n"
                         "SecRule REQUEST_METHOD !^y id:3\nSecAction id:4\n"),
                     &limits, pool);
    size_t i;

    inspect_request(inspect, GET("/?a%22b=x"));
    assert_int_equal(inspect->detections->nelts, UNIT_COUNT(expect));
    for (i = 0; i < UNIT_COUNT(expect); i++) {
        slice_t message =
            inspect_message(inspect, &APR_ARRAY_IDX(inspect->detections, i,
                                                    detection_t));

        assert_string_equal(apr_pstrmemdup(pool, message.p, message.len),
                            expect[i]);
    }
}

static void check_ctl(void **state)
{
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect = inspect_make(
        program_of("SecAction \"id:1,phase:1,nolog,"
                   "ctl:requestBodyProcessor=XML,ctl:requestBodyAccess=On,"
                   "ctl:responseBodyAccess=Off,ctl:requestBodyLimit=100,"
                   "ctl:auditLogParts=+E,ctl:auditEngine=RelevantOnly\"\n"
                   "SecRule REQBODY_PROCESSOR ^XML$ id:2,phase:1\n"),
        &limits, pool);

    assert_int_equal(inspect->ctl.request_body_access, -1);
    inspect_request(inspect, GET("/"));
    assert_int_equal(inspect->detections->nelts, 1);
    assert_true(slice_eq(inspect->ctl.processor, SLICE_LIT("XML")));
    assert_int_equal(inspect->ctl.request_body_access, 1);
    assert_int_equal(inspect->ctl.response_body_access, 0);
    assert_int_equal(inspect->ctl.force_request_body, -1);
    assert_int_equal(inspect->ctl.request_body_limit, 100);
    assert_int_equal(inspect->ctl.audit_parts->nelts, 1);
    assert_true(slice_eq(inspect->ctl.audit_engine, SLICE_LIT("RelevantOnly")));
}

/* Phase 5 runs whatever was before it, and refuses nothing. */
static void check_log_phase(void **state)
{
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect =
        inspect_make(program_of("SecAction id:1,phase:1,deny\n"
                                "SecAction id:2,phase:3\n"
                                "SecAction id:3,phase:5,deny\n"),
                     &limits, pool);
    unit_text_t out = { .len = 0 };

    assert_int_equal(inspect_request(inspect, GET("/")).kind, RULE_DENY);
    assert_int_equal(inspect_run(inspect, 3).kind, RULE_PASS);
    assert_int_equal(inspect_run(inspect, 5).kind, RULE_PASS);
    assert_int_equal(inspect_run(inspect, 5).kind, RULE_PASS);
    show_detections(&out, inspect);
    assert_string_equal(out.text, "1! 3");
}

/* ---- limits ---- */

static inspect_over_e over_of(const char *rules, inspect_limits_t limits)
{
    inspect_t *inspect;

    limits.engine = WAF_ON;
    inspect = inspect_make(program_of(rules), &limits, pool);
    if (inspect_request(inspect, GET("/?a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))
            .kind
        == RULE_PASS) {
        assert_int_equal(inspect->over, INSPECT_OVER_NONE);
    }
    else {
        assert_null(inspect->run->verdict.by);
        assert_int_equal(inspect->run->verdict.status, 0);
    }
    return inspect->over;
}

static void check_limits(void **state)
{
    static const char doubles[] =
        "SecAction \"id:1,setvar:'tx.a=%{tx.a}%{tx.a}xxxxxxxxxxxxxxxxxxxxxxxx'"
        ",setvar:'tx.a=%{tx.a}%{tx.a}',setvar:'tx.a=%{tx.a}%{tx.a}'"
        ",setvar:'tx.a=%{tx.a}%{tx.a}',setvar:'tx.a=%{tx.a}%{tx.a}'\"\n";

    char many[2000] = "SecAction id:1";
    int i;

    assert_int_equal(over_of("SecAction id:1\n", (inspect_limits_t){ 0 }),
                     INSPECT_OVER_NONE);
    assert_int_equal(over_of(doubles, (inspect_limits_t){ .bytes_max = 400 }),
                     INSPECT_OVER_BYTES);
    assert_int_equal(over_of("SecRule ARGS x id:1,t:hexEncode,t:hexEncode\n",
                             (inspect_limits_t){ .bytes_max = 150 }),
                     INSPECT_OVER_BYTES);
    assert_int_equal(over_of("SecAction id:1\nSecAction id:2\n",
                             (inspect_limits_t){ .detections_max = 1 }),
                     INSPECT_OVER_DETECTIONS);
    for (i = 0; i < 60; i++) {
        snprintf(many + strlen(many), 30, ",setvar:tx.a%d=1", i);
    }
    assert_int_equal(over_of(many, (inspect_limits_t){ .values_max = 50 }),
                     INSPECT_OVER_VALUES);
    assert_int_equal(over_of("SecRule ARGS (a+)+$ id:1\n",
                             (inspect_limits_t){ 0 }),
                     INSPECT_OVER_MATCH);
    assert_int_equal(over_of("SecRule ARGS (a+)+$ id:1,nolog,noauditlog\n",
                             (inspect_limits_t){ 0 }),
                     INSPECT_OVER_MATCH);
}

/* @param rules  with one that refuses "evil" where it sees it
 * @return how many detections there are */
static int detections_of(const char *rules, inspect_over_e over)
{
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect = inspect_make(program_of(rules), &limits, pool);

    assert_int_equal(
        inspect_request(inspect,
                        GET("/?xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                            "xxxxxxxxxxxxxxx-xxy=evil"))
            .kind,
        RULE_DENY);
    assert_int_equal(inspect->over, over);
    return inspect->detections->nelts;
}

/* Names of which an expression cannot say whether it selects them. */
static void check_undecided(void **state)
{
    assert_int_equal(detections_of("SecRule ARGS:/(?:x+x+)+y/ evil id:1,deny\n",
                                   INSPECT_OVER_MATCH),
                     0);
    assert_int_equal(detections_of("SecRule ARGS|!ARGS:/(?:x+x+)+y/ evil "
                                   "id:1,deny\n",
                                   INSPECT_OVER_MATCH),
                     1);
    assert_int_equal(detections_of("SecAction "
                                   "id:2,nolog,pass,ctl:ruleRemoveTargetById=1;"
                                   "ARGS:/"
                                   "(?:x+x+)+y/\n"
                                   "SecRule ARGS evil id:1,deny\n",
                                   INSPECT_OVER_MATCH),
                     1);
    assert_int_equal(detections_of("SecRule ARGS:/x+y/ evil id:1,deny\n",
                                   INSPECT_OVER_NONE),
                     1);
}

/* So many that their table grows, and every other one goes again. */
static void check_many_names(void **state)
{
    static const char rules[] =
        "SecRule ARGS . \"id:1,nolog,setvar:'tx.%{MATCHED_VAR_NAME}=1'\"\n"
        "SecRule ARGS go \"id:2,nolog,setvar:'!tx.%{MATCHED_VAR_NAME}'\"\n";
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect = inspect_make(program_of(rules), &limits, pool);
    const char *query = "";
    int i;

    for (i = 0; i < 400; i++) {
        query = apr_psprintf(pool, "%sn%d=%s&", query, i, i % 2 ? "go" : "s");
    }
    inspect_request(inspect,
                    apr_psprintf(pool, "GET /?%s HTTP/1.1\r\n\r\n", query));
    for (i = 0; i < 400; i++) {
        const char *name = apr_psprintf(pool, "args:N%d", i);

        assert_int_equal(inspect_tx(inspect, slice_str(name)).len == 1,
                         i % 2 == 0);
    }
}

/* Responses are large, and no client's: there it is no match. */
static void check_unfinished(void **state)
{
    inspect_limits_t limits = { .engine = WAF_ON };
    inspect_t *inspect =
        inspect_make(program_of("SecRule ARGS (a+)+$ id:7,phase:4,deny\n"),
                     &limits, pool);

    assert_int_equal(inspect_request(inspect,
                                     GET("/?a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))
                         .kind,
                     RULE_PASS);
    assert_int_equal(inspect->unfinished, 0);
    assert_int_equal(inspect_run(inspect, 4).kind, RULE_PASS);
    assert_int_equal(inspect->over, INSPECT_OVER_NONE);
    assert_int_equal(inspect->unfinished, 7);
}

static void check_time(void **state)
{
    inspect_limits_t limits = { .engine = WAF_ON, .time_max = 1 };
    inspect_t *inspect;
    char rules[60000] = "";
    int i;

    for (i = 0; i < 1200; i++) {
        snprintf(rules + strlen(rules), 40, "SecRule ARGS @streq id:%d\n",
                 i + 1);
    }
    inspect = inspect_make(program_of(rules), &limits, pool);
    assert_int_equal(inspect_request(inspect, GET("/?a=x")).kind, RULE_DENY);
    assert_int_equal(inspect->over, INSPECT_OVER_TIME);
}

/* @return 1: the last of many rules has run */
static int gets_to_the_end(apr_interval_time_t time_max)
{
    inspect_limits_t limits = { .engine = WAF_DETECT, .time_max = time_max };
    inspect_t *inspect;
    char rules[60000] = "";
    int i;

    for (i = 0; i < 1200; i++) {
        snprintf(rules + strlen(rules), 40, "SecRule ARGS @streq id:%d\n",
                 i + 1);
    }
    strcat(rules, "SecAction id:2000,nolog,setvar:tx.end_score=1\n");
    inspect = inspect_make(program_of(rules), &limits, pool);
    inspect_say_over(inspect, INSPECT_OVER_MATCH);
    assert_int_equal(inspect_request(inspect, GET("/?a=x")).kind, RULE_DENY);
    assert_int_equal(inspect->over, INSPECT_OVER_MATCH);
    return inspect_tx(inspect, SLICE_LIT("end_score")).len != 0;
}

/* The first limit keeps its name; the time ends the phase none the less. */
static void check_time_behind(void **state)
{
    assert_int_equal(gets_to_the_end(-1), 1);
    assert_int_equal(gets_to_the_end(1), 0);
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("messages", check_messages, NULL);
    unit_add("ctl", check_ctl, NULL);
    unit_add("the phase of logs", check_log_phase, NULL);
    unit_add("many names of TX", check_many_names, NULL);
    unit_add("limits", check_limits, NULL);
    unit_add("an expression that takes too long, of a response",
             check_unfinished, NULL);
    unit_add("names that nobody knows", check_undecided, NULL);
    unit_add("limit of time", check_time, NULL);
    unit_add("limit of time behind another", check_time_behind, NULL);
    failed = unit_run("inspect");
    apr_terminate();
    return failed;
}
