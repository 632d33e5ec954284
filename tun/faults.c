/* faults.c: reads what a link shall do to packets: "loss=1%,delay=20ms,rate=10mbit". What it means is in link.c.
 *
 * The words stand in one table; so do the units. Numbers are decimal with a point, and are read without floating
 * point: "0.1%" is exactly 1000 millionths. A number finer than its unit allows, or out of range, is refused,
 * never rounded.
 */
#include "lucid/host.h"
#include "say.h"

#include <ctype.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t scale; /* of 1 in the field that it is read into */
};

static const struct unit PERCENT[] = {{"%", 10000}, {NULL, 0}};
static const struct unit TIME[] = {
    {"ns", 1}, {"us", LUCID_MICROSECOND}, {"ms", LUCID_MILLISECOND}, {"s", LUCID_SECOND}, {NULL, 0}};
static const struct unit RATE[] = {{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}, {NULL, 0}};
static const struct unit COUNT[] = {{"", 1}, {NULL, 0}};

#define CHANCE_MAX UINT64_C(1000000)
#define TIME_MAX (3600 * LUCID_SECOND)
#define RATE_MAX UINT64_C(1000000000000)
#define QUEUE_MAX UINT64_C(1000000)

#define FIELD(member) offsetof(struct lucid_faults, member), sizeof(((struct lucid_faults *)NULL)->member)

static const char A_PERCENTAGE[] = "a percentage such as 1% or 0.1%";

static const struct word {
    const char *name;
    const struct unit *units;
    size_t offset, size; /* of the field: uint32_t or uint64_t */
    uint64_t least, most;
    const char *expected; /* on the right of '=' */
} WORDS[] = {
    {"loss", PERCENT, FIELD(loss), 0, CHANCE_MAX, A_PERCENTAGE},
    {"dup", PERCENT, FIELD(duplicate), 0, CHANCE_MAX, A_PERCENTAGE},
    {"reorder", PERCENT, FIELD(reorder), 0, CHANCE_MAX, A_PERCENTAGE},
    {"corrupt", PERCENT, FIELD(corrupt), 0, CHANCE_MAX, A_PERCENTAGE},
    {"delay", TIME, FIELD(delay), 0, TIME_MAX, "a time up to 3600s such as 20ms or 1.5s"},
    {"jitter", TIME, FIELD(jitter), 0, TIME_MAX, "a time up to 3600s such as 5ms or 150us"},
    {"rate", RATE, FIELD(rate), 1, RATE_MAX, "bits a second from 1bit to 1000gbit such as 10mbit"},
    {"queue", COUNT, FIELD(queue), 1, QUEUE_MAX, "a number of packets from 1 to 1000000"},
    {"seed", COUNT, FIELD(seed), 0, UINT64_MAX, "a whole number"},
};

#define WORD_COUNT (sizeof WORDS / sizeof WORDS[0])

/* One word of the text: name=value. */
struct item {
    const char *text;
    size_t length;
    size_t name_length; /* up to '=', or all of it */
};

/* A wrong word is quoted, but not more of it than fits into a sentence. */
static int quotable(size_t length) {
    return (int)(length < 60 ? length : 60);
}

/* *value = *value * factor + summand, unless that does not fit. */
static bool append(uint64_t *value, uint64_t factor, uint64_t summand) {
    return !__builtin_mul_overflow(*value, factor, value) && !__builtin_add_overflow(*value, summand, value);
}

/* Reads "12", "1.5", ".5" of exactly this length, times scale. False: it is no number, too large, or finer than
 * scale. */
static bool read_number(const char *text, size_t length, uint64_t scale, uint64_t *value) {
    const char *point = memchr(text, '.', length);
    size_t whole = point ? (size_t)(point - text) : length;
    *value = 0;
    if (length == 0 || text[length - 1] == '.') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (i == whole) {
            continue;
        }
        uint64_t step = i > whole ? 10 : 1;
        if (!isdigit((unsigned char)text[i]) || scale % step != 0) {
            return false;
        }
        scale /= step;
        if (!append(value, 10, (uint64_t)(text[i] - '0'))) {
            return false;
        }
    }
    return append(value, scale, 0);
}

/* Reads a number with one of these units. */
static bool read_quantity(const char *text, size_t length, const struct unit *units, uint64_t *value) {
    size_t number = 0;
    while (number < length && (isdigit((unsigned char)text[number]) || text[number] == '.')) {
        number++;
    }
    for (; units->name; units++) {
        if (strlen(units->name) == length - number && memcmp(units->name, text + number, length - number) == 0) {
            return read_number(text, number, units->scale, value);
        }
    }
    return false;
}

static const struct word *find_word(const struct item *item) {
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (strlen(WORDS[i].name) == item->name_length && memcmp(WORDS[i].name, item->text, item->name_length) == 0) {
            return &WORDS[i];
        }
    }
    return NULL;
}

/* Reads what stands on the right of '='. False: nothing, or nothing that fits. */
static bool read_value(const struct item *item, const struct word *word, uint64_t *value) {
    size_t skip = item->name_length + 1;
    return skip < item->length && read_quantity(item->text + skip, item->length - skip, word->units, value) &&
           *value >= word->least && *value <= word->most;
}

static void assign(struct lucid_faults *faults, const struct word *word, uint64_t value) {
    uint32_t narrow = (uint32_t)value;
    const void *from = word->size == sizeof narrow ? (const void *)&narrow : (const void *)&value;
    memcpy((char *)faults + word->offset, from, word->size);
}

/* Reads one word. seen: a bit for each of WORDS that was read before. */
static int read_item(const struct item *item, struct lucid_faults *faults, unsigned *seen, char *error) {
    const struct word *word = find_word(item);
    if (!word) {
        return say(error, LUCID_EINVAL,
                   "fault '%.*s' is unknown; the words are loss, dup, reorder, corrupt, delay, jitter, rate, queue and "
                   "seed, as in loss=1%%,delay=20ms",
                   quotable(item->length), item->text);
    }
    unsigned bit = 1u << (word - WORDS);
    if (*seen & bit) {
        return say(error, LUCID_EINVAL, "fault '%s' is given twice; give it once", word->name);
    }
    *seen |= bit;
    uint64_t value;
    if (!read_value(item, word, &value)) {
        return say(error, LUCID_EINVAL, "fault '%.*s' makes no sense; write %s= and %s", quotable(item->length),
                   item->text, word->name, word->expected);
    }
    assign(faults, word, value);
    return 0;
}

int lucid_faults_parse(const char *text, struct lucid_faults *faults, char error[LUCID_ERROR_TEXT]) {
    struct lucid_faults read = {.queue = 100, .seed = 1};
    unsigned seen = 0;
    for (;;) {
        struct item item = {.text = text, .length = strcspn(text, ","), .name_length = strcspn(text, ",=")};
        int result = read_item(&item, &read, &seen, error);
        if (result < 0) {
            return result;
        }
        text += item.length;
        if (*text == '\0') {
            break;
        }
        text++;
    }
    *faults = read;
    return 0;
}
