/* sniffer.c: sees every IP packet of a network namespace, on all of its interfaces, as packet(7) has it.
 *
 * The kernel hands over what has not met a real device yet: packets whose checksums a device would complete and that it
 * would cut. Both are done here, so that a reader gets what a wire would show. A packet on the loopback interface
 * passes twice, as it leaves and as it arrives; it is told once.
 *
 * The stamp of a packet is the kernel's, from the moment it passed, however late it is read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lucid/host.h"
#include "say.h"

static const int ROOM = 8 << 20; /* octets that wait to be read */
static const uint64_t NANOSECONDS = 1000000000;

struct lucid_sniffer {
    int fd;
    uint8_t octets[sizeof(struct virtio_net_hdr) + ETH_HLEN + LUCID_PACKET_LARGE];
};

/* What one packet came with. */
struct arrival {
    uint64_t at;
    struct sockaddr_ll link;
    size_t length; /* of all that was read */
};

static int switch_on(int fd, int level, int option) {
    const int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on);
}

struct lucid_sniffer *lucid_sniffer_open(char error[LUCID_ERROR_TEXT]) {
    struct lucid_sniffer *sniffer = calloc(1, sizeof *sniffer);
    if (!sniffer) {
        say(error, LUCID_ENOMEM, "there is no memory to see packets with; free some");
        return NULL;
    }
    sniffer->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
    if (sniffer->fd < 0 || switch_on(sniffer->fd, SOL_PACKET, PACKET_VNET_HDR) < 0 ||
        switch_on(sniffer->fd, SOL_SOCKET, SO_TIMESTAMPNS) < 0) {
        say(error, errno, "this system shows no packets (%s): run as root, or in a network namespace of your own",
            strerror(errno));
        lucid_sniffer_close(sniffer);
        return NULL;
    }
    setsockopt(sniffer->fd, SOL_SOCKET, SO_RCVBUF, &ROOM, sizeof ROOM);
    return sniffer;
}

void lucid_sniffer_close(struct lucid_sniffer *sniffer) {
    if (!sniffer) {
        return;
    }
    if (sniffer->fd >= 0) {
        close(sniffer->fd);
    }
    free(sniffer);
}

int lucid_sniffer_fd(const struct lucid_sniffer *sniffer) {
    return sniffer->fd;
}

static uint64_t stamp_of(struct msghdr *message) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&at, CMSG_DATA(part), sizeof at);
        }
    }
    return (uint64_t)at.tv_sec * NANOSECONDS + (uint64_t)at.tv_nsec;
}

/* Returns 1, 0 when nothing waits, or a negative error. */
static int receive(struct lucid_sniffer *sniffer, struct arrival *arrival) {
    _Alignas(struct cmsghdr) char control[256];
    struct iovec part = {sniffer->octets, sizeof sniffer->octets};
    struct msghdr message = {.msg_name = &arrival->link,
                             .msg_namelen = sizeof arrival->link,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(sniffer->fd, &message, 0);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR || errno == ENETDOWN ? 0 : -errno;
    }
    arrival->length = (size_t)n;
    arrival->at = stamp_of(&message);
    return 1;
}

struct sink {
    void (*call)(void *user, uint64_t at, const uint8_t *octets, size_t length);
    void *user;
    uint64_t at;
};

static void hand_on(void *user, const uint8_t *octets, size_t length) {
    const struct sink *sink = user;
    sink->call(sink->user, sink->at, octets, length);
}

/* Finishes the packet as a device would. One that makes no sense is handed on as it is. */
static void finish(const struct virtio_net_hdr *header, size_t before, const uint8_t *octets, size_t length,
                   struct sink *sink) {
    struct lucid_packet packet = {.slices = 1, .length = (uint32_t)length, .slice[0] = {octets, length}};
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM && header->csum_start >= before) {
        packet.checksum = LUCID_CHECKSUM_PARTIAL;
        packet.checksum_start = (uint16_t)(header->csum_start - before);
        packet.checksum_offset = header->csum_offset;
    }
    if (header->gso_type != VIRTIO_NET_HDR_GSO_NONE) {
        packet.segment_size = header->gso_size;
    }
    if (lucid_segment_packet(&packet, hand_on, sink) < 0) {
        hand_on(sink, octets, length);
    }
}

static void tell(struct lucid_sniffer *sniffer, const struct arrival *arrival, struct sink *sink) {
    struct virtio_net_hdr header;
    bool loopback = arrival->link.sll_hatype == ARPHRD_LOOPBACK;
    size_t before = arrival->link.sll_hatype == ARPHRD_NONE ? 0 : ETH_HLEN;
    unsigned protocol = ntohs(arrival->link.sll_protocol);
    if (arrival->length <= sizeof header + before || (protocol != ETH_P_IP && protocol != ETH_P_IPV6) ||
        (loopback && arrival->link.sll_pkttype != PACKET_OUTGOING)) {
        return;
    }
    memcpy(&header, sniffer->octets, sizeof header);
    sink->at = arrival->at;
    finish(&header, before, sniffer->octets + sizeof header + before, arrival->length - sizeof header - before, sink);
}

int lucid_sniffer_read(struct lucid_sniffer *sniffer,
                       void (*call)(void *user, uint64_t at, const uint8_t *octets, size_t length), void *user) {
    struct sink sink = {.call = call, .user = user};
    struct arrival arrival;
    int got;
    while ((got = receive(sniffer, &arrival)) > 0) {
        tell(sniffer, &arrival, &sink);
    }
    return got;
}
