/* netif.h: gives an interface its MTU and addresses and takes it up, by ioctl and rtnetlink; no other program is
 * run. */
#ifndef TUN_NETIF_H
#define TUN_NETIF_H

#include "lucid/host.h"

/* Configures the kernel's end. An interface that is up already was prepared by somebody else and is left as it is.
 * Returns 0 or a negative error and the sentence. */
int netif_configure(const char *name, uint16_t mtu, const struct lucid_ifaddr *addrs, unsigned count,
                    char error[LUCID_ERROR_TEXT]);

/* Is there such an interface, up, and with a program at its other end? */
bool netif_running(const char *name);

/* Takes an interface up; "lo" in a new namespace. Returns 0 or a negative errno value. */
int netif_up(const char *name);

#endif
