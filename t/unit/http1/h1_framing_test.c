/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_framing_test.c: where the body ends.  Cases are whole heads, so that the
 * parser and the decision are tested as they are used. */
#include "unit.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_framing.c"

typedef struct {
    const char *name;
    int is_head;
    const char *input;  /* without the empty line */
    const char *expect; /* "kind length reuse|close", or the refusal */
} framing_case_t;

#define OK "HTTP/1.1 200 OK\r\n"
#define OK_1_0 "HTTP/1.0 200 OK\r\n"
#define CL(value) "Content-Length: " value "\r\n"
#define TE(value) "Transfer-Encoding: " value "\r\n"

static const framing_case_t cases[] = {
    /* RFC 9112 section 6.3, rule by rule */
    { "9112 6.3 rule 1: HEAD", 1, OK CL("5"), "none 5 reuse" },
    { "9112 6.3 rule 1: HEAD without a length", 1, OK, "none -1 reuse" },
    { "9112 6.3 rule 1: HEAD, chunked", 1, OK TE("chunked"), "none -1 reuse" },
    { "9112 6.3 rule 1: 304", 0, "HTTP/1.1 304 Not Modified\r\n" CL("5"),
      "none 5 reuse" },
    { "9112 6.3 rule 1: 304, chunked", 0, "HTTP/1.1 304 x\r\n" TE("chunked"),
      "none -1 reuse" },
    { "9112 6.3 rule 1: 204", 0, "HTTP/1.1 204 No Content\r\n",
      "none -1 reuse" },
    { "9112 6.3 rule 1: 204 with length 0", 0, "HTTP/1.1 204 x\r\n" CL("0"),
      "none -1 reuse" },
    { "9112 6.3 rule 1: 204 with a length", 0, "HTTP/1.1 204 x\r\n" CL("5"),
      "none -1 close" },
    { "9112 6.3 rule 1: 204 with a bad length", 0,
      "HTTP/1.1 204 x\r\n" CL("-5"), "none -1 close" },
    { "9112 6.3 rule 1: 100", 0, "HTTP/1.1 100 Continue\r\n", "none -1 reuse" },
    { "9112 6.3 rule 1: 103 with a length", 0, "HTTP/1.1 103 x\r\n" CL("5"),
      "none -1 close" },
    { "9110 15.2.2: 101 ends HTTP here", 0, "HTTP/1.1 101 x\r\n",
      "none -1 close" },
    { "9112 6.1: 204 chunked", 0, "HTTP/1.1 204 x\r\n" TE("chunked"),
      "H1_CODING_WITHOUT_BODY" },
    { "9112 6.1: 100 chunked", 0, "HTTP/1.1 100 x\r\n" TE("chunked"),
      "H1_CODING_WITHOUT_BODY" },
    { "9110 15.3.6: 205 has a body like others", 0,
      "HTTP/1.1 205 x\r\n" CL("5"), "length 5 reuse" },
    { "9112 6.3 rule 4: chunked", 0, OK TE("chunked"), "chunked -1 reuse" },
    { "9112 7: chunked without case", 0, OK TE("ChUnKeD"), "chunked -1 reuse" },
    { "9112 6.3 rule 6: length", 0, OK CL("42"), "length 42 reuse" },
    { "9112 6.3 rule 6: length 0", 0, OK CL("0"), "length 0 reuse" },
    { "9112 6.3 rule 6: name without case", 0, OK "CONTENT-length: 7\r\n",
      "length 7 reuse" },
    { "9112 6.3 rule 6: the largest length", 0, OK CL("9223372036854775807"),
      "length 9223372036854775807 reuse" },
    { "9112 6.3 rule 8: until close", 0, OK, "until-close -1 close" },
    { "9112 6.3 rule 8: until close on 1.0, keep-alive", 0,
      OK_1_0 "Connection: keep-alive\r\n", "until-close -1 close" },

    /* two readings: refused */
    { "9112 6.3 rule 3: TE beside a length", 0, OK TE("chunked") CL("5"),
      "H1_LENGTH_AND_CHUNKED" },
    { "9112 6.3 rule 3: length before TE", 0, OK CL("5") TE("chunked"),
      "H1_LENGTH_AND_CHUNKED" },
    { "9112 6.3 rule 3: TE beside length 0", 0, OK CL("0") TE("chunked"),
      "H1_LENGTH_AND_CHUNKED" },
    { "9112 6.3 rule 3: TE beside a length, HEAD", 1, OK CL("5") TE("chunked"),
      "H1_LENGTH_AND_CHUNKED" },
    { "9112 6.1: TE on HTTP/1.0", 0, OK_1_0 TE("chunked"), "H1_CODING_ON_1_0" },
    { "9112 6.1: TE on HTTP/1.0 beside a length", 0,
      OK_1_0 CL("5") TE("chunked"), "H1_CODING_ON_1_0" },
    { "9112 6.3 rule 4: gzip", 0, OK TE("gzip"), "H1_BAD_CODING" },
    { "9112 6.3 rule 4: gzip, chunked", 0, OK TE("gzip, chunked"),
      "H1_BAD_CODING" },
    { "9112 6.3 rule 4: chunked, identity", 0, OK TE("chunked, identity"),
      "H1_BAD_CODING" },
    { "9112 6.3 rule 4: identity", 0, OK TE("identity"), "H1_BAD_CODING" },
    { "9112 6.3 rule 4: chunked twice in a line", 0, OK TE("chunked, chunked"),
      "H1_BAD_CODING" },
    { "9112 6.3 rule 4: chunked in two lines", 0,
      OK TE("chunked") TE("chunked"), "H1_BAD_CODING" },
    { "9112 6.3 rule 4: identity, then chunked", 0,
      OK TE("identity") TE("chunked"), "H1_BAD_CODING" },
    { "9112 6.3 rule 4: chunked, then nothing", 0, OK TE("chunked") TE(""),
      "H1_BAD_CODING" },
    { "9112 6.1: empty TE", 0, OK TE(""), "H1_BAD_CODING" },
    { "9112 6.1: parameter", 0, OK TE("chunked;q=1"), "H1_BAD_CODING" },
    { "9112 6.1: quoted", 0, OK TE("\"chunked\""), "H1_BAD_CODING" },
    { "9112 6.1: xchunked", 0, OK TE("xchunked"), "H1_BAD_CODING" },
    { "9112 6.1: chunked with a comma", 0, OK TE("chunked,"), "H1_BAD_CODING" },
    { "9112 6.3 rule 5: two lengths", 0, OK CL("5") CL("6"), "H1_TWO_LENGTHS" },
    { "9112 6.3 rule 5: length 0 and another", 0, OK CL("0") CL("5"),
      "H1_TWO_LENGTHS" },
    { "9112 6.3 rule 5: two lengths in a line", 0, OK CL("5, 6"),
      "H1_TWO_LENGTHS" },
    { "9112 6.3 rule 5: three lengths, ends alike", 0, OK CL("5, 6, 5"),
      "H1_TWO_LENGTHS" },
    { "9112 6.3 rule 5: two lengths, HEAD", 1, OK CL("5") CL("6"),
      "H1_TWO_LENGTHS" },
    { "9112 6.3 rule 5: equal lengths", 0, OK CL("5") CL("5"),
      "length 5 reuse" },
    { "9112 6.3 rule 5: equal lengths in a line", 0, OK CL("5,\t5"),
      "length 5 reuse" },
    { "9112 6.3 rule 5: equal by value", 0, OK CL("5") CL("05"),
      "length 5 reuse" },
    { "9112 6.3 rule 5: empty length", 0, OK CL(""), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: length and an empty one", 0, OK CL("5") CL(""),
      "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: empty one and a length", 0, OK CL("") CL("5"),
      "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: comma behind", 0, OK CL("5,"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: comma before", 0, OK CL(",5"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: plus sign", 0, OK CL("+5"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: minus sign", 0, OK CL("-5"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: hexadecimal", 0, OK CL("0x5"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: SP within", 0, OK CL("5 5"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: overflow", 0, OK CL("9223372036854775808"),
      "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: huge", 0, OK CL("99999999999999999999999999"),
      "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: bad length, HEAD", 1, OK CL("x"), "H1_BAD_LENGTH" },
    { "9112 6.3 rule 5: bad length, 304", 0, "HTTP/1.1 304 x\r\n" CL("x"),
      "H1_BAD_LENGTH" },

    /* may the connection be used again? */
    { "9112 9.3: close", 0, OK CL("5") "Connection: close\r\n",
      "length 5 close" },
    { "9112 9.3: close in a list", 0, OK CL("5") "Connection: x, Close\r\n",
      "length 5 close" },
    { "9112 9.3: close in the second line", 0,
      OK CL("5") "Connection: x\r\nConnection: close\r\n", "length 5 close" },
    { "9112 9.3: close beside keep-alive", 0,
      OK CL("5") "Connection: keep-alive, close\r\n", "length 5 close" },
    { "9112 9.3: HTTP/1.0", 0, OK_1_0 CL("5"), "length 5 close" },
    { "9112 9.3: HTTP/1.0 keep-alive", 0,
      OK_1_0 CL("5") "Connection: Keep-Alive\r\n", "length 5 reuse" },
    { "9112 9.3: HTTP/1.0 keep-alive and close", 0,
      OK_1_0 CL("5") "Connection: keep-alive\r\nConnection: close\r\n",
      "length 5 close" },
    { "9112 9.3: names as long as those that count", 0,
      OK CL("5") "Connectio-: close\r\nContent-Lengt-: 6\r\n"
                 "Transfer-Encodin-: x\r\n",
      "length 5 reuse" },
};

static void check_case(void **state)
{
    static const char *const kinds[] = { "none", "length", "chunked",
                                         "until-close" };
    static const char *const results[] = {
#define X(id, text) #id,
        H1_RESULTS(X)
#undef X
    };
    const framing_case_t *c = *state;
    unit_text_t input = { "", 0 }, got = { "", 0 };
    h1_field_t fields[8];
    h1_response_parser_t p;
    h1_framing_t f;
    size_t head_len, i;

    unit_text_add(&input, "%s\r\n", c->input);
    for (i = 0; i < UNIT_COUNT(fields); i++) { /* left from before: no part */
        fields[i].name = SLICE_LIT("Transfer-Encoding");
        fields[i].value = SLICE_LIT("left over");
    }
    h1_response_init(&p, fields, UNIT_COUNT(fields), input.len);
    assert_int_equal(h1_response_parse(&p, input.text, input.len, &head_len),
                     H1_DONE);
    f = h1_framing_decide(c->is_head, &p.response);
    if (f.result != H1_DONE) {
        assert_string_equal(results[f.result], c->expect);
        assert_int_equal(f.keep_alive, 0);
        return;
    }
    unit_text_add(&got, "%s %lld %s", kinds[f.kind], (long long)f.length,
                  f.keep_alive ? "reuse" : "close");
    assert_string_equal(got.text, c->expect);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    return unit_run("h1_framing");
}
