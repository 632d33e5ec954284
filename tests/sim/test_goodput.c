/* test_goodput.c: what arrives, against what the models of congestion control say; docs/goodput.md. `make goodput` runs
 * everything and writes that page; `make check` runs what takes no time, and compares with the models and the page.
 */
#include <math.h>
#include <stdio.h>

#include "sim/goodput.h"
#include "tcp/cc.h"
#include "unit/unit.h"

static const char PAGE[] = "docs/goodput.md";

/* How far a row of the page may be from what is true now, before `make goodput` is due. */
static const double TOLERANCE = 0.25;

/* ---- one flow, random losses: the response function ---- */

struct response {
    unsigned congestion;
    uint32_t loss; /* millionths */
    uint32_t rtt;  /* milliseconds */
};

#define LOSSES(congestion, rtt)                                                    \
    {congestion, 20000, rtt}, {congestion, 10000, rtt}, {congestion, 1000, rtt}, { \
        congestion, 100, rtt                                                       \
    }
#define ROUND_TRIPS(congestion) LOSSES(congestion, 10), LOSSES(congestion, 40), LOSSES(congestion, 100)

static const struct response RESPONSES[] = {
    ROUND_TRIPS(LUCID_CONGESTION_NEWRENO),
    ROUND_TRIPS(LUCID_CONGESTION_CUBIC),
    {LUCID_CONGESTION_FIXED, 0, 10},
    {LUCID_CONGESTION_FIXED, 0, 100},
};
enum { RESPONSE_COUNT = sizeof RESPONSES / sizeof RESPONSES[0] };

/* A row of this takes a second or two. */
static bool is_long(const struct response *response) {
    return response->loss == 100;
}

/* The window in segments by Mathis et al. (1997), which is RFC 9438 4.3's AVG_AIMD(1, 0.5), and by RFC 9438 5. */
static double model_window(const struct response *response, double loss) {
    if (response->congestion == LUCID_CONGESTION_FIXED) {
        return 10;
    }
    double reno = sqrt(1.5 / loss);
    double cubic = pow(0.4 * 3.7 / 1.2, 0.25) * pow(response->rtt / 1e3 / loss, 0.75);
    return response->congestion == LUCID_CONGESTION_CUBIC ? fmax(reno, cubic) : reno;
}

/* So long that a hundred losses are to be expected. */
static lucid_time duration(const struct response *response) {
    double loss = fmax(response->loss / 1e6, 1e-2);
    loss = response->loss > 0 && response->loss < 10000 ? response->loss / 1e6 : loss;
    double packets = 100 / loss;
    return (lucid_time)(packets / model_window(response, loss) * response->rtt * 1e6);
}

struct result {
    double goodput, model; /* Mbit/s */
};

static struct result run_response(unsigned number) {
    const struct response *response = &RESPONSES[number];
    struct goodput run = {
        .rtt = response->rtt * LUCID_MILLISECOND,
        .loss = response->loss,
        .queue = 100000,
        .from = 5 * LUCID_SECOND,
        .to = 5 * LUCID_SECOND + duration(response),
        .seed = 1 + number,
        .flows = 1,
        .flow = {{.congestion = response->congestion}},
    };
    EXPECT(goodput_run(&run));
    double loss = (double)run.lost / (double)(run.lost + run.passed);
    double segments = model_window(response, loss) / response->rtt * 1e3 * (1 - loss);
    return (struct result){.goodput = goodput_of(&run, 0), .model = segments * GOODPUT_SEGMENT * 8 / 1e6};
}

static void response_key(unsigned number, char key[64]) {
    const struct response *response = &RESPONSES[number];
    snprintf(key, 64, "| %s | %g %% | %u ms |", cc_numbered(response->congestion)->name, response->loss / 1e4,
             response->rtt);
}

/* ---- two flows, one bottleneck ---- */

