/* dns_zone.c: see dns_zone.h. */
#include "dns/dns_zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dns_zone {
    struct dns_name origin, server;
    uint32_t ttl, serial;
    size_t entries, room, added;
    struct dns_entry *entry;
    size_t networks;
    struct dns_name *network;
};

/* ---- names of addresses ---- */

static size_t put_label(struct dns_name *name, const char *text) {
    size_t length = strlen(text);
    name->octet[name->length++] = (uint8_t)length;
    memcpy(name->octet + name->length, text, length);
    name->length = (uint8_t)(name->length + length);
    return 1 + length;
}

/* RFC 1035 3.5: the octets, the last one first. The network is the first three. */
static size_t reverse_ipv4(const uint8_t octet[4], struct dns_name *name) {
    size_t host = 0;
    for (int i = 3; i >= 0; i--) {
        char label[4];
        snprintf(label, sizeof label, "%u", octet[i]);
        size_t length = put_label(name, label);
        host = i == 3 ? length : host;
    }
    put_label(name, "in-addr");
    return host;
}

/* RFC 3596 2.5: the nibbles, the last one first. The network is the first half. */
static size_t reverse_ipv6(const uint8_t octet[16], struct dns_name *name) {
    for (int i = 31; i >= 0; i--) {
        char label[2];
        snprintf(label, sizeof label, "%x", i % 2 ? octet[i / 2] & 15u : octet[i / 2] >> 4u);
        put_label(name, label);
    }
    put_label(name, "ip6");
    return 32;
}

size_t dns_reverse_name(const struct lucid_addr *addr, struct dns_name *name) {
    name->length = 0;
    size_t host = lucid_addr_is_ipv4(addr) ? reverse_ipv4(addr->octet + 12, name) : reverse_ipv6(addr->octet, name);
    put_label(name, "arpa");
    put_label(name, "");
    return host;
}

/* ---- adding ---- */

struct dns_zone *dns_zone_new(const char *origin, uint32_t ttl) {
    struct dns_zone *zone = calloc(1, sizeof *zone);
    struct dns_name ns;
    if (!zone) {
        return NULL;
    }
    zone->ttl = ttl;
    zone->serial = 1;
    if (!dns_name_parse(origin, &zone->origin) || !dns_name_parse("ns", &ns) ||
        !dns_name_join(&ns, &zone->origin, &zone->server)) {
        free(zone);
        return NULL;
    }
    return zone;
}

void dns_zone_free(struct dns_zone *zone) {
    if (zone) {
        free(zone->entry);
        free(zone->network);
        free(zone);
    }
}

static int no_memory(char error[DNS_ZONE_ERROR]) {
    snprintf(error, DNS_ZONE_ERROR, "there is no memory for another name");
    return -1;
}

static int add_entry(struct dns_zone *zone, const struct dns_entry *entry) {
    if (zone->entries == zone->room) {
        size_t room = zone->room ? 2 * zone->room : 16;
        struct dns_entry *more = realloc(zone->entry, room * sizeof *more);
        if (!more) {
            return -1;
        }
        zone->entry = more;
        zone->room = room;
    }
    zone->entry[zone->entries] = *entry;
    zone->entry[zone->entries].number = zone->added++;
    zone->entries++;
    return 0;
}

/* The names between a name and its zone exist too, though they have no records (RFC 8020 3). */
static int add_parents(struct dns_zone *zone, const struct dns_name *name, const struct dns_name *apex) {
    struct dns_entry parent = {.name = *name};
    while (parent.name.length > apex->length) {
        size_t label = 1 + (size_t)parent.name.octet[0];
        parent.name.length = (uint8_t)(parent.name.length - label);
        memmove(parent.name.octet, parent.name.octet + label, parent.name.length);
        if (add_entry(zone, &parent)) {
            return -1;
        }
    }
    return 0;
}

static int add_network(struct dns_zone *zone, const struct dns_name *name) {
    for (size_t i = 0; i < zone->networks; i++) {
        if (dns_name_equal(&zone->network[i], name)) {
            return 0;
        }
    }
    struct dns_name *more = realloc(zone->network, (zone->networks + 1) * sizeof *more);
    if (!more) {
        return -1;
    }
    zone->network = more;
    zone->network[zone->networks++] = *name;
    return 0;
}

static int add_way_back(struct dns_zone *zone, const struct dns_name *name, const struct lucid_addr *addr) {
    struct dns_entry entry = {.type = DNS_PTR, .target = *name};
    size_t host = dns_reverse_name(addr, &entry.name);
    struct dns_name network = {.length = (uint8_t)(entry.name.length - host)};
    memcpy(network.octet, entry.name.octet + host, network.length);
    bool failed = add_network(zone, &network) || add_entry(zone, &entry) || add_parents(zone, &entry.name, &network);
    return failed ? -1 : 0;
}

/* Reads a name of the zone: whole, or the part in front of the zone's name. */
static bool read_name(const struct dns_zone *zone, const char *text, struct dns_name *name) {
    struct dns_name given;
    if (!dns_name_parse(text, &given)) {
        return false;
    }
    if (strchr(text, '.')) {
        *name = given;
        return true;
    }
    return dns_name_join(&given, &zone->origin, name);
}

