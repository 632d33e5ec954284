/* tcp_options.c: TCP options. See tcp_options.h.
 *
 * kind length          RFC
 *    0 -       end     9293 3.2   what follows is padding
 *    1 -       nop     9293 3.2
 *    2 4       MSS     9293 3.2   value: 2 octets
 *    3 3       scale   7323 2.2   shift: 1 octet
 *    4 2       SACK permitted, 2018 2
 *    5 8n + 2  SACK    2018 3     n blocks: left edge, right edge, 4 octets each
 *    8 10      times   7323 3.2   TSval, TSecr, 4 octets each
 *   34 n + 2   cookie  7413 4.1.1 n octets, even, 4 to 16; or none: one is asked for
 */
#include "wire/tcp_options.h"

#include "base/bytes.h"

enum option_kind {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_WINDOW_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8,
    OPTION_FAST_OPEN = 34,
};

enum option_length {
    LENGTH_MSS = 4,
    LENGTH_WINDOW_SCALE = 3,
    LENGTH_SACK_PERMITTED = 2,
    LENGTH_SACK_BLOCK = TCP_SACK_BLOCK,
    LENGTH_TIMESTAMPS = 10,
};

/* ---- reading ---- */

/* data: behind kind and length, size octets. */
static void read_sack(const uint8_t *data, size_t size, struct tcp_options *out) {
    if (size % LENGTH_SACK_BLOCK != 0 || size > (size_t)TCP_SACK_MAX * LENGTH_SACK_BLOCK) {
        return;
    }
    out->sack_count = 0;
    for (size_t at = 0; at < size; at += LENGTH_SACK_BLOCK) {
        struct seq32 left = seq32(get32(data + at));
        struct seq32 right = seq32(get32(data + at + 4));
        if (seq_lt(left, right)) {
            out->sack[out->sack_count].left = left;
            out->sack[out->sack_count].right = right;
            out->sack_count++;
        }
    }
}

/* RFC 7413 4.1.1 7413-4.1.1a: a length that is odd or out of range is ignored. data: behind kind and length. */
static void read_cookie(const uint8_t *data, size_t size, struct tcp_options *out) {
    bool fits = size == 0 || (size >= TCP_COOKIE_MIN && size <= TCP_COOKIE_MAX);
    if (!fits || size % 2 != 0) {
        return;
    }
    out->has_fast_open = true;
    out->cookie_length = (uint8_t)size;
    copy_octets(out->cookie, data, size);
}

/* data: behind kind and length. */
static void read_timestamps(const uint8_t *data, struct tcp_options *out) {
    out->has_timestamps = true;
    out->ts_value = get32(data);
    out->ts_echo = get32(data + 4);
}

/* option: at its kind octet, length octets in all. */
static void read_option(const uint8_t *option, size_t length, struct tcp_options *out) {
    uint8_t kind = option[0];
    if (kind == OPTION_MSS && length == LENGTH_MSS) {
        out->has_mss = true;
        out->mss = get16(option + 2);
    } else if (kind == OPTION_WINDOW_SCALE && length == LENGTH_WINDOW_SCALE) {
        out->has_window_scale = true;
        out->window_scale = (uint8_t)min_u32(option[2], TCP_WINDOW_SCALE_MAX);
    } else if (kind == OPTION_SACK_PERMITTED && length == LENGTH_SACK_PERMITTED) {
        out->sack_permitted = true;
    } else if (kind == OPTION_SACK) {
        read_sack(option + 2, length - 2, out);
    } else if (kind == OPTION_TIMESTAMPS && length == LENGTH_TIMESTAMPS) {
        read_timestamps(option + 2, out);
    } else if (kind == OPTION_FAST_OPEN) {
        read_cookie(option + 2, length - 2, out);
    }
}

/* NOP, NOP, timestamps: as RFC 7323 appendix A lays them out, and all that nearly every segment carries. */
static const uint32_t TIMESTAMPS_ALONE = (uint32_t)OPTION_NOP << 24 | OPTION_NOP << 16 | OPTION_TIMESTAMPS << 8 |
                                         LENGTH_TIMESTAMPS;

enum lucid_drop tcp_options_parse(const uint8_t *options, size_t length, struct tcp_options *out) {
    zero_octets(out, sizeof *out);
    if (length == 2 + LENGTH_TIMESTAMPS && get32(options) == TIMESTAMPS_ALONE) {
        read_timestamps(options + 4, out);
        return LUCID_DROP_NONE;
    }
    size_t at = 0;
    while (at < length && options[at] != OPTION_END) {
        if (options[at] == OPTION_NOP) {
            at++;
            continue;
        }
        if (length - at < 2 || options[at + 1] < 2 || options[at + 1] > length - at) {
            return LUCID_DROP_TCP_OPTION; /* RFC 9293 MUST-7 */
        }
        read_option(options + at, options[at + 1], out);
        at += options[at + 1];
    }
    return LUCID_DROP_NONE;
}

