/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_condition.c: see pattern_condition.h.  Layer L1. */
#include "pattern_condition.h"

#include <apr_strings.h>

#include "pattern_tree.h"
#include "waf/transform/char_kind.h"

enum {
    COPIES_MAX = 4, /* of a repetition */
    CLASS_MAX = 4,  /* letters of a set that are written out as words */
    GATE_MAX = 96   /* more bytes than that keep nothing out */
};

typedef struct {
    slice_t *word; /* [room] */
    int count, room;
} words_t;

/* What is known of a part of an expression. */
typedef struct {
    int is_exact;     /* it matches these words and no others */
    words_t exact;    /* an empty one may be among them */
    words_t required; /* else: a match has one of these; none: not known */
    byte_set_t gates[PATTERN_GATES];
    int gate_count;
} known_t;

/* ---- sets of words ---- */

static int add_word(words_t *words, slice_t word)
{
    int i;

    for (i = 0; i < words->count; i++) {
        if (slice_eq(words->word[i], word)) {
            return 1;
        }
    }
    if (words->count == words->room) {
        return 0;
    }
    words->word[words->count++] = word;
    return 1;
}

static words_t new_words(int room, apr_pool_t *pool)
{
    words_t words = { NULL, 0, room };

    if (words.room > PATTERN_WORDS_MAX) {
        words.room = PATTERN_WORDS_MAX;
    }
    words.word = apr_palloc(pool, sizeof(slice_t) * (size_t)(words.room + 1));
    return words;
}

static words_t one_empty_word(apr_pool_t *pool)
{
    words_t words = new_words(1, pool);

    add_word(&words, SLICE_LIT(""));
    return words;
}

static int join(words_t *to, const words_t *from)
{
    int i;

    for (i = 0; i < from->count; i++) {
        if (!add_word(to, from->word[i])) {
            return 0;
        }
    }
    return 1;
}

static slice_t both(slice_t a, slice_t b, apr_pool_t *pool)
{
    char *text;

    if (a.len == 0 || b.len == 0) {
        return a.len ? a : b;
    }
    text = apr_palloc(pool, a.len + b.len);
    memcpy(text, a.p, a.len);
    memcpy(text + a.len, b.p, b.len);
    return slice_make(text, a.len + b.len);
}

/* Each of the one followed by each of the other.  @return 0: too many, or too
 * long */
static int cross(const words_t *a, const words_t *b, words_t *out,
                 apr_pool_t *pool)
{
    int i, k;

    if (a->count * b->count > PATTERN_WORDS_MAX) {
        return 0;
    }
    *out = new_words(a->count * b->count, pool);
    for (i = 0; i < a->count; i++) {
        for (k = 0; k < b->count; k++) {
            if (a->word[i].len + b->word[k].len > PATTERN_WORD_MAX
                || !add_word(out, both(a->word[i], b->word[k], pool))) {
                return 0;
            }
        }
    }
    return 1;
}

static size_t shortest(const words_t *words)
{
    size_t length = words->count ? PATTERN_WORD_MAX + 1 : 0;
    int i;

    for (i = 0; i < words->count; i++) {
        if (words->word[i].len < length) {
            length = words->word[i].len;
        }
    }
    return length;
}

/* ---- gates ---- */

static int count_of(const byte_set_t *set)
{
    int i, n = 0;

    for (i = 0; i < 4; i++) {
        n += __builtin_popcountll(set->word[i]);
    }
    return n;
}

/* The smallest stay. */
static void add_gate(known_t *known, byte_set_t gate)
{
    int i, worst = 0;

    if (count_of(&gate) > GATE_MAX) {
        return;
    }
    if (known->gate_count < PATTERN_GATES) {
        known->gates[known->gate_count++] = gate;
        return;
    }
    for (i = 1; i < PATTERN_GATES; i++) {
        if (count_of(&known->gates[i]) > count_of(&known->gates[worst])) {
            worst = i;
        }
    }
    if (count_of(&gate) < count_of(&known->gates[worst])) {
        known->gates[worst] = gate;
    }
}

static void add_folded(byte_set_t *set, unsigned char c)
{
    byte_set_add(set, c);
    if (c >= 'a' && c <= 'z') {
        byte_set_add(set, c ^ 0x20);
    }
}

/* Words that each have a byte: one of the first ones is there, and one of the
 * last ones. */
