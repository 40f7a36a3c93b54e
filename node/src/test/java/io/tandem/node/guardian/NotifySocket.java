// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** systemd's side of sd_notify, on an abstract name. */
final class NotifySocket implements AutoCloseable {
    private final int fd;
    private final NativeBuffer in = new NativeBuffer(4096);
    private final StringBuilder text = new StringBuilder();

    NotifySocket(String name) throws IOException {
        fd = C.socket(1, 2 | 0x800 | 0x80000, 0);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        NativeBuffer address = new NativeBuffer(110);
        address.bytes().putShort(0, (short) 1).put(3, bytes);
        if (C.bind(fd, address.address(), 3 + bytes.length) != 0) {
            throw new IOException("bind: errno " + Libc.errno());
        }
    }

    /** Everything received so far. */
    String text() {
        long length;
        while ((length = C.recvfrom(fd, in.address(), in.capacity(), 0, 0, 0)) > 0) {
            byte[] bytes = new byte[(int) length];
            in.bytes().get(0, bytes);
            text.append(new String(bytes, StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @Override
    public void close() {
        C.close(fd);
    }
}
