/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_page.c: see guard_page.h.  Layer L2. */
#include "guard_page.h"

#include <apr_strings.h>
#include <httpd.h>
#include <http_protocol.h>

static const slice_t end = SLICE_LIT("</b></p></html>\n");

/* All but the id and the end. */
typedef struct {
    slice_t before;
    const char *digits;
} start_t;

static struct {
    int status;
    start_t start[2]; /* is it of a limit? */
} ready[] = { { HTTP_FORBIDDEN }, { HTTP_TOO_MANY_REQUESTS } };

static const char *sentence_of(int is_of_limit)
{
    return is_of_limit ? "There were too many requests from your side. Please "
                         "try again in a moment."
                       : "This request was refused by the site's protection.";
}

static size_t length_of(slice_t before)
{
    return before.len + PAGE_ID_LENGTH + end.len;
}

static start_t start_of(apr_pool_t *pool, int status, int is_of_limit)
{
    const char *title = ap_get_status_line(status);
    start_t start;

    start.before = slice_str(apr_pstrcat(
        pool,
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<title>",
        title, "</title><h1>", title, "</h1><p>", sentence_of(is_of_limit),
        "</p><p>If you think this is a mistake, tell the site's owner this "
        "number: <b>",
        NULL));
    start.digits = apr_off_t_toa(pool, (apr_off_t)length_of(start.before));
    return start;
}

void guard_page_open(apr_pool_t *pconf)
{
    size_t i;
    int k;

    for (i = 0; i < sizeof(ready) / sizeof(ready[0]); i++) {
        for (k = 0; k < 2; k++) {
            ready[i].start[k] = start_of(pconf, ready[i].status, k);
        }
    }
}

guard_page_t guard_page_make(apr_pool_t *pool, int status, int is_of_limit,
                             const char *id)
{
    size_t i, n = sizeof(ready) / sizeof(ready[0]);
    guard_page_t page;
    start_t start;

    for (i = 0; i < n && ready[i].status != status; i++) {
    }
    start = i < n ? ready[i].start[is_of_limit]
                  : start_of(pool, status, is_of_limit);
    page.before = start.before;
    page.id = slice_make(id, PAGE_ID_LENGTH);
    page.after = end;
    page.length = length_of(start.before);
    page.digits = start.digits;
    return page;
}

char *guard_page_put(char *at, const guard_page_t *page)
{
    memcpy(at, page->before.p, page->before.len);
    at += page->before.len;
    memcpy(at, page->id.p, page->id.len);
    at += page->id.len;
    memcpy(at, page->after.p, page->after.len);
    return at + page->after.len;
}

const char *guard_page_text(apr_pool_t *pool, const guard_page_t *page)
{
    char *text = apr_palloc(pool, page->length + 1);

    *guard_page_put(text, page) = '\0';
    return text;
}
