/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* word_search.c: see word_search.h.  Layer L0. */
#include "word_search.h"

enum {
    KIND_BITS = 6,
    LONG = 4, /* bytes of a word, of which four kinds are known */
    MASK_OF_TWO = (1 << 2 * KIND_BITS) - 1,
    MASK_OF_LONG = (1 << LONG * KIND_BITS) - 1
};

/* What two kinds are, in a table of pairs. */
enum {
    PAIR_SHORT = 1, /* of a word of two or three bytes */
    PAIR_LAST = 2,  /* the last two of four */
    PAIR_FIRST = 4  /* the first two of them */
};

static int has_bit(const uint64_t *bits, uint32_t number)
{
    return bits[number >> 6] >> (number & 63) & 1;
}

static void set_bit(uint64_t *bits, uint32_t number)
{
    bits[number >> 6] |= UINT64_C(1) << (number & 63);
}

static uint32_t hash_of_kinds(uint32_t kinds)
{
    return kinds * UINT32_C(2654435761);
}

/* Of a hash of four kinds: in long_words. */
static uint32_t bit_of(uint32_t hash)
{
    return hash >> 16;
}

/* The bucket of words with those last kinds. */
static uint32_t bucket_of(uint32_t kinds, size_t size)
{
    return size == LONG ? hash_of_kinds(kinds) >> 19
                        : WORD_SEARCH_LONG_BUCKETS
                              + (hash_of_kinds(kinds & MASK_OF_TWO) >> 24);
}

/* Of a product of frequencies, what is rare is below. */
#define EVERYDAY (UINT64_C(1) << 48)

/* ---- making ---- */

/* Where a word is looked for. */
typedef struct {
    uint32_t kinds; /* up to the last of them */
    uint32_t bucket;
    uint16_t offset;
} place_t;

/* The bytes that stand in most words get kinds of their own. */
static void make_kinds(word_search_t *search, const slice_t *words,
                       uint32_t count)
{
    uint32_t uses[256] = { 0 }, i;
    int kind, c, most;
    size_t k;

    for (i = 0; i < count; i++) {
        for (k = 0; k < words[i].len; k++) {
            uses[(unsigned char)words[i].p[k]]++;
        }
    }
    for (kind = 1; kind < WORD_SEARCH_KINDS; kind++) {
        for (c = 1, most = 0; c < 256; c++) {
            most = uses[c] > uses[most] ? c : most;
        }
        if (!uses[most]) {
            break;
        }
        search->kind_of[most] = (uint8_t)kind;
        uses[most] = 0;
    }
    for (c = 'A'; c <= 'Z'; c++) {
        search->kind_of[c] = search->kind_of[c | 0x20];
    }
}

static uint32_t kinds_at(const word_search_t *search, slice_t word, size_t from,
                         size_t length)
{
    uint32_t number = 0;
    size_t i;

    for (i = from; i < from + length; i++) {
        number =
            number << KIND_BITS | search->kind_of[(unsigned char)word.p[i]];
    }
    return number;
}

/* How often a byte is to be expected in requests: one more than its place from
 * the end of a list. */
static uint32_t frequency(char c)
{
    static const char common[] = "\"'()<>|$&*!~#@[]{}qzj^x0123456789k;:,v=_y"
                                 "wbf+%-./gpumhdclrsnioate ";
    const char *at = c ? strchr(common, c) : NULL;

    return at ? (uint32_t)(at - common) + 1 : 1;
}

/* What nearly every request says: fields of browsers. */
static const char everyday[] =
    "host user-agent mozilla/5.0 (windows nt 10.0; win64; x64) (x11; linux "
    "x86_64; rv:109.0) gecko/20100101 firefox/115.0 (macintosh; intel mac os x "
    "10_15_7) applewebkit/537.36 (khtml, like gecko) chrome/120.0.0.0 "
    "safari/537.36 version/17.1 (iphone; cpu iphone os 17_1 like mac os x) "
    "mobile/15e148 edg/120.0.0.0 accept "
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
    "image/webp,image/apng,image/svg+xml,image/*;q=0.8,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7 accept-language "
    "en-us,en;q=0.5,de;q=0.3 accept-encoding gzip, deflate, br, zstd "
    "connection keep-alive referer https://www.example.com/ cookie session "
    "sessionid= upgrade-insecure-requests 1 sec-fetch-dest document "
    "sec-fetch-mode navigate sec-fetch-site same-origin sec-fetch-user ?1 "
    "none cross-site same-site cors empty script style sec-ch-ua "
    "\"not_a brand\";v=\"8\", \"chromium\";v=\"120\" "
    "sec-ch-ua-mobile ?0 sec-ch-ua-platform \"linux\" cache-control "
    "max-age=0 pragma no-cache content-type "
    "application/x-www-form-urlencoded; charset=utf-8 application/json "
    "multipart/form-data; boundary=----webkitformboundary content-length "
    "content-disposition: form-data; name=\" origin x-requested-with "
    "xmlhttprequest if-modified-since if-none-match etag get post http/1.1 ";

