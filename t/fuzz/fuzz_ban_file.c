/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_ban_file.c: a file of bans.  Promises: texts are plain and end; what is
 * accepted and written again is read as the same. */
#include "fuzz.h"

#include "address/address.c"
#include "bans/ban_file.c"

static void check_text(const char *text, size_t size)
{
    size_t i;

    for (i = 0; i < size && text[i]; i++) {
        FUZZ_CHECK(text[i] >= ' ' && text[i] <= '~');
    }
    FUZZ_CHECK(i < size);
}

static void check_again(const ban_t *ban, uint32_t now)
{
    char text[3 * BAN_FILE_LINE_MAX];
    size_t at = ban_file_first(text, 1);
    ban_file_t file;
    ban_t again;

    at += ban_file_line(text + at, ban, now);
    at += ban_file_last(text + at, 1);
    FUZZ_CHECK(!ban_file_open(&file, slice_make(text, at)));
    FUZZ_CHECK(ban_file_next(&file, 0, now, &again));
    FUZZ_CHECK(memcmp(&again, ban, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t passed = size ? data[0] : 0, now = 1000;
    char *copy = size ? fuzz_copy(data + 1, size - 1) : NULL;
    ban_file_t file;
    ban_t ban;

    if (size) {
        ban_file_open(&file, slice_make(copy, size - 1));
        while (ban_file_next(&file, passed, now, &ban)) {
            FUZZ_CHECK(ban.until >= now && ban.forget > now);
            check_text(ban.rule, sizeof(ban.rule));
            check_text(ban.why, sizeof(ban.why));
            check_again(&ban, now);
        }
    }
    free(copy);
    return 0;
}
