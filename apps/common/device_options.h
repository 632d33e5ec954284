/* device_options.h: the options that every program with a device has, for getopt_long(3).
 *
 *     device_options_begin(&device);
 *     static const struct option table[] = {DEVICE_LONG_OPTIONS, {"mine", no_argument, NULL, MINE}, {0}};
 *     for each option of it:  device_options_take(&device, option, optarg, error)
 *     device_options_settle(&device, error);
 *     lucid_host_open(&host, &device.host, error);
 *
 * Every value is checked before a device is touched. A sentence names the option and what it takes.
 */
#ifndef COMMON_DEVICE_OPTIONS_H
#define COMMON_DEVICE_OPTIONS_H

#include "lucid/host.h"

/* Numbers for getopt_long(), beyond all characters. */
enum device_option {
    DEVICE_TUN = 256,
    DEVICE_ADDR,
    DEVICE_HOST_ADDR,
    DEVICE_NO_CONFIGURE,
    DEVICE_FAULTS,
    DEVICE_PCAP,
    DEVICE_MSL,
    DEVICE_OPTIONS_NEXT, /* the first that is free for others */
};

/* clang-format off */
#define DEVICE_LONG_OPTIONS \
    {"tun", required_argument, NULL, DEVICE_TUN}, \
    {"addr", required_argument, NULL, DEVICE_ADDR}, \
    {"host-addr", required_argument, NULL, DEVICE_HOST_ADDR}, \
    {"no-configure", no_argument, NULL, DEVICE_NO_CONFIGURE}, \
    {"faults", required_argument, NULL, DEVICE_FAULTS}, \
    {"pcap", required_argument, NULL, DEVICE_PCAP}, \
    {"msl", required_argument, NULL, DEVICE_MSL}
/* clang-format on */

#define DEVICE_OPTIONS_HELP                                                                                     \
    "  --tun NAME           name of the interface (lucid0)\n"                                                   \
    "  --addr A             address of the stack; once for IPv4, once for IPv6 (10.77.0.2, fd77::2)\n"          \
    "  --host-addr A/LEN    address of the kernel's end, likewise (10.77.0.1/24, fd77::1/64)\n"                 \
    "  --no-configure       the interface is there, has its addresses and is up: do not touch it\n"             \
    "  --faults SPEC        make the link bad, both ways: loss=1%,delay=20ms,dup=1%,reorder=2%,corrupt=0.1%,\n" \
    "                       rate=10mbit,jitter=5ms,queue=100,seed=7\n"                                          \
    "  --pcap FILE          write the packets, for tshark or Wireshark, also meanwhile\n"

struct device_options {
    struct lucid_host_options host;
    unsigned addrs, host_addrs; /* given so far; the first of each replaces the defaults */
    bool msl_given;
};

/* The defaults. */
void device_options_begin(struct device_options *device);

/* Reads one option. False, and the sentence, when its value is wrong. */
bool device_options_take(struct device_options *device, int option, const char *value, char error[LUCID_ERROR_TEXT]);

/* After all of them: do the addresses belong together? */
bool device_options_settle(struct device_options *device, char error[LUCID_ERROR_TEXT]);

/* Reads seconds, with a fraction if it is wanted, from a millisecond to an hour. */
bool device_options_seconds(const char *option, const char *value, lucid_time *time, char error[LUCID_ERROR_TEXT]);

#endif
