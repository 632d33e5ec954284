/* demo.c: lucid-demo: the web server over one stack, a client over another, and a wire between them that is a function
 * call. No device, no privilege, no waiting: time is virtual, and the four minutes of TIME-WAIT pass in a moment.
 *
 * It asks what scripts/demo asks with curl over a device, and draws the first connection with what both ends saw.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "common/ladders.h"
#include "http/http_server.h"
#include "lucid/host.h"

#define TRACE_EVENTS 100000
#define LONG_FILE (10u << 20)

static const char usage[] =
    "usage: lucid-demo [--faults SPEC]\n"
    "\n"
    "The web server over one stack of ours, a client over another, both in memory and in virtual time: what the\n"
    "client gets is checked, and the first connection is drawn from SYN to CLOSED, with the states of both ends.\n"
    "\n"
    "  --faults SPEC   what the wire does to packets, both ways: loss=1%,delay=20ms,rate=10mbit,seed=7, ...\n"
    "                  (lucid_faults_parse(3) lists them all); 20 ms and 100 mbit\n"
    "  --help          this text\n";

struct demo {
    struct lucid_pair *pair;
    struct stack_transport transport[2];
    struct http_server *server;
    struct client client;
    struct ladders *ladders;
    struct text ladder; /* the first connection, once it has ended */
    bool traced;
    char root[64]; /* the folder that is served */
    uint64_t page_print, long_print;
};

/* The server's end is 1, the client's is 0. */
enum { CLIENT, SERVER };

static int fail(const char *what, const char *why) {
    fprintf(stderr, "lucid-demo: %s: %s\n", what, why);
    return -1;
}

/* ---- what is served ---- */

static const char page[] = "<!doctype html><title>Lucid</title><p>This page came over a TCP that you can read.\n";

static int write_file(const char *root, const char *name, const void *octets, size_t length) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    if (!file) {
        return fail(path, "cannot be written");
    }
    size_t written = fwrite(octets, 1, length, file);
    return fclose(file) == 0 && written == length ? 0 : fail(path, "cannot be written; is the disk full?");
}

/* Octets that do not repeat: a generator of 64 bits (xorshift). */
static void fill(uint8_t *octets, size_t length) {
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        octets[i] = (uint8_t)(state >> 32);
    }
}

static int make_root(struct demo *demo) {
    const char *temporary = getenv("TMPDIR");
    int length = snprintf(demo->root, sizeof demo->root, "%s/lucid-demo.XXXXXX", temporary ? temporary : "/tmp");
    if ((size_t)length >= sizeof demo->root || !mkdtemp(demo->root)) {
        demo->root[0] = '\0';
        return fail("a folder for temporary files", "cannot be made; set TMPDIR to where it can");
    }
    uint8_t *octets = malloc(LONG_FILE);
    if (!octets) {
        return fail("ten megabytes", "there is no memory");
    }
    fill(octets, LONG_FILE);
    demo->page_print = print_of(PRINT_BEGIN, page, strlen(page));
    demo->long_print = print_of(PRINT_BEGIN, octets, LONG_FILE);
    int failed = write_file(demo->root, "page.html", page, strlen(page));
    failed = failed ? failed : write_file(demo->root, "long.bin", octets, LONG_FILE);
    free(octets);
    return failed;
}

static void remove_root(const struct demo *demo) {
    static const char *const names[] = {"page.html", "long.bin"};
    char path[128];
    for (unsigned i = 0; i < 2 && demo->root[0] != '\0'; i++) {
        snprintf(path, sizeof path, "%s/%s", demo->root, names[i]);
        unlink(path);
    }
    rmdir(demo->root);
}

/* ---- two stacks ---- */

static void on_batch(struct lucid_pair *pair, int which, void *user) {
    struct demo *demo = user;
    struct lucid_ready ready;
    while (lucid_next_event(lucid_pair_stack(pair, which), &ready)) {
        if (which == SERVER) {
            http_server_event(demo->server, lucid_pair_now(pair), ready.data);
        } else {
            http_client_event(&demo->client.http, ready.events);
        }
    }
}

static void draw(void *user, const struct text *text) {
    struct demo *demo = user;
    text_put_octets(&demo->ladder, text->data, text->length);
}