static const unsigned SHARES[][2] = {
    {LUCID_CONGESTION_CUBIC, LUCID_CONGESTION_CUBIC},
    {LUCID_CONGESTION_NEWRENO, LUCID_CONGESTION_NEWRENO},
    {LUCID_CONGESTION_CUBIC, LUCID_CONGESTION_NEWRENO},
    {LUCID_CONGESTION_NEWRENO, LUCID_CONGESTION_CUBIC},
};
enum { SHARE_COUNT = sizeof SHARES / sizeof SHARES[0] };

/* 10 Mbit/s, 40 ms, and a queue for as much as is under way. */
static struct goodput run_share(unsigned number) {
    struct goodput run = {
        .rtt = 40 * LUCID_MILLISECOND,
        .rate = 10000000,
        .queue = 34,
        .from = 30 * LUCID_SECOND,
        .to = 150 * LUCID_SECOND,
        .seed = 1,
        .flows = 2,
        .flow = {{.congestion = SHARES[number][0]}, {.congestion = SHARES[number][1], .begins = 10 * LUCID_SECOND}},
    };
    EXPECT(goodput_run(&run));
    return run;
}

static void share_key(unsigned number, char key[64]) {
    snprintf(key, 64, "| %s | %s |", cc_numbered(SHARES[number][0])->name, cc_numbered(SHARES[number][1])->name);
}

/* ---- the first slow start ---- */

/* 4 s of 20 Mbit/s with 100 ms, which has 167 packets under way. */
static struct goodput run_start(unsigned congestion, uint32_t queue) {
    struct goodput run = {
        .rtt = 100 * LUCID_MILLISECOND,
        .rate = 20000000,
        .queue = queue,
        .to = 4 * LUCID_SECOND,
        .seed = 1,
        .flows = 1,
        .flow = {{.congestion = congestion}},
    };
    EXPECT(goodput_run(&run));
    return run;
}

/* ---- the page ---- */

static void write_responses(FILE *page) {
    char key[64];
    fputs(
        "## One flow, random losses\n\n"
        "The link has no limit of its own: losses alone hold the flow back, about a hundred of them in each row. The\n"
        "model: Mathis et al. for newreno, `MSS / RTT * sqrt(3 / 2p)`; for cubic that or RFC 9438 section 5, "
        "whichever\n"
        "is more; p is the share of packets that was in fact lost.\n\n"
        "| congestion control | loss | round trip | goodput, Mbit/s | model, Mbit/s | of the model |\n"
        "|---|---|---|---|---|---|\n",
        page);
    for (unsigned i = 0; i < RESPONSE_COUNT; i++) {
        struct result result = run_response(i);
        response_key(i, key);
        fprintf(page, "%s %.2f | %.2f | %.2f |\n", key, result.goodput, result.model, result.goodput / result.model);
    }
}

static void write_shares(FILE *page) {
    char key[64];
    fputs("\n## Two flows, one bottleneck\n\n"
          "10 Mbit/s, 40 ms, a queue of 34 packets (as much as is under way). The second flow begins 10 s after the\n"
          "first; measured from 30 s to 150 s.\n\n"
          "| first | second | of the first, Mbit/s | of the second, Mbit/s | share of the second |\n"
          "|---|---|---|---|---|\n",
          page);
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        struct goodput run = run_share(i);
        double first = goodput_of(&run, 0), second = goodput_of(&run, 1);
        share_key(i, key);
        fprintf(page, "%s %.2f | %.2f | %.2f |\n", key, first, second, second / (first + second));
    }
}

static const uint32_t QUEUES[] = {100, 400};

static void write_starts(FILE *page) {
    fputs("\n## The first slow start\n\n"
          "20 Mbit/s, 100 ms (167 packets under way), a short and a long queue; the first 4 s. An ACK of two segments "
          "lets\n"
          "newreno grow by one, cubic by two, until HyStart++ sees that round trips get longer: a round trip too late "
          "for\n"
          "the short queue, in time to fill the long one more slowly.\n\n"
          "| congestion control | queue | goodput, Mbit/s | packets that the queue dropped |\n"
          "|---|---|---|---|\n",
          page);
    for (unsigned i = 0; i < 4; i++) {
        unsigned congestion = i % 2 ? LUCID_CONGESTION_NEWRENO : LUCID_CONGESTION_CUBIC;
        struct goodput run = run_start(congestion, QUEUES[i / 2]);
        fprintf(page, "| %s | %u | %.2f | %llu |\n", cc_numbered(congestion)->name, QUEUES[i / 2], goodput_of(&run, 0),
                (unsigned long long)run.queue_full);
    }
}

