/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_talk.c: see fleet_talk.h.  Layer L1. */
#include "fleet_talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fleet_news.h"

enum {
    HEAD_ARGS = 6, /* EVALSHA id number-of-keys news-key last most */
    KEY_ARGS = 6,
    NUMBERS = KEY_ARGS - 1,
    KEY_TEXT_MAX = 512,
    NUMBER_TEXT_MAX = 24,
    SECRET_HEX = 32,
    NEWS_ITEMS = 3, /* of each: id, age, text */
    ITEMS_MAX = BATCH_KEYS + NEWS_ITEMS * (NEWS_AT_ONCE + 1)
};

/* ARGV: the last news that were read, how many to read; of each key the units
 * to be added, units in a period, the period in usec, the most that it can be
 * ahead, 1 where it is to begin anew, its label in the news.
 *
 * What is answered: so many units ahead is each key; then of each of the news
 * id, age in usec, text.  Who has read all does not get his own. */
static const char script[] =
    "local t = redis.call('TIME')\n"
    "local now = t[1] * 1000000 + t[2]\n"
    "local now_text = string.format('%.0f', now)\n"
    "local out, news = {}, {}\n"
    "for i = 2, #KEYS do\n"
    "  local k = 6 * i - 10\n"
    "  local cost = tonumber(ARGV[k + 1])\n"
    "  local speed = tonumber(ARGV[k + 2]) / tonumber(ARGV[k + 3])\n"
    "  local most = tonumber(ARGV[k + 4])\n"
    "  local ahead = 0\n"
    "  local old = redis.pcall('GET', KEYS[i])\n"
    "  if type(old) == 'string' and ARGV[k + 5] == '0' then\n"
    "    local a, at = string.match(old, '^(%d+%.?%d*) (%d+)$')\n"
    "    if a then\n"
    "      ahead = tonumber(a) - math.max(0, now - tonumber(at)) * speed\n"
    "    end\n"
    "  end\n"
    "  ahead = math.min(most, math.max(0, ahead) + cost)\n"
    "  redis.call('SET', KEYS[i], string.format('%.3f ', ahead) .. now_text,\n"
    "    'PX', string.format('%.0f',\n"
    "      math.min(31622400000, ahead / speed / 1000 + 1000)))\n"
    "  out[i - 1] = math.floor(ahead)\n"
    "  news[i - 1] = ARGV[k + 6] .. string.format('=%.0f', out[i - 1])\n"
    "end\n"
    "local read = redis.call('XREAD', 'COUNT', ARGV[2], 'STREAMS', KEYS[1],\n"
    "  ARGV[1])\n"
    "local count = 0\n"
    "for _, one in ipairs(read and read[1][2] or {}) do\n"
    "  count = count + 1\n"
    "  out[#out + 1] = one[1]\n"
    "  out[#out + 1] = math.max(0, now - tonumber(one[2][2]))\n"
    "  out[#out + 1] = one[2][4]\n"
    "end\n"
    "if #news > 0 then\n"
    "  local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', '1000', '*',\n"
    "    't', now_text, 'd', table.concat(news, ' '))\n"
    "  redis.call('PEXPIRE', KEYS[1], 60000)\n"
    "  if count < tonumber(ARGV[2]) then\n"
    "    out[#out + 1] = id\n"
    "    out[#out + 1] = 0\n"
    "    out[#out + 1] = ''\n"
    "  end\n"
    "end\n"
    "return out\n";

/* ---- the begin ---- */

static int is_hex(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static int share_secret(fleet_talk_t *talk, siphash_key_t *secret,
                        redis_fault_t *fault)
{
    char key[KEY_TEXT_MAX], text[SECRET_HEX + 1];
    const char *set[] = { "SETNX", key, text };
    const char *get[] = { "GET", key };
    int64_t number;

    snprintf(key, sizeof(key), "%s:secret", talk->prefix);
    snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, secret->low,
             secret->high);
    if (!redis_link_number(talk->link, 3, set, &number, fault)
        || !redis_link_text(talk->link, 2, get, text, sizeof(text), fault)) {
        return 0;
    }
    if (!is_hex(text, SECRET_HEX)
        || sscanf(text, "%16" SCNx64 "%16" SCNx64, &secret->low, &secret->high)
               != 2) {
        *fault = (redis_fault_t){ "the key PREFIX:secret has something else" };
        return 0;
    }
    return 1;
}

int fleet_talk_begin(fleet_talk_t *talk, siphash_key_t *secret,
                     redis_fault_t *fault)
{
    const char *load[] = { "SCRIPT", "LOAD", script };

    if (!share_secret(talk, secret, fault)
        || !redis_link_text(talk->link, 3, load, talk->script,
                            sizeof(talk->script), fault)) {
        return 0;
    }
    if (!is_hex(talk->script, SCRIPT_ID_SIZE - 1)) {
        *fault = (redis_fault_t){ "SCRIPT is answered with something else" };
        return 0;
    }
    strcpy(talk->last, "0-0");
    return 1;
}

/* ---- an exchange ---- */

const fleet_limit_t *fleet_talk_limit(const fleet_talk_t *talk, uint32_t id)
{
    int i;

    for (i = 0; i < talk->count; i++) {
        if (talk->limit[i].id == id) {
            return &talk->limit[i];
        }
    }
    return NULL;
}

