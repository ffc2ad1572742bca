/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_exchange.c: the exchange as a state machine.  The first four bytes set
 * up the request and the policy; then each byte is an event (low half) with a
 * number (high half), some followed by bytes of the response; an event that the
 * exchange did not ask for is passed over.  Promises: connections, counts and
 * memory are balanced at every moment; the client gets a prefix of what the
 * response says, all of it if the outcome is "ok", a head once, and nothing
 * while it is full; the member gets a prefix of the request, with each attempt
 * from its start; without a response there is an error. */
#include "fuzz.h"

#include "../unit/engine/exchange_fixture.h"

#define WIRE_MAX (1 << 20)

typedef struct {
    fixture_t f;
    exchange_t *x;
    const uint8_t *data; /* of the input not yet used */
    size_t size;
    char *raw; /* bytes the member sent in this attempt */
    size_t raw_len;
    char *wire; /* bytes it got in this attempt */
    size_t wire_len;
    char *body; /* bytes the client got */
    size_t body_len;
    size_t source_read; /* bytes of request body handed out */
    int heads, full, ended;
} run_t;

static run_t run;

static unsigned next_byte(void)
{
    if (!run.size) {
        return 0;
    }
    run.size--;
    return *run.data++;
}

/* ---- the client ---- */

static sink_e answered(sink_e answer)
{
    run.full = answer == SINK_FULL;
    return answer;
}

static void client_interim(void *ctx, const h1_response_t *response)
{
    (void)ctx;
    FUZZ_CHECK(response->status >= 102 && response->status < 200);
    FUZZ_CHECK(!run.heads && !run.full);
}

static sink_e client_head(void *ctx, const member_t *member,
                          const h1_response_t *response,
                          const h1_framing_t *framing)
{
    (void)ctx;
    FUZZ_CHECK(member == run.x->member && framing->result == H1_DONE);
    FUZZ_CHECK(response->status >= 200 && !run.heads && !run.full);
    run.heads = run.f.head_answer != SINK_REFUSED;
    return answered(run.f.head_answer);
}

static sink_e client_body(void *ctx, chunk_t *chunk, slice_t data)
{
    (void)ctx;
    FUZZ_CHECK(run.heads == 1 && !run.full && data.len > 0);
    FUZZ_CHECK(chunk->refs >= 1 && data.p >= chunk->data
               && data.p + data.len <= chunk->data + chunk->end);
    FUZZ_CHECK(run.body_len + data.len <= WIRE_MAX);
    memcpy(run.body + run.body_len, data.p, data.len);
    run.body_len += data.len;
    return answered(run.f.body_answer);
}

static void client_trailer(void *ctx, const h1_field_t *field)
{
    (void)ctx;
    FUZZ_CHECK(run.heads == 1 && !run.full && field->name.len > 0);
}

static sink_e client_flush(void *ctx)
{
    (void)ctx;
    FUZZ_CHECK(!run.full);
    return answered(run.f.flush_answer);
}

static const sink_ops_t sink = { client_interim, client_head, client_body,
                                 client_trailer, client_flush };

/* Byte number i of every request body. */
static char body_byte(size_t i)
{
    return (char)('a' + i % 23);
}

/* ---- what the bytes of one attempt say ---- */

/* One-shot decoding of what the member sent.
 * @param rest out: bytes behind it
 * @return 1 when the response is complete, perhaps by a close */
static int decode_response(char *out, size_t *len, size_t *rest)
{
    h1_field_t fields[100];
    h1_response_parser_t parser;
    h1_body_t body;
    h1_framing_t framing;
    char trailers[4096];
    size_t at = 0, used, head;
    slice_t data;
    h1_result_e error;
    h1_body_step_e step;

    *len = *rest = 0;
    h1_response_init(&parser, fields, 100, fixture_policy.limits.head);
    do {
        h1_response_reset(&parser);
        if (h1_response_parse(&parser, run.raw + at, run.raw_len - at, &head)
            != H1_DONE) {
            return 0;
        }
        at += head;
    } while (parser.response.status < 200);
    framing = h1_framing_decide(run.x->request.is_head, &parser.response);
    h1_body_init(&body, framing.kind, framing.length, trailers,
                 sizeof(trailers));
    do {
        step = h1_body_step(&body, run.raw + at, run.raw_len - at, &used, &data,
                            &error);
        at += used;
        if (step == H1_BODY_DATA) {
            memcpy(out + *len, data.p, data.len);
            *len += data.len;
        }
    } while (step == H1_BODY_DATA);
    *rest = run.raw_len - at;
    return h1_body_at_end(&body) || (run.ended && h1_body_close_is_end(&body));
}