static void add_gates_of_words(known_t *known, const words_t *words)
{
    byte_set_t first = { { 0 } }, last = { { 0 } };
    int i;

    if (shortest(words) == 0) {
        return;
    }
    for (i = 0; i < words->count; i++) {
        slice_t word = words->word[i];

        add_folded(&first, (unsigned char)word.p[0]);
        add_folded(&last, (unsigned char)word.p[word.len - 1]);
    }
    add_gate(known, first);
    if (memcmp(&first, &last, sizeof(first)) != 0) {
        add_gate(known, last);
    }
}

static void add_gates(known_t *known, const known_t *from)
{
    int i;

    for (i = 0; i < from->gate_count; i++) {
        add_gate(known, from->gates[i]);
    }
}

/* ---- what is known of a part ---- */

/* No longer exact words become a requirement, if that is better than the one
 * there was. */
static void require(known_t *known, const words_t *words)
{
    if (shortest(words) > shortest(&known->required)
        || (shortest(words) == shortest(&known->required)
            && words->count < known->required.count)) {
        known->required = *words;
    }
    add_gates_of_words(known, words);
}

static void make_open(known_t *known)
{
    if (known->is_exact) {
        known->is_exact = 0;
        require(known, &known->exact);
    }
}

static known_t know(const pattern_node_t *node, apr_pool_t *pool);

static known_t know_byte(const pattern_node_t *node, apr_pool_t *pool)
{
    known_t few = { .is_exact = 1 }, many = { 0 };
    int c, fits = 1;

    few.exact = new_words(CLASS_MAX, pool);
    for (c = 0; c < 256 && fits; c++) {
        if (byte_set_has(&node->set, (unsigned char)c)) {
            char lower = (char)slice_lower((unsigned char)c);

            fits = add_word(&few.exact,
                            slice_make(apr_pmemdup(pool, &lower, 1), 1));
        }
    }
    if (fits && few.exact.count) {
        return few;
    }
    add_gate(&many, node->set);
    return many;
}

/* A sequence as far as it was read. */
typedef struct {
    known_t known;
    words_t run; /* what it ends with, one of these */
} sequence_t;

/* The run ends here, where it was not exact up to now. */
static void end_run(sequence_t *sequence, words_t next)
{
    require(&sequence->known, &sequence->run);
    sequence->known.is_exact = 0;
    sequence->run = next;
}

static void append_exact(sequence_t *sequence, const words_t *words,
                         apr_pool_t *pool)
{
    words_t longer;

    if (cross(&sequence->run, words, &longer, pool)) {
        sequence->run = longer;
    }
    else {
        end_run(sequence, *words);
    }
}

/* The first ones and the last one of a repetition stand beside what is around
 * it. */
static void append_repeated(sequence_t *sequence, const pattern_node_t *node,
                            const words_t *words, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < node->min && i < COPIES_MAX; i++) {
        append_exact(sequence, words, pool);
    }
    if (node->min != node->max || node->min > COPIES_MAX) {
        end_run(sequence, *words);
    }
}

static void append(sequence_t *sequence, const pattern_node_t *node,
                   apr_pool_t *pool)
{
    int is_repeat = node->kind == PATTERN_REPEAT && node->min > 0;
    known_t part = know(is_repeat ? node->child : node, pool);

    if (part.is_exact && is_repeat) {
        append_repeated(sequence, node, &part.exact, pool);
    }
    else if (part.is_exact) {
        append_exact(sequence, &part.exact, pool);
    }
    else {
        end_run(sequence, one_empty_word(pool));
        require(&sequence->known, &part.required);
        add_gates(&sequence->known, &part);
    }
}

static known_t know_sequence(const pattern_node_t *node, apr_pool_t *pool)
{
    sequence_t all = { { .is_exact = 1 }, one_empty_word(pool) };
    const pattern_node_t *child;

    for (child = node->child; child; child = child->next) {
        append(&all, child, pool);
    }
    if (all.known.is_exact) {
        all.known.exact = all.run;
    }
    else {
        require(&all.known, &all.run);
    }
    return all.known;
}

static byte_set_t smallest_gate(const known_t *known)
{
    int i, best = 0;

    for (i = 1; i < known->gate_count; i++) {
        if (count_of(&known->gates[i]) < count_of(&known->gates[best])) {
            best = i;
        }
    }
    return known->gates[best];
}

static int all_are_exact(const known_t *parts, int count, words_t *exact)
{
    int i;

    for (i = 0; i < count; i++) {
        if (!parts[i].is_exact || !join(exact, &parts[i].exact)) {
            return 0;
        }
    }
    return 1;
}

