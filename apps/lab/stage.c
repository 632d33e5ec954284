/* stage.c: which connections are followed. See panes.h. */
#include "lab/panes.h"

const struct model_connection *stage_connection(const struct stage *stage, unsigned end) {
    return stage->c[end] ? model_find(stage->model, stage->node[end], stage->c[end]) : NULL;
}

static void follow(struct stage *stage, unsigned node, const struct model_connection *connection) {
    unsigned other;
    unsigned end = node == stage->node[1];
    stage->node[end] = node;
    stage->c[end] = connection->c;
    const struct model_connection *peer = model_peer(stage->model, node, connection, &other);
    if (peer && other != node) {
        stage->node[1 - end] = other;
        stage->c[1 - end] = peer->c;
        return;
    }
    /* A kernel does not say which ends its socket has; a listener has one only. */
    const struct model_connection *newest = model_newest(stage->model, stage->node[1 - end]);
    bool unknown = connection->local.port == 0 || (newest && newest->local.port == 0);
    stage->c[1 - end] = newest && (unknown || newest->listener || connection->listener) ? newest->c : 0;
}

void stage_follow(struct stage *stage) {
    unsigned best_node = 0;
    const struct model_connection *best = NULL;
    for (unsigned end = 0; end < 2; end++) {
        const struct model_connection *newest = model_newest(stage->model, stage->node[end]);
        if (newest && (!best || (best->listener && !newest->listener))) {
            best = newest;
            best_node = stage->node[end];
        }
    }
    if (best) {
        follow(stage, best_node, best);
    } else {
        stage->c[0] = stage->c[1] = 0;
    }
}

void stage_follow_next(struct stage *stage) {
    unsigned nodes = tlog_header(stage->model->log)->nodes;
    bool past = false;
    for (unsigned i = 0; i <= nodes; i++) {
        unsigned n = (stage->node[0] + i) % nodes;
        const struct model_node *node = &stage->model->node[n];
        for (unsigned k = 0; k < node->connections; k++) {
            const struct model_connection *connection = &node->connection[k];
            if (past && !connection->listener && connection->initiator) {
                stage->node[0] = n;
                stage->node[1] = n == 0 ? 1 : 0;
                follow(stage, n, connection);
                return;
            }
            past = past || (n == stage->node[0] && connection->c == stage->c[0]);
        }
        past = past || i == 0;
    }
}