static void check_response(void)
{
    char *all = malloc(run.raw_len + 1);
    size_t len, rest;
    int complete = decode_response(all, &len, &rest);

    FUZZ_CHECK(run.body_len <= len);
    FUZZ_CHECK(memcmp(run.body, all, run.body_len) == 0);
    if (run.x->done && run.x->outcome == OUTCOME_OK) {
        FUZZ_CHECK(complete && run.body_len == len);
        FUZZ_CHECK(!run.f.kept || !rest);
    }
    else {
        FUZZ_CHECK(!run.f.kept);
    }
    free(all);
}

/* The head, and the body's bytes from the first on in its framing. */
static void check_request(void)
{
    const char *end = run.wire_len >= 4
                          ? memmem(run.wire, run.wire_len, "\r\n\r\n", 4)
                          : NULL;
    size_t i, n = 0, used, at = end ? (size_t)(end - run.wire) + 4 : 0;
    h1_body_t body;
    h1_body_step_e step = H1_BODY_END;
    h1_result_e error;
    slice_t data;

    if (!end) {
        return;
    }
    h1_body_init(&body,
                 run.x->request.body == BODY_STREAM   ? H1_BODY_CHUNKED
                 : run.x->request.body == BODY_LENGTH ? H1_BODY_LENGTH
                                                      : H1_BODY_NONE,
                 run.x->request.content_length, NULL, 0);
    do {
        step = h1_body_step(&body, run.wire + at, run.wire_len - at, &used,
                            &data, &error);
        at += used;
        for (i = 0; step == H1_BODY_DATA && i < data.len; i++, n++) {
            FUZZ_CHECK(data.p[i] == body_byte(n));
        }
    } while (step == H1_BODY_DATA);
    FUZZ_CHECK(step != H1_BODY_ERROR && at == run.wire_len);
    FUZZ_CHECK(n <= run.source_read);
    FUZZ_CHECK(run.x->request_state != REQUEST_SENT || h1_body_at_end(&body));
}

/* The source begins again: a new attempt. */
static void source_rewind(void *ctx)
{
    (void)ctx;
    check_request();
    run.wire_len = run.source_read = 0;
}

/* ---- at every moment ---- */

static void check_end(void)
{
    const exchange_t *x = run.x;

    FUZZ_CHECK(exchange_want(x) == EXCHANGE_DONE);
    FUZZ_CHECK(!x->conn && !x->in && !x->head_out && !x->body_out);
    FUZZ_CHECK(run.f.open == 0 && fixture_active(&run.f) == 0);
    FUZZ_CHECK((x->outcome == OUTCOME_OK) == !x->reason);
    if (x->outcome == OUTCOME_OK) {
        FUZZ_CHECK(x->response_started && !x->error_status);
        FUZZ_CHECK(x->status >= 200 && x->status <= 599);
    }
    else if (!x->response_started && x->outcome != OUTCOME_CLIENT_GONE) {
        FUZZ_CHECK(x->error_status >= 400 && x->error_status <= 504);
    }
    FUZZ_CHECK(x->bytes_received == (int64_t)run.body_len);
}

static void check_now(void)
{
    const exchange_t *x = run.x;
    size_t limit = (size_t)x->policy.retry.replay_limit;

    FUZZ_CHECK(run.f.open == (x->conn != NULL));
    FUZZ_CHECK(fixture_active(&run.f) == x->counted);
    FUZZ_CHECK(!x->response_started || run.heads == 1);
    FUZZ_CHECK(x->attempts <= x->policy.retry.tries);
    FUZZ_CHECK(x->interims <= x->policy.interim_limit + 1);
    FUZZ_CHECK(fixture_held(&run.f) <= 2 * limit + 2 * CHUNK_LARGE);
    FUZZ_CHECK(!x->source->rewind || fixture_held(&run.f) <= CHUNK_LARGE);
    FUZZ_CHECK(x->bytes_sent == (int64_t)run.source_read);
    if (x->done) {
        check_end();
    }
    else {
        FUZZ_CHECK(exchange_want(x) && !(exchange_want(x) & EXCHANGE_DONE));
    }
}