/* @param bits  of hashes of four kinds: those that are in everyday */
static void make_everyday(const word_search_t *search,
                          uint64_t bits[WORD_SEARCH_BITS / 64])
{
    slice_t text = SLICE_LIT(everyday);
    size_t from;

    memset(bits, 0, WORD_SEARCH_BITS / 8);
    for (from = 0; from + LONG <= text.len; from++) {
        set_bit(bits,
                bit_of(hash_of_kinds(kinds_at(search, text, from, LONG))));
    }
}

/* Kinds that are known of a word. */
static size_t size_of(slice_t word)
{
    return word.len < LONG ? word.len : LONG;
}

/* The place of a word whose bytes are the rarest, and where few others are.
 * @param full  so many words are in each bucket */
static place_t choose_place(const word_search_t *search, slice_t word,
                            const uint16_t *full, const uint64_t *everyday_bits)
{
    size_t size = size_of(word), from, i;
    uint64_t least = UINT64_MAX;
    place_t best = { 0 };

    for (from = 0; from + size <= word.len; from++) {
        uint32_t kinds = kinds_at(search, word, from, size);
        uint32_t bucket = bucket_of(kinds, size);
        uint64_t product = 4 + (uint64_t)full[bucket];

        for (i = from; i < from + size; i++) {
            product *= frequency(word.p[i]);
        }
        if (has_bit(everyday_bits, bit_of(hash_of_kinds(kinds)))) {
            product |= EVERYDAY;
        }
        if (product < least) {
            least = product;
            best = (place_t){ kinds, bucket, (uint16_t)(from + size) };
        }
    }
    return best;
}

static void note_kinds(word_search_t *search, uint32_t kinds, size_t size)
{
    if (size == LONG) {
        search->pair[kinds >> 2 * KIND_BITS] |= PAIR_FIRST;
        search->pair[kinds & MASK_OF_TWO] |= PAIR_LAST;
        set_bit(search->long_words, bit_of(hash_of_kinds(kinds)));
    }
    else {
        search->pair[kinds & MASK_OF_TWO] |= PAIR_SHORT;
    }
}

static uint32_t word_key(uint32_t kinds, size_t size)
{
    return kinds | (uint32_t)((LONG - size) * KIND_BITS) << LONG * KIND_BITS;
}

static void put(word_search_t *search, uint32_t at, slice_t text,
                const place_t *place, uint32_t number)
{
    word_search_word_t *word = &search->word[at];
    char head[sizeof(word->head)] = { 0 }, cased[sizeof(word->cased)] = { 0 };
    size_t i;

    for (i = 0; i < sizeof(head) && i < text.len; i++) {
        head[i] = text.p[i];
        cased[i] = text.p[i] >= 'a' && text.p[i] <= 'z' ? 0x20 : 0;
    }
    memcpy(&word->head, head, sizeof(head));
    memcpy(&word->cased, cased, sizeof(cased));
    word->p = text.p;
    word->len = (uint16_t)text.len;
    word->offset = place->offset;
    word->number = (uint16_t)number;
    search->key[at] = word_key(place->kinds, size_of(text));
}

/* Twice, from empty buckets, since each word goes to the same place again.
 * @param is_laid  0: only finds out how full they get */
static void fill(word_search_t *search, const slice_t *words, uint32_t count,
                 uint16_t *full, const uint64_t *everyday_bits, int is_laid)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        place_t place = choose_place(search, words[i], full, everyday_bits);

        if (is_laid) {
            put(search,
                (uint32_t)search->from[place.bucket] + full[place.bucket],
                words[i], &place, i);
        }
        else {
            note_kinds(search, place.kinds, size_of(words[i]));
        }
        full[place.bucket]++;
    }
}

