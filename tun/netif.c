/* netif.c: the kernel's end of the device. See netif.h. */
#include "netif.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

/* Requests to rtnetlink: one address of one interface; the route to an address. */
struct address_request {
    struct nlmsghdr header;
    struct ifaddrmsg message;
    char attributes[64];
};

struct route_request {
    struct nlmsghdr header;
    struct rtmsg message;
    char attributes[32];
};

/* An answer: an acknowledgment or error, or a route. Attributes are not looked at. */
union answer {
    struct {
        struct nlmsghdr header;
        struct nlmsgerr message;
    } error;
    struct {
        struct nlmsghdr header;
        struct rtmsg message;
    } route;
    char room[1024];
};

static int control_socket(void) {
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int with_interface(const char *name, unsigned long call, struct ifreq *request) {
    int fd = control_socket();
    if (fd < 0) {
        return -errno;
    }
    snprintf(request->ifr_name, sizeof request->ifr_name, "%s", name);
    int result = ioctl(fd, call, request) < 0 ? -errno : 0;
    close(fd);
    return result;
}

int netif_up(const char *name) {
    struct ifreq request = {0};
    int failed = with_interface(name, SIOCGIFFLAGS, &request);
    if (failed || (request.ifr_flags & IFF_UP)) {
        return failed;
    }
    request.ifr_flags |= IFF_UP;
    return with_interface(name, SIOCSIFFLAGS, &request);
}

static bool has_flag(const char *name, short flag) {
    struct ifreq request = {0};
    return with_interface(name, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & flag);
}

static bool is_up(const char *name) {
    return has_flag(name, IFF_UP);
}

bool netif_running(const char *name) {
    return has_flag(name, IFF_RUNNING);
}

static int set_mtu(const char *name, uint16_t mtu) {
    struct ifreq request = {.ifr_mtu = mtu};
    return with_interface(name, SIOCSIFMTU, &request);
}

/* Packets that wait until the program reads them. With the kernel's 500, a thousand clients that begin at once would
 * lose SYNs, each of which is sent again after a second. */
enum { QUEUE = 5000 };

static int set_queue(const char *name) {
    struct ifreq request = {.ifr_qlen = QUEUE};
    return with_interface(name, SIOCSIFTXQLEN, &request);
}

static void attach_octets(struct nlmsghdr *header, unsigned short type, const void *octets, size_t length) {
    struct rtattr *attribute = (struct rtattr *)(void *)((char *)header + NLMSG_ALIGN(header->nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(length);
    memcpy(RTA_DATA(attribute), octets, length);
    header->nlmsg_len = (unsigned)(NLMSG_ALIGN(header->nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

/* Returns 0, or the negative error that the kernel answered. */
static int ask_kernel(const struct nlmsghdr *request, union answer *answer) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
        return -errno;
    }
    ssize_t n = send(fd, request, request->nlmsg_len, 0);
    n = n < 0 ? n : recv(fd, answer, sizeof *answer, 0);
    int result = n < 0 ? -errno : 0;
    close(fd);
    if (result == 0 && answer->error.header.nlmsg_type == NLMSG_ERROR) {
        result = answer->error.message.error;
    }
    return result;
}

static int add_address(const char *name, const struct lucid_ifaddr *own) {
    bool ipv4 = lucid_addr_is_ipv4(&own->addr);
    struct address_request request = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)),
                   .nlmsg_type = RTM_NEWADDR,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE},
        .message = {.ifa_family = ipv4 ? AF_INET : AF_INET6,
                    .ifa_prefixlen = own->prefix,
                    .ifa_flags = ipv4 ? 0 : IFA_F_NODAD,
                    .ifa_index = if_nametoindex(name)},
    };
    const uint8_t *octets = ipv4 ? own->addr.octet + 12 : own->addr.octet;
    size_t length = ipv4 ? 4 : 16;
    union answer answer = {0}; /* the kernel's may be shorter */
    attach_octets(&request.header, IFA_LOCAL, octets, length);
    attach_octets(&request.header, IFA_ADDRESS, octets, length);
    return ask_kernel(&request.header, &answer);
}

/* Does the kernel take packets to this IPv6 address for its own? */
static bool is_in_use(const struct lucid_addr *addr) {
    struct route_request request = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
                   .nlmsg_type = RTM_GETROUTE,
                   .nlmsg_flags = NLM_F_REQUEST},
        .message = {.rtm_family = AF_INET6, .rtm_dst_len = 128},
    };
    union answer answer = {0}; /* the kernel's may be shorter */
    attach_octets(&request.header, RTA_DST, addr->octet, sizeof addr->octet);
    return ask_kernel(&request.header, &answer) == 0 && answer.route.header.nlmsg_type == RTM_NEWROUTE &&
           answer.route.message.rtm_type == RTN_LOCAL;
}

/* The kernel puts an IPv6 address to use a moment after it was given, in a work queue of its own; what arrives before
 * that is lost, and a SYN would be repeated only after a second. All of them get about that long, whatever is wrong. */
static void await_ipv6(const struct lucid_ifaddr *addrs, unsigned count) {
    const struct timespec pause = {.tv_nsec = 200000};
    int patience = 5000;
    for (unsigned i = 0; i < count; i++) {
        for (; !lucid_addr_is_ipv4(&addrs[i].addr) && patience > 0; patience--) {
            if (is_in_use(&addrs[i].addr)) {
                break;
            }
            nanosleep(&pause, NULL);
        }
    }
}

/* Nobody answers router solicitations or neighbours on a TUN: less noise. Where it is not allowed, it stays noisy. */
static void set_ipv6_knob(const char *name, const char *knob, const char *value) {
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", name, knob);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t written = write(fd, value, strlen(value));
        (void)written;
        close(fd);
    }
}

static int say_address(char error[LUCID_ERROR_TEXT], int code, const char *name, const struct lucid_addr *addr) {
    char text[LUCID_ADDR_TEXT];
    lucid_addr_format(addr, text);
    if (code == EPERM || code == EACCES) {
        return say(error, code,
                   "no permission to give %s the address %s: run as root, or prepare the interface and use "
                   "--no-configure",
                   name, text);
    }
    return say(error, code, "cannot give %s the address %s: %s", name, text, strerror(code));
}

int netif_configure(const char *name, uint16_t mtu, const struct lucid_ifaddr *addrs, unsigned count,
                    char error[LUCID_ERROR_TEXT]) {
    if (is_up(name)) {
        return 0;
    }
    int failed = set_mtu(name, mtu);
    if (failed) {
        return say(error, -failed, "cannot set the MTU of %s to %u: %s", name, mtu, strerror(-failed));
    }
    set_queue(name); /* where the kernel does not want it, its own length must do */
    set_ipv6_knob(name, "accept_ra", "0");
    set_ipv6_knob(name, "addr_gen_mode", "1");
    set_ipv6_knob(name, "router_solicitations", "0");
    bool ipv6 = false;
    for (unsigned i = 0; i < count; i++) {
        failed = add_address(name, &addrs[i]);
        bool no_ipv6 = failed == -EOPNOTSUPP || failed == -EACCES;
        if (failed && !(no_ipv6 && !lucid_addr_is_ipv4(&addrs[i].addr))) {
            return say_address(error, -failed, name, &addrs[i].addr);
        }
        ipv6 = ipv6 || (!failed && !lucid_addr_is_ipv4(&addrs[i].addr));
    }
    failed = netif_up(name);
    if (failed) {
        return say(error, -failed, "cannot take %s up: %s", name, strerror(-failed));
    }
    if (ipv6) {
        await_ipv6(addrs, count);
    }
    return 0;
}
