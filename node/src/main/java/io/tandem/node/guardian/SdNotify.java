// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.NativeBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells systemd how the service is (sd_notify's protocol); does nothing where nobody listens. */
final class SdNotify implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL_DONTWAIT = 0x4000 | 0x40;
    private static final int MAX_PATH = 108;

    private final int fd;
    private final NativeBuffer address;
    private final int addressLength;

    private SdNotify(int fd, NativeBuffer address, int addressLength) {
        this.fd = fd;
        this.address = address;
        this.addressLength = addressLength;
    }

    /** @param enabled {@code -Ws} */
    static SdNotify open(boolean enabled, Map<String, String> environment) {
        String path = environment.get("NOTIFY_SOCKET");
        NativeBuffer address = new NativeBuffer(2 + MAX_PATH);
        int length = path == null ? 0 : fill(address, path);
        int fd = enabled && length > 0 ? C.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0) : -1;
        return new SdNotify(fd, address, length);
    }

    private static int fill(NativeBuffer address, @Nullable String path) {
        byte[] bytes = String.valueOf(path).getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= MAX_PATH || (bytes[0] != '/' && bytes[0] != '@')) {
            return 0;
        }
        boolean inAbstract = bytes[0] == '@';
        address.bytes().putShort(0, (short) AF_UNIX).put(2, bytes);
        if (inAbstract) {
            address.bytes().put(2, (byte) 0);
        }
        // An abstract name has no terminating zero: the length ends it.
        return 2 + bytes.length + (inAbstract ? 0 : 1);
    }

    void ready(String status) {
        send("READY=1\nSTATUS=" + status + "\nMAINPID="
                + ProcessHandle.current().pid() + "\n");
    }

    void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000 + "\nSTATUS=Reloading.\n");
    }

    void stopping() {
        send("STOPPING=1\nSTATUS=Stopping.\n");
    }

    void status(String text) {
        send("STATUS=" + text + "\n");
    }

    private synchronized void send(String text) {
        if (fd >= 0) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            NativeBuffer message = new NativeBuffer(bytes.length);
            message.bytes().put(0, bytes);
            C.sendto(fd, message.address(), bytes.length, MSG_NOSIGNAL_DONTWAIT, address.address(), addressLength);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            C.close(fd);
        }
    }
}
