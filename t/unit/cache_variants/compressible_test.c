/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compressible_test.c: types one by one, and what else forbids packed forms. */
#include "unit.h"

#include "variants/compressible.c"

typedef struct {
    const char *type;
    int packed;
} type_case_t;

/* clang-format off */
static const type_case_t types[] = {
    { "text/html", 1 },
    { "text/html; charset=utf-8", 1 },
    { "TEXT/HTML ;charset=utf-8", 1 },
    { " text/css ", 1 },
    { "text/x-anything-else", 1 },
    { "text/event-stream", 0 },
    { "text/event-stream;charset=utf-8", 0 },
    { "text/", 0 },
    { "application/javascript", 1 },
    { "application/json", 1 },
    { "application/ld+json", 1 },
    { "application/problem+json; x=y", 1 },
    { "application/xml", 1 },
    { "application/rss+xml", 1 },
    { "application/xhtml+xml", 1 },
    { "application/manifest+json", 1 },
    { "application/wasm", 1 },
    { "application/vnd.ms-fontobject", 1 },
    { "application/zip", 0 },
    { "application/gzip", 0 },
    { "application/pdf", 0 },
    { "application/octet-stream", 0 },
    { "application/epub+zip", 0 },
    { "application/+json", 0 },
    { "application/json5x", 0 },
    { "font/ttf", 1 },
    { "font/otf", 1 },
    { "font/woff", 0 },
    { "font/woff2", 0 },
    { "image/svg+xml", 1 },
    { "image/x-icon", 1 },
    { "image/png", 0 },
    { "image/jpeg", 0 },
    { "image/webp", 0 },
    { "video/mp4", 0 },
    { "audio/mpeg", 0 },
    { "model/gltf+json", 1 },
    { "multipart/byteranges; boundary=x", 0 },
    { "texthtml", 0 },
    { "json", 0 },
    { "+json", 0 },
    { ";", 0 },
    { "/", 0 },
    { "", 0 },
};
/* clang-format on */

static void check_type(void **state)
{
    const type_case_t *row = *state;

    assert_int_equal(compressible_type(slice_str(row->type)), row->packed);
}

static void check_no_type(void **state)
{
    assert_int_equal(compressible_type(slice_make(NULL, 0)), 0);
}

#define HTML           \
    {                  \
        "text/html", 9 \
    }
#define NONE    \
    {           \
        NULL, 0 \
    }

typedef struct {
    const char *name;
    compressible_in_t in;
    const char *verdict;
} decision_case_t;

/* clang-format off */
static const decision_case_t decisions[] = {
    { "a page", { 200, HTML, NONE, 5000 }, "yes" },
    { "a page that is missing", { 404, HTML, NONE, 5000 }, "yes" },
    { "256 bytes", { 200, HTML, NONE, 256 }, "yes" },
    { "255 bytes", { 200, HTML, NONE, 255 }, "small" },
    { "no-transform", { 200, HTML, NONE, 5000, 1 }, "no-transform" },
    { "a part", { 200, HTML, NONE, 5000, 0, 1 }, "partial" },
    { "status 206", { 206, HTML, NONE, 5000 }, "partial" },
    { "status 204", { 204, HTML, NONE, 5000 }, "status" },
    { "status 304", { 304, HTML, NONE, 5000 }, "status" },
    { "gzip already", { 200, HTML, { "gzip", 4 }, 5000 }, "coded" },
    { "identity said", { 200, HTML, { "identity", 8 }, 5000 }, "yes" },
    { "empty coding", { 200, HTML, { " ", 1 }, 5000 }, "yes" },
    { "an image", { 200, { "image/png", 9 }, NONE, 5000 }, "type" },
    { "no type", { 200, NONE, NONE, 5000 }, "type" },
};
/* clang-format on */

static void check_decision(void **state)
{
    const decision_case_t *row = *state;

    assert_string_equal(compressible_name(compressible_decide(&row->in)),
                        row->verdict);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(types); i++) {
        unit_add(types[i].type, check_type, &types[i]);
    }
    unit_add("no type at all", check_no_type, NULL);
    for (i = 0; i < UNIT_COUNT(decisions); i++) {
        unit_add(decisions[i].name, check_decision, &decisions[i]);
    }
    return unit_run("compressible");
}