static int write_page(void) {
    FILE *page = fopen(PAGE, "w");
    if (!page) {
        perror(PAGE);
        return 1;
    }
    fputs(
        "# Goodput\n\n"
        "What arrives of a bulk transfer between two stacks in virtual time, by loss, round trip and congestion\n"
        "control, beside what the models say. Made by `make goodput`; `make check` repeats the short rows, and fails\n"
        "when one is off by more than a quarter or leaves the model's band. The numbers are payload, of segments of\n"
        "1448 octets.\n\n",
        page);
    write_responses(page);
    write_shares(page);
    write_starts(page);
    return fclose(page) == 0 ? 0 : 1;
}

/* The number that follows this key on the page. */
static double on_page(const char *key) {
    char line[256];
    double number = -1;
    FILE *page = fopen(PAGE, "r");
    ck_assert_msg(page != NULL, "%s cannot be read", PAGE);
    while (number < 0 && fgets(line, sizeof line, page)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            number = strtod(line + strlen(key), NULL);
        }
    }
    fclose(page);
    ck_assert_msg(number >= 0, "%s has no row %s; make goodput writes it anew", PAGE, key);
    return number;
}

static void compare(const char *key, double goodput) {
    double written = on_page(key);
    ck_assert_msg(fabs(goodput - written) <= TOLERANCE * written,
                  "%s is %.2f, and %.2f in %s: look why; make goodput writes it anew", key, goodput, written, PAGE);
}

/* ---- tests ---- */

/* MUST-19 MAY-18 5681-3.1f 9438-4.3 */
START_TEST(goodput_is_that_of_the_model) {
    char key[64];
    if (is_long(&RESPONSES[_i])) {
        return;
    }
    struct result result = run_response((unsigned)_i);
    double ratio = result.goodput / result.model;
    response_key((unsigned)_i, key);
    ck_assert_msg(ratio > 0.8 && ratio < 1.25, "%s %.2f of the model", key, ratio);
    compare(key, result.goodput);
}
END_TEST

START_TEST(two_flows_share) {
    char key[64];
    struct goodput run = run_share((unsigned)_i);
    double first = goodput_of(&run, 0), second = goodput_of(&run, 1), share = second / (first + second);
    share_key((unsigned)_i, key);
    ck_assert_msg(first + second > 9, "%s %.2f of 10 Mbit/s are used", key, first + second);
    ck_assert_msg(share > 0.25 && share < 0.75, "%s the second has %.2f", key, share);
    compare(key, first);
}
END_TEST

/* 9438-4.10 */
START_TEST(slow_start_is_slowed_by_a_queue) {
    struct goodput cubic = run_start(LUCID_CONGESTION_CUBIC, 400), newreno = run_start(LUCID_CONGESTION_NEWRENO, 400);
    ck_assert_uint_gt(newreno.queue_full, 0);
    ck_assert_uint_lt(cubic.queue_full, newreno.queue_full * 4 / 5);
}
END_TEST

int main(void) {
    const char *wish = getenv("GOLDEN");
    if (wish && strcmp(wish, "write") == 0) {
        return write_page();
    }
    TCase *tests;
    Suite *suite = unit_suite("goodput", &tests);
    tcase_add_loop_test(tests, goodput_is_that_of_the_model, 0, RESPONSE_COUNT);
    tcase_add_loop_test(tests, two_flows_share, 0, SHARE_COUNT);
    tcase_add_test(tests, slow_start_is_slowed_by_a_queue);
    return unit_run(suite);
}