/* What holds for each of the parts by itself holds, joined, for one of them. */
static known_t know_one_of(known_t *parts, int count, apr_pool_t *pool)
{
    known_t any = { 0 };
    byte_set_t gate = { { 0 } };
    words_t required = new_words(PATTERN_WORDS_MAX, pool);
    int i, has_words = 1, has_gate = 1;

    for (i = 0; i < count; i++) {
        make_open(&parts[i]);
        has_words = has_words && shortest(&parts[i].required) > 0
                    && join(&required, &parts[i].required);
        has_gate = has_gate && parts[i].gate_count > 0;
        if (has_gate) {
            byte_set_t own = smallest_gate(&parts[i]);

            byte_set_join(&gate, &own);
        }
    }
    if (has_words) {
        any.required = required;
    }
    if (has_gate) {
        add_gate(&any, gate);
    }
    return any;
}

static known_t know_alternatives(const pattern_node_t *node, apr_pool_t *pool)
{
    const pattern_node_t *child;
    known_t *parts, any = { .is_exact = 1 };
    int i = 0, count = 0;

    for (child = node->child; child; child = child->next) {
        count++;
    }
    parts = apr_palloc(pool, sizeof(*parts) * (size_t)count);
    for (child = node->child; child; child = child->next) {
        parts[i++] = know(child, pool);
    }
    if (count == 1) {
        return parts[0];
    }
    any.exact = new_words(PATTERN_WORDS_MAX, pool);
    return all_are_exact(parts, count, &any.exact)
               ? any
               : know_one_of(parts, count, pool);
}

/* Words that are there or not. */
static known_t or_nothing(const known_t *known, apr_pool_t *pool)
{
    known_t either = { .is_exact = 1 }, nothing = { 0 };

    either.exact = new_words(known->exact.count + 1, pool);
    return join(&either.exact, &known->exact)
                   && add_word(&either.exact, SLICE_LIT(""))
               ? either
               : nothing;
}

static known_t know_repeat(const pattern_node_t *node, apr_pool_t *pool)
{
    known_t known = know(node->child, pool), nothing = { 0 };

    if (node->min == 1 && node->max == 1) {
        return known;
    }
    if (node->min == 0) {
        return node->max == 1 && known.is_exact ? or_nothing(&known, pool)
                                                : nothing;
    }
    make_open(&known);
    return known;
}

static known_t know(const pattern_node_t *node, apr_pool_t *pool)
{
    known_t known = { 0 };

    switch (node->kind) {
    case PATTERN_NOTHING:
        known.is_exact = 1;
        known.exact = one_empty_word(pool);
        return known;
    case PATTERN_BYTE:
        return know_byte(node, pool);
    case PATTERN_ALL:
        return know_sequence(node, pool);
    case PATTERN_ANY:
        return know_alternatives(node, pool);
    case PATTERN_REPEAT:
        return know_repeat(node, pool);
    case PATTERN_UNKNOWN:
        break;
    }
    return known;
}

/* ---- the whole ---- */

/* What nearly all values have is no condition. */
static int is_rare(char byte)
{
    return !char_is_alnum((unsigned char)byte)
           && !char_is_space((unsigned char)byte);
}

/* @return 0: one of them is empty, or a byte that nearly all values have; or
 *         none has two bytes: a gate tells that better */
static int are_worth(const words_t *words)
{
    int i, has_long = 0;

    for (i = 0; i < words->count; i++) {
        slice_t word = words->word[i];

        if (word.len == 0 || (word.len == 1 && !is_rare(word.p[0]))) {
            return 0;
        }
        has_long |= word.len > 1;
    }
    return has_long;
}

static void take_words(pattern_condition_t *condition, const words_t *from,
                       apr_pool_t *pool)
{
    slice_t *words = apr_palloc(pool, sizeof(*words) * (size_t)from->count);
    int i;

    for (i = 0; i < from->count; i++) {
        slice_t word = from->word[i];

        if (word.len == 1) {
            byte_set_add(&condition->bytes, (unsigned char)word.p[0]);
            continue;
        }
        words[condition->word_count++] =
            slice_make(apr_pstrmemdup(pool, word.p, word.len), word.len);
    }
    condition->words = words;
}

pattern_condition_t pattern_condition(slice_t text, apr_pool_t *pool)
{
    pattern_condition_t condition = { 0 };
    apr_pool_t *work;
    pattern_node_t *tree;
    known_t known;

    apr_pool_create(&work, pool);
    tree = pattern_tree(text, work);
    if (tree) {
        known = know(tree, work);
        make_open(&known);
        if (are_worth(&known.required)) {
            take_words(&condition, &known.required, pool);
        }
        memcpy(condition.gates, known.gates, sizeof(condition.gates));
        condition.gate_count = known.gate_count;
    }
    apr_pool_destroy(work);
    return condition;
}
