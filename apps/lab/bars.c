/* bars.c: timers that drain, and windows as RFC 9293 draws them: what is acknowledged, in flight, allowed. See panes.h.
 *
 * Figure 3, the send sequence space: up to SND.UNA acknowledged; to SND.NXT in flight; to SND.UNA + SND.WND allowed;
 * the congestion window may allow less. Figure 4, the receive sequence space: up to RCV.NXT received, of which the
 * application has not read all; RCV.WND more may come.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/panes.h"

enum { FULL = 0x2588, DARK = 0x2593, HALF = 0x2592, LIGHT = 0x2591 };

static unsigned end_style(unsigned end) {
    return end ? GRID_SECOND : GRID_FIRST;
}

/* ---- timers ---- */

#define TIMER_NAME 12

static void paint_timer(struct view line, const struct stage *stage, unsigned end, unsigned timer) {
    const struct model_connection *connection = stage_connection(stage, end);
    uint64_t at = connection->timer_at[timer];
    uint64_t since = connection->timer_since[timer];
    uint64_t now = stage->model->now;
    uint64_t whole = at > since ? at - since : 1;
    uint64_t left = at > now ? at - now : 0;
    char words[40];
    snprintf(words, sizeof words, "%s %s", tlog_node_name(stage->model->log, stage->node[end]),
             lucid_timer_name(timer));
    view_put(line, 0, 0, end_style(end), words);
    struct text text = text_fixed(words, sizeof words);
    narrate_span(&text, left);
    struct view bar = view_part(line, TIMER_NAME, 0, line.width - TIMER_NAME - 10, 1);
    int filled = (int)((double)left / (double)whole * bar.width + 0.5);
    view_fill(bar, GRID_FRAME, LIGHT);
    view_fill(view_part(bar, 0, 0, filled, 1), end_style(end), FULL);
    view_put_right(line, line.width, 0, GRID_PLAIN, words);
}

void timers_paint(struct view view, const struct stage *stage) {
    int y = 0;
    for (unsigned end = 0; end < 2; end++) {
        const struct model_connection *connection = stage_connection(stage, end);
        for (unsigned timer = 0; connection && timer < LUCID_TIMERS; timer++) {
            if (connection->timer_at[timer] != TLOG_NONE && y < view.height) {
                paint_timer(view_part(view, 0, y++, view.width, 1), stage, end, timer);
            }
        }
    }
    if (y == 0) {
        view_put(view, 0, 0, GRID_QUIET, i18n("timers.none"));
    }
}

/* ---- windows ---- */

static bool known(const struct model_connection *connection, unsigned variable) {
    return connection->known & 1u << variable;
}

static int64_t value_of(const struct model_connection *connection, unsigned variable, int64_t otherwise) {
    return known(connection, variable) ? connection->value[variable] : otherwise;
}

static int share(int64_t part, int64_t whole, int columns) {
    if (whole <= 0 || part <= 0) {
        return 0;
    }
    int cells = (int)((double)part / (double)whole * columns + 0.5);
    return cells > columns ? columns : cells > 0 ? cells : 1;
}

static int64_t relative(const struct stage *stage, int64_t value, bool is_known, uint32_t first) {
    return stage->raw || !is_known ? value : (int32_t)((uint32_t)value - first);
}

#define WINDOW_NAME 6
/* Below this there is no room for the words SND.NXT and SND.WND: the bar shows them. */
#define NARROW 44

