/* walk_segments.c: every segment that can arrive in every scene. See test_walk.c.
 *
 * A cell is a scene and a segment that is then fed to the stack and to the model, which must agree. The segments are
 * all combinations of
 *
 *     64 sets of flags
 *     SEG.SEQ  far below the window, old, RCV.NXT-1, RCV.NXT, inside, last, right behind, far beyond, IRS
 *     SEG.ACK  below SND.UNA-MAX.SND.WND, at it, below SND.UNA, SND.UNA, inside the flight, our FIN, SND.NXT, beyond
 *     length   0, 1, some, more than the window
 *     SEG.WND  as before, wider, shut
 *
 * where they differ: without ACK the field means nothing, so two values must suffice; the window of a RST is read by
 * nobody. Nothing is drawn at random.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fsm/walk.h"
#include "unit/unit.h"

#define POSITIONS 12
#define FLAG_SETS 64u
#define URGENT 50 /* the pointer, with URG: inside a segment of 100 octets, or beyond a shorter one */

static const unsigned OPENING = LUCID_CLOSED | LUCID_LISTEN | LUCID_SYN_SENT;

static const struct profile others[] = {
    {.name = "as RFC 793 has it", .iss = 1000000, .irs = 5000000, .rfc793 = true},
    {.name = "near 2^31", .iss = 0x7fffff00, .irs = 0x7fffff80},
    {.name = "near 2^32, IPv6", .iss = 0xffffff00, .irs = 0xffffff80, .ipv6 = true},
    {.name = "near 0, windows scaled", .iss = 0xffffffff, .irs = 0, .scaled = true},
};

#define OTHERS (sizeof others / sizeof others[0])

struct positions {
    uint32_t value[POSITIONS];
    unsigned count;
};

static void add(struct positions *positions, uint32_t value) {
    for (unsigned i = 0; i < positions->count; i++) {
        if (positions->value[i] == value) {
            return;
        }
    }
    positions->value[positions->count++] = value;
}

static void add_all(struct positions *positions, uint32_t base, const int32_t *offsets, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        add(positions, base + (uint32_t)offsets[i]);
    }
}

static struct positions sequence_positions(const struct stage *stage) {
    static const int32_t before[] = {-100000, -100, -1, 0, 50};
    static const int32_t at_edge[] = {-1, 0, 1000};
    const struct model *model = &stage->model;
    struct positions positions = {0};
    if (model->state & OPENING) {
        add(&positions, stage->profile->irs);
        add(&positions, 0);
        add(&positions, UINT32_MAX);
        return positions;
    }
    add_all(&positions, model->rcv.nxt, before, 5);
    add_all(&positions, model->rcv.edge, at_edge, 3);
    add(&positions, model->irs);
    return positions;
}

static struct positions ack_positions(const struct stage *stage, unsigned flags) {
    static const int32_t around_una[] = {-1, 0, 1, 150};
    static const int32_t around_nxt[] = {-1, 0, 1, 100000};
    const struct model *model = &stage->model;
    struct positions positions = {0};
    if (!(flags & LUCID_ACK)) {
        add(&positions, model->snd.nxt);
        add(&positions, model->snd.nxt + 100000);
        return positions;
    }
    add(&positions, model->snd.una - model->snd.max_wnd - 1);
    add(&positions, model->snd.una - model->snd.max_wnd);
    add_all(&positions, model->snd.una, around_una, 4);
    add_all(&positions, model->snd.nxt, around_nxt, 4);
    return positions;
}

static struct positions windows(const struct stage *stage, unsigned flags) {
    struct positions positions = {0};
    bool opening = (stage->model.state & OPENING) != 0;
    add(&positions, opening ? SCENE_WINDOW : stage->model.snd.wnd);
    if (!(flags & LUCID_RST) && (opening || (flags & LUCID_ACK))) {
        add(&positions, stage->model.snd.wnd + 800);
        add(&positions, 0);
    }
    return positions;
}

static void describe(const struct scene *scene, const struct stage *before, const struct model_segment *segment,
                     const char *wrong) {
    const struct model *model = &before->model;
    char flags[9];
    printf("%s; %s: %s seq %+" PRId32 " from RCV.NXT (%+" PRId32 " from the edge), ack %+" PRId32
           " from SND.UNA (%+" PRId32 " from SND.NXT), len %" PRIu32 ", win %" PRIu32 " (SND.WND %" PRIu32 "): %s\n",
           before->profile->name, scene->name, lucid_flags_format(segment->flags, flags),
           (int32_t)(segment->seq - model->rcv.nxt), (int32_t)(segment->seq - model->rcv.edge),
           (int32_t)(segment->ack - model->snd.una), (int32_t)(segment->ack - model->snd.nxt), segment->length,
           segment->window, model->snd.wnd, wrong);
}

/* Plays one segment on from a saved moment. Returns whether stack and model agree. */
static bool cell(const struct scene *scene, struct stage *stage, const struct stage *before,
                 const struct model_segment *segment) {
    stage_restore(stage, before);
    stage_segment(stage, segment);
    stage_aftermath(stage);
    walk->segments++;
    if (stage->wrong[0] == '\0') {
        return true;
    }
    describe(scene, before, segment, stage->wrong);
    return false;
}

/* All of one set of flags; returns how many cells disagree, or 1 at the first. */
static unsigned walk_flags(const struct scene *scene, struct stage *stage, const struct stage *before, unsigned flags,
                           bool all) {
    static const uint32_t lengths[] = {0, 1, 100, STAGE_RECEIVE_BUFFER + 500};
    struct positions seq = sequence_positions(before);
    struct positions ack = ack_positions(before, flags);
    struct positions window = windows(before, flags);
    unsigned wrong = 0;
    for (unsigned i = 0; i < seq.count * ack.count * window.count * 4; i++) {
        struct model_segment segment = {
            .flags = (uint8_t)flags,
            .urgent = flags & LUCID_URG ? URGENT : 0,
            .length = lengths[i % 4],
            .seq = seq.value[i / 4 % seq.count],
            .ack = ack.value[i / 4 / seq.count % ack.count],
            .window = window.value[i / 4 / seq.count / ack.count],
        };
        wrong += !cell(scene, stage, before, &segment);
        if (wrong > 0 && !all) {
            return wrong;
        }
    }
    return wrong;
}

/* PSH says nothing that 3.10.7 would act on, URG only where it is read: the usual profile shows it, the others leave
 * it. */
static unsigned walk_scene(const struct profile *profile, const struct scene *scene) {
    struct stage stage, before;
    bool all = getenv("LUCID_WALK") != NULL;
    unsigned wrong = 0;
    walk_begin(&stage, &before, profile, scene);
    for (unsigned flags = 0; flags < FLAG_SETS && (all || wrong == 0); flags++) {
        if (profile == &walk_usual || !(flags & (LUCID_PSH | LUCID_URG))) {
            wrong += walk_flags(scene, &stage, &before, flags, all);
        }
    }
    walk_end(&stage, &before);
    return wrong;
}

START_TEST(segments_in_every_state) {
    unsigned number = (unsigned)_i / scene_count;
    const struct profile *profile = number == 0 ? &walk_usual : &others[number - 1];
    const struct scene *scene = &scenes[(unsigned)_i % scene_count];
    ck_assert_msg(walk_scene(profile, scene) == 0, "%s; %s", profile->name, scene->name);
}
END_TEST

void walk_add_segments(TCase *tests) {
    tcase_add_loop_test(tests, segments_in_every_state, 0, (int)((1 + OTHERS) * scene_count));
}
