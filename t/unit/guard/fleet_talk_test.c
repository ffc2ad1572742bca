/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_talk_test.c: what is said to Redis, and one that lies in every way. */
#include "unit.h"

#include "fleet/consumed_batch.c"
#include "fleet/fleet_news.c"
#include "fleet/fleet_talk.c"
#include "fleet/redis_link.c"
#include "limits/rate.c"

#ifdef HAVE_HIREDIS

#include <signal.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT "$40\r\n0123456789abcdef0123456789abcdef01234567\r\n"
#define SECRET "$32\r\n000000000000000a000000000000000b\r\n"
#define BEGIN ":1\r\n", SECRET, SCRIPT
#define AGE ":5\r\n"
#define ID "$3\r\n7-1\r\n"
#define NEWS "$29\r\n00000001.0000000000000007=512\r\n"

enum {
    ANSWERS = 5,
    TIMEOUT_MS = 200
};

typedef struct {
    const char *name;
    const char *answer[ANSWERS]; /* one by one; NULL: silence from then on */
    const char *expected;        /* what was learned, or the fault; NULL:
                                    versions of hiredis differ */
} talk_case_t;

/* clang-format off */
static const talk_case_t cases[] = {
    { "a key", { BEGIN, "*1\r\n:300\r\n" }, "1 9 300 0; last 0-0" },
    { "a key and news", { BEGIN, "*4\r\n:300\r\n" ID AGE NEWS },
      "1 9 300 0;1 7 512 5; last 7-1" },
    { "one's own news", { BEGIN, "*4\r\n:300\r\n" ID ":0\r\n" "$0\r\n\r\n" },
      "1 9 300 0; last 7-1" },
    { "news of another's limit",
      { BEGIN, "*4\r\n:300\r\n" ID AGE
        "$40\r\n000000ff.0000000000000007=99999999999999\r\n" },
      "1 9 300 0; last 7-1" },
    { "another has the secret", { ":0\r\n", SECRET, SCRIPT, "*1\r\n:0\r\n" },
      "1 9 0 0; last 0-0" },
    { "silence at once", { NULL }, "no answer for 200 ms" },
    { "silence later", { BEGIN, NULL }, "no answer for 200 ms" },
    { "the end", { BEGIN, "" }, "it closed the connection" },
    { "half of an answer", { BEGIN, "*1\r\n:3" }, "no answer for 200 ms" },
    { "an error", { "-NOAUTH Authentication\001required.\r\n" },
      "it says NOAUTH Authentication?required." },
    { "no script", { BEGIN, "-NOSCRIPT No matching script.\r\n" },
      "it says NOSCRIPT No matching script." },
    { "another protocol", { "HTTP/1.1 400 Bad Request\r\n\r\n" },
      "that is not Redis: Protocol error, got \"H\" as reply type byte" },
    { "a secret that is none", { ":1\r\n", "$3\r\nabc\r\n" },
      "the key PREFIX:secret has something else" },
    { "no secret", { ":1\r\n", "$-1\r\n" },
      "GET is answered with something else" },
    { "a long secret",
      { ":1\r\n", "$33\r\n000000000000000a000000000000000bc\r\n" },
      "GET is answered with something else" },
    { "a script that has no name", { ":1\r\n", SECRET, "$4\r\nabcd\r\n" },
      "SCRIPT is answered with something else" },
    { "another kind", { "+OK\r\n" }, "SETNX is answered with something else" },
    { "no key", { BEGIN, "*0\r\n" }, "it answers what cannot be" },
    { "a key too many", { BEGIN, "*2\r\n:1\r\n:1\r\n" },
      "it answers what cannot be" },
    { "below nothing", { BEGIN, "*1\r\n:-1\r\n" }, "it answers what cannot be" },
    { "further ahead than can be", { BEGIN, "*1\r\n:40961\r\n" },
      "it answers what cannot be" },
    { "as far ahead as can be", { BEGIN, "*1\r\n:40960\r\n" },
      "1 9 40960 0; last 0-0" },
    { "a text for a number", { BEGIN, "*1\r\n$1\r\n1\r\n" },
      "it answers what cannot be" },
    { "nothing for a number", { BEGIN, "*1\r\n$-1\r\n" },
      "EVALSHA is answered with something else" },
    { "a list within", { BEGIN, "*1\r\n*1\r\n:1\r\n" },
      "EVALSHA is answered with something else" },
    { "no list", { BEGIN, ":300\r\n" },
      "EVALSHA is answered with something else" },
    { "news of another form", { BEGIN, "*4\r\n:300\r\n" ID AGE "$3\r\nabc\r\n" },
      "it answers what cannot be" },
    { "news further ahead than can be",
      { BEGIN, "*4\r\n:300\r\n" ID AGE
        "$31\r\n00000001.0000000000000007=40961\r\n" },
      "it answers what cannot be" },
    { "news of the future", { BEGIN, "*4\r\n:300\r\n" ID ":-1\r\n" NEWS },
      "it answers what cannot be" },
    { "news without a number",
      { BEGIN, "*4\r\n:300\r\n$3\r\nabc\r\n" AGE NEWS },
      "it answers what cannot be" },
    { "half of the news", { BEGIN, "*3\r\n:300\r\n" ID AGE },
      "it answers what cannot be" },
    { "a list of a thousand million", { BEGIN, "*1000000000\r\n" },
      "that is not Redis: Out of memory" },
    { "lists in lists",
      { BEGIN, "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n" },
      NULL },
    { "a number that is none", { BEGIN, "*1\r\n:1e9\r\n" }, NULL },
};
/* clang-format on */

