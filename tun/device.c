/* device.c: /dev/net/tun. See device.h. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "say.h"

/* The header without the field for merged buffers, which TUN does not use. */
#define VNET_HEADER ((int)sizeof(struct virtio_net_hdr))

static int say_open(char error[LUCID_ERROR_TEXT], int code, const char *path) {
    if (code == ENOENT || code == ENODEV || code == ENXIO) {
        return say(error, code, "there is no %s: load the tun module (modprobe tun), or give this container the device",
                   path);
    }
    if (code == EACCES || code == EPERM) {
        return say(error, code, "no permission to open %s: run as root, or let its owner make it readable and writable",
                   path);
    }
    return say(error, code, "cannot open %s: %s", path, strerror(code));
}

static int say_attach(char error[LUCID_ERROR_TEXT], int code, const char *name, bool several) {
    if (code == EPERM) {
        return say(error, code,
                   "no permission to make the interface %s: run as root, or let root prepare it: ip tuntap add dev %s "
                   "mode tun "
                   "user NAME",
                   name, name);
    }
    if (code == EBUSY) {
        return say(error, code, "the interface %s is in use by another program: end that one, or choose another name",
                   name);
    }
    if (code == EINVAL) {
        return say(error, code, "the interface %s exists, but is no TUN device of %s: choose another name", name,
                   several ? "several queues" : "one queue");
    }
    if (code == E2BIG && several) {
        return say(error, code, "the interface %s has no more queues: take fewer, or end the other program on it",
                   name);
    }
    return say(error, code, "cannot make the interface %s: %s", name, strerror(code));
}

/* IPv4 packets of more than 64 KB: the kernel knows them since 6.3, and its TUN takes them since 6.6. Of one that knew
 * them without saying so we would not hear, nor does it say when it drops them: so the number decides. */
static bool takes_large(void) {
    struct utsname kernel;
    unsigned major, minor;
    return uname(&kernel) == 0 && sscanf(kernel.release, "%u.%u", &major, &minor) == 2 &&
           (major > 6 || (major == 6 && minor >= 6));
}

/* What the kernel will do for us; nothing when it refuses. */
static unsigned ask_for_offload(int fd, bool wanted) {
    if (!wanted) {
        ioctl(fd, TUNSETOFFLOAD, 0);
        return 0;
    }
    if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) == 0) {
        return LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6 |
               (takes_large() ? LUCID_OFFLOAD_LARGE4 : 0u);
    }
    return ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM) == 0 ? LUCID_OFFLOAD_CHECKSUM : 0;
}

static int attach(int fd, const char *name, bool several, struct device *device, char error[LUCID_ERROR_TEXT]) {
    const int queue = several ? IFF_MULTI_QUEUE : 0;
    struct ifreq request = {.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | queue)};
    memcpy(request.ifr_name, name, strlen(name) + 1);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        return say_attach(error, errno, name, several);
    }
    int size = VNET_HEADER;
    if (ioctl(fd, TUNSETVNETHDRSZ, &size) < 0) {
        return say(error, errno, "the kernel refuses packet headers of %d octets on %s: %s", size, name,
                   strerror(errno));
    }
    memcpy(device->name, request.ifr_name, sizeof device->name);
    return 0;
}

int device_open(struct device *device, const char *path, const char *name, bool offload, bool several,
                char error[LUCID_ERROR_TEXT]) {
    if (name[0] == '\0' || strlen(name) >= IFNAMSIZ || strchr(name, '/')) {
        return say(error, EINVAL, "\"%s\" is no name for an interface: it needs 1 to %d characters and no slash", name,
                   IFNAMSIZ - 1);
    }
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return say_open(error, errno, path);
    }
    *device = (struct device){.fd = fd};
    int refused = attach(fd, name, several, device, error);
    if (refused) {
        close(fd);
        return refused;
    }
    device->offload = ask_for_offload(fd, offload);
    return 0;
}

void device_close(struct device *device) {
    close(device->fd);
}

static uint8_t checksum_state(const struct virtio_net_hdr *header) {
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        return LUCID_CHECKSUM_PARTIAL;
    }
    return header->flags & VIRTIO_NET_HDR_F_DATA_VALID ? LUCID_CHECKSUM_TRUSTED : LUCID_CHECKSUM_FULL;
}