static void read_trace(struct demo *demo) {
    for (unsigned end = 0; end < 2 && demo->traced; end++) {
        struct lucid_event event;
        while (lucid_trace_next(lucid_pair_stack(demo->pair, (int)end), &event, NULL)) {
            ladders_add(demo->ladders, end, &event);
        }
    }
    if (demo->traced && ladders_done(demo->ladders)) {
        lucid_trace_enable(lucid_pair_stack(demo->pair, CLIENT), 0, 0);
        lucid_trace_enable(lucid_pair_stack(demo->pair, SERVER), 0, 0);
        demo->traced = false;
    }
}

static int begin_trace(struct demo *demo) {
    struct ladder_style style = ladder_style_for(STDOUT_FILENO);
    style.name[CLIENT] = "client";
    style.name[SERVER] = "server";
    demo->ladders = ladders_new(1, true, &style, draw, demo);
    demo->ladder = text_growing();
    for (int which = 0; which < 2; which++) {
        if (lucid_trace_enable(lucid_pair_stack(demo->pair, which), LADDER_KINDS, TRACE_EVENTS)) {
            return fail("the trace", "there is no memory");
        }
    }
    demo->traced = true;
    return demo->ladders ? 0 : fail("the ladder", "there is no memory");
}

static int begin_server(struct demo *demo) {
    char error[HTTP_ERROR_TEXT];
    struct http_server_options options;
    const struct lucid_sockaddr local = {.port = 80};
    http_server_defaults(&options);
    options.root = demo->root;
    if (http_server_open(&demo->server, &demo->transport[SERVER].base, &options, error)) {
        return fail("the server", error);
    }
    int failed = http_server_listen(demo->server, &local);
    return failed ? fail("the server cannot listen", lucid_error_name(failed)) : 0;
}

static int begin(struct demo *demo, const struct lucid_faults *faults) {
    struct lucid_pair_options options;
    struct lucid_sockaddr server = {.port = 80};
    lucid_pair_defaults(&options);
    lucid_addr_parse("10.77.0.2", &server.addr);
    options.faults[0] = options.faults[1] = *faults;
    options.seed = faults->seed;
    if (make_root(demo)) {
        return -1;
    }
    if (lucid_pair_open(&demo->pair, &options)) {
        return fail("two stacks", "there is no memory");
    }
    lucid_pair_on_batch(demo->pair, on_batch, demo);
    for (int which = 0; which < 2; which++) {
        stack_transport_init(&demo->transport[which], lucid_pair_stack(demo->pair, which));
    }
    if (begin_server(demo) || begin_trace(demo)) {
        return -1;
    }
    client_init(&demo->client, &demo->transport[CLIENT].base, &server);
    return 0;
}

static void end(struct demo *demo) {
    ladders_free(demo->ladders);
    http_server_close(demo->server);
    lucid_pair_close(demo->pair);
    text_free(&demo->ladder);
    remove_root(demo);
}

/* Lets the next thing happen. False: nothing will, ever. */
static bool step(struct demo *demo) {
    lucid_time deadline = http_server_deadline(demo->server);
    lucid_time before = lucid_pair_now(demo->pair);
    bool happened = lucid_pair_step(demo->pair, deadline > before ? deadline : before);
    http_server_tick(demo->server, lucid_pair_now(demo->pair));
    read_trace(demo);
    return happened || deadline != LUCID_NEVER;
}

/* ---- asking and checking ---- */

/* What is asked and what must come. */
struct check {
    const char *name;
    struct request request;
    int status;
    uint64_t length, print; /* of the body; print 0: any */
};

static bool fetch(struct demo *demo, const struct check *check) {
    struct client *client = &demo->client;
    client_begin(client, &check->request);
    while (client->http.end == HTTP_CLIENT_GOES_ON && step(demo)) {
    }
    if (client->http.end != HTTP_CLIENT_COMPLETE) {
        char sentence[256];
        struct text text = text_fixed(sentence, sizeof sentence);
        http_client_say(&client->http, &text);
        fail(check->name, sentence);
        return false;
    }
    bool same = check->print == 0 || (client->length == check->length && client->print == check->print);
    return client->http.status == check->status && same;
}