int dns_zone_add(struct dns_zone *zone, const char *name, const struct lucid_addr *addr, bool back,
                 char error[DNS_ZONE_ERROR]) {
    struct dns_entry entry = {.type = lucid_addr_is_ipv4(addr) ? DNS_A : DNS_AAAA, .addr = *addr};
    char origin[DNS_NAME_TEXT];
    if (!read_name(zone, name, &entry.name)) {
        snprintf(error, DNS_ZONE_ERROR, "%.80s is no name: labels of 1 to 63 octets, 255 in all, are one", name);
        return -1;
    }
    if (!dns_name_within(&entry.name, &zone->origin, NULL)) {
        snprintf(error, DNS_ZONE_ERROR, "%.80s is not below %.80s, which this server answers for", name,
                 dns_name_format(&zone->origin, origin));
        return -1;
    }
    if (add_entry(zone, &entry) || add_parents(zone, &entry.name, &zone->origin)) {
        return no_memory(error);
    }
    return back && add_way_back(zone, &entry.name, addr) ? no_memory(error) : 0;
}

/* ---- files ---- */

static int read_line(struct dns_zone *zone, char *line, char error[DNS_ZONE_ERROR]) {
    static const char blanks[] = " \t\r\n";
    struct lucid_addr addr;
    char *rest = line;
    line[strcspn(line, "#")] = '\0';
    const char *word = strtok_r(line, blanks, &rest);
    if (!word) {
        return 0;
    }
    if (lucid_addr_parse(word, &addr)) {
        snprintf(error, DNS_ZONE_ERROR, "%.80s is no address; a line is an address and its names", word);
        return -1;
    }
    bool first = true;
    while ((word = strtok_r(NULL, blanks, &rest)) != NULL) {
        if (dns_zone_add(zone, word, &addr, first, error)) {
            return -1;
        }
        first = false;
    }
    if (first) {
        snprintf(error, DNS_ZONE_ERROR, "no name follows the address");
        return -1;
    }
    return 0;
}

static int read_lines(struct dns_zone *zone, FILE *file, const char *path, char error[DNS_ZONE_ERROR]) {
    char *line = NULL, why[DNS_ZONE_ERROR];
    size_t room = 0;
    unsigned number = 0;
    int failed = 0;
    while (!failed && getline(&line, &room, file) >= 0) {
        number++;
        failed = read_line(zone, line, why);
    }
    free(line);
    if (failed) {
        snprintf(error, DNS_ZONE_ERROR, "%.100s line %u: %.120s", path, number, why);
    } else if (ferror(file)) {
        failed = -1;
        snprintf(error, DNS_ZONE_ERROR, "%.100s cannot be read to its end: %s", path, strerror(errno));
    }
    return failed;
}

int dns_zone_read(struct dns_zone *zone, const char *path, char error[DNS_ZONE_ERROR]) {
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error, DNS_ZONE_ERROR, "%.100s cannot be opened: %s", path, strerror(errno));
        return -1;
    }
    int failed = read_lines(zone, file, path, error);
    fclose(file);
    return failed;
}

/* ---- looking up ---- */

/* Equal names side by side, in the order in which they were added. */
static int compare_entries(const void *left, const void *right) {
    const struct dns_entry *a = left, *b = right;
    int order = dns_name_compare(&a->name, &b->name);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* 0 for the same record: name, type and data. */
static int compare_data(const struct dns_entry *a, const struct dns_entry *b) {
    int order = dns_name_compare(&a->name, &b->name);
    order = order != 0 ? order : a->type - b->type;
    if (order == 0 && (a->type == DNS_A || a->type == DNS_AAAA)) {
        return memcmp(a->addr.octet, b->addr.octet, sizeof a->addr.octet);
    }
    return order == 0 && a->type == DNS_PTR ? dns_name_compare(&a->target, &b->target) : order;
}

static int compare_records(const void *left, const void *right) {
    const struct dns_entry *a = left, *b = right;
    int order = compare_data(a, b);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* A record is in a zone once, whatever the file says (RFC 2181 5): the first one stays. */
static void drop_doubles(struct dns_zone *zone) {
    size_t kept = 1;
    for (size_t i = 1; i < zone->entries; i++) {
        if (compare_data(&zone->entry[kept - 1], &zone->entry[i]) != 0) {
            zone->entry[kept++] = zone->entry[i];
        }
    }
    zone->entries = kept;
}

void dns_zone_settle(struct dns_zone *zone) {
    if (zone->entries > 0) {
        qsort(zone->entry, zone->entries, sizeof *zone->entry, compare_records);
        drop_doubles(zone);
        qsort(zone->entry, zone->entries, sizeof *zone->entry, compare_entries);
    }
}

const struct dns_name *dns_zone_origin(const struct dns_zone *zone) {
    return &zone->origin;
}

const struct dns_name *dns_zone_server(const struct dns_zone *zone) {
    return &zone->server;
}

void dns_zone_set_serial(struct dns_zone *zone, uint32_t serial) {
    zone->serial = serial;
}

uint32_t dns_zone_serial(const struct dns_zone *zone) {
    return zone->serial;
}

uint32_t dns_zone_ttl(const struct dns_zone *zone) {
    return zone->ttl;
}

const struct dns_name *dns_zone_apex(const struct dns_zone *zone, const struct dns_name *name) {
    if (dns_name_within(name, &zone->origin, NULL)) {
        return &zone->origin;
    }
    for (size_t i = 0; i < zone->networks; i++) {
        if (dns_name_within(name, &zone->network[i], NULL)) {
            return &zone->network[i];
        }
    }
    return NULL;
}

size_t dns_zone_find(const struct dns_zone *zone, const struct dns_name *name, const struct dns_entry **first) {
    size_t low = 0, high = zone->entries, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (dns_name_compare(&zone->entry[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = zone->entry + low;
    while (low + count < zone->entries && dns_name_equal(&zone->entry[low + count].name, name)) {
        count++;
    }
    return count;
}
