/* stuck.c: see stuck.h. */
#include "lab/stuck.h"

/* Both say what is still to happen; `acts`: something was said before. */
static bool something_flies(const struct model *model, bool acts, struct text *out) {
    for (unsigned i = 0; i < model->flights; i++) {
        if (!model->flight[i].held) {
            text_format(out, "%spacket %llu is on the wire", acts ? "; " : "", (unsigned long long)model->flight[i].id);
            acts = true;
        }
    }
    return acts;
}

static bool a_timer_runs(const struct model_connection *connection, const char *name, bool acts, struct text *out) {
    for (unsigned timer = 0; timer < LUCID_TIMERS && !connection->gone; timer++) {
        if (connection->timer_at[timer] != TLOG_NONE) {
            text_format(out, "%s%s's %s timer runs", acts ? "; " : "", name, lucid_timer_name(timer));
            acts = true;
        }
    }
    return acts;
}

static bool somebody_acts(const struct model *model, struct text *out) {
    bool acts = something_flies(model, false, out);
    for (unsigned node = 0; node < TLOG_NODES_MAX; node++) {
        for (unsigned i = 0; i < model->node[node].connections; i++) {
            acts = a_timer_runs(&model->node[node].connection[i], tlog_node_name(model->log, node), acts, out);
        }
    }
    return acts;
}

/* What a living connection waits for. Returns whether it has something left to do. */
static bool put_wait(const struct model *model, unsigned node, const struct model_connection *connection,
                     struct text *out) {
    unsigned other;
    const char *name = tlog_node_name(model->log, node);
    const char *peer = model_peer(model, node, connection, &other) ? tlog_node_name(model->log, other) : "its peer";
    bool queued = connection->value[LUCID_VAR_SEND_QUEUE] > 0;
    const char *what = "data";
    if (queued) {
        what = connection->value[LUCID_VAR_SND_WND] == 0 ? "a window" : "an acknowledgment";
    } else if (connection->value[LUCID_VAR_RECEIVE_QUEUE] > 0) {
        text_format(out, "%s waits for its own application to read; ", name);
        return false;
    } else if (connection->state == LUCID_CLOSE_WAIT) {
        text_format(out, "%s waits for its own application to close; ", name);
        return false;
    }
    text_format(out, "%s waits for %s from %s; ", name, what, peer);
    return queued;
}

static bool alive(const struct model_connection *connection) {
    return !connection->gone && !connection->listener && connection->state;
}

bool stuck_explain(const struct model *model, struct text *out) {
    bool waits = false, lives = false;
    if (somebody_acts(model, out)) {
        return false;
    }
    for (unsigned node = 0; node < TLOG_NODES_MAX; node++) {
        for (unsigned i = 0; i < model->node[node].connections; i++) {
            const struct model_connection *connection = &model->node[node].connection[i];
            if (alive(connection)) {
                lives = true;
                waits = put_wait(model, node, connection, out) || waits;
            }
        }
    }
    const char *rest = lives ? "nothing happens until an application acts" : "nobody has anything left to do";
    text_put(out, waits ? "no timer is running" : rest);
    return waits;
}