/* The size of the segments that the kernel would have cut this packet into; 0: it is one. */
static uint16_t segment_size(struct device *device, const struct virtio_net_hdr *header, size_t length) {
    unsigned type = header->gso_type & ~(unsigned)VIRTIO_NET_HDR_GSO_ECN;
    if (type == VIRTIO_NET_HDR_GSO_NONE) {
        return 0;
    }
    bool tcp = type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6;
    if (!tcp || header->gso_size == 0 || header->gso_size > length) {
        device->bad_headers++;
        return 0;
    }
    return header->gso_size;
}

static enum device_result read_failed(int code) {
    if (code == EAGAIN || code == EINTR) {
        return DEVICE_EMPTY;
    }
    return code == EBADFD || code == EBADF || code == EIO ? DEVICE_GONE : DEVICE_BAD;
}

enum device_result device_read(struct device *device, uint8_t *room, struct lucid_packet *in) {
    struct virtio_net_hdr header;
    struct iovec parts[] = {{&header, sizeof header}, {room, LUCID_PACKET_MAX}};
    ssize_t n = readv(device->fd, parts, 2);
    if (n < 0) {
        return read_failed(errno);
    }
    if (n <= VNET_HEADER) {
        device->bad_headers++;
        return DEVICE_BAD;
    }
    size_t length = (size_t)n - sizeof header;
    in->slice[0] = (struct lucid_slice){.data = room, .length = length};
    in->slices = 1;
    in->length = (uint32_t)length;
    in->checksum = checksum_state(&header);
    in->segment_size = segment_size(device, &header, length);
    return DEVICE_DONE;
}

static void describe(const struct lucid_packet *out, struct virtio_net_hdr *header) {
    *header = (struct virtio_net_hdr){.gso_type = VIRTIO_NET_HDR_GSO_NONE};
    if (out->checksum == LUCID_CHECKSUM_PARTIAL) {
        header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        header->csum_start = out->checksum_start;
        header->csum_offset = out->checksum_offset;
    }
    if (out->segment_size > 0) {
        bool ipv4 = out->slice[0].data[0] >> 4 == 4;
        bool cwr = out->slice[0].data[out->checksum_start + 13] & LUCID_CWR;
        header->gso_type = ipv4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
        header->gso_type |= cwr ? VIRTIO_NET_HDR_GSO_ECN : 0;
        header->gso_size = out->segment_size;
        header->hdr_len = out->header_length;
    }
}

static enum device_result write_failed(int code) {
    if (code == EAGAIN || code == EINTR) {
        return DEVICE_EMPTY;
    }
    return code == EBADFD || code == EBADF ? DEVICE_GONE : DEVICE_BAD;
}

static void write_segment(void *user, const uint8_t *octets, size_t length) {
    const struct device *device = user;
    struct virtio_net_hdr header = {.gso_type = VIRTIO_NET_HDR_GSO_NONE};
    struct iovec parts[] = {{&header, sizeof header}, {(void *)(uintptr_t)octets, length}};
    ssize_t n = writev(device->fd, parts, 2);
    (void)n; /* what is not taken is lost, as on any link */
}

/* A packet that is too long for the memory that the kernel finds at the moment, in pieces of a few pages, or that it
 * does not take for another reason, is cut here. */
static enum device_result write_cut(struct device *device, const struct lucid_packet *out) {
    device->packets_cut++;
    return lucid_segment_packet(out, write_segment, device) < 0 ? DEVICE_BAD : DEVICE_DONE;
}

enum device_result device_write(struct device *device, const struct lucid_packet *out) {
    struct virtio_net_hdr header;
    struct iovec parts[LUCID_PACKET_SLICES + 1];
    describe(out, &header);
    parts[0] = (struct iovec){&header, sizeof header};
    for (unsigned i = 0; i < out->slices; i++) {
        parts[i + 1] = (struct iovec){(void *)(uintptr_t)out->slice[i].data, out->slice[i].length};
    }
    ssize_t n = writev(device->fd, parts, (int)out->slices + 1);
    if (n >= 0) {
        return DEVICE_DONE;
    }
    enum device_result result = write_failed(errno);
    return result == DEVICE_BAD && out->length > LUCID_PACKET_MAX ? write_cut(device, out) : result;
}