/* ---- events ---- */

static void on_connect(unsigned n)
{
    if (run.x->request_state == REQUEST_CHOOSE) {
        exchange_choose(run.x, run.f.now);
        return;
    }
    check_request();
    run.raw_len = run.wire_len = 0;
    run.ended = 0;
    if (n < 12) {
        run.x->conn =
            fixture_connect(run.x->member, n & 1 && !run.x->fresh_only);
        exchange_on_connected(run.x, run.f.now);
    }
    else {
        exchange_on_connect_failed(run.x,
                                   n & 1 ? FAILED_NO_SLOT : FAILED_CONNECT,
                                   "no", run.f.now);
    }
}

static void on_read(const char *bytes, size_t len)
{
    chunk_t *in = run.x->in;
    size_t held = in ? in->end - in->begin : 0;

    FUZZ_CHECK(run.raw_len + len <= WIRE_MAX);
    memcpy(run.raw + run.raw_len, bytes, len);
    run.raw_len += len;
    run.x->in = chunk_get(&run.f.env.chunks, held + len);
    if (held) {
        memcpy(run.x->in->data, in->data + in->begin, held);
    }
    memcpy(run.x->in->data + held, bytes, len);
    run.x->in->end = held + len;
    chunk_release(&in);
    exchange_on_input(run.x, run.f.now);
}

static void on_read_input(unsigned n)
{
    size_t len = run.size < n + 1 ? run.size : n + 1;

    if (len) {
        run.data += len;
        run.size -= len;
        on_read((const char *)run.data - len, len);
    }
}

/* Common pieces, so that no luck is needed to get far. */
static void on_read_common(unsigned n)
{
    static const char *const texts[16] = {
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n",
        "hello",
        "5\r\nhello\r\n2\r\n!!\r\n",
        "0\r\n\r\n",
        "0\r\nA: b\r\n\r\n",
        "Connection: close\r\n",
        "Content-Length: 3\r\n",
        "\r\n",
        "1",
    };

    on_read(texts[n], strlen(texts[n]));
}

static void on_write(unsigned n)
{
    struct iovec iov[8];
    size_t taken = 0, max = n < 15 ? (size_t)1 << n : SIZE_MAX;
    int i, count = exchange_output(run.x, iov, 8);

    FUZZ_CHECK(count >= 1 && count <= 8);
    for (i = 0; i < count && taken < max; i++) {
        size_t len = iov[i].iov_len;
        FUZZ_CHECK(len > 0);
        len = len < max - taken ? len : max - taken;
        FUZZ_CHECK(run.wire_len + len <= WIRE_MAX);
        memcpy(run.wire + run.wire_len, iov[i].iov_base, len);
        run.wire_len += len;
        taken += len;
    }
    exchange_on_written(run.x, taken, run.f.now);
}

static void on_source(unsigned n)
{
    static const source_e states[4] = { SOURCE_AGAIN, SOURCE_END, SOURCE_BAD,
                                        SOURCE_GONE };
    static const size_t sizes[16] = { 1,    2,    5,     15,    16,    100,
                                      1000, 4000, 16000, 30000, 50000, 65535 };
    size_t i, room, len = sizes[n];
    chunk_t *chunk = exchange_body_room(run.x, &room);

    FUZZ_CHECK(chunk->cap - chunk->end >= room + PROTOCOL_BODY_TAILROOM);
    len = len < room ? len : room;
    for (i = 0; i < len; i++) {
        chunk->data[chunk->end + i] = body_byte(run.source_read++);
    }
    exchange_on_source(run.x, chunk, len, n < 12 ? SOURCE_DATA : states[n - 12],
                       run.f.now);
}

static void on_time(unsigned n)
{
    apr_time_t deadline = exchange_deadline(run.x);

    run.f.now += n * apr_time_from_sec(1) / 2;
    if (deadline && run.f.now >= deadline) {
        exchange_on_deadline(run.x, run.f.now);
    }
}

