/* addr_text.c: addresses as text.
 *
 * Reading takes what RFC 4291 2.2 allows, and for IPv4 exactly four decimal numbers: no leading zeros (some read them
 * as octal), no missing parts. Writing follows RFC 5952: lower case, no leading zeros, the longest run of two or more
 * zero groups becomes "::", the first one where two are equally long. IPv4 addresses, which are stored in mapped form,
 * are written as a.b.c.d.
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "lucid/socket.h"

#define GROUPS 8u            /* of 16 bits in an IPv6 address */
#define NO_GAP (GROUPS + 1u) /* there is no "::" */

/* ---- reading ---- */

/* What has been read of an IPv6 address: the groups, and how many of them stand before the "::". */
struct groups {
    uint16_t group[GROUPS];
    unsigned count;
    unsigned gap;
};

/* Reads a decimal number from 0 to 255. Returns what follows it, or NULL. */
static const char *read_decimal(const char *text, uint8_t *value) {
    unsigned number = 0;
    unsigned digits = 0;
    while (text[digits] >= '0' && text[digits] <= '9' && digits < 3) {
        number = number * 10 + (unsigned)(text[digits] - '0');
        digits++;
    }
    if (digits == 0 || number > 255 || (digits > 1 && text[0] == '0')) {
        return NULL;
    }
    *value = (uint8_t)number;
    return text + digits;
}

/* Reads a.b.c.d, after which the text must end. */
static bool read_dotted(const char *text, uint8_t octets[4]) {
    for (unsigned i = 0; i < 4; i++) {
        text = read_decimal(text, &octets[i]);
        if (!text || *text != (i < 3 ? '.' : '\0')) {
            return false;
        }
        text++;
    }
    return true;
}

/* The value of a hexadecimal digit; 16 when it is none. */
static unsigned hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (unsigned)(c - 'a') + 10;
    }
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Reads one to four hexadecimal digits. Returns what follows them, or NULL. */
static const char *read_group(const char *text, struct groups *groups) {
    unsigned value = 0;
    unsigned digits = 0;
    while (digits < 4 && hex_digit(text[digits]) < 16) {
        value = value * 16 + hex_digit(text[digits]);
        digits++;
    }
    if (digits == 0 || groups->count == GROUPS) {
        return NULL;
    }
    groups->group[groups->count++] = (uint16_t)value;
    return text + digits;
}

/* Reads an IPv4 address that ends the text as the last two groups. */
static bool read_dotted_groups(const char *text, struct groups *groups) {
    uint8_t octets[4];
    if (groups->count > GROUPS - 2 || !read_dotted(text, octets)) {
        return false;
    }
    groups->group[groups->count++] = get16(octets);
    groups->group[groups->count++] = get16(octets + 2);
    return true;
}

/* Passes the colon after a group, and a "::" if it is one. Returns what follows, or NULL. */
static const char *read_colon(const char *text, struct groups *groups) {
    if (text[0] != ':') {
        return NULL;
    }
    if (text[1] != ':') {
        return text[1] == '\0' ? NULL : text + 1;
    }
    if (groups->gap != NO_GAP) {
        return NULL;
    }
    groups->gap = groups->count;
    return text + 2;
}

static bool read_groups(const char *text, struct groups *groups) {
    if (text[0] == ':') {
        text = text[1] == ':' ? read_colon(text, groups) : NULL;
    }
    while (text && *text != '\0') {
        if (read_dotted_groups(text, groups)) {
            break;
        }
        text = read_group(text, groups);
        if (text && *text != '\0') {
            text = read_colon(text, groups);
        }
    }
    return text && (groups->gap == NO_GAP ? groups->count == GROUPS : groups->count < GROUPS);
}

int lucid_addr_parse(const char *text, struct lucid_addr *addr) {
    uint8_t octets[4];
    if (read_dotted(text, octets)) {
        *addr = addr_from_ip4(octets);
        return 0;
    }
    struct groups groups = {.gap = NO_GAP};
    if (!read_groups(text, &groups)) {
        return -LUCID_EINVAL;
    }
    zero_octets(addr, sizeof *addr);
    for (unsigned i = 0; i < groups.count; i++) {
        unsigned at = i < groups.gap ? i : GROUPS - groups.count + i;
        put16(addr->octet + 2 * (size_t)at, groups.group[i]);
    }
    return 0;
}

/* ---- writing ---- */

/* Writes a number without leading zeros. Returns where the next character goes. */
static char *write_number(char *to, unsigned value, unsigned base) {
    char digits[5];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    while (count > 0) {
        *to++ = digits[--count];
    }
    return to;
}

/* How many groups from the given one on are zero. */
static unsigned zero_run(const struct lucid_addr *addr, unsigned from) {
    unsigned end = from;
    while (end < GROUPS && get16(addr->octet + 2 * (size_t)end) == 0) {
        end++;
    }
    return end - from;
}

/* The first of the longest runs of zero groups; runs of one do not count (RFC 5952 4.2.2, 4.2.3). */
static unsigned find_gap(const struct lucid_addr *addr, unsigned *length) {
    unsigned gap = NO_GAP;
    *length = 1;
    for (unsigned i = 0; i < GROUPS; i++) {
        if (zero_run(addr, i) > *length) {
            gap = i;
            *length = zero_run(addr, i);
        }
    }
    return gap;
}

static char *write_dotted(char *to, const uint8_t octets[4]) {
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0) {
            *to++ = '.';
        }
        to = write_number(to, octets[i], 10);
    }
    return to;
}

static char *write_groups(char *to, const struct lucid_addr *addr) {
    unsigned length;
    unsigned gap = find_gap(addr, &length);
    for (unsigned i = 0; i < GROUPS;) {
        if (i == gap) {
            *to++ = ':';
            *to++ = ':';
            i += length;
            continue;
        }
        if (i > 0 && i != gap + length) {
            *to++ = ':';
        }
        to = write_number(to, get16(addr->octet + 2 * (size_t)i), 16);
        i++;
    }
    return to;
}

char *lucid_addr_format(const struct lucid_addr *addr, char text[LUCID_ADDR_TEXT]) {
    char *end = lucid_addr_is_ipv4(addr) ? write_dotted(text, addr_ip4(addr)) : write_groups(text, addr);
    *end = '\0';
    return text;
}
