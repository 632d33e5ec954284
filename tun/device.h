/* device.h: a TUN device: IP packets in, IP packets out, each with a virtio header that says what the kernel left for
 * us to do, or what we leave for the kernel: checksums, and cutting a large packet into segments.
 *
 * What such a header says of a packet that comes in is not trusted: lengths are taken from the read alone.
 */
#ifndef TUN_DEVICE_H
#define TUN_DEVICE_H

#include <net/if.h>

#include "lucid/host.h"

struct device {
    int fd;
    char name[IFNAMSIZ];
    unsigned offload; /* OR of enum lucid_offload that the kernel agreed to */
    uint64_t bad_headers;
    uint64_t packets_cut; /* longer than the kernel took: written as single segments */
};

/* several: one queue of several, each opened by a call of its own; the first one makes the interface. Returns 0 or a
 * negative error and the sentence. */
int device_open(struct device *device, const char *path, const char *name, bool offload, bool several,
                char error[LUCID_ERROR_TEXT]);
void device_close(struct device *device);

enum device_result {
    DEVICE_DONE,  /* a packet was moved */
    DEVICE_EMPTY, /* nothing to read now; or, writing, the kernel's queue is full: try later */
    DEVICE_BAD,   /* this packet could not be moved; go on with the next */
    DEVICE_GONE,  /* the device does not exist any more */
};

/* Reads one packet to room, which has LUCID_PACKET_MAX octets, and describes it in *in. */
enum device_result device_read(struct device *device, uint8_t *room, struct lucid_packet *in);

enum device_result device_write(struct device *device, const struct lucid_packet *out);

#endif
