/* session_say.c: what a session answers in words: status, why; and the scenario it saves. See session.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/replay.h"
#include "lab/session_private.h"
#include "lab/words.h"

/* ---- status ---- */

static void put_end(struct text *say, const struct lucid_sockaddr *end) {
    char address[LUCID_ADDR_TEXT];
    bool any = lucid_addr_is_any(&end->addr);
    text_format(say, "%s:%u", any ? "*" : lucid_addr_format(&end->addr, address), end->port);
}

static void put_connection(const struct session *session, unsigned node, const struct model_connection *connection,
                           struct text *say) {
    if (connection->gone) {
        return;
    }
    text_format(say, "%s#%" PRIu32 "  %-12s ", tlog_node_name(session->log, node), connection->c,
                connection->state ? lucid_state_name(connection->state) : "CLOSED");
    put_end(say, &connection->local);
    text_put(say, "  ");
    put_end(say, &connection->remote);
    text_put_char(say, '\n');
}

void session_status(const struct session *session, struct text *say) {
    const struct model *model = session->model;
    size_t before = say->length;
    for (unsigned node = 0; node < tlog_header(session->log)->nodes; node++) {
        for (unsigned i = 0; i < model->node[node].connections; i++) {
            put_connection(session, node, &model->node[node].connection[i], say);
        }
    }
    if (say->length == before) {
        text_put(say, "There is no connection and no listener.\n");
    }
}

/* ---- why ---- */

int session_why(const struct session *session, uint32_t n, struct text *say, char error[LAB_ERROR]) {
    if (n > tlog_count(session->log)) {
        return words_fail(error, "there is no event %" PRIu32 "; the last one is %" PRIu32, n,
                          tlog_count(session->log));
    }
    replay_why(say, session->model, n);
    text_put_char(say, '\n');
    return 0;
}

/* ---- save ---- */

/* Seconds with as many digits as it takes. */
static void put_time(FILE *file, lucid_time time) {
    unsigned digits = 9;
    uint64_t part = time % LUCID_SECOND;
    fprintf(file, "%" PRIu64, time / LUCID_SECOND);
    for (; digits > 0 && part % 10 == 0; digits--) {
        part /= 10;
    }
    if (digits > 0) {
        fprintf(file, ".%0*" PRIu64, (int)digits, part);
    }
    fputc('s', file);
}

int session_save(const struct session *session, const char *path, char error[LAB_ERROR]) {
    FILE *file = fopen(path, "w");
    if (!file) {
        return words_fail(error, "%.120s cannot be written: choose another file", path);
    }
    fputs("lab MINE  title.en \"Saved from play\"  minutes 5  release R1\nworld sim\n", file);
    for (unsigned i = 0; i < session->options.setup_count; i++) {
        fprintf(file, "%s\n", session->options.setup[i]);
    }
    for (unsigned i = 0; i < session->commands; i++) {
        fputs("at ", file);
        put_time(file, session->command[i].at);
        fprintf(file, " %s\n", session->command[i].text);
    }
    fputs("run ", file);
    put_time(file, world_now(session->world));
    fputc('\n', file);
    if (fclose(file) != 0) {
        return words_fail(error, "%.120s could not be written to its end: is there room on the disk?", path);
    }
    return 0;
}
