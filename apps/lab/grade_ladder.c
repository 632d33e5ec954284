/* grade_ladder.c: a story as a ladder: events on the left, the student's machine in the middle, RFC 9293 on the right;
 * as text, and as an SVG picture. The last rung is where the two part.
 */
#include <stdio.h>
#include <string.h>

#include "lab/grade.h"

/* The answer of the RFC, or the machine's own where it is as right. */
static struct oracle_answer right_answer(const struct grade_story *story, unsigned i) {
    struct oracle_answer want = oracle_answer(&story->at[i]);
    if (i + 1 < story->count) {
        want.to = story->got[i].to;
        want.out = story->got[i].out;
    }
    return want;
}

static void put_got(struct text *text, const struct pupil_answer *got) {
    if (got->fate == PUPIL_ANSWERED) {
        text_put(text, oracle_state_name(got->to));
        text_put(text, got->out ? ": " : "");
        if (got->out) {
            oracle_put_out(text, got->out);
        }
        return;
    }
    text_put(text, got->fate == PUPIL_HUNG ? "(endless)" : "(crash)");
}

static void put_want(struct text *text, const struct oracle_answer *want) {
    text_put(text, oracle_state_name(want->to));
    if (want->out) {
        text_put(text, ": ");
        oracle_put_out(text, want->out);
    }
}

static bool is_segment(enum ev_kind kind) {
    return kind >= SEG_SYN;
}

void grade_print_ladder(const struct grade_story *story, struct text *text) {
    text_format(text, "      %-28s   %-34s %s\n", "", "you", "RFC 9293");
    text_format(text, "      %-28s | %-34s | %s\n", "", "CLOSED", "CLOSED");
    for (unsigned i = 0; i < story->count; i++) {
        char got_room[100], want_room[100], event[40], shaft[40] = "";
        struct text got = text_fixed(got_room, sizeof got_room), want = text_fixed(want_room, sizeof want_room);
        struct oracle_answer answer = right_answer(story, i);
        put_got(&got, &story->got[i]);
        put_want(&want, &answer);
        bool segment = is_segment(story->at[i].kind);
        snprintf(event, sizeof event, "%s%s ", segment ? "-- " : "* ", oracle_kind_name(story->at[i].kind));
        if (segment) {
            size_t length = strlen(event) < 27 ? 27 - strlen(event) : 0;
            memset(shaft, '-', length);
            snprintf(shaft + length, sizeof shaft - length, ">");
        }
        bool last = i + 1 == story->count;
        text_format(text, "  %2u  %s%-*s | %-34s | %s%s\n", i + 1, event, (int)(28 - strlen(event)), shaft, got_room,
                    want_room, last ? "   <--" : "");
    }
}

/* ---- SVG ---- */

#define WIDTH 1000
#define LEFT 60
#define YOU 330
#define RFC 640
#define TOP 70
#define RUNG 44

static void put_escaped(struct text *svg, const char *words) {
    text_put_html(svg, words, strlen(words));
}

static void put_label(struct text *svg, int x, int y, const char *weight, const char *words) {
    text_format(svg, "<text x=\"%d\" y=\"%d\"%s>", x, y, weight);
    put_escaped(svg, words);
    text_put(svg, "</text>\n");
}

static void put_rung(struct text *svg, const struct grade_story *story, unsigned i) {
    char got_room[100], want_room[100];
    struct text got = text_fixed(got_room, sizeof got_room), want = text_fixed(want_room, sizeof want_room);
    struct oracle_answer answer = right_answer(story, i);
    int y = TOP + RUNG * (int)(i + 1);
    bool last = i + 1 == story->count;
    put_got(&got, &story->got[i]);
    put_want(&want, &answer);
    put_label(svg, LEFT + 8, y - 6, "", oracle_kind_name(story->at[i].kind));
    text_format(svg, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#000\" marker-end=\"url(#head)\"%s/>\n",
                LEFT, y, YOU - 2, y, is_segment(story->at[i].kind) ? "" : " stroke-dasharray=\"2 4\"");
    put_label(svg, YOU + 10, y + 5, last ? " font-weight=\"bold\" fill=\"#a13d00\"" : "", got_room);
    put_label(svg, RFC + 10, y + 5, last ? " font-weight=\"bold\" fill=\"#00614b\"" : "", want_room);
}

void grade_print_svg(const struct grade_story *story, struct text *svg) {
    int height = TOP + RUNG * (int)(story->count + 1);
    text_format(svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
                "aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"15\" stroke-width=\"1.5\">\n",
                WIDTH, height);
    text_put(svg, "<title id=\"title\">The shortest story that separates your machine from RFC 9293</title>\n<desc "
                  "id=\"desc\">Events: ");
    struct text events = text_growing();
    grade_put_story(&events, story);
    put_escaped(svg, events.data ? events.data : "");
    text_free(&events);
    text_put(svg, ".</desc>\n<defs><marker id=\"head\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" "
                  "orient=\"auto\"><path d=\"M0 0L9 4L0 8z\"/></marker></defs>\n");
    text_format(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<g stroke=\"#000\">\n", WIDTH, height);
    static const int poles[] = {LEFT, YOU, RFC};
    for (unsigned i = 0; i < 3; i++) {
        text_format(svg, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", poles[i], 48, poles[i], height - 12);
    }
    text_put(svg, "</g>\n");
    put_label(svg, LEFT - 40, 34, "", "user, clock, peer");
    put_label(svg, YOU - 20, 34, "", "you");
    put_label(svg, RFC - 40, 34, "", "RFC 9293");
    put_label(svg, YOU + 10, TOP, "", "CLOSED");
    put_label(svg, RFC + 10, TOP, "", "CLOSED");
    for (unsigned i = 0; i < story->count; i++) {
        put_rung(svg, story, i);
    }
    text_put(svg, "</svg>\n");
}

void grade_write_picture(const struct grade *grade, const struct grade_story *story, unsigned stage, unsigned number) {
    char path[600];
    if (!story->count) {
        return;
    }
    struct text svg = text_growing();
    grade_print_svg(story, &svg);
    snprintf(path, sizeof path, "%s/fail-%u-%02u.svg", grade->options.directory, stage, number);
    FILE *file = fopen(path, "w");
    if (file) {
        fwrite(svg.data, 1, svg.length, file);
        fclose(file);
    }
    text_free(&svg);
}