/* ---- writing ---- */

/* Octets of an option with the NOPs before it. */
static size_t aligned(size_t length) {
    return (length + 3) / 4 * 4;
}

/* SACK permitted goes before the timestamps where both are present: together they fill three words without a NOP. */
static size_t length_without_sack(const struct tcp_options *options) {
    size_t length = 0;
    length += options->has_mss ? LENGTH_MSS : 0u;
    length += options->has_window_scale ? aligned(LENGTH_WINDOW_SCALE) : 0u;
    length += options->has_fast_open ? aligned(2u + options->cookie_length) : 0u;
    if (options->sack_permitted && options->has_timestamps) {
        return length + LENGTH_SACK_PERMITTED + LENGTH_TIMESTAMPS;
    }
    length += options->sack_permitted ? aligned(LENGTH_SACK_PERMITTED) : 0u;
    length += options->has_timestamps ? aligned(LENGTH_TIMESTAMPS) : 0u;
    return length;
}

/* How many of the SACK blocks fit behind the other options. */
static unsigned sack_fitting(const struct tcp_options *options) {
    size_t room = TCP_OPTIONS_MAX - length_without_sack(options);
    size_t blocks = room < aligned(2) ? 0 : (room - aligned(2)) / LENGTH_SACK_BLOCK;
    return (unsigned)min_size(blocks, min_size(options->sack_count, TCP_SACK_MAX));
}

size_t tcp_options_length(const struct tcp_options *options) {
    unsigned blocks = sack_fitting(options);
    size_t sack = blocks > 0 ? aligned(2) + (size_t)blocks * LENGTH_SACK_BLOCK : 0;
    return length_without_sack(options) + sack;
}

static uint8_t *write_head(uint8_t *to, unsigned nops, enum option_kind kind, size_t length) {
    for (unsigned i = 0; i < nops; i++) {
        *to++ = OPTION_NOP;
    }
    *to++ = (uint8_t)kind;
    *to++ = (uint8_t)length;
    return to;
}

static uint8_t *write_timestamps(uint8_t *to, unsigned nops, const struct tcp_options *options) {
    to = write_head(to, nops, OPTION_TIMESTAMPS, LENGTH_TIMESTAMPS);
    put32(to, options->ts_value);
    put32(to + 4, options->ts_echo);
    return to + 8;
}

static uint8_t *write_cookie(uint8_t *to, const struct tcp_options *options) {
    size_t length = 2u + options->cookie_length;
    to = write_head(to, (unsigned)(aligned(length) - length), OPTION_FAST_OPEN, length);
    copy_octets(to, options->cookie, options->cookie_length);
    return to + options->cookie_length;
}

static uint8_t *write_sack(uint8_t *to, const struct tcp_options *options) {
    unsigned blocks = sack_fitting(options);
    if (blocks == 0) {
        return to;
    }
    to = write_head(to, 2, OPTION_SACK, 2u + (size_t)blocks * LENGTH_SACK_BLOCK);
    for (unsigned i = 0; i < blocks; i++) {
        put32(to, options->sack[i].left.v);
        put32(to + 4, options->sack[i].right.v);
        to += LENGTH_SACK_BLOCK;
    }
    return to;
}

size_t tcp_options_build(uint8_t *to, const struct tcp_options *options) {
    uint8_t *at = to;
    bool paired = options->sack_permitted && options->has_timestamps;
    if (options->has_mss) {
        at = write_head(at, 0, OPTION_MSS, LENGTH_MSS);
        put16(at, options->mss);
        at += 2;
    }
    if (options->sack_permitted) {
        at = write_head(at, paired ? 0 : 2, OPTION_SACK_PERMITTED, LENGTH_SACK_PERMITTED);
    }
    if (options->has_timestamps) {
        at = write_timestamps(at, paired ? 0 : 2, options);
    }
    if (options->has_window_scale) {
        at = write_head(at, 1, OPTION_WINDOW_SCALE, LENGTH_WINDOW_SCALE);
        *at++ = options->window_scale;
    }
    if (options->has_fast_open) {
        at = write_cookie(at, options);
    }
    at = write_sack(at, options);
    return (size_t)(at - to);
}
