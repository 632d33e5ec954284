/* ladder_play.c: see ladder_play.h. */
#include "ladder_play.h"

#include <stdio.h>

#include "packets.h"
#include "unit.h"

#define EVENTS_MAX 60000

struct lucid_pair_options play_options;
struct lucid_pair *play_pair;
int play_listener, play_fd[2];
static const int SERVER = 1;

struct happened *happened;
unsigned happenings;

struct lucid_stack *play_stack(int which) {
    return lucid_pair_stack(play_pair, which);
}

void play_setup(void) {
    lucid_pair_defaults(&play_options);
    play_options.config[0].port_first = play_options.config[0].port_last = 50000;
    happened = calloc(EVENTS_MAX, sizeof *happened);
    happenings = 0;
    play_fd[0] = play_fd[1] = play_listener = 0;
}

void play_teardown(void) {
    lucid_pair_close(play_pair);
    play_pair = NULL;
    free(happened);
}

void play_collect(void) {
    for (unsigned end = 0; end < 2; end++) {
        uint64_t lost = 0;
        while (lucid_trace_next(play_stack((int)end), &happened[happenings].event, &lost)) {
            happened[happenings].end = end;
            EXPECT(lost == 0 && ++happenings < EVENTS_MAX);
        }
    }
}

/* Lets time pass. */
void play_until(lucid_time limit) {
    play_collect();
    while (lucid_pair_step(play_pair, limit)) {
        play_collect();
        if (play_fd[SERVER] <= 0 && play_listener > 0) {
            play_fd[SERVER] = lucid_accept(play_stack(SERVER), play_listener, NULL);
        }
    }
    play_collect();
}

void play_open_pair(void) {
    ck_assert_int_eq(lucid_pair_open(&play_pair, &play_options), 0);
    for (int which = 0; which < 2; which++) {
        ck_assert_int_eq(lucid_trace_enable(play_stack(which), LADDER_KINDS, 4096), 0);
    }
}

void play_listen_at_server(void) {
    struct lucid_sockaddr local = {.port = 80};
    play_listener = lucid_socket(play_stack(SERVER), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(play_stack(SERVER), play_listener, &local), 0);
    ck_assert_int_eq(lucid_listen(play_stack(SERVER), play_listener, 8), 0);
}

void play_connect_from(int which, const char *text, uint16_t local_port, uint16_t port) {
    struct lucid_sockaddr remote = {.addr = address(text), .port = port}, local = {.port = local_port};
    play_fd[which] = lucid_socket(play_stack(which), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(play_stack(which), play_fd[which], &local), 0);
    ck_assert_int_eq(lucid_connect(play_stack(which), play_fd[which], &remote), -LUCID_EINPROGRESS);
}

void play_begin(void) {
    play_open_pair();
    play_listen_at_server();
    play_connect_from(0, "10.77.0.2", 0, 80);
    play_until(100 * MS);
    ck_assert_int_gt(play_fd[SERVER], 0);
}

void play_send_from(int which, size_t length) {
    char *octets = calloc(1, length);
    ck_assert_int_eq(lucid_send(play_stack(which), play_fd[which], octets, length, 0), (ptrdiff_t)length);
    free(octets);
}

void play_read_all(int which) {
    char octets[4096];
    while (lucid_recv(play_stack(which), play_fd[which], octets, sizeof octets, 0) > 0) {
    }
}

void play_close_at(int which) {
    ck_assert_int_eq(lucid_close(play_stack(which), play_fd[which]), 0);
}

/* ---- text ---- */

void play_keep(void *user, const struct text *text) {
    text_put_octets(user, text->data, text->length);
    text_put_char(user, '\n');
}

static const char *const names[2] = {"client", "server"};

/* Draws what happened as end `from` saw it, or, with from 2, as both did. */
void play_draw_ladder(unsigned from, const struct ladder_style *look, struct text *text) {
    struct ladder_style style = *look;
    unsigned left = from < 2 ? from : 0;
    style.name[0] = names[left];
    style.name[1] = names[!left];
    style.title = from < 2 ? "one end" : "both ends";
    struct ladders *ladders = ladders_new(1, from == 2, &style, play_keep, text);
    ck_assert_ptr_nonnull(ladders);
    for (unsigned i = 0; i < happenings; i++) {
        if (from == 2 || happened[i].end == from) {
            ladders_add(ladders, from == 2 ? happened[i].end : 0, &happened[i].event);
        }
    }
    ladders_free(ladders);
}

void play_check_width(const char *text) {
    for (unsigned columns = 0; *text; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
        EXPECT(columns <= LADDER_COLUMNS);
    }
}

void play_compare(const char *name, const struct text *text) {
    char path[128], expected[30000];
    snprintf(path, sizeof path, "tests/golden/ladder-%s.txt", name);
    const char *wish = getenv("GOLDEN");
    bool write = wish && strcmp(wish, "write") == 0;
    FILE *file = fopen(path, write ? "w" : "r");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    if (write) {
        fwrite(text->data, 1, text->length, file);
        fclose(file);
        return;
    }
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    expected[length] = '\0';
    fclose(file);
    bool same = strcmp(expected, text->data) == 0;
    if (!same) { /* too long for a message of libcheck */
        printf("%s\n", text->data);
        fflush(stdout);
    }
    ck_assert_msg(same, "%s is not what was drawn, which stands above", path);
}

struct ladder *play_infer(unsigned from) {
    struct ladder *ladder = ladder_new(false);
    for (unsigned i = 0; i < happenings; i++) {
        bool of_listener = happened[i].event.kind == LUCID_EVENT_STATE && happened[i].event.u.state.remote.port == 0;
        if (happened[i].end == from && !of_listener) {
            ladder_add(ladder, 0, &happened[i].event);
        }
    }
    ladder_finish(ladder);
    return ladder;
}
