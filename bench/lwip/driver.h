/* driver.h: a TUN device as an interface of lwIP.
 *
 * It is the device of our stack, opened and configured by the same files (tun/device.h, tun/netif.h), and lwIP gets
 * from it what it can take. In: packets of up to 64 KB, for lwIP does not mind how long a segment is. Debian builds it
 * so that it verifies every checksum (LWIP_CHECKSUM_CTRL_PER_NETIF 0); so one that the kernel left to the device is
 * completed here first. Out: lwIP knows nothing of segmentation offload and sends segments of 1460 octets, with
 * checksums of its own, that the kernel verifies.
 *
 *     driver_open(&driver, &options, error);
 *     for each turn: poll(driver.device.fd), driver_receive(&driver), sys_check_timeouts()
 *     driver_close(&driver);
 */
#ifndef BENCH_LWIP_DRIVER_H
#define BENCH_LWIP_DRIVER_H

#include <lwip/netif.h>

#include "tun/device.h"

struct driver {
    struct device device;
    struct netif netif;
    struct pbuf *room; /* the next packet is read into it */
};

/* Opens the device of these options, IPv4 alone, and makes it lwIP's only interface; lwip_init() comes before. Returns
 * 0 or a negative error and the sentence. */
int driver_open(struct driver *driver, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]);
void driver_close(struct driver *driver);

/* Hands packets to lwIP until there are no more, or until there were many. False: the device is gone, or there is no
 * memory. */
bool driver_receive(struct driver *driver);

#endif