static bool ask(struct demo *demo, const struct check *check) {
    const struct client *client = &demo->client;
    bool good = fetch(demo, check);
    printf("  %s  %-36s expected %d", good ? "ok" : "not ok", check->name, check->status);
    if (check->print != 0) {
        printf(", %016" PRIx64 ", got %d, %016" PRIx64 "\n", check->print, client->http.status, client->print);
    } else {
        printf(", got %d\n", client->http.status);
    }
    return good;
}

/* How many connections the server has taken, for two requests. */
static bool ask_twice(struct demo *demo) {
    const struct check once = {
        "GET /page.html", {"GET", "/page.html", NULL, false}, 200, strlen(page), demo->page_print};
    struct http_server_stats before, after;
    http_client_close(&demo->client.http);
    http_server_stats(demo->server, &before);
    bool good = fetch(demo, &once) && fetch(demo, &once);
    http_server_stats(demo->server, &after);
    unsigned connections = (unsigned)(after.accepted - before.accepted);
    good = good && connections == 1;
    printf("  %s  %-36s expected 2 answers, 1 connection, got %u connection\n", good ? "ok" : "not ok",
           "GET twice on one connection", connections);
    return good;
}

static int converse(struct demo *demo) {
    static const char words[] = "The client sends this; the server gives it back.";
    const struct check checks[] = {
        {"GET /page.html", {"GET", "/page.html", NULL, true}, 200, strlen(page), demo->page_print},
        {"GET /long.bin, ten megabytes", {"GET", "/long.bin", NULL, false}, 200, LONG_FILE, demo->long_print},
        {"POST /, answered with what was sent",
         {"POST", "/", words, false},
         200,
         strlen(words),
         print_of(PRINT_BEGIN, words, strlen(words))},
        {"GET /nothing", {"GET", "/nothing", NULL, false}, 404, 0, 0},
    };
    bool good = true;
    for (unsigned i = 0; i < sizeof checks / sizeof checks[0] && good; i++) {
        good = ask(demo, &checks[i]);
    }
    good = good && ask_twice(demo);
    http_client_close(&demo->client.http);
    return good ? 0 : fail("what came was not what was asked for", "see above");
}

static int show_ladder(struct demo *demo) {
    while (demo->traced && step(demo)) {
    }
    if (demo->ladder.length == 0 || demo->ladder.cut) {
        return fail("the first connection", "has not ended");
    }
    printf(
        "\nThe first of these connections, as both ends saw it. TIME-WAIT lasts its four minutes, twice the 2 minutes\n"
        "of RFC 9293: time is virtual here, and %.0f seconds of it are over.\n\n",
        (double)lucid_pair_now(demo->pair) / 1e9);
    fwrite(demo->ladder.data, 1, demo->ladder.length, stdout);
    return 0;
}

static int run(const struct lucid_faults *faults) {
    struct demo *demo = calloc(1, sizeof *demo);
    if (!demo) {
        return fail("the demonstration", "there is no memory");
    }
    int failed = begin(demo, faults);
    failed = failed ? failed : converse(demo);
    failed = failed ? failed : show_ladder(demo);
    end(demo);
    free(demo);
    return failed;
}

/* ---- the command line ---- */

static int wrong_usage(const char *why) {
    fprintf(stderr, "lucid-demo: %s; lucid-demo --help tells what there is\n", why);
    return 2;
}

int main(int argc, char **argv) {
    static const struct option long_options[] = {
        {"faults", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    char error[LUCID_ERROR_TEXT];
    struct lucid_faults faults;
    lucid_faults_parse("delay=20ms,rate=100mbit,queue=1000", &faults, error);
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (option == ':') {
            return wrong_usage("--faults needs a value, such as loss=1%,delay=20ms");
        }
        if (option != 'f') {
            return wrong_usage("that option is not known");
        }
        if (lucid_faults_parse(optarg, &faults, error)) {
            return wrong_usage(error);
        }
    }
    if (optind < argc) {
        return wrong_usage("it takes no arguments");
    }
    return run(&faults) ? 1 : 0;
}