static void on_client(unsigned n)
{
    static const sink_e answers[4] = { SINK_OK, SINK_FULL, SINK_REFUSED,
                                       SINK_GONE };

    run.f.body_answer = run.f.flush_answer = n & 1 ? SINK_FULL : SINK_OK;
    if (n == 15) {
        run.f.body_answer = run.f.flush_answer = SINK_GONE;
    }
    run.f.head_answer = answers[n >> 1 & 3];
}

/* What waits for the client goes on, as in exchange_io.c. */
static void on_sink_ready(void)
{
    run.full = 0;
    exchange_on_sink_ready(run.x, run.f.now);
    if (run.x->input_pending) {
        exchange_on_input(run.x, run.f.now);
    }
}

static void on_event(unsigned event, unsigned n)
{
    const unsigned want = exchange_want(run.x);

    if (want & EXCHANGE_WANT_CONNECT && event != 7 && event != 8) {
        on_connect(n);
    }
    else if (event <= 2 && want & EXCHANGE_WANT_READ) {
        event == 0 ? on_read_input(n) : on_read_common(n);
    }
    else if (event <= 4 && want & EXCHANGE_WANT_WRITE) {
        on_write(n);
    }
    else if (event <= 6 && want & EXCHANGE_WANT_SOURCE) {
        on_source(n);
    }
    else if (event == 7) {
        on_time(n);
    }
    else if (event == 8 && n == 15) {
        exchange_cancel(run.x, OUTCOME_CLIENT_GONE, run.f.now);
    }
    else if (event == 9 && want & EXCHANGE_WANT_READ) {
        run.ended = !(n & 1);
        exchange_on_closed(run.x, n & 1 ? "reset" : NULL, run.f.now);
    }
    else if (event == 10 && want & EXCHANGE_WANT_WRITE) {
        exchange_on_write_failed(run.x, "broken pipe", run.f.now);
    }
    else if (event == 11) {
        on_client(n);
    }
    else if (event == 12 && want & EXCHANGE_WANT_SINK) {
        on_sink_ready();
    }
    else if (event == 13) {
        exchange_on_source_ready(run.x);
    }
    else if (event == 14 && run.x->unflushed && run.x->response_started
             && !run.x->sink_full) {
        exchange_flush(run.x, run.f.now);
    }
}

/* ---- a run ---- */

static void set_up(void)
{
    static const char *const methods[] = { "GET", "HEAD", "PUT", "POST" };
    static const source_ops_t again = { fixture_read, source_rewind };
    unsigned a = next_byte(), b = next_byte(), c = next_byte();
    exchange_policy_t *p = &run.x->policy;

    fixture_request(&run.f, methods[a & 3], (request_body_e)((a >> 2 & 3) % 3),
                    next_byte() * (int64_t)(a & 16 ? 1000 : 1));
    run.x->request.expect_continue = a >> 5 & 1;
    p->retry.on = (int)b;
    p->retry.tries = 1 + (int)(b >> 6);
    p->retry.replay_limit = (apr_off_t)1 << (c & 15);
    p->total_timeout = c & 16 ? apr_time_from_sec(5) : 0;
    p->interim_limit = (int)(c >> 5);
    run.f.shared->upstream[0].retry_credit = (int)(b >> 3 & 7) * 100;
    run.x->sink = &sink;
    if (a & 64) {
        run.x->source = &again;
    }
    run.x->log_level = EXCHANGE_LOG_DEBUG;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *buffers;

    if (!buffers) {
        apr_initialize();
        buffers = malloc(3 * WIRE_MAX);
    }
    memset(&run, 0, sizeof(run));
    run.data = data;
    run.size = size;
    run.raw = buffers;
    run.wire = buffers + WIRE_MAX;
    run.body = buffers + 2 * WIRE_MAX;
    FUZZ_CHECK(fixture_open(&run.f));
    run.x = run.f.x;
    set_up();
    while (run.size && !run.x->done) {
        unsigned byte = next_byte();
        on_event(byte & 15, byte >> 4);
        check_now();
    }
    check_request();
    check_response();
    fixture_close(&run.f);
    return 0;
}
