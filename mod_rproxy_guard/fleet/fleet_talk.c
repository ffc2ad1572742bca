/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_talk.c: see fleet_talk.h.  Layer L1. */
#include "fleet_talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    HEAD_ARGS = 3, /* EVALSHA id number-of-keys */
    KEY_ARGS = 5,
    KEY_TEXT_MAX = 512,
    NUMBER_TEXT_MAX = 24,
    SECRET_HEX = 32
};

/* ARGV of each key: units to be added, units in a period, the period in usec,
 * the most that it can be ahead, 1 where it is to begin anew. */
static const char script[] =
    "local t = redis.call('TIME')\n"
    "local now = t[1] * 1000000 + t[2]\n"
    "local out = {}\n"
    "for i, key in ipairs(KEYS) do\n"
    "  local k = 5 * i - 4\n"
    "  local cost = tonumber(ARGV[k])\n"
    "  local speed = tonumber(ARGV[k + 1]) / tonumber(ARGV[k + 2])\n"
    "  local most = tonumber(ARGV[k + 3])\n"
    "  local ahead = 0\n"
    "  local old = redis.pcall('GET', key)\n"
    "  if type(old) == 'string' and ARGV[k + 4] == '0' then\n"
    "    local a, at = string.match(old, '^(%d+%.?%d*) (%d+)$')\n"
    "    if a then\n"
    "      ahead = tonumber(a) - math.max(0, now - tonumber(at)) * speed\n"
    "    end\n"
    "  end\n"
    "  ahead = math.min(most, math.max(0, ahead) + cost)\n"
    "  redis.call('SET', key, string.format('%.3f %.0f', ahead, now), 'PX',\n"
    "    string.format('%.0f',\n"
    "      math.min(31622400000, ahead / speed / 1000 + 1000)))\n"
    "  out[i] = math.floor(ahead)\n"
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
    const char *run[] = { "EVALSHA", NULL, "0" };

    if (!share_secret(talk, secret, fault)
        || !redis_link_text(talk->link, 3, load, talk->script,
                            sizeof(talk->script), fault)) {
        return 0;
    }
    if (!is_hex(talk->script, SCRIPT_ID_SIZE - 1)) {
        *fault = (redis_fault_t){ "SCRIPT is answered with something else" };
        return 0;
    }
    run[1] = talk->script;
    return redis_link_numbers(talk->link, 3, run, NULL, 0, fault);
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
    char id[NUMBER_TEXT_MAX];
    char key[BATCH_KEYS][KEY_TEXT_MAX];
    char number[BATCH_KEYS][KEY_ARGS][NUMBER_TEXT_MAX];
    const char *argv[HEAD_ARGS + BATCH_KEYS * (1 + KEY_ARGS)];
    int64_t answer[BATCH_KEYS];
} call;

static void write_key(const fleet_talk_t *talk, const batch_key_t *key, int i)
{
    const fleet_limit_t *limit = fleet_talk_limit(talk, key->limit);
    const rate_rule_t *rule = &limit->rule;
    uint64_t most = rate_ahead_most(rule);
    int64_t cost = key->cost > most / RATE_UNITS
                       ? (int64_t)most
                       : (int64_t)(key->cost * RATE_UNITS);
    const int64_t number[KEY_ARGS] = { cost,
                                       (int64_t)(rule->count * RATE_UNITS),
                                       (int64_t)rule->period_us, (int64_t)most,
                                       key->anew };
    int k;

    snprintf(call.key[i], KEY_TEXT_MAX, "%s:%.200s:%016" PRIx64, talk->prefix,
             limit->name, key->hash);
    for (k = 0; k < KEY_ARGS; k++) {
        snprintf(call.number[i][k], NUMBER_TEXT_MAX, "%" PRId64, number[k]);
    }
}

/* @return argc */
static int write_call(const fleet_talk_t *talk, const consumed_batch_t *batch)
{
    int i, k, n = 0;

    snprintf(call.id, sizeof(call.id), "%d", batch->count);
    call.argv[n++] = "EVALSHA";
    call.argv[n++] = talk->script;
    call.argv[n++] = call.id;
    for (i = 0; i < batch->count; i++) {
        write_key(talk, &batch->key[i], i);
        call.argv[n++] = call.key[i];
    }
    for (i = 0; i < batch->count; i++) {
        for (k = 0; k < KEY_ARGS; k++) {
            call.argv[n++] = call.number[i][k];
        }
    }
    return n;
}

static int is_possible(const fleet_talk_t *talk, const batch_key_t *key,
                       int64_t ahead)
{
    const rate_rule_t *rule = &fleet_talk_limit(talk, key->limit)->rule;

    return ahead >= 0 && (uint64_t)ahead <= rate_ahead_most(rule);
}

int fleet_talk_exchange(const fleet_talk_t *talk, const consumed_batch_t *batch,
                        uint64_t *ahead, redis_fault_t *fault)
{
    int i, argc = write_call(talk, batch);

    if (!redis_link_numbers(talk->link, argc, call.argv, call.answer,
                            batch->count, fault)) {
        return 0;
    }
    for (i = 0; i < batch->count; i++) {
        if (!is_possible(talk, &batch->key[i], call.answer[i])) {
            *fault = (redis_fault_t){ "it answers numbers that cannot be" };
            return 0;
        }
        ahead[i] = (uint64_t)call.answer[i];
    }
    return 1;
}