/* From how full buckets are to where each begins. */
static void lay_buckets(word_search_t *search, const uint16_t *full)
{
    uint32_t i;

    for (i = 0; i < WORD_SEARCH_BUCKETS; i++) {
        search->from[i + 1] = (uint16_t)(search->from[i] + full[i]);
    }
}

const word_search_t *word_search_make(void *memory, const slice_t *words,
                                      uint32_t count)
{
    word_search_t *search = memory;
    uint64_t everyday_bits[WORD_SEARCH_BITS / 64];
    uint16_t full[WORD_SEARCH_BUCKETS] = { 0 };

    memset(search, 0, sizeof(*search));
    search->count = count;
    search->key = (uint32_t *)(void *)&search->word[count];
    make_kinds(search, words, count);
    make_everyday(search, everyday_bits);
    fill(search, words, count, full, everyday_bits, 0);
    lay_buckets(search, full);
    memset(full, 0, sizeof(full));
    fill(search, words, count, full, everyday_bits, 1);
    return search;
}

/* ---- searching ---- */

static uint64_t eight_at(const char *p)
{
    uint64_t bytes;

    memcpy(&bytes, p, sizeof(bytes));
    return bytes;
}

/* Of the first bytes in memory. */
static uint64_t mask_of(size_t length)
{
    static const char ones[2 * sizeof(uint64_t)] = "\377\377\377\377"
                                                   "\377\377\377\377";

    return eight_at(ones + (sizeof(uint64_t) - length));
}

static int stands_at(const word_search_word_t *word, slice_t value, size_t end)
{
    size_t from = end - word->offset, i = 0;
    const char *p;

    if (end < word->offset || value.len - from < word->len) {
        return 0;
    }
    p = value.p + from;
    if (value.len - from >= sizeof(word->head)) {
        i = word->len < sizeof(word->head) ? word->len : sizeof(word->head);
        if (((eight_at(p) | word->cased) & mask_of(i)) != word->head) {
            return 0;
        }
    }
    for (; i < word->len; i++) {
        if (slice_lower((unsigned char)p[i]) != (unsigned char)word->p[i]) {
            return 0;
        }
    }
    return 1;
}

/* @param size  LONG, or 2 for any that is less */
static inline int has_key(uint32_t key, uint32_t kinds, size_t size)
{
    uint32_t mask = (uint32_t)MASK_OF_LONG >> (key >> LONG * KIND_BITS);

    return size == LONG ? kinds == key : (kinds & mask) == (key & MASK_OF_LONG);
}

static inline void compare(const word_search_t *search, slice_t value,
                           size_t end, uint32_t kinds, size_t size,
                           word_found_fn *found, void *ctx)
{
    uint32_t bucket = bucket_of(kinds, size), at;

    for (at = search->from[bucket]; at < search->from[bucket + 1]; at++) {
        const word_search_word_t *word = &search->word[at];

        if (has_key(search->key[at], kinds, size)
            && stands_at(word, value, end)) {
            found(ctx, word->number, end - word->offset + word->len);
        }
    }
}

/* Words with the kinds up to end.
 * @param what  the last two of them are: PAIR_SHORT, PAIR_LAST */
static void search_at(const word_search_t *search, slice_t value, size_t end,
                      uint32_t kinds, int what, word_found_fn *found, void *ctx)
{
    if (what & PAIR_SHORT) {
        compare(search, value, end, kinds, 2, found, ctx);
    }
    if (what & PAIR_LAST
        && has_bit(search->long_words, bit_of(hash_of_kinds(kinds)))) {
        compare(search, value, end, kinds, LONG, found, ctx);
    }
}

void word_search_scan(const word_search_t *search, slice_t value,
                      word_found_fn *found, void *ctx)
{
    uint32_t kinds = 0, pair, before = 0, before_that = 0, what;
    size_t end;

    for (end = 1; end <= value.len; end++) {
        kinds = (kinds << KIND_BITS
                 | search->kind_of[(unsigned char)value.p[end - 1]])
                & MASK_OF_LONG;
        pair = search->pair[kinds & MASK_OF_TWO];
        /* A last half counts behind a first one. */
        what = pair & (PAIR_SHORT | (before_that >> 1 & PAIR_LAST));
        if (what) {
            search_at(search, value, end, kinds, (int)what, found, ctx);
        }
        before_that = before;
        before = pair;
    }
}
