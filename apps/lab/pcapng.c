/* pcapng.c: see pcapng.h. A file is a row of blocks, each with its type, its length in front and once more behind, and
 * options at its end; everything is padded to 32 bits, in the order of octets of this machine, which the first block
 * tells. What cannot be written is remembered, and told at the end.
 */
#include "lab/pcapng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "lucid/lucid.h"

enum block { INTERFACE = 1, ENHANCED_PACKET = 6, SECTION = 0x0a0d0d0a };
enum option {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    SECTION_APPLICATION = 4,
    INTERFACE_NAME = 2,
    INTERFACE_DESCRIPTION = 3,
    INTERFACE_RESOLUTION = 9,
    PACKET_FLAGS = 2,
};
enum { BYTE_ORDER_MAGIC = 0x1a2b3c4d, LINK_RAW_IP = 101, LINK_IPV4 = 228, NANOSECONDS = 9, INBOUND = 1, OUTBOUND = 2 };

/* An option's length has 16 bits; a comment is no longer than this. */
#define COMMENT_MAX 4000u

struct pcapng {
    FILE *file;
    char *name;
    bool ipv4;
    unsigned interfaces;
    struct text block; /* the body of the one that is being made */
};

/* ---- blocks ---- */

static void put16(struct pcapng *pcapng, uint16_t value) {
    text_put_octets(&pcapng->block, &value, sizeof value);
}

static void put32(struct pcapng *pcapng, uint32_t value) {
    text_put_octets(&pcapng->block, &value, sizeof value);
}

static void put_padded(struct pcapng *pcapng, const void *octets, size_t length) {
    static const char zeros[4] = "";
    text_put_octets(&pcapng->block, octets, length);
    text_put_octets(&pcapng->block, zeros, -length % 4);
}

static void put_option(struct pcapng *pcapng, enum option option, const void *octets, size_t length) {
    put16(pcapng, (uint16_t)option);
    put16(pcapng, (uint16_t)length);
    put_padded(pcapng, octets, length);
}

static void put_string(struct pcapng *pcapng, enum option option, const char *string) {
    size_t length = strlen(string);
    put_option(pcapng, option, string, length < COMMENT_MAX ? length : COMMENT_MAX);
}

static void write_block(struct pcapng *pcapng, enum block type) {
    put_option(pcapng, OPTION_END, "", 0);
    uint32_t length = (uint32_t)pcapng->block.length + 12;
    uint32_t head[] = {(uint32_t)type, length};
    fwrite(head, sizeof head, 1, pcapng->file);
    fwrite(pcapng->block.data, 1, pcapng->block.length, pcapng->file);
    fwrite(&length, sizeof length, 1, pcapng->file);
    pcapng->block.length = 0;
}

/* ---- what there is of them ---- */

static void write_section(struct pcapng *pcapng) {
    put32(pcapng, BYTE_ORDER_MAGIC);
    put16(pcapng, 1); /* version 1.0 */
    put16(pcapng, 0);
    put32(pcapng, UINT32_MAX); /* its length is not known: to the end of the file */
    put32(pcapng, UINT32_MAX);
    put_string(pcapng, SECTION_APPLICATION, "lucid-lab " LUCID_VERSION);
    write_block(pcapng, SECTION);
}

struct pcapng *pcapng_create(const char *file, bool ipv4, char error[LAB_ERROR]) {
    struct pcapng *pcapng = calloc(1, sizeof *pcapng);
    if (!pcapng) {
        snprintf(error, LAB_ERROR, "there is no memory");
        return NULL;
    }
    pcapng->file = fopen(file, "we");
    pcapng->name = strdup(file);
    if (!pcapng->file || !pcapng->name) {
        snprintf(error, LAB_ERROR, "cannot write %.150s: %s; name a file that can be written", file, strerror(errno));
        free(pcapng->name);
        free(pcapng);
        return NULL;
    }
    pcapng->ipv4 = ipv4;
    pcapng->block = text_growing();
    write_section(pcapng);
    return pcapng;
}

unsigned pcapng_interface(struct pcapng *pcapng, const char *name, const char *description) {
    const uint8_t resolution = NANOSECONDS;
    put16(pcapng, pcapng->ipv4 ? LINK_IPV4 : LINK_RAW_IP);
    put16(pcapng, 0);
    put32(pcapng, 0); /* packets are whole, however long they are */
    put_string(pcapng, INTERFACE_NAME, name);
    put_string(pcapng, INTERFACE_DESCRIPTION, description);
    put_option(pcapng, INTERFACE_RESOLUTION, &resolution, sizeof resolution);
    write_block(pcapng, INTERFACE);
    return pcapng->interfaces++;
}

void pcapng_packet(struct pcapng *pcapng, unsigned interface, uint64_t at, bool leaves, const void *octets,
                   size_t length, const char *comment) {
    const uint32_t flags = leaves ? OUTBOUND : INBOUND;
    put32(pcapng, interface);
    put32(pcapng, (uint32_t)(at >> 32));
    put32(pcapng, (uint32_t)at);
    put32(pcapng, (uint32_t)length);
    put32(pcapng, (uint32_t)length);
    put_padded(pcapng, octets, length);
    if (comment && comment[0]) {
        put_string(pcapng, OPTION_COMMENT, comment);
    }
    put_option(pcapng, PACKET_FLAGS, &flags, sizeof flags);
    write_block(pcapng, ENHANCED_PACKET);
}

int pcapng_close(struct pcapng *pcapng, char error[LAB_ERROR]) {
    bool failed = pcapng->block.cut || ferror(pcapng->file) != 0;
    failed = fclose(pcapng->file) != 0 || failed;
    if (failed) {
        snprintf(error, LAB_ERROR, "%.150s could not be written to its end: free some space", pcapng->name);
    }
    text_free(&pcapng->block);
    free(pcapng->name);
    free(pcapng);
    return failed ? -1 : 0;
}