static void paint_send(struct view line, const struct stage *stage, unsigned end) {
    const struct model_connection *connection = stage_connection(stage, end);
    int64_t una = value_of(connection, LUCID_VAR_SND_UNA, 0);
    int64_t nxt = value_of(connection, LUCID_VAR_SND_NXT, una);
    int64_t window = value_of(connection, LUCID_VAR_SND_WND, 0);
    int64_t cwnd = value_of(connection, LUCID_VAR_CWND, window);
    int64_t flight = (int32_t)((uint32_t)nxt - (uint32_t)una);
    int64_t whole = window > flight ? window : flight;
    char left[40], right[40];
    snprintf(left, sizeof left, "UNA %" PRId64 " ", relative(stage, una, connection->iss_known, connection->iss));
    if (line.width < NARROW) {
        snprintf(right, sizeof right, " %" PRId64 "/%" PRId64, flight, window);
    } else {
        snprintf(right, sizeof right, " NXT %" PRId64 " WND %" PRId64,
                 relative(stage, nxt, connection->iss_known, connection->iss), window);
    }
    int x = view_put(line, WINDOW_NAME, 0, GRID_PLAIN, left);
    int room = line.width - x - (int)strlen(right);
    struct view bar = view_part(line, x, 0, room, 1);
    int64_t usable = cwnd < window ? cwnd : window;
    view_fill(bar, GRID_FRAME, whole > 0 ? LIGHT : ' ');
    view_fill(view_part(bar, 0, 0, share(usable, whole, bar.width), 1), GRID_FRAME, HALF);
    view_fill(view_part(bar, 0, 0, share(flight, whole, bar.width), 1), end_style(end), FULL);
    if (window == 0 && known(connection, LUCID_VAR_SND_WND) && known(connection, LUCID_VAR_RCV_NXT)) {
        view_put(bar, share(flight, whole, bar.width), 0, GRID_LOST, i18n("windows.zero"));
    }
    view_put_right(line, line.width, 0, GRID_PLAIN, right);
}

static void paint_receive(struct view line, const struct stage *stage, unsigned end) {
    const struct model_connection *connection = stage_connection(stage, end);
    int64_t next = value_of(connection, LUCID_VAR_RCV_NXT, 0);
    int64_t window = value_of(connection, LUCID_VAR_RCV_WND, 0);
    int64_t unread = value_of(connection, LUCID_VAR_RECEIVE_QUEUE, 0);
    char left[40], right[40];
    snprintf(left, sizeof left, "NXT %" PRId64 " ", relative(stage, next, connection->irs_known, connection->irs));
    snprintf(right, sizeof right, " %" PRId64 " + WND %" PRId64, unread, window);
    int x = view_put(line, WINDOW_NAME, 0, GRID_PLAIN, left);
    struct view bar = view_part(line, x, 0, line.width - x - (int)strlen(right), 1);
    view_fill(bar, GRID_FRAME, window > 0 ? HALF : LIGHT);
    view_fill(view_part(bar, 0, 0, share(unread, unread + window, bar.width), 1), end_style(end), DARK);
    view_put_right(line, line.width, 0, GRID_PLAIN, right);
}

static void paint_name(struct view line, const struct stage *stage, unsigned end, const char *what) {
    char name[24];
    snprintf(name, sizeof name, "%s %s", tlog_node_name(stage->model->log, stage->node[end]), what);
    view_put(view_part(line, 0, 0, WINDOW_NAME - 1, 1), 0, 0, end_style(end), name);
}

void windows_paint(struct view view, const struct stage *stage) {
    int y = 0;
    for (unsigned way = 0; way < 2; way++) {
        for (unsigned end = 0; end < 2; end++) {
            const struct model_connection *connection = stage_connection(stage, end);
            unsigned first = way ? LUCID_VAR_RCV_NXT : LUCID_VAR_SND_UNA;
            if (!connection || connection->listener || !known(connection, first)) {
                continue;
            }
            struct view line = view_part(view, 0, y++, view.width, 1);
            paint_name(line, stage, end, way ? "rcv" : "snd");
            (way ? paint_receive : paint_send)(line, stage, end);
        }
    }
    if (y == 0) {
        view_put(view, 0, 0, GRID_QUIET, i18n("windows.none"));
    } else if (y < view.height) {
        view_put(view, 0, y, GRID_QUIET, i18n("windows.legend"));
    }
}
