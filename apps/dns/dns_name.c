/* dns_name.c: see dns_name.h. */
#include "dns/dns_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const uint8_t POINTER = 0xc0;

/* Appends a label. False: the name is too long with it. */
static bool add_label(struct dns_name *name, const uint8_t *octets, size_t length) {
    if (name->length + 1 + length > DNS_NAME_MAX) {
        return false;
    }
    name->octet[name->length++] = (uint8_t)length;
    memcpy(name->octet + name->length, octets, length);
    name->length = (uint8_t)(name->length + length);
    return true;
}

static bool add_root(struct dns_name *name) {
    return add_label(name, (const uint8_t *)"", 0);
}

/* ---- in messages ---- */

/* Follows a pointer. Returns where it leads, or SIZE_MAX when that is not before `limit`, or is in the
 * header. */
static size_t follow(const uint8_t *message, size_t length, size_t at, size_t limit) {
    if (at + 2 > length) {
        return SIZE_MAX;
    }
    size_t target = (size_t)(message[at] & ~POINTER) << 8 | message[at + 1];
    return target >= DNS_NAMES_FROM && target < limit ? target : SIZE_MAX;
}

const char *dns_name_read(const uint8_t *message, size_t length, size_t *at, struct dns_name *name) {
    size_t here = *at, limit = *at;
    bool jumped = false;
    name->length = 0;
    while (here < length) {
        uint8_t size = message[here];
        if ((size & POINTER) == POINTER) {
            size_t target = follow(message, length, here, limit);
            if (target == SIZE_MAX) {
                return "a compression pointer does not lead back to a name";
            }
            *at = jumped ? *at : here + 2;
            jumped = true;
            here = limit = target;
            continue;
        }
        if (size > DNS_LABEL_MAX) {
            return "a label of a kind that does not exist";
        }
        if (here + 1 + size > length || !add_label(name, message + here + 1, size)) {
            return here + 1 + size > length ? "a label goes on behind the end" : "the name is longer than 255 octets";
        }
        here += 1 + (size_t)size;
        if (size == 0) {
            *at = jumped ? *at : here;
            return NULL;
        }
    }
    return "the name goes on behind the end";
}

/* ---- as text ---- */

/* Reads the character or escape at *text. Returns it, or -1. */
static int next_octet(const char **text) {
    const char *at = *text;
    if (*at != '\\') {
        *text = at + 1;
        return (uint8_t)*at;
    }
    if (isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) && isdigit((unsigned char)at[3])) {
        int value = (at[1] - '0') * 100 + (at[2] - '0') * 10 + (at[3] - '0');
        *text = at + 4;
        return value < 256 ? value : -1;
    }
    *text = at + 2;
    return at[1] == '\0' || isdigit((unsigned char)at[1]) ? -1 : (uint8_t)at[1];
}

/* Reads a label up to a dot or the end. Returns its length; 0: there is none, or it is too long or wrong. */
static size_t read_label(const char **text, uint8_t label[DNS_LABEL_MAX]) {
    size_t length = 0;
    while (**text != '\0' && **text != '.') {
        int octet = next_octet(text);
        if (octet < 0 || length == DNS_LABEL_MAX) {
            return 0;
        }
        label[length++] = (uint8_t)octet;
    }
    return length;
}

bool dns_name_parse(const char *text, struct dns_name *name) {
    uint8_t label[DNS_LABEL_MAX];
    name->length = 0;
    if (strcmp(text, ".") == 0) {
        return add_root(name);
    }
    do {
        size_t length = read_label(&text, label);
        if (length == 0 || !add_label(name, label, length)) {
            return false;
        }
        text += *text == '.';
    } while (*text != '\0');
    return add_root(name);
}

static char *format_octet(char *to, uint8_t octet) {
    if (octet <= ' ' || octet > '~') {
        return to + sprintf(to, "\\%03u", octet);
    }
    if (strchr(".\\\"()@;$", octet)) {
        *to++ = '\\';
    }
    *to++ = (char)octet;
    return to;
}

char *dns_name_format(const struct dns_name *name, char text[DNS_NAME_TEXT]) {
    char *to = text;
    for (size_t at = 0; name->octet[at] != 0; at += 1 + (size_t)name->octet[at]) {
        if (at > 0) {
            *to++ = '.';
        }
        for (size_t i = 1; i <= name->octet[at]; i++) {
            to = format_octet(to, name->octet[at + i]);
        }
    }
    if (to == text) {
        *to++ = '.';
    }
    *to = '\0';
    return text;
}

/* ---- comparing ---- */

/* Only the letters of ASCII have two cases here, whatever the locale is. */
static uint8_t lower(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

/* Lengths of labels are below 'A', so they are compared as they are. */
static int compare_octets(const uint8_t *a, const uint8_t *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return lower(a[i]) - lower(b[i]);
        }
    }
    return 0;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b) {
    return dns_name_compare(a, b) == 0;
}

int dns_name_compare(const struct dns_name *a, const struct dns_name *b) {
    return a->length != b->length ? a->length - b->length : compare_octets(a->octet, b->octet, a->length);
}

bool dns_name_within(const struct dns_name *name, const struct dns_name *zone, size_t *at) {
    size_t here = 0;
    while ((size_t)name->length - here > zone->length) {
        here += 1 + (size_t)name->octet[here];
    }
    if (at) {
        *at = here;
    }
    return (size_t)name->length - here == zone->length &&
           !compare_octets(name->octet + here, zone->octet, zone->length);
}

bool dns_name_join(const struct dns_name *front, const struct dns_name *back, struct dns_name *whole) {
    size_t length = (size_t)front->length - 1;
    if (length + back->length > DNS_NAME_MAX) {
        return false;
    }
    memcpy(whole->octet, front->octet, length);
    memcpy(whole->octet + length, back->octet, back->length);
    whole->length = (uint8_t)(length + back->length);
    return true;
}
