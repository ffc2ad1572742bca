/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry_after.c: seconds or a date.  Layer L1. */
#include "retry_after.h"

#include <string.h>

#include <apr_date.h>

#define DATE_MAX 40 /* the longest of the three forms has 33 characters */

static apr_interval_time_t bounded(apr_interval_time_t time)
{
    return time < 0 ? 0 : time < RETRY_AFTER_MAX ? time : RETRY_AFTER_MAX;
}

static apr_interval_time_t until_date(slice_t value, apr_time_t now)
{
    char text[DATE_MAX];
    apr_time_t date;

    if (value.len >= sizeof(text)) {
        return 0;
    }
    memcpy(text, value.p, value.len);
    text[value.len] = '\0';
    date = apr_date_parse_http(text);
    return date == APR_DATE_BAD ? 0 : bounded(date - now);
}

static apr_interval_time_t value_of(slice_t value, apr_time_t now)
{
    int64_t seconds;

    if (h1_parse_length(value, &seconds) != 0) {
        return until_date(value, now);
    }
    return seconds < apr_time_sec(RETRY_AFTER_MAX) ? apr_time_from_sec(seconds)
                                                   : RETRY_AFTER_MAX;
}

apr_interval_time_t retry_after_of(const h1_response_t *response,
                                   apr_time_t now)
{
    const h1_field_t *field;

    if (response->status != 503 && response->status != 429) {
        return 0;
    }
    field = h1_response_field(response, SLICE_LIT("Retry-After"));
    return field ? value_of(field->value, now) : 0;
}
