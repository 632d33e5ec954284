/* fsm_layout.c: see fsm_layout.h. */
#include "lab/fsm_layout.h"

#include <stddef.h>

#include "common/json.h"

static const struct fsm_place places[] = {
#define FSM_PLACE(state, column, row, x, y) {LUCID_##state, false, column, row, x, y},
#define FSM_PLACE_END(state, column, row, x, y) {LUCID_##state, true, column, row, x, y},
#include "lab/fsm_layout.def"
};

static const struct fsm_path paths[] = {
#define FSM_PATH(from, to, path, x, y) {LUCID_##from, 0, LUCID_##to, path, x, y},
#define FSM_PATH_TWO(from, via, to, path, x, y) {LUCID_##from, LUCID_##via, LUCID_##to, path, x, y},
#include "lab/fsm_layout.def"
};

struct fsm_size fsm_size(void) {
    return (struct fsm_size){FSM_WIDTH, FSM_HEIGHT, FSM_BOX_WIDTH, FSM_BOX_HEIGHT};
}

const struct fsm_place *fsm_place(unsigned i) {
    return i < sizeof places / sizeof places[0] ? &places[i] : NULL;
}

const struct fsm_path *fsm_path(unsigned i) {
    return i < sizeof paths / sizeof paths[0] ? &paths[i] : NULL;
}

const struct fsm_path *fsm_path_find(unsigned from, unsigned via, unsigned to) {
    const struct fsm_path *path;
    for (unsigned i = 0; (path = fsm_path(i)); i++) {
        if (path->from == from && path->via == via && path->to == to) {
            return path;
        }
    }
    return NULL;
}

/* ---- JSON ---- */

static void put_places(struct json *json) {
    const struct fsm_place *place;
    json_open(json, "places", '[');
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        json_open(json, NULL, '{');
        json_string(json, "name", lucid_state_name(place->state));
        json_int(json, "end", place->end);
        json_int(json, "x", place->x);
        json_int(json, "y", place->y);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_from(struct json *json, unsigned set) {
    json_open(json, "from", '[');
    for (unsigned bit = 1; bit <= LUCID_TIME_WAIT; bit <<= 1) {
        if (set & bit) {
            json_string(json, NULL, lucid_state_name(bit));
        }
    }
    json_close(json, ']');
}

static void put_rows(struct json *json) {
    static const char *const sources[] = {"FIG5", "TEXT", "EXT"};
    const struct lucid_fsm_row *row;
    json_open(json, "rows", '[');
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        json_open(json, NULL, '{');
        put_from(json, row->from);
        json_string(json, "event", row->event);
        json_string(json, "guard", row->guard);
        json_string(json, "to", lucid_state_name(row->to));
        json_string(json, "actions", row->actions);
        json_string(json, "rule", row->rule);
        json_string(json, "src", sources[row->source]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_paths(struct json *json) {
    const struct fsm_path *path;
    json_open(json, "paths", '[');
    for (unsigned i = 0; (path = fsm_path(i)); i++) {
        json_open(json, NULL, '{');
        json_string(json, "from", lucid_state_name(path->from));
        if (path->via) {
            json_string(json, "via", lucid_state_name(path->via));
        }
        json_string(json, "to", lucid_state_name(path->to));
        json_string(json, "d", path->path);
        json_int(json, "x", path->x);
        json_int(json, "y", path->y);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void fsm_machine_json(struct text *text) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_open(&json, "size", '[');
    json_int(&json, NULL, FSM_WIDTH);
    json_int(&json, NULL, FSM_HEIGHT);
    json_int(&json, NULL, FSM_BOX_WIDTH);
    json_int(&json, NULL, FSM_BOX_HEIGHT);
    json_close(&json, ']');
    put_places(&json);
    put_rows(&json);
    put_paths(&json);
    json_close(&json, '}');
}