/* Of one thread: too large for its stack. */
static struct {
    char keys[NUMBER_TEXT_MAX], news_key[KEY_TEXT_MAX], news[NUMBER_TEXT_MAX];
    char key[BATCH_KEYS][KEY_TEXT_MAX];
    char number[BATCH_KEYS][NUMBERS][NUMBER_TEXT_MAX];
    char label[BATCH_KEYS][NEWS_LABEL_SIZE];
    const char *argv[HEAD_ARGS + BATCH_KEYS * (1 + KEY_ARGS)];
    redis_item_t item[ITEMS_MAX];
} call;

static void write_key(const fleet_talk_t *talk, const batch_key_t *key, int i)
{
    const fleet_limit_t *limit = fleet_talk_limit(talk, key->limit);
    const rate_rule_t *rule = &limit->rule;
    uint64_t most = rate_ahead_most(rule);
    uint64_t cost =
        key->cost > most / RATE_UNITS ? most : key->cost * RATE_UNITS;
    const uint64_t number[NUMBERS] = { cost, rule->count * RATE_UNITS,
                                       rule->period_us, most,
                                       (uint64_t)key->anew };
    int k;

    snprintf(call.key[i], KEY_TEXT_MAX, "%s:%.200s:%016" PRIx64, talk->prefix,
             limit->name, key->hash);
    for (k = 0; k < NUMBERS; k++) {
        snprintf(call.number[i][k], NUMBER_TEXT_MAX, "%" PRIu64, number[k]);
    }
    fleet_news_label(call.label[i], key->limit, key->hash);
}

/* @return argc */
static int write_call(const fleet_talk_t *talk, const consumed_batch_t *batch)
{
    int i, k, n = 0;

    snprintf(call.keys, sizeof(call.keys), "%d", batch->count + 1);
    snprintf(call.news, sizeof(call.news), "%d", NEWS_AT_ONCE);
    snprintf(call.news_key, KEY_TEXT_MAX, "%s:news", talk->prefix);
    call.argv[n++] = "EVALSHA";
    call.argv[n++] = talk->script;
    call.argv[n++] = call.keys;
    call.argv[n++] = call.news_key;
    for (i = 0; i < batch->count; i++) {
        write_key(talk, &batch->key[i], i);
        call.argv[n++] = call.key[i];
    }
    call.argv[n++] = talk->last;
    call.argv[n++] = call.news;
    for (i = 0; i < batch->count; i++) {
        for (k = 0; k < NUMBERS; k++) {
            call.argv[n++] = call.number[i][k];
        }
        call.argv[n++] = call.label[i];
    }
    return n;
}

/* ---- what is answered ---- */

static int is_possible(const fleet_limit_t *limit, uint64_t ahead)
{
    return ahead <= rate_ahead_most(&limit->rule);
}

/* @return 0: it cannot be */
static int learn_keys(const fleet_talk_t *talk, const consumed_batch_t *batch,
                      fleet_news_fn *learn, void *data)
{
    int i;

    for (i = 0; i < batch->count; i++) {
        const batch_key_t *key = &batch->key[i];
        const fleet_limit_t *limit = fleet_talk_limit(talk, key->limit);
        const redis_item_t *item = &call.item[i];

        if (item->text || item->number < 0
            || !is_possible(limit, (uint64_t)item->number)) {
            return 0;
        }
        learn(limit, key->hash, (uint64_t)item->number, 0, data);
    }
    return 1;
}

/* Limits that this server has not are for others. */
static int learn_text(const fleet_talk_t *talk, slice_t text, int64_t age_us,
                      fleet_news_fn *learn, void *data)
{
    fleet_news_t news;
    fleet_news_e found;

    while ((found = fleet_news_next(&text, &news)) == NEWS_ONE) {
        const fleet_limit_t *limit = fleet_talk_limit(talk, news.limit);

        if (limit && !is_possible(limit, news.ahead)) {
            return 0;
        }
        if (limit) {
            learn(limit, news.hash, news.ahead, age_us, data);
        }
    }
    return found == NEWS_END;
}

/* "MS-NUMBER" */
static int is_news_id(const redis_item_t *item)
{
    return item->text && item->len > 2 && item->len < NEWS_ID_SIZE
           && strspn(item->text, "0123456789-") == item->len;
}

static int learn_news(fleet_talk_t *talk, const redis_item_t *item, int count,
                      fleet_news_fn *learn, void *data)
{
    int i;

    for (i = 0; i + NEWS_ITEMS <= count; i += NEWS_ITEMS, item += NEWS_ITEMS) {
        if (!is_news_id(&item[0]) || item[1].text || item[1].number < 0
            || !item[2].text
            || !learn_text(talk, slice_make(item[2].text, item[2].len),
                           item[1].number, learn, data)) {
            return 0;
        }
        memcpy(talk->last, item[0].text, item[0].len + 1);
    }
    return i == count;
}

int fleet_talk_exchange(fleet_talk_t *talk, const consumed_batch_t *batch,
                        fleet_news_fn *learn, void *data, redis_fault_t *fault)
{
    int argc = write_call(talk, batch);
    int n = redis_link_list(talk->link, argc, call.argv, call.item, ITEMS_MAX,
                            fault);

    if (n < 0) {
        return -1;
    }
    if (n < batch->count || !learn_keys(talk, batch, learn, data)
        || !learn_news(talk, call.item + batch->count, n - batch->count, learn,
                       data)) {
        *fault = (redis_fault_t){ "it answers what cannot be" };
        return -1;
    }
    return (n - batch->count) / NEWS_ITEMS;
}
