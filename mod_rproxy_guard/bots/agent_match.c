/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agent_match.c: see agent_match.h.  Layer L0. */
#include "agent_match.h"

static uint32_t states_max(const slice_t *words, uint32_t count)
{
    size_t letters = 1;
    uint32_t i;

    for (i = 0; i < count && letters <= AGENT_MATCH_LETTERS_MAX; i++) {
        letters += words[i].len;
    }
    return count < AGENT_MATCH_NONE && letters <= AGENT_MATCH_LETTERS_MAX
               ? (uint32_t)letters
               : 0;
}

/* @return how many kinds there are */
static unsigned find_kinds(uint8_t kind_of[256], const slice_t *words,
                           uint32_t count)
{
    unsigned kinds = 1, c;
    uint32_t i;
    size_t k;

    memset(kind_of, 0, 256);
    for (i = 0; i < count; i++) {
        for (k = 0; k < words[i].len; k++) {
            uint8_t *kind = &kind_of[slice_lower((uint8_t)words[i].p[k])];

            if (!*kind) {
                *kind = (uint8_t)kinds++;
            }
        }
    }
    for (c = 'A'; c <= 'Z'; c++) {
        kind_of[c] = kind_of[slice_lower((unsigned char)c)];
    }
    return kinds;
}

/* The automaton, next, found; and for making it: fail, and states in the order
 * of their depth. */
size_t agent_match_room(const slice_t *words, uint32_t count)
{
    uint32_t states = states_max(words, count);
    uint8_t kind_of[256];
    size_t kinds = find_kinds(kind_of, words, count);

    return states
               ? sizeof(agent_match_t) + sizeof(uint16_t) * states * (kinds + 3)
               : 0;
}

typedef struct {
    agent_match_t *match;
    uint16_t *next, *found, *fail, *order;
    uint32_t states; /* so far */
} making_t;

static void add_word(making_t *m, slice_t word, uint32_t number)
{
    uint32_t state = 0;
    size_t i;

    for (i = 0; i < word.len; i++) {
        uint16_t *next = &m->next[state * m->match->kinds
                                  + m->match->kind_of[(uint8_t)word.p[i]]];

        if (!*next) {
            *next = (uint16_t)m->states++;
        }
        state = *next;
    }
    if (number < m->found[state]) {
        m->found[state] = (uint16_t)number;
    }
}

/* Where to go on from a state by a byte that no word has there: as the longest
 * of its ends that a word begins with does.  Such an end is shorter, so it is
 * complete already. */
static void complete(making_t *m)
{
    unsigned kinds = m->match->kinds, kind;
    uint32_t at = 0, end = 1;

    for (m->order[0] = 0; at < end; at++) {
        uint32_t state = m->order[at], fail = m->fail[state];
        uint16_t *next = &m->next[state * kinds];

        if (m->found[fail] < m->found[state]) {
            m->found[state] = m->found[fail];
        }
        for (kind = 0; kind < kinds; kind++) {
            uint16_t over = state ? m->next[fail * kinds + kind] : 0;

            if (next[kind]) {
                m->fail[next[kind]] = over;
                m->order[end++] = next[kind];
            }
            else {
                next[kind] = over;
            }
        }
    }
}

const agent_match_t *agent_match_make(void *memory, const slice_t *words,
                                      uint32_t count)
{
    making_t m = { .match = memory, .states = 1 };
    uint32_t room = states_max(words, count), i;

    m.match->kinds = find_kinds(m.match->kind_of, words, count);
    m.next = (uint16_t *)(m.match + 1);
    m.found = m.next + (size_t)room * m.match->kinds;
    m.fail = m.found + room;
    m.order = m.fail + room;
    m.match->next = m.next;
    m.match->found = m.found;
    memset(m.next, 0, sizeof(*m.next) * room * m.match->kinds);
    memset(m.found, 0xff, sizeof(*m.found) * room);
    memset(m.fail, 0, sizeof(*m.fail) * room);
    for (i = 0; i < count; i++) {
        add_word(&m, words[i], i);
    }
    complete(&m);
    return m.match;
}

uint32_t agent_match_find(const agent_match_t *match, slice_t text)
{
    uint32_t state = 0, best = AGENT_MATCH_NONE;
    size_t i;

    for (i = 0; i < text.len; i++) {
        uint8_t kind = match->kind_of[(uint8_t)text.p[i]];

        state = match->next[state * match->kinds + kind];
        if (match->found[state] < best) {
            best = match->found[state];
        }
    }
    return best;
}
