/* driver.c: see driver.h. */
#include "driver.h"

#include <errno.h>
#include <lwip/ip.h>
#include <lwip/pbuf.h>
#include <lwip/prot/tcp.h>
#include <string.h>

#include "base/checksum.h"
#include "tun/netif.h"
#include "tun/say.h"

/* In a turn; then the timers have theirs. */
enum { PACKETS_IN_A_TURN = 256 };

enum { MTU = 1500 };

/* ---- out ---- */

/* A packet that the kernel does not take is lost, as on any wire; TCP sends it again. */
static err_t send_packet(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to) {
    struct driver *driver = netif->state;
    struct lucid_packet out;
    (void)to;
    out.slices = 0;
    for (struct pbuf *piece = packet; piece && out.slices < LUCID_PACKET_SLICES; piece = piece->next) {
        out.slice[out.slices++] = (struct lucid_slice){.data = piece->payload, .length = piece->len};
    }
    out.checksum = LUCID_CHECKSUM_FULL;
    out.segment_size = 0;
    return device_write(&driver->device, &out) == DEVICE_DONE ? ERR_OK : ERR_IF;
}

/* ---- in ---- */

/* What the kernel left to the device: in the field is the sum of the pseudo-header. */
static void complete_checksum(uint8_t *packet, size_t length) {
    size_t start = IPH_HL_BYTES((struct ip_hdr *)(void *)packet);
    size_t field = start + offsetof(struct tcp_hdr, chksum);
    if (packet[0] >> 4 == 4 && IPH_PROTO((struct ip_hdr *)(void *)packet) == IP_PROTO_TCP && field + 2 <= length) {
        uint16_t checksum = lwip_htons(checksum_finish(checksum_add(0, packet + start, length - start)));
        memcpy(packet + field, &checksum, sizeof checksum);
    }
}

/* The packet in the room that it needs: a small one does not keep the large room. NULL: there is no memory. */
static struct pbuf *take_packet(struct driver *driver, u16_t length) {
    struct pbuf *packet = driver->room;
    if (length > MTU) {
        pbuf_realloc(packet, length);
        driver->room = NULL;
        return packet;
    }
    packet = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);
    if (packet) {
        memcpy(packet->payload, driver->room->payload, length);
    }
    return packet;
}

static enum device_result receive_one(struct driver *driver) {
    struct lucid_packet in;
    driver->room = driver->room ? driver->room : pbuf_alloc(PBUF_RAW, LUCID_PACKET_MAX, PBUF_RAM);
    if (!driver->room) {
        return DEVICE_GONE;
    }
    enum device_result result = device_read(&driver->device, driver->room->payload, &in);
    if (result != DEVICE_DONE) {
        return result;
    }
    if (in.checksum == LUCID_CHECKSUM_PARTIAL) {
        complete_checksum(driver->room->payload, in.length);
    }
    struct pbuf *packet = take_packet(driver, (u16_t)in.length);
    if (!packet) {
        return DEVICE_GONE;
    }
    if (driver->netif.input(packet, &driver->netif) != ERR_OK) {
        pbuf_free(packet);
    }
    return DEVICE_DONE;
}

bool driver_receive(struct driver *driver) {
    enum device_result result = DEVICE_DONE;
    for (int i = 0; i < PACKETS_IN_A_TURN && (result == DEVICE_DONE || result == DEVICE_BAD); i++) {
        result = receive_one(driver);
    }
    return result != DEVICE_GONE;
}

/* ---- begin and end ---- */

static err_t begin(struct netif *netif) {
    memcpy(netif->name, "tn", sizeof netif->name);
    netif->mtu = MTU;
    netif->output = send_packet;
    netif->flags |= NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static ip4_addr_t ipv4_of(const struct lucid_addr *addr) {
    ip4_addr_t ipv4;
    memcpy(&ipv4.addr, addr->octet + 12, sizeof ipv4.addr);
    return ipv4;
}

static bool add_interface(struct driver *driver, const struct lucid_host_options *options) {
    const struct lucid_ifaddr *own = &options->config.addrs[0];
    ip4_addr_t addr = ipv4_of(&own->addr), gateway = ipv4_of(&options->host_addrs[0].addr), mask;
    mask.addr = own->prefix ? lwip_htonl(~(u32_t)0 << (32 - own->prefix)) : 0;
    if (!netif_add(&driver->netif, &addr, &mask, &gateway, driver, begin, ip_input)) {
        return false;
    }
    netif_set_default(&driver->netif);
    netif_set_up(&driver->netif);
    return true;
}

int driver_open(struct driver *driver, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]) {
    driver->room = NULL;
    int failed = device_open(&driver->device, options->device_path, options->device, true, false, error);
    if (failed) {
        return failed;
    }
    if (options->configure) {
        failed = netif_configure(driver->device.name, MTU, options->host_addrs, 1, error);
    }
    if (!failed && !add_interface(driver, options)) {
        failed = say(error, ENOMEM, "lwIP does not take the device: it has no memory");
    }
    if (failed) {
        device_close(&driver->device);
    }
    return failed;
}

void driver_close(struct driver *driver) {
    netif_remove(&driver->netif);
    if (driver->room) {
        pbuf_free(driver->room);
    }
    device_close(&driver->device);
}