static char folder[] = "/tmp/fleet-talk-XXXXXX";
static char path[sizeof(folder) + 8];

/* ---- the one that lies ---- */

/* Answers each of what comes with the next one, and goes when nobody is left.
 */
static void answer(int listening, const char *const *answers)
{
    int fd = accept(listening, NULL, NULL), i;
    char asked[65536];

    for (i = 0; i < ANSWERS && read(fd, asked, sizeof(asked)) > 0; i++) {
        if (!answers[i]) {
            break;
        }
        if (!*answers[i]) {
            _exit(0);
        }
        if (write(fd, answers[i], strlen(answers[i])) < 0) {
            _exit(1);
        }
    }
    while (read(fd, asked, sizeof(asked)) > 0) {
    }
    _exit(0);
}

static pid_t start(const char *const *answers)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    pid_t pid;

    unlink(path);
    strcpy(name.sun_path, path);
    assert_int_equal(bind(listening, (struct sockaddr *)&name, sizeof(name)),
                     0);
    assert_int_equal(listen(listening, 1), 0);
    pid = fork();
    if (pid == 0) {
        alarm(20);
        answer(listening, answers);
    }
    close(listening);
    return pid;
}

/* ---- who asks it ---- */

static void learn(const fleet_limit_t *limit, uint64_t hash, uint64_t ahead,
                  int64_t age_us, void *data)
{
    unit_text_add(data, "%u %d %d %d;", limit->id, (int)hash, (int)ahead,
                  (int)age_us);
}

/* @return what was learned, or the fault */
static void talk_to(unit_text_t *out)
{
    static const fleet_limit_t limit = {
        1, "login:1/s", { 1, 1000000, 9, 0, 150 * RATE_UNITS }
    };
    static consumed_batch_t batch;
    redis_server_t server = { .path = path,
                              .timeout = apr_time_from_msec(TIMEOUT_MS) };
    fleet_talk_t talk = { .prefix = "t", .limit = &limit, .count = 1 };
    siphash_key_t secret = { 1, 2 };
    redis_fault_t fault = { "" };

    consumed_batch_clear(&batch);
    consumed_batch_add(&batch, &(consumed_t){ 9, 1, 2 });
    talk.link = redis_link_open(&server, &fault);
    if (talk.link && fleet_talk_begin(&talk, &secret, &fault)
        && fleet_talk_exchange(&talk, &batch, learn, out, &fault) >= 0) {
        assert_int_equal(secret.low, 10);
        assert_int_equal(secret.high, 11);
        unit_text_add(out, " last %s", talk.last);
    }
    else {
        out->len = 0;
        unit_text_add(out, "%s", fault.text);
    }
    redis_link_close(&talk.link);
}

static void check_talk(void **state)
{
    const talk_case_t *row = *state;
    pid_t pid = start(row->answer);
    unit_text_t out = { "", 0 };
    int status;

    talk_to(&out);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    if (row->expected) {
        assert_string_equal(out.text, row->expected);
    }
}

/* An answer that comes and comes is given up by its length. */
static void check_endless(void **state)
{
    size_t len = 3 * REDIS_REPLY_MAX, head;
    char *endless = malloc(len + 1);
    const char *answers[ANSWERS] = { BEGIN, endless };
    unit_text_t out = { "", 0 };
    pid_t pid;
    int status;

    (void)state;
    memset(endless, 'x', len);
    endless[len] = '\0';
    head = (size_t)sprintf(endless, "*1\r\n$2147483000\r\n");
    endless[head] = 'x';
    pid = start(answers);
    talk_to(&out);
    waitpid(pid, &status, 0);
    free(endless);
    assert_string_equal(out.text, "an answer without end");
}

static void check_nobody(void **state)
{
    unit_text_t out = { "", 0 };

    (void)state;
    unlink(path);
    talk_to(&out);
    assert_string_equal(out.text, "No such file or directory");
}

int main(void)
{
    size_t i;
    int failed;

    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(folder)) {
        return 1;
    }
    sprintf(path, "%s/redis", folder);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_talk, &cases[i]);
    }
    unit_add("an answer without end", check_endless, NULL);
    unit_add("nobody is there", check_nobody, NULL);
    failed = unit_run("fleet talk");
    unlink(path);
    rmdir(folder);
    return failed;
}

#else

static void check_missing(void **state)
{
    redis_fault_t fault;

    (void)state;
    assert_false(redis_link_is_built_in());
    assert_null(redis_link_open(&(redis_server_t){ NULL }, &fault));
}

int main(void)
{
    unit_add("a build without hiredis", check_missing, NULL);
    return unit_run("fleet talk");
}

#endif
