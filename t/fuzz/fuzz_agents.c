/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_agents.c: files of user agents, and texts that are looked through.
 * Promises: each word of a good file is found in itself; what the automaton
 * finds is what one word after the other would. */
#include "fuzz.h"

#include "bots/agent_lines.c"
#include "bots/agent_match.c"
#include "bots/bot_class.c"

static int stands_in(slice_t text, slice_t word)
{
    size_t i;

    for (i = 0; i + word.len <= text.len; i++) {
        if (slice_eq_nocase(slice_make(text.p + i, word.len), word)) {
            return 1;
        }
    }
    return 0;
}

static uint32_t find_slowly(const slice_t *words, uint32_t count, slice_t text)
{
    uint32_t i = 0;

    while (i < count && !stands_in(text, words[i])) {
        i++;
    }
    return i < count ? i : AGENT_MATCH_NONE;
}

static void check_words(const slice_t *words, uint32_t count, slice_t text)
{
    void *memory = malloc(agent_match_room(words, count));
    const agent_match_t *match = agent_match_make(memory, words, count);
    uint32_t i;

    FUZZ_CHECK(agent_match_find(match, text)
               == find_slowly(words, count, text));
    for (i = 0; i < count; i++) {
        FUZZ_CHECK(agent_match_find(match, words[i])
                   == find_slowly(words, count, words[i]));
    }
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t half = size ? data[0] * size / 256 : 0;
    char *copy = fuzz_copy(data, size);
    slice_t file = slice_make(copy, half);
    slice_t text = slice_make(copy + half, size - half);
    uint32_t room = agent_lines_count(file), n, i;
    agent_line_t *lines = malloc(sizeof(*lines) * (room + 1));
    slice_t *words = malloc(sizeof(*words) * (room + 1));
    agent_fault_t fault;

    n = agent_lines_read(file, lines, &fault);
    FUZZ_CHECK(n <= room);
    for (i = 0; i < n; i++) {
        words[i] = lines[i].word;
    }
    check_words(words, n, text);
    free(words);
    free(lines);
    free(copy);
    return 0;
}
