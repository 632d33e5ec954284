/* device_alone.c: a device without a stack: the public face of device.h for programs that stand between the kernel and
 * something else. Without offload, so that every packet is one of the wire, as links with faults need it.
 */
#include <stdlib.h>

#include "device.h"
#include "netif.h"
#include "say.h"

struct lucid_device {
    struct device device;
};

static int open_device(struct device *device, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]) {
    int failed = device_open(device, options->device_path, options->device, false, false, error);
    if (failed || !options->configure) {
        return failed;
    }
    failed = netif_configure(device->name, options->config.mtu, options->host_addrs, options->host_addr_count, error);
    if (failed) {
        device_close(device);
    }
    return failed;
}

int lucid_device_open(struct lucid_device **made, const struct lucid_host_options *options,
                      char error[LUCID_ERROR_TEXT]) {
    *made = NULL;
    struct lucid_device *device = malloc(sizeof *device);
    if (!device) {
        return say(error, LUCID_ENOMEM, "there is no memory");
    }
    int failed = open_device(&device->device, options, error);
    if (failed) {
        free(device);
        return failed;
    }
    *made = device;
    return 0;
}

void lucid_device_close(struct lucid_device *device) {
    if (device) {
        device_close(&device->device);
        free(device);
    }
}

int lucid_device_fd(const struct lucid_device *device) {
    return device->device.fd;
}

ptrdiff_t lucid_device_read(struct lucid_device *device, uint8_t *room) {
    struct lucid_packet in = {0};
    enum device_result result;
    do {
        result = device_read(&device->device, room, &in);
    } while (result == DEVICE_BAD);
    if (result == DEVICE_GONE) {
        return -LUCID_EIO;
    }
    return result == DEVICE_DONE ? (ptrdiff_t)in.length : 0;
}

ptrdiff_t lucid_device_write(struct lucid_device *device, const void *octets, size_t length) {
    struct lucid_packet out = {.slice = {{octets, length}}, .slices = 1, .length = (uint32_t)length};
    enum device_result result = device_write(&device->device, &out);
    if (result == DEVICE_GONE) {
        return -LUCID_EIO;
    }
    return result == DEVICE_DONE ? (ptrdiff_t)length : 0;
}
