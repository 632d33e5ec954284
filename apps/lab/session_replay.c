/* session_replay.c: a log is run again, and must come out the same: so nobody can make one up. See session.h.
 *
 * What a run was told is in its log: the header has the nodes and the seed, `cmd` events are the commands, and what a
 * runner said (predict, check) is repeated as it stands. All other lines must come by themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/session_private.h"
#include "lab/words.h"
#include "lucid/whatif.h"

struct replay {
    const struct tlog *log;
    struct world *world;
    uint32_t at; /* events that have come, and were the same */
    bool differs;
    char *error;
};

static void compare(void *user, const char *line, size_t length) {
    struct replay *replay = user;
    bool header = length > 8 && !memcmp(line, "{\"tlog\":", 8);
    if (header || replay->differs) {
        return;
    }
    uint32_t n = replay->at + 1;
    const struct tlog_event *event = n <= tlog_count(replay->log) ? tlog_at(replay->log, n) : NULL;
    length -= length > 0 && line[length - 1] == '\n';
    if (event && event->line_length == length && !memcmp(event->line, line, length)) {
        replay->at = n;
        return;
    }
    replay->differs = true;
    words_fail(replay->error, "event %u is not what a run with this seed and these commands gives: %.*s", n,
               (int)(length < 150 ? length : 150), line);
}

/* ---- what the run was told ---- */

static void free_lines(char **lines, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        free(lines[i]);
    }
}

static char *make_line(const char *first, const struct tlog_text *second, const char *third) {
    struct text text = text_growing();
    text_put(&text, first);
    text_put_octets(&text, second->at, second->length);
    text_put_char(&text, ' ');
    text_put(&text, third);
    return text_detach(&text);
}

/* Whether the first command about a rule takes it away: then it was there at the beginning. */
static bool taken_later(const struct tlog *log, const struct tlog_text *rule) {
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        const char *text = event->kind == TLOG_CMD ? event->u.say.text.at : "";
        bool off = !strncmp(text, "without ", 8), on = !strncmp(text, "with ", 5);
        const char *name = text + (off ? 8 : 5);
        if ((off || on) && !strncmp(name + strspn(name, " "), rule->at, rule->length)) {
            return off;
        }
    }
    return false;
}

/* The rules that are taken away at the beginning become lines; returns the others. */
static unsigned withouts_of(const struct tlog *log, char *lines[], unsigned *count) {
    const struct tlog_header *header = tlog_header(log);
    unsigned later = 0;
    for (unsigned i = 0; i < header->without_count; i++) {
        if (taken_later(log, &header->without[i])) {
            later |= lucid_whatif_find(header->without[i].at);
        } else {
            lines[(*count)++] = make_line("without ", &header->without[i], "");
        }
    }
    return later;
}

static unsigned setup_of(const struct tlog *log, char *lines[TLOG_NODES_MAX + 20], unsigned *later) {
    const struct tlog_header *header = tlog_header(log);
    char address[LUCID_ADDR_TEXT];
    unsigned count = 0;
    for (unsigned i = 0; i < header->nodes; i++) {
        lines[count++] = make_line("node ", &header->node[i].name, lucid_addr_format(&header->node[i].addr, address));
    }
    *later = withouts_of(log, lines, &count);
    return count;
}

static char *copy(const struct tlog_text *text) {
    return strndup(text->at, text->length);
}

static void say_again(struct replay *replay, const struct tlog_event *event) {
    const struct tlog_say *say = &event->u.say;
    char *k = copy(&say->k), *text = copy(&say->text), *more = copy(&say->more), *kind = copy(&say->kind);
    if (event->kind == TLOG_PREDICT) {
        world_predict(replay->world, k, text, more);
    } else {
        world_check(replay->world, k, kind, more, text, (unsigned)say->count, (unsigned)say->of);
    }
    free(k);
    free(text);
    free(more);
    free(kind);
}

/* Whether the event comes from outside, and not by itself. A note is in the log twice: as a command, and as what that
 * makes. */
static bool is_told(const struct tlog_event *event) {
    return event->kind == TLOG_CMD || event->kind == TLOG_PREDICT || event->kind == TLOG_CHECK;
}

static int tell(struct replay *replay, const struct tlog_event *event) {
    char error[LAB_ERROR];
    if (world_now(replay->world) < event->t) {
        world_step(replay->world, event->t);
    }
    if (event->kind != TLOG_CMD) {
        say_again(replay, event);
        return 0;
    }
    char *command = copy(&event->u.say.text);
    int failed = command ? world_command(replay->world, command, error) : -1;
    if (failed && !replay->differs) {
        replay->differs = true;
        words_fail(replay->error, "the command of event %u is refused: %.180s", event->i, error);
    }
    free(command);
    return failed;
}

/* ---- the run ---- */

static void run(struct replay *replay) {
    uint32_t count = tlog_count(replay->log);
    while (!replay->differs && replay->at < count) {
        const struct tlog_event *next = tlog_at(replay->log, replay->at + 1);
        if (is_told(next)) {
            tell(replay, next);
        } else if (!world_step(replay->world, next->t) && !replay->differs) {
            replay->differs = true;
            words_fail(replay->error, "event %u does not come in a run with this seed and these commands", next->i);
        }
    }
}

int session_replays(const struct tlog *log, char error[LAB_ERROR]) {
    return session_replay(log, NULL, NULL, error);
}

/* Packets and lines go to different users. */
struct watched {
    struct replay replay; /* first: world_options.user is both */
    session_packet *packet;
    void *user;
};

static void pass_packet(void *user, unsigned node, bool leaves, uint64_t id, lucid_time at, const uint8_t *octets,
                        size_t length) {
    const struct watched *watched = user;
    watched->packet(watched->user, node, leaves, id, at, octets, length);
}

int session_replay(const struct tlog *log, session_packet *packet, void *user, char error[LAB_ERROR]) {
    const struct tlog_header *header = tlog_header(log);
    char *setup[TLOG_NODES_MAX + 20];
    unsigned line, later;
    if (header->world.length != 3 || memcmp(header->world.at, "sim", 3) != 0) {
        return words_fail(error, "only a log of the simulated world can be run again, and this one is of another");
    }
    struct watched watched = {.replay = {.log = log, .error = error}, .packet = packet, .user = user};
    struct replay *replay = &watched.replay;
    unsigned count = setup_of(log, setup, &later);
    struct world_options options = {.seed = header->seed,
                                    .payload = SESSION_PAYLOAD,
                                    .declared = later,
                                    .setup = (const char *const *)setup,
                                    .setup_count = count,
                                    .write = compare,
                                    .packet = packet ? pass_packet : NULL,
                                    .user = &watched};
    replay->world = world_open(&options, &line, error);
    free_lines(setup, count);
    if (!replay->world) {
        return -1;
    }
    run(replay);
    world_close(replay->world);
    return !replay->differs;
}
