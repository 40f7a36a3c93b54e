// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of unix sockets. One of the abstract namespace ({@code abns@}) fills the whole address, zeros included, as HAProxy's
 * do; Netty has no room for the last of them, so that these are bound and connected here.
 */
public final class UnixName {
    private static final int AF_UNIX = 1;
    private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
    private static final int SUN_PATH = 108;
    private static final char ABSTRACT = '@';

    private UnixName() {}

    public static DomainSocketAddress path(String path) {
        return new DomainSocketAddress(path);
    }

    /** A name of the abstract namespace; only what is past its 107th byte is lost. */
    public static DomainSocketAddress abstractName(String name) {
        return new DomainSocketAddress(ABSTRACT + name);
    }

    public static boolean isAbstract(DomainSocketAddress address) {
        return !address.path().isEmpty() && address.path().charAt(0) == ABSTRACT;
    }

    /** Binds {@code fd} to an abstract name. */
    public static void bind(int fd, DomainSocketAddress address) throws IOException {
        NativeBuffer name = structure(address);
        try {
            check("bind " + address.path(), C.bind(fd, name.address(), 2 + SUN_PATH));
        } finally {
            Reference.reachabilityFence(name);
        }
    }

    /** A socket connected to an abstract name: connecting one never waits. */
    public static int connect(DomainSocketAddress address) throws IOException {
        return connect(address, STREAM_NONBLOCK_CLOEXEC);
    }

    /** The same for datagrams. */
    public static int connectDatagrams(DomainSocketAddress address) throws IOException {
        return connect(address, STREAM_NONBLOCK_CLOEXEC + 1);
    }

    private static int connect(DomainSocketAddress address, int type) throws IOException {
        int fd = check("socket", C.socket(AF_UNIX, type, 0));
        NativeBuffer name = structure(address);
        try {
            check("connect " + address.path(), C.connect(fd, name.address(), 2 + SUN_PATH));
            return fd;
        } catch (IOException refused) {
            C.close(fd);
            throw refused;
        } finally {
            Reference.reachabilityFence(name);
        }
    }

    /** The name of an abstract socket that another process bound, from the bytes behind its family. */
    public static DomainSocketAddress ofAbstract(byte[] sunPath, int length) {
        int end = length;
        while (end > 1 && sunPath[end - 1] == 0) {
            end--;
        }
        return abstractName(new String(sunPath, 1, Math.max(end - 1, 0), StandardCharsets.UTF_8));
    }

    private static NativeBuffer structure(DomainSocketAddress address) {
        byte[] bytes = address.path().substring(1).getBytes(StandardCharsets.UTF_8);
        NativeBuffer name = new NativeBuffer(2 + SUN_PATH);
        name.bytes().putShort(0, (short) AF_UNIX).put(3, Arrays.copyOf(bytes, SUN_PATH - 1));
        return name;
    }

    private static int check(String operation, int result) throws IOException {
        if (result < 0) {
            throw new IOException(operation + ": " + Errno.name(Libc.errno()));
        }
        return result;
    }
}
