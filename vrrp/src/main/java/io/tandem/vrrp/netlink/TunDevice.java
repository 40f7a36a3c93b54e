// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.Libc.C;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network device that exists while this process holds its descriptor: an address on it vanishes with the process,
 * however that dies.
 *
 * <p>No packets pass through it; the kernel answers for its addresses on the other interfaces. Never persistent.
 */
public final class TunDevice implements AutoCloseable {
    private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
    private static final long TUNSETIFF = 0x400454caL;
    private static final int IFF_TUN_NO_PI = 1 | 0x1000;
    private static final int IFREQ = 40;
    private static final int NAME = 16;

    private final int fd;
    private final String name;

    private TunDevice(int fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /**
     * Makes a device, which is down and has no address.
     *
     * @param name at most 12 bytes; a number is appended if the name is taken
     * @throws NetlinkException if /dev/net/tun is missing or refused
     */
    public static TunDevice open(String name) throws NetlinkException {
        int fd = C.open("/dev/net/tun", O_RDWR_CLOEXEC, 0);
        if (fd < 0) {
            throw new NetlinkException("tun: open /dev/net/tun", Libc.errno());
        }
        NativeBuffer request = new NativeBuffer(IFREQ);
        int errno = set(fd, request, name);
        if (errno != 0) {
            errno = set(fd, request, name + "-%d");
        }
        if (errno != 0) {
            C.close(fd);
            throw new NetlinkException("tun: create " + name, errno);
        }
        byte[] given = new byte[NAME];
        request.bytes().get(0, given);
        int end = 0;
        while (end < NAME && given[end] != 0) {
            end++;
        }
        TunDevice device = new TunDevice(fd, new String(given, 0, end, StandardCharsets.UTF_8));
        device.keepQuiet();
        return device;
    }

    public String name() {
        return name;
    }

    /** For IPv6 addresses; where that fails it can have none. */
    public void allowIpv6() {
        writeDisabled("0");
    }

    @Override
    public void close() {
        C.close(fd);
    }

    private static int set(int fd, NativeBuffer request, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < IFREQ; i++) {
            request.bytes().put(i, i < text.length && i < NAME - 1 ? text[i] : 0);
        }
        request.bytes().putShort(NAME, (short) IFF_TUN_NO_PI);
        return C.ioctl(fd, TUNSETIFF, request.address()) == 0 ? 0 : Libc.errno();
    }

    /** Without IPv6 the kernel sends no router solicitations into the void; where that fails nothing is lost. */
    private void keepQuiet() {
        writeDisabled("1");
    }

    private void writeDisabled(String value) {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6"), value);
        } catch (IOException e) {
            // No IPv6 in this kernel, or /proc/sys is read-only.
        }
    }
}
