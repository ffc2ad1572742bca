/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_bench.c: what the HTTP/1.1 library costs per response of a proxy, in
 * nanoseconds: parsing and framing a head of ten fields, writing a request
 * head, decoding a chunked body. */
#include <stdio.h>
#include "micro.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_framing.c"
#include "http1/h1_body.c"
#include "http1/h1_request.c"

static const char head[] =
    "HTTP/1.1 200 OK\r\n"
    "Date: Tue, 01 Jul 2025 10:00:00 GMT\r\n"
    "Server: origin/1.2.3\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Length: 1024\r\n"
    "Last-Modified: Mon, 30 Jun 2025 08:15:30 GMT\r\n"
    "ETag: \"5f3c-61a2b3c4d5e6f\"\r\n"
    "Cache-Control: public, max-age=3600\r\n"
    "Set-Cookie: session=0123456789abcdef0123456789abcdef; Path=/; HttpOnly\r\n"
    "Vary: Accept-Encoding\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";

static h1_field_t fields[64];
static h1_response_parser_t parser;

static void parse(size_t step)
{
    size_t head_len = 0, len = step;

    h1_response_reset(&parser);
    while (h1_response_parse(&parser, head, len, &head_len) == H1_PARTIAL) {
        len += step;
    }
    micro_use(head_len);
}

static void parse_at_once(void)
{
    parse(sizeof(head) - 1);
}

static void parse_byte_by_byte(void)
{
    parse(1);
}

static void parse_and_frame(void)
{
    parse(sizeof(head) - 1);
    micro_use((size_t)h1_framing_decide(0, &parser.response).length);
}

static void filter_names(void)
{
    size_t i, kept = 0;

    for (i = 0; i < parser.response.field_count; i++) {
        kept += !h1_is_hop_by_hop(parser.response.fields[i].name);
    }
    micro_use(kept);
}

static void write_request(void)
{
    char buf[2048];
    h1_writer_t w;
    size_t i;

    h1_writer_init(&w, buf, sizeof(buf));
    h1_write_request_line(&w, SLICE_LIT("GET"),
                          SLICE_LIT("/some/path/to/a/page?with=query"));
    for (i = 0; i < parser.response.field_count; i++) {
        h1_write_field(&w, parser.response.fields[i].name,
                       parser.response.fields[i].value);
    }
    h1_write_head_end(&w);
    micro_use(w.len);
}

static char chunked[16 * 1024];
static size_t chunked_len;

static void fill_chunked(void)
{
    size_t i;

    for (i = 0; i < 15; i++) {
        chunked_len += h1_chunk_head(chunked + chunked_len, 1024);
        memset(chunked + chunked_len, 'x', 1024);
        memcpy(chunked + chunked_len + 1024, "\r\n", 2);
        chunked_len += 1026;
    }
    memcpy(chunked + chunked_len, "0\r\n\r\n", 5);
    chunked_len += 5;
}

static void decode_chunked(void)
{
    size_t at = 0, used;
    h1_result_e error;
    slice_t data;
    h1_body_t b;

    h1_body_init(&b, H1_BODY_CHUNKED, -1, NULL, 0);
    while (
        h1_body_step(&b, chunked + at, chunked_len - at, &used, &data, &error)
        == H1_BODY_DATA) {
        at += used;
    }
    micro_use((size_t)b.received);
}

int main(void)
{
    h1_response_init(&parser, fields, 64, 8192);
    fill_chunked();
    printf("# head of %zu bytes, ten fields\n", sizeof(head) - 1);
    micro_run("h1 response head, at once", parse_at_once);
    micro_run("h1 response head and framing", parse_and_frame);
    micro_run("h1 response head, byte by byte", parse_byte_by_byte);
    micro_run("h1 hop-by-hop test of ten names", filter_names);
    micro_run("h1 request head written, ten fields", write_request);
    micro_run("h1 chunked body, 15 chunks of 1 KiB", decode_chunked);
    return 0;
}
